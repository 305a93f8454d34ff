#include "ringbuf/journal/journal_scanner.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tickplant::ringbuf {
namespace {

constexpr std::size_t kHeaderChunkBytes = 4096;  // read at once while payloads are passed over

const WantsPayload& wish_of(Payloads payloads) {
  static const WantsPayload kAll = [](const JournalBlockHeader&) { return true; };
  static const WantsPayload kFacts = [](const JournalBlockHeader& header) { return header.kind == BlockKind::facts; };
  static const WantsPayload kNone = [](const JournalBlockHeader&) { return false; };
  return payloads == Payloads::all ? kAll : payloads == Payloads::facts ? kFacts : kNone;
}

bool is_believable(PageFault fault) noexcept { return fault == PageFault::none || fault == PageFault::misnamed; }

bool continues(const JournalSegmentPage& page, const JournalChain& chain) noexcept {
  return page.journal_id == chain.journal_id() && page.first_block == chain.next_number() &&
         page.previous_crc == chain.last_header_crc() && page.epoch >= chain.epoch();
}

}  // namespace

std::string_view text_of(JournalEndKind kind) noexcept {
  switch (kind) {
    case JournalEndKind::tail: return "tail";
    case JournalEndKind::torn: return "torn";
    case JournalEndKind::damaged: return "damaged";
  }
  return "unknown";
}

JournalScanner::JournalScanner(std::filesystem::path folder) : folder_(std::move(folder)) {}

void JournalScanner::begin_at(std::uint64_t segment_number) {
  std::vector<std::byte> window = std::move(window_);
  const int read_error = read_error_;
  *this = JournalScanner(std::move(folder_));
  window_ = std::move(window);
  read_error_ = read_error;
  first_segment_ = segment_number;
}

void JournalScanner::begin_at(JournalPlace place, const JournalChain& chain) {
  begin_at(place.segment);
  OpenedSegment opened = open_segment(folder_, place.segment);
  if (read_error_ == 0) read_error_ = opened.file.read_error;
  if (!opened.source) return;
  enter(std::move(opened), place.offset);
  chain_ = chain;
  knows_journal_ = true;
}

void JournalScanner::begin_in(OpenedSegment segment) {
  begin_at(segment.file.number);
  (void)begin(std::move(segment));
}

std::optional<JournalBlock> JournalScanner::next(Payloads payloads) { return next(wish_of(payloads)); }

std::optional<JournalBlock> JournalScanner::next(const WantsPayload& wants) {
  is_window_fresh_ = false;
  if (!is_begun_ && !open_first()) return std::nullopt;
  if (!found_.empty()) return next_found(wants);
  for (;;) {
    JournalBlock block;
    const BlockFault fault = try_again(place_.offset, wants, block);
    if (fault == BlockFault::none) return take(block);
    if (try_block(unit_behind(place_.offset), wants, block) == BlockFault::none) return take(block);
    fault_ = fault;
    if (!enter_next_segment() && !go_back_to_torn()) return std::nullopt;
  }
}

/// Behind a header that is whole a daemon that was killed may have left a payload that is not; its successor went on in
/// the next unit as if neither were there. Whoever passed over that payload finds nothing behind it, and goes back.
bool JournalScanner::go_back_to_torn() {
  if (unchecked_.offset == 0) return false;
  const Unchecked from = std::exchange(unchecked_, {});
  const std::uint64_t end = place_.offset;
  place_.offset = from.offset;
  chain_ = from.chain;
  window_bytes_ = 0;
  while (place_.offset < end) {
    JournalBlock block;
    suspect_ = place_.offset;
    if (try_block(place_.offset, wish_of(Payloads::all), block) != BlockFault::none) return true;
    (void)take(block);
  }
  suspect_ = 0;
  return false;
}

bool JournalScanner::open_first() {
  std::uint64_t number = first_segment_;
  if (number == 0) {
    const std::vector<JournalSegmentFile> segments = list_segments(folder_);
    if (segments.empty()) return false;
    number = segments.front().number;
  }
  return begin(open_segment(folder_, number));
}

bool JournalScanner::begin(OpenedSegment opened) {
  if (read_error_ == 0) read_error_ = opened.file.read_error;
  page_fault_ = opened.file.fault;
  place_ = {opened.file.number, 0};
  if (page_fault_ != PageFault::none) return false;
  const JournalSegmentPage& page = opened.file.page;
  chain_ = JournalChain(page.journal_id, page.epoch, page.first_block - 1, page.previous_crc);
  knows_journal_ = true;
  enter(std::move(opened), kJournalPageBytes);
  return true;
}

void JournalScanner::enter(OpenedSegment opened, std::uint64_t offset) {
  is_begun_ = true;
  place_ = {opened.file.number, offset};
  page_.reset();
  if (is_believable(opened.file.fault)) page_ = opened.file.page;
  source_ = std::move(opened.source);
  window_bytes_ = 0;
  unchecked_ = {};
  suspect_ = 0;
}

bool JournalScanner::enter_next_segment() {
  std::uint64_t number = place_.segment + 1;
  if (is_salvaging_) {
    const std::vector<JournalSegmentFile> segments = segments_in_order();
    auto at = std::find_if(segments.begin(), segments.end(), [&](const auto& s) { return s.number == place_.segment; });
    if (at == segments.end() || ++at == segments.end()) return false;
    number = at->number;
  }
  OpenedSegment opened = open_segment(folder_, number);
  if (read_error_ == 0) read_error_ = opened.file.read_error;
  page_fault_ = opened.file.fault == PageFault::unreadable ? PageFault::none : opened.file.fault;
  const bool holds = opened.file.fault == PageFault::none || (is_salvaging_ && is_believable(opened.file.fault));
  if (!holds) return false;
  if (opened.file.page.journal_id != chain_.journal_id()) page_fault_ = PageFault::foreign;
  if (!continues(opened.file.page, chain_)) return false;
  chain_.begin_epoch(opened.file.page.epoch);
  enter(std::move(opened), kJournalPageBytes);
  return true;
}

/// What was read in an earlier call may have been written since.
BlockFault JournalScanner::try_again(std::uint64_t offset, const WantsPayload& wants, JournalBlock& out) {
  const BlockFault fault = try_block(offset, wants, out);
  if (fault == BlockFault::none || is_window_fresh_) return fault;
  window_bytes_ = 0;
  return try_block(offset, wants, out);
}

BlockFault JournalScanner::try_block(std::uint64_t offset, const WantsPayload& wants, JournalBlock& out) {
  if (room_in_unit(offset) < kBlockBytesMin) return BlockFault::no_block;
  const std::optional<JournalBlockHeader> header = header_at(offset);
  if (!header) return BlockFault::no_block;
  out.header = *header;
  out.place = {place_.segment, offset};
  out.payload = {};
  if (const BlockFault fault = chain_.continues(*header); fault != BlockFault::none) return fault;
  if (block_bytes(header->payload_bytes) > room_in_unit(offset)) return BlockFault::too_long;
  out.is_dropped = !source_.keeps_payload(header->kind);
  const bool is_wanted = wants(*header);
  if (out.is_dropped || (!is_wanted && offset != suspect_)) {
    if (!source_.is_compressed()) (void)load(offset, sizeof *header, false);
    return BlockFault::none;
  }
  // Of a compressed segment only what is wanted: the rest of the unit may be of other rings.
  if (!load(offset, block_bytes(header->payload_bytes), !source_.is_compressed())) return BlockFault::too_long;
  // The header once more: from the window, so that header and payload are of one reading.
  std::memcpy(static_cast<void*>(&out.header), window_.data() + (offset - window_begin_), sizeof out.header);
  out.payload = std::span<const std::byte>(window_).subspan(
      static_cast<std::size_t>(offset - window_begin_) + sizeof(JournalBlockHeader), header->payload_bytes);
  const BlockFault fault = chain_.continues(out.header, out.payload);
  if (!is_wanted) out.payload = {};
  return fault;
}

std::optional<JournalBlock> JournalScanner::take(const JournalBlock& block) {
  const bool is_of_other_unit =
      unchecked_.offset / kJournalUnitBytes != block.place.offset / kJournalUnitBytes || unchecked_.offset == 0;
  if (is_of_other_unit) unchecked_ = {};
  if (block.payload.empty() && !source_.is_compressed() && is_of_other_unit && block.place.offset != suspect_) {
    unchecked_ = {block.place.offset, chain_};
  }
  chain_.advance(block.header);
  place_.offset = block.place.offset + block_bytes(block.header.payload_bytes);
  return block;
}

/// From the window where it has it, else from the file.
std::optional<JournalBlockHeader> JournalScanner::header_at(std::uint64_t offset) {
  JournalBlockHeader header;
  const std::span<std::byte> bytes = std::as_writable_bytes(std::span(&header, 1));
  if (offset >= window_begin_ && offset + bytes.size() <= window_begin_ + window_bytes_) {
    std::memcpy(bytes.data(), window_.data() + (offset - window_begin_), bytes.size());
    return header;
  }
  if (read(offset, bytes) != static_cast<std::ptrdiff_t>(bytes.size())) return std::nullopt;
  return header;
}

std::ptrdiff_t JournalScanner::read(std::uint64_t offset, std::span<std::byte> out) {
  const std::ptrdiff_t count = source_.read(offset, out);
  if (count < 0 && read_error_ == 0) read_error_ = errno;
  return count;
}

/// Makes the window hold `bytes` bytes from `offset` on, of one unit.
bool JournalScanner::load(std::uint64_t offset, std::size_t bytes, bool whole_unit) {
  if (offset >= window_begin_ && offset + bytes <= window_begin_ + window_bytes_) return true;
  if (window_.empty()) window_.resize(kJournalUnitBytes);
  const std::size_t room = room_in_unit(offset);
  const std::size_t chunk = source_.is_compressed() ? bytes : std::max(bytes, kHeaderChunkBytes);
  const std::size_t wanted = whole_unit ? room : std::min(room, chunk);
  const std::ptrdiff_t count = read(offset, std::span(window_).first(wanted));
  window_begin_ = offset;
  window_bytes_ = count < 0 ? 0 : static_cast<std::size_t>(count);
  is_window_fresh_ = true;
  return window_bytes_ >= bytes;
}

}  // namespace tickplant::ringbuf
