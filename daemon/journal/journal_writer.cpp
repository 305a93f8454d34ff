#include "daemon/journal/journal_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "platform/check.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_files.hpp"

namespace tickplant::daemon {
namespace {

using platform::UnixNanos;
using ringbuf::JournalBlockHeader;
using ringbuf::kBlockBytesMin;
using ringbuf::kJournalPageBytes;
using ringbuf::kJournalUnitBytes;

constexpr std::uint64_t kSyncTag = ~std::uint64_t{0};
constexpr std::uint64_t kFolderTag = kSyncTag - 1;  // all others: of the unit that is written

constexpr std::size_t page_floor(std::size_t bytes) noexcept { return bytes / kJournalPageBytes * kJournalPageBytes; }
constexpr std::size_t page_ceiling(std::size_t bytes) noexcept { return page_floor(bytes + kJournalPageBytes - 1); }

}  // namespace

JournalWriter::JournalWriter(JournalIo& io, SegmentSupply& supply, JournalFacts& restated, std::span<std::byte> memory,
                             const JournalStart& place, JournalWriterSettings settings)
    : io_(io),
      supply_(supply),
      restated_source_(restated),
      memory_(memory),
      settings_(std::move(settings)),
      chain_(place.chain),
      next_segment_(place.segment + 1),
      marks_(kMarks),
      safe_sequences_(settings_.rings),
      written_sequences_(settings_.rings) {
  TP_CHECK(memory.size() == kBuffers * kJournalUnitBytes);
  released_ = written_ = durable_ = flushed_ = chain_.last_number();
  if (place.segment != 0 && place.next_unit < place.segment_bytes) {
    Segment segment{0, place.segment, place.segment_bytes, place.next_unit, chain_.last_number(), true};
    // Refused: what is left of it stays empty.
    if (io_.open(ringbuf::segment_file_name(place.segment), segment.file) == 0) segments_.push_back(segment);
  }
  if (!segments_.empty()) restated_source_.restate(restated_);
}

JournalWriter::~JournalWriter() {
  for (const Segment& segment : segments_) io_.close(segment.file);
}

std::span<std::byte> JournalWriter::buffer(std::uint64_t index) noexcept {
  return memory_.subspan(index % kUnits * kJournalUnitBytes, kJournalUnitBytes);
}

JournalWriter::Segment* JournalWriter::segment_of(const Unit& unit) noexcept {
  for (Segment& segment : segments_) {
    if (segment.number == unit.segment) return &segment;
  }
  return nullptr;
}

// ---- blocks into units

std::size_t JournalWriter::rest() const noexcept {
  return has_unit() ? kJournalUnitBytes - units_[(end_ - 1) % kUnits].filled : 0;
}

std::size_t JournalWriter::room(std::size_t wanted, std::size_t step) {
  if (!write_facts()) return 0;
  const std::size_t all = sizeof(JournalBlockHeader) + wanted;
  if (rest() < std::min(all, kPoorBytes) || rest() < sizeof(JournalBlockHeader) + step) {
    if (!open_unit() || !write_facts()) return 0;  // a segment may have begun with it
    if (rest() < sizeof(JournalBlockHeader) + step) return 0;
  }
  return std::min(wanted, rest() - sizeof(JournalBlockHeader)) / step * step;
}

void JournalWriter::append(std::size_t ring, JournalBlockHeader header, std::span<const std::byte> payload) {
  TP_DCHECK(has_unit() && rest() >= sizeof header + payload.size());
  header.durable = durable_;
  header.written_at = now_.value;
  chain_.seal(header, payload);
  Unit& unit = this->unit(end_ - 1);
  std::byte* const at = buffer(end_ - 1).data() + unit.filled;
  std::memcpy(at, &header, sizeof header);
  std::memcpy(at + sizeof header, payload.data(), payload.size());
  const std::size_t bytes = sizeof header + payload.size();
  unit.filled += bytes;
  unit.last_block = header.number;
  unit.is_closed = rest() < kBlockBytesMin;
  segments_.back().last_block = header.number;
  ++counts_.blocks;
  counts_.bytes += bytes;
  const std::uint64_t sequence = ring == kNoRing ? 0 : header.first + header.count - 1;
  TP_CHECK(marks_end_ - marks_begin_ < kMarks);
  marks_[marks_end_++ % kMarks] = {header.number, sequence, ring, now_};
}

bool JournalWriter::write_facts() { return write_some(restated_) && write_some(facts_); }

bool JournalWriter::write_some(ringbuf::FactsBuilder& facts) {
  while (!facts.is_empty()) {
    const std::size_t least = sizeof(JournalBlockHeader) + ringbuf::kBlockAlignment;
    if (rest() < least && !open_unit()) return false;
    if (&facts == &facts_ && !restated_.is_empty()) return false;  // a segment has begun with the unit
    const ringbuf::FactsBuilder::Payload payload = facts.take(rest() - sizeof(JournalBlockHeader));
    if (payload.count == 0) {
      if (!open_unit()) return false;
      continue;
    }
    JournalBlockHeader header;
    header.kind = ringbuf::BlockKind::facts;
    header.count = payload.count;
    append(kNoRing, header, payload.bytes);
  }
  return true;
}

bool JournalWriter::open_unit() {
  if (end_ - begin_ == kUnits) return false;
  if (has_unit()) unit(end_ - 1).is_closed = true;
  const bool begins = segments_.empty() || segments_.back().next_unit == segments_.back().bytes || wants_segment_;
  if (begins && !begin_segment()) return false;
  Segment& segment = segments_.back();
  Unit fresh;
  fresh.segment = segment.number;
  fresh.offset = segment.next_unit;
  segment.next_unit += kJournalUnitBytes;
  if (begins) {
    ringbuf::JournalSegmentPage page;
    page.journal_id = chain_.journal_id();
    page.segment_number = segment.number;
    page.segment_bytes = segment.bytes;
    page.first_block = chain_.next_number();
    page.epoch = chain_.epoch();
    page.created_at = now_.value;
    page.previous_crc = chain_.last_header_crc();
    ringbuf::set_text(page.plant_name, settings_.plant);
    ringbuf::seal_page(page);
    std::memcpy(buffer(end_).data(), &page, sizeof page);
    fresh.filled = sizeof page;
  }
  unit(end_++) = fresh;
  return true;
}

/// Whoever reads comes to the end of what is written, and finds that the next segment goes on from there.
bool JournalWriter::rotate() {
  if (segments_.empty() || segments_.back().last_block == 0) return true;  // the newest has nothing in it yet
  wants_segment_ = true;
  const bool is_begun = open_unit();
  wants_segment_ = false;
  if (is_begun) {
    (void)write_facts();
    flush_soon();
  }
  return is_begun;
}

bool JournalWriter::begin_segment() {
  if (!may_try()) return false;
  const auto spare = supply_.take();
  if (!spare) {
    if (!is_waiting_) ++counts_.waits;
    is_waiting_ = true;
    return false;
  }
  is_waiting_ = false;
  Segment segment;
  segment.number = next_segment_;
  segment.bytes = spare->bytes;
  const std::string name = ringbuf::segment_file_name(segment.number);
  if (const int error = io_.rename(spare->name, name); error != 0) {
    if (error != ENOENT) supply_.give_back(*spare);  // else somebody removed it
    fail(error);
    return false;
  }
  if (const int error = io_.open(name, segment.file); error != 0) {
    fail(error);  // the next spare takes the name
    return false;
  }
  ++next_segment_;
  ++counts_.segments;
  segments_.push_back(segment);
  restated_ = {};  // of the segment before: it says less
  restated_source_.restate(restated_);
  return true;
}

// ---- units to disk

void JournalWriter::turn(UnixNanos now) {
  now_ = now;
  take_done(0);
  (void)write_facts();
  if (may_try()) {
    send_full();
    flush();
    sync();
  }
  take_done(0);
  look_for_slowness();
}

void JournalWriter::send_full() {
  for (std::uint64_t index = begin_; index < end_ && under_way_ < kDepth; ++index) {
    const Unit& unit = this->unit(index);
    if (unit.is_closed && unit.sent < unit.filled && !unit.flight.is_under_way && !send(index, false)) return;
  }
}

/// What waits in the unit that is filled, when it has waited long enough.
void JournalWriter::flush() {
  const bool is_due = hurry_ || is_awaited_ || settings_.sync == config::JournalSync::block ||
                      now_ - last_flush_ >= settings_.interval_ns;
  if (!is_due || flushed_ == chain_.last_number()) return;
  if (has_unit()) {
    const Unit& unit = this->unit(end_ - 1);
    if (unit.sent < unit.filled && (unit.flight.is_under_way || !send(end_ - 1, true))) return;
  }
  flushed_ = chain_.last_number();
  last_flush_ = now_;
  is_awaited_ = false;
}

bool JournalWriter::send(std::uint64_t index, bool as_copy) {
  Unit& unit = this->unit(index);
  const Segment* const segment = segment_of(unit);
  TP_CHECK(segment != nullptr && !unit.flight.is_under_way);
  if (under_way_ == kDepth) return false;
  Flight flight;
  flight.is_under_way = true;
  flight.from = page_floor(unit.sent);
  flight.to = unit.filled;
  flight.bytes = page_ceiling(unit.filled) - flight.from;
  flight.flush_buffer = kUnits;
  flight.block = unit.last_block;
  flight.attempt = attempt_;
  flight.began = now_;
  const std::span<std::byte> bytes = buffer(index);
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(unit.filled),
            bytes.begin() + static_cast<std::ptrdiff_t>(page_ceiling(unit.filled)), std::byte{0});
  JournalWrite write{index % kUnits, flight.from, flight.bytes, unit.offset + flight.from};
  if (as_copy) {
    const auto free = std::find(flush_buffer_taken_.begin(), flush_buffer_taken_.end(), false);
    if (free == flush_buffer_taken_.end()) return false;
    flight.flush_buffer = static_cast<std::size_t>(free - flush_buffer_taken_.begin());
    write.buffer = kUnits + flight.flush_buffer;
    write.begin = 0;
    std::memcpy(memory_.data() + write.buffer * kJournalUnitBytes, bytes.data() + flight.from, flight.bytes);
  }
  if (!io_.queue_write(segment->file, write, index)) return false;
  if (as_copy) flush_buffer_taken_[flight.flush_buffer] = true;
  unit.flight = flight;
  unit.sent = unit.filled;
  ++under_way_;
  return true;
}

void JournalWriter::sync() {
  if (!syncs() || sync_.is_under_way || written_ <= durable_) return;
  Segment* oldest = nullptr;
  for (Segment& segment : segments_) {
    if (segment.last_block > durable_ && oldest == nullptr) oldest = &segment;
  }
  if (oldest == nullptr) return;
  const std::uint64_t covers = std::min(written_, oldest->last_block);
  const bool is_crowded = end_ - begin_ >= kUnits / 2;  // units wait for it
  if (covers < std::min(flushed_, oldest->last_block) && !is_crowded) return;
  if (flushed_ <= durable_ && !is_crowded) return;
  const bool of_folder = !oldest->is_named;
  if (!(of_folder ? io_.queue_folder_sync(kFolderTag) : io_.queue_sync(oldest->file, kSyncTag))) return;
  sync_ = {true, of_folder, of_folder ? segments_.back().number : covers, attempt_, now_};
}

void JournalWriter::take_done(std::int64_t wait_nanos) {
  std::array<JournalIo::Done, 2 * kDepth> done;
  for (;;) {
    const std::size_t count = io_.take(done, wait_nanos);
    for (const JournalIo::Done& each : std::span(done).first(count)) {
      if (each.tag == kSyncTag) {
        on_synced(each.result);
      } else if (each.tag == kFolderTag) {
        on_folder_synced(each.result);
      } else {
        on_written(each.tag, each.result);
      }
    }
    if (count != 0) settle();
    if (count < done.size()) return;
    wait_nanos = 0;
  }
}

void JournalWriter::on_written(std::uint64_t index, std::int32_t result) {
  Unit& unit = this->unit(index);
  Flight& flight = unit.flight;
  TP_CHECK(flight.is_under_way);
  flight.is_under_way = false;
  if (flight.flush_buffer != kUnits) flush_buffer_taken_[flight.flush_buffer] = false;
  --under_way_;
  if (result > 0) counts_.written_bytes += static_cast<std::uint64_t>(result);
  if (result == static_cast<std::int32_t>(flight.bytes) && !flight.is_void) {
    short_in_a_row_ = 0;
    unit.written_block = flight.block;
    return succeed(flight.attempt);
  }
  // The same bytes again; a unit that is still filled is due at once.
  unit.sent = flight.is_void ? 0 : std::min(unit.sent, flight.from);
  flushed_ = std::min(flushed_, safe_block());
  if (flight.is_void) return void(flight.is_void = false);
  if (result < 0) return fail(-result);
  ++counts_.short_writes;
  if (short_in_a_row_++ != 0) fail(EIO);
}

void JournalWriter::on_synced(std::int32_t result) {
  sync_.is_under_way = false;
  if (result == 0) {
    durable_ = std::max(durable_, sync_.covers);
    ++counts_.syncs;
    return succeed(sync_.attempt);
  }
  // The kernel may have thrown away what it could not write, and says so once: all that is not on disk for certain
  // is written again.
  for (std::uint64_t index = begin_; index < end_; ++index) {
    Unit& unit = this->unit(index);
    unit.sent = 0;
    unit.written_block = std::min(unit.written_block, durable_);
    unit.flight.is_void = unit.flight.is_under_way;
  }
  flushed_ = durable_;
  fail(-result);
}

void JournalWriter::on_folder_synced(std::int32_t result) {
  sync_.is_under_way = false;
  if (result != 0) return fail(-result);
  for (Segment& segment : segments_) segment.is_named = segment.is_named || segment.number <= sync_.covers;
  succeed(sync_.attempt);
}

/// After something was over: how far everything is written and safe, and what need not be kept any more.
void JournalWriter::settle() {
  written_ = released_;
  for (std::uint64_t index = begin_; index < end_; ++index) {
    const Unit& unit = this->unit(index);
    written_ = std::max(written_, unit.written_block);
    if (unit.written_block < unit.last_block || !unit.is_closed) break;
  }
  const std::uint64_t safe = safe_block();
  while (begin_ != end_) {
    const Unit& oldest = unit(begin_);
    if (!oldest.is_closed || oldest.flight.is_under_way || oldest.written_block < oldest.last_block) break;
    if (oldest.last_block > safe) break;
    released_ = std::max(released_, oldest.last_block);
    ++begin_;
  }
  const auto pass = [&](std::uint64_t& next, std::uint64_t block, std::vector<std::uint64_t>& sequences) {
    for (; next != marks_end_ && marks_[next % kMarks].block <= block; ++next) {
      const Mark& mark = marks_[next % kMarks];
      if (mark.ring != kNoRing) sequences[mark.ring] = mark.sequence;
    }
  };
  pass(marks_written_, written_, written_sequences_);
  pass(marks_begin_, safe, safe_sequences_);
  while (segments_.size() > 1 && segments_.front().last_block <= safe &&
         (begin_ == end_ || unit(begin_).segment != segments_.front().number)) {
    io_.close(segments_.front().file);
    segments_.pop_front();
  }
}

// ---- trouble

void JournalWriter::fail(int error) {
  error_ = error;
  next_try_ = now_ + kRetryNanos;
  ++attempt_;
  ++counts_.errors;
}

/// Of something that was begun after the last failure: it is over.
void JournalWriter::succeed(std::uint64_t attempt) noexcept {
  if (attempt == attempt_) error_ = 0;
}

void JournalWriter::look_for_slowness() noexcept {
  UnixNanos oldest = now_;
  if (sync_.is_under_way) oldest = std::min(oldest, sync_.began);
  for (std::uint64_t index = begin_; index < end_; ++index) {
    const Flight& flight = unit(index).flight;
    if (flight.is_under_way) oldest = std::min(oldest, flight.began);
  }
  is_slow_ = now_ - oldest > kSlowNanos;
}

int JournalWriter::problem() const noexcept {
  if (error_ != 0) return error_;
  if (is_waiting_ && supply_.error() != 0) return supply_.error();
  return is_slow_ ? ETIMEDOUT : 0;
}

bool JournalWriter::is_settled() const noexcept {
  return restated_.is_empty() && facts_.is_empty() && safe_block() == chain_.last_number();
}

std::int64_t JournalWriter::behind_nanos() const noexcept {
  return marks_begin_ == marks_end_ ? 0 : now_ - marks_[marks_begin_ % kMarks].at;
}

}  // namespace tickplant::daemon
