#include "ringbuf/journal/journal_scanner.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tickplant::ringbuf {
namespace {

constexpr std::size_t kHeaderChunkBytes = 4096;  // read at once while payloads are passed over

constexpr std::uint64_t unit_end(std::uint64_t offset) noexcept { return offset + room_in_unit(offset); }

const WantsPayload& wish_of(Payloads payloads) {
  static const WantsPayload kAll = [](const JournalBlockHeader&) { return true; };
  static const WantsPayload kFacts = [](const JournalBlockHeader& header) { return header.kind == BlockKind::facts; };
  static const WantsPayload kNone = [](const JournalBlockHeader&) { return false; };
  return payloads == Payloads::all ? kAll : payloads == Payloads::facts ? kFacts : kNone;
}

/// A page that a writer was about to fill, or that something happened to.
bool is_torn(PageFault fault) noexcept {
  return fault == PageFault::too_short || fault == PageFault::not_a_journal || fault == PageFault::crc ||
         fault == PageFault::misnamed;
}

/// A page that somebody else filled, whom we do not understand: nobody writes over it.
bool is_beyond_us(PageFault fault) noexcept {
  return fault == PageFault::version || fault == PageFault::endian || fault == PageFault::sizes;
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

JournalScanner::JournalScanner(std::filesystem::path folder) : folder_(std::move(folder)), window_(kJournalUnitBytes) {}

void JournalScanner::begin_at(std::uint64_t segment_number) {
  *this = JournalScanner(std::move(folder_));
  first_segment_ = segment_number;
}

void JournalScanner::begin_at(JournalPlace place, const JournalChain& chain) {
  begin_at(place.segment);
  OpenedSegment opened = open_segment(folder_, place.segment);
  if (!opened.fd) return;
  enter(std::move(opened), place.offset);
  chain_ = chain;
  knows_journal_ = true;
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
    if (try_block(unit_end(place_.offset), wants, block) == BlockFault::none) return take(block);
    fault_ = fault;
    if (!enter_next_segment()) return std::nullopt;
  }
}

bool JournalScanner::open_first() {
  std::uint64_t number = first_segment_;
  if (number == 0) {
    const std::vector<JournalSegmentFile> segments = list_segments(folder_);
    if (segments.empty()) return false;
    number = segments.front().number;
  }
  OpenedSegment opened = open_segment(folder_, number);
  page_fault_ = opened.file.fault;
  place_ = {number, 0};
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
  fd_ = std::move(opened.fd);
  window_bytes_ = 0;
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
  if (!wants(*header)) {
    (void)load(offset, sizeof *header, false);
    return BlockFault::none;
  }
  if (!load(offset, block_bytes(header->payload_bytes), true)) return BlockFault::too_long;
  // The header once more: from the window, so that header and payload are of one reading.
  std::memcpy(static_cast<void*>(&out.header), window_.data() + (offset - window_begin_), sizeof out.header);
  out.payload = std::span<const std::byte>(window_).subspan(
      static_cast<std::size_t>(offset - window_begin_) + sizeof(JournalBlockHeader), header->payload_bytes);
  return chain_.continues(out.header, out.payload);
}

std::optional<JournalBlock> JournalScanner::take(const JournalBlock& block) {
  chain_.advance(block.header);
  place_.offset = block.place.offset + block_bytes(block.header.payload_bytes);
  return block;
}

/// From the window where it has it, else from the file.
std::optional<JournalBlockHeader> JournalScanner::header_at(std::uint64_t offset) const noexcept {
  JournalBlockHeader header;
  const std::span<std::byte> bytes = std::as_writable_bytes(std::span(&header, 1));
  if (offset >= window_begin_ && offset + bytes.size() <= window_begin_ + window_bytes_) {
    std::memcpy(bytes.data(), window_.data() + (offset - window_begin_), bytes.size());
    return header;
  }
  if (read_at(fd_.get(), offset, bytes) != static_cast<std::ptrdiff_t>(bytes.size())) return std::nullopt;
  return header;
}

/// Makes the window hold `bytes` bytes from `offset` on, of one unit.
bool JournalScanner::load(std::uint64_t offset, std::size_t bytes, bool whole_unit) {
  if (offset >= window_begin_ && offset + bytes <= window_begin_ + window_bytes_) return true;
  const std::size_t room = room_in_unit(offset);
  const std::size_t wanted = whole_unit ? room : std::min(room, std::max(bytes, kHeaderChunkBytes));
  const std::ptrdiff_t count = read_at(fd_.get(), offset, std::span(window_).first(wanted));
  window_begin_ = offset;
  window_bytes_ = count < 0 ? 0 : static_cast<std::size_t>(count);
  is_window_fresh_ = true;
  return window_bytes_ >= bytes;
}

// ---- what lies behind

/// Whether a header is of a block that this journal may have behind the place where we are.
bool JournalScanner::belongs(const JournalBlockHeader& header) const noexcept {
  return header_fault(header) == BlockFault::none && (!knows_journal_ || header.journal_id == chain_.journal_id()) &&
         header.number >= chain_.next_number() && header.epoch >= chain_.epoch();
}

/// Whether it is the next block's, or was: a header that something happened to has most of its fields still.
bool JournalScanner::is_piece_of_next(const JournalBlockHeader& header) const noexcept {
  const int alike = (header.magic == kBlockMagic ? 1 : 0) + (header.journal_id == chain_.journal_id() ? 1 : 0) +
                    (header.number == chain_.next_number() ? 1 : 0) +
                    (header.previous_crc == chain_.last_header_crc() ? 1 : 0);
  return alike >= 3 && header_fault(header) != BlockFault::none;
}

JournalEnd JournalScanner::end(Search search) {
  JournalEnd out;
  if (!is_begun_ && !open_first()) {
    // The first segment's page does not hold, or there is none. Blocks are found without it.
    const std::vector<JournalSegmentFile> segments = list_segments(folder_);
    if (segments.empty()) return out;
    const std::optional<std::uint64_t> id = journal_id_of(segments);
    knows_journal_ = id.has_value();
    chain_ = JournalChain(id.value_or(0), 0);
  }
  out.place = place_;
  out.number = chain_.next_number();
  out.fault = fault_;
  out.page_fault = page_fault_;
  look_behind(search, out);
  if (out.durable >= out.number || is_beyond_us(page_fault_)) {
    out.kind = JournalEndKind::damaged;
  } else if (out.last_behind != 0 || fault_ == BlockFault::payload_crc || fault_ == BlockFault::too_long ||
             is_torn(page_fault_)) {
    out.kind = JournalEndKind::torn;
  }
  return out;
}

void JournalScanner::look_behind(Search search, JournalEnd& end) {
  const JournalPlace place = place_;
  const bool every_place = search == Search::thorough;
  const auto is_decided = [&] { return end.durable >= end.number; };
  const auto look_at_segment = [&](std::uint64_t begin, std::uint64_t bytes, bool every_place_at_first) {
    look_at_unit(begin, every_place || every_place_at_first, end);
    for (std::uint64_t unit = unit_end(begin); unit < bytes && !is_decided(); unit = unit_end(unit)) {
      look_at_unit(unit, every_place, end);
    }
  };
  for (const Found& found : found_) {
    end.last_behind = std::max(end.last_behind, found.header.number);
    end.durable = std::max(end.durable, found.header.durable);
  }
  bool is_behind = !is_begun_;
  for (const JournalSegmentFile& segment : segments_in_order()) {
    if (is_decided()) break;
    if (is_begun_ && segment.number == place.segment) {
      look_at_segment(found_.empty() ? place.offset : found_end_, segment.bytes, true);
      is_behind = true;
      continue;
    }
    if (!is_behind && segment.number < place.segment) continue;
    is_behind = true;
    const JournalSegmentPage& page = segment.page;
    const bool is_ours = is_believable(segment.fault) && page.journal_id == chain_.journal_id();
    if (is_believable(segment.fault) && !is_ours) continue;
    if (is_ours && page.first_block > end.number) end.last_behind = std::max(end.last_behind, page.first_block - 1);
    OpenedSegment opened = open_segment(folder_, segment.number);
    if (!opened.fd) continue;
    std::swap(fd_, opened.fd);
    window_bytes_ = 0;
    look_at_segment(kJournalPageBytes, segment.bytes, false);
    std::swap(fd_, opened.fd);
  }
  window_bytes_ = 0;
}

void JournalScanner::look_at_unit(std::uint64_t begin, bool every_place, JournalEnd& end) {
  const std::uint64_t behind = unit_end(begin);
  window_bytes_ = 0;
  if (every_place && !load(begin, sizeof(JournalBlockHeader), true)) return;
  for (std::uint64_t at = begin; at + kBlockBytesMin <= behind;) {
    const std::optional<JournalBlockHeader> header = header_at(at);
    if (!header) return;
    std::size_t step = kBlockAlignment;
    if (belongs(*header)) {
      end.last_behind = std::max(end.last_behind, header->number);
      end.durable = std::max(end.durable, header->durable);
      step = block_bytes(header->payload_bytes);
    } else if (is_piece_of_next(*header)) {
      end.last_behind = std::max(end.last_behind, end.number);
    }
    if (!every_place && step == kBlockAlignment) return;
    at += step;
  }
}

// ---- salvage

/// By what the pages say, by their names where those do not hold; what is foreign comes last.
std::vector<JournalSegmentFile> JournalScanner::segments_in_order() const {
  std::vector<JournalSegmentFile> segments = list_segments(folder_);
  const auto number_of = [](const JournalSegmentFile& segment) {
    return segment.fault == PageFault::misnamed ? segment.page.segment_number : segment.number;
  };
  std::stable_sort(segments.begin(), segments.end(),
                   [&](const auto& a, const auto& b) { return number_of(a) < number_of(b); });
  return segments;
}

std::optional<JournalHole> JournalScanner::resume() {
  const JournalPlace from = place_;
  is_salvaging_ = true;
  if (!found_.empty()) return adopt_found(from);
  bool is_behind = !is_begun_;
  if (!is_begun_ && !knows_journal_) {
    const std::optional<std::uint64_t> id = journal_id_of(list_segments(folder_));
    knows_journal_ = id.has_value();
    chain_ = JournalChain(id.value_or(0), 0);
  }
  if (is_begun_ && find_in_segment(place_.offset)) return adopt_found(from);
  for (const JournalSegmentFile& segment : segments_in_order()) {
    if (!is_behind) {
      is_behind = segment.number == from.segment;
      continue;
    }
    OpenedSegment opened = open_segment(folder_, segment.number);
    if (!opened.fd) continue;
    enter(std::move(opened), kJournalPageBytes);
    if (find_in_segment(kJournalPageBytes)) return adopt_found(from);
  }
  return std::nullopt;
}

bool JournalScanner::find_in_segment(std::uint64_t begin) {
  for (std::uint64_t at = begin;; at = unit_end(at)) {
    window_bytes_ = 0;
    if (find_in_unit(at)) return true;
    if (window_bytes_ < room_in_unit(at)) return false;  // the file's end
  }
}

/// Collects the blocks of a unit that are whole by themselves and not behind us.
bool JournalScanner::find_in_unit(std::uint64_t begin) {
  if (!load(begin, kBlockBytesMin, true)) return false;
  const std::uint64_t behind = window_begin_ + window_bytes_;
  for (std::uint64_t at = begin; at + kBlockBytesMin <= behind;) {
    const JournalBlockHeader header = *header_at(at);
    const auto payload = std::span<const std::byte>(window_)
                             .first(window_bytes_)
                             .subspan(static_cast<std::size_t>(at - window_begin_) + sizeof header);
    if (!belongs(header) || JournalChain::payload_fault(header, payload) != BlockFault::none) {
      at += kBlockAlignment;
      continue;
    }
    if (!knows_journal_) {
      chain_ = JournalChain(header.journal_id, 0);
      knows_journal_ = true;
    }
    found_.push_back({at, header});
    at += block_bytes(header.payload_bytes);
    found_end_ = at;
  }
  std::stable_sort(found_.begin(), found_.end(),
                   [](const Found& a, const Found& b) { return a.header.number > b.header.number; });
  return !found_.empty();
}

JournalHole JournalScanner::adopt_found(JournalPlace from) {
  const Found& found = found_.back();
  const JournalHole hole{from, {place_.segment, found.offset}, chain_.next_number(), found.header.number - 1};
  chain_ = JournalChain(chain_.journal_id(), std::min(chain_.epoch(), found.header.epoch), found.header.number - 1,
                        found.header.previous_crc);
  place_.offset = found.offset;
  return hole;
}

std::optional<JournalBlock> JournalScanner::next_found(const WantsPayload& wants) {
  JournalBlock block;
  fault_ = try_block(found_.back().offset, wants, block);
  if (fault_ != BlockFault::none) return std::nullopt;
  (void)take(block);
  while (!found_.empty() && found_.back().header.number <= chain_.last_number()) found_.pop_back();
  place_.offset = found_.empty() ? found_end_ : found_.back().offset;
  return block;
}

}  // namespace tickplant::ringbuf
