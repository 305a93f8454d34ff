// What lies behind the end of a chain: end() and resume() of journal_scanner.hpp.
#include <algorithm>
#include <cstring>
#include <utility>

#include "ringbuf/journal/journal_scanner.hpp"

namespace tickplant::ringbuf {
namespace {

/// A page that a writer was about to fill, or that something happened to.
bool is_torn(PageFault fault) noexcept {
  return fault == PageFault::too_short || fault == PageFault::not_a_journal || fault == PageFault::crc ||
         fault == PageFault::misnamed;
}

/// A page that somebody else filled, whom we do not understand: nobody writes over it.
bool is_beyond_us(PageFault fault) noexcept {
  return fault == PageFault::version || fault == PageFault::endian || fault == PageFault::sizes;
}

bool has_page(PageFault fault) noexcept { return fault == PageFault::none || fault == PageFault::misnamed; }

}  // namespace

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
  if (has_grown()) return {.place = out.place, .number = out.number};
  if (out.durable >= out.number || is_beyond_us(page_fault_)) {
    out.kind = JournalEndKind::damaged;
  } else if (out.last_behind != 0 || fault_ == BlockFault::payload_crc || fault_ == BlockFault::too_long ||
             is_torn(page_fault_)) {
    out.kind = JournalEndKind::torn;
  }
  return out;
}

/// A writer went on between next() and now: what lies behind the place is no sign of anything.
bool JournalScanner::has_grown() const {
  if (!is_begun_ || !found_.empty()) return false;
  JournalScanner probe(folder_);
  probe.begin_at(place_, chain_);
  probe.is_salvaging_ = is_salvaging_;
  return probe.next().has_value();
}

void JournalScanner::look_behind(Search search, JournalEnd& end) {
  const JournalPlace place = place_;
  const bool every_place = search == Search::thorough;
  const auto is_decided = [&] { return end.durable >= end.number; };
  const auto look_at_segment = [&](std::uint64_t begin, std::uint64_t bytes, bool every_place_at_first) {
    look_at_unit(begin, every_place || every_place_at_first, end);
    for (std::uint64_t unit = unit_behind(begin); unit < bytes && !is_decided(); unit = unit_behind(unit)) {
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
    const bool is_ours = has_page(segment.fault) && page.journal_id == chain_.journal_id();
    if (has_page(segment.fault) && !is_ours) continue;
    if (is_ours && page.first_block > end.number) end.last_behind = std::max(end.last_behind, page.first_block - 1);
    OpenedSegment opened = open_segment(folder_, segment.number);
    if (!opened.source) continue;
    std::swap(source_, opened.source);
    window_bytes_ = 0;
    look_at_segment(kJournalPageBytes, segment.bytes, false);
    std::swap(source_, opened.source);
  }
  window_bytes_ = 0;
}

void JournalScanner::look_at_unit(std::uint64_t begin, bool every_place, JournalEnd& end) {
  const std::uint64_t behind = unit_behind(begin);
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
    if (!opened.source) continue;
    enter(std::move(opened), kJournalPageBytes);
    if (find_in_segment(kJournalPageBytes)) return adopt_found(from);
  }
  return std::nullopt;
}

bool JournalScanner::find_in_segment(std::uint64_t begin) {
  for (std::uint64_t at = begin;; at = unit_behind(at)) {
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
    const bool is_whole =
        !source_.keeps_payload(header.kind) || JournalChain::payload_fault(header, payload) == BlockFault::none;
    if (!belongs(header) || !is_whole) {
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
