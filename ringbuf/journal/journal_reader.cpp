#include "ringbuf/journal/journal_reader.hpp"

#include <algorithm>

#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::ringbuf {
namespace {

using platform::SetupError;

bool has_times(BlockKind kind) noexcept { return kind == BlockKind::ticks || has_derived_records(kind); }

bool has_records(BlockKind kind) noexcept { return has_times(kind) || kind == BlockKind::runs; }

UnixNanos recv_of(const JournalRecords& records, std::size_t index) noexcept {
  const std::size_t at =
      index * records.record_bytes +
      (records.kind == BlockKind::ticks ? offsetof(RecordHeader, ts_recv) : offsetof(DerivedHeader, ts_recv));
  UnixNanos out;
  std::memcpy(&out, records.bytes.data() + at, sizeof out);
  return out;
}

}  // namespace

JournalReader::JournalReader(std::filesystem::path folder, JournalWish wish)
    : wish_(std::move(wish)), scanner_(std::move(folder)) {
  choose_segment();
}

/// The last segment before which nothing is wished for.
void JournalReader::choose_segment() {
  const std::vector<JournalSegmentFile> segments = list_segments(scanner_.folder());
  if (segments.empty()) {
    throw SetupError("there is no journal in '" + scanner_.folder().string() + "'",
                     "name the folder that holds the files NNNNNNNNNNNNNNNN.journal");
  }
  for (const JournalSegmentFile& segment : segments) {
    if (segment.fault != PageFault::version) continue;
    throw SetupError("'" + segment.path.string() + "' is of version " + std::to_string(segment.page.major) +
                         ", we read version " + std::to_string(kJournalMajor),
                     "use the tickplant that wrote it");
  }
  if (wish_.from_segment != 0) {
    const auto is_it = [&](const JournalSegmentFile& segment) { return segment.number == wish_.from_segment; };
    if (std::ranges::none_of(segments, is_it)) {
      throw SetupError(
          "'" + segment_file_name(wish_.from_segment) + "' is not in '" + scanner_.folder().string() + "' any more",
          "begin later");
    }
    return scanner_.begin_at(wish_.from_segment);
  }
  const bool is_bounded = wish_.from_sequence > 1 || wish_.from_recv != platform::kNoTime;
  if (!is_bounded) return;
  for (auto at = segments.rbegin(); at != segments.rend(); ++at) {
    if (at->fault != PageFault::none || !may_begin_at(at->number)) continue;
    scanner_.begin_at(at->number);
    return;
  }
  scanner_.begin_at(segments.front().number);
}

/// Whether what is wished for of each ring begins in this segment or behind.
bool JournalReader::may_begin_at(std::uint64_t segment) {
  JournalScanner scanner(scanner_.folder());
  scanner.begin_at(segment);
  std::set<std::uint32_t> open;  // rings of which we do not know yet
  bool has_rings = false;
  JournalKnowledge rings;
  while (const auto block = scanner.next(Payloads::facts)) {
    if (block->place.segment != segment) break;
    if (block->header.kind == BlockKind::facts) {
      FactsReader facts(block->payload);
      while (const auto fact = facts.next()) {
        if (fact->kind != FactKind::ring) continue;
        rings.apply(*fact);
        const auto ring = fact->as<RingFact>();
        const bool is_asked =
            wish_.rings.empty() || std::ranges::find(wish_.rings, text_of(ring.name)) != wish_.rings.end();
        if (!is_asked || (wish_.from_recv != platform::kNoTime && !has_times(ring.kind))) continue;
        has_rings = true;
        if (wish_.from_sequence > 1 && ring.next > wish_.from_sequence) return false;
        if (wish_.from_recv != platform::kNoTime && ring.next > 1) open.insert(ring.ring);
      }
      continue;
    }
    if (!has_rings) return false;
    if (wish_.from_recv == platform::kNoTime || open.empty()) return true;
    const bool is_told = block->header.last_recv != 0 && block->header.first_recv < wish_.from_recv.value;
    if (open.erase(block->header.ring) != 0 && !is_told) return false;
    if (open.empty()) return true;
  }
  return has_rings && open.empty();
}

bool JournalReader::is_wished(std::uint32_t ring) {
  if (wish_.rings.empty()) return true;
  const RingFact* fact = knowledge_.ring(ring);
  return fact != nullptr && std::ranges::find(wish_.rings, text_of(fact->name)) != wish_.rings.end();
}

bool JournalReader::wants(const JournalBlockHeader& header) {
  if (header.kind == BlockKind::facts) return true;
  if (!has_records(header.kind) || !is_wished(header.ring)) return false;
  if (header.first + header.count <= wish_.from_sequence) return false;
  const bool says_times = has_times(header.kind) && header.last_recv != 0;
  const bool is_in_time =
      !says_times || (header.last_recv >= wish_.from_recv.value && header.first_recv < wish_.until_recv.value);
  return is_in_time && (!wish_.likes || !has_times(header.kind) || scanner_.may_hold(header, instruments_));
}

std::optional<JournalItem> JournalReader::next() {
  const WantsPayload wants_payload = [this](const JournalBlockHeader& header) { return wants(header); };
  for (;;) {
    if (!losses_.empty()) {
      const JournalLoss loss = losses_.front();
      losses_.pop_front();
      return loss;
    }
    if (held_) {
      const std::optional<JournalRecords> records = records_of(*held_);
      held_.reset();
      if (records) return *records;
    }
    const std::optional<JournalBlock> block = scanner_.next(wants_payload);
    if (!block) return std::nullopt;
    if (block->header.kind == BlockKind::facts) {
      take_facts(*block);
      continue;
    }
    knowledge_.reopen();
    if (!has_records(block->header.kind)) continue;
    if (const auto missing = continuity_.on_block(block->header)) tell_lost({block->header.ring, *missing});
    if (block->is_dropped && begun_.contains(block->header.ring)) {
      const std::uint64_t last = block->header.first + block->header.count - 1;
      tell_lost({block->header.ring, {block->header.first, last}, LossReason::age});
    }
    if (!block->is_dropped) begun_.insert(block->header.ring);
    if (!block->payload.empty()) held_ = block;
  }
}

void JournalReader::take_facts(const JournalBlock& block) {
  FactsReader facts(block.payload);
  while (const auto fact = facts.next()) {
    knowledge_.apply(*fact);
    if (fact->kind == FactKind::ring) continuity_.on_ring(fact->as<RingFact>());
    if (fact->kind == FactKind::instrument) take_instrument(fact->as<InstrumentEntry>());
    if (fact->kind != FactKind::loss) continue;
    const auto loss = fact->as<LossFact>();
    if (const auto missing = continuity_.on_loss(loss)) tell_lost({loss.ring, *missing});
    if (loss.first != 0 && loss.first <= loss.last)
      tell_lost({loss.ring, {loss.first, loss.last}, loss.reason, loss.runs});
  }
}

void JournalReader::take_instrument(const InstrumentEntry& entry) {
  if (!wish_.likes) return;
  const auto at = std::ranges::lower_bound(instruments_, entry.id.value);
  const bool is_known = at != instruments_.end() && *at == entry.id.value;
  const bool is_liked = wish_.likes(entry);
  if (is_liked && !is_known) instruments_.insert(at, entry.id.value);
  if (!is_liked && is_known) instruments_.erase(at);
}

void JournalReader::tell_lost(const JournalLoss& loss) {
  if (is_wished(loss.ring) && loss.range.last >= wish_.from_sequence) losses_.push_back(loss);
}

/// The wished ones of a block: a row of them, since sequences and receive times rise within a ring of ticks.
std::optional<JournalRecords> JournalReader::records_of(const JournalBlock& block) {
  static const RingFact kUnknown{};
  JournalRecords out;
  out.ring = knowledge_.ring(block.header.ring);
  if (out.ring == nullptr) out.ring = &kUnknown;
  out.kind = block.header.kind;
  out.record_bytes = block.header.record_bytes;
  out.first = block.header.first;
  out.bytes = block.payload;
  out.place = block.place;
  std::size_t begin = 0, end = out.count();
  if (out.first < wish_.from_sequence) begin = static_cast<std::size_t>(wish_.from_sequence - out.first);
  if (has_times(out.kind)) {
    while (begin < end && recv_of(out, begin) < wish_.from_recv) ++begin;
    while (begin < end && !(recv_of(out, end - 1) < wish_.until_recv)) --end;
  }
  if (begin >= end) return std::nullopt;
  out.first += begin;
  out.bytes = out.bytes.subspan(begin * out.record_bytes, (end - begin) * out.record_bytes);
  return out;
}

}  // namespace tickplant::ringbuf
