#include "ringbuf/journal/journal_indexer.hpp"

#include <algorithm>

#include "platform/setup_error.hpp"
#include "ringbuf/journal/index_files.hpp"

namespace tickplant::ringbuf {
namespace {

using platform::SetupError;

[[noreturn]] void refuse(const JournalSegmentFile& segment, const std::string& why) {
  throw SetupError("'" + segment.path.string() + "' cannot be indexed: " + why,
                   "tickplant journal verify says more; what was before it is found as ever");
}

}  // namespace

JournalIndexer::JournalIndexer(std::filesystem::path folder, IndexCheck check, std::function<bool()> is_unwanted)
    : folder_(std::move(folder)), check_(check), is_unwanted_(std::move(is_unwanted)) {}

std::optional<IndexedSegment> JournalIndexer::step() {
  const std::vector<JournalSegmentFile> segments = list_segments(folder_);
  const std::size_t wanted = first_without(segments);
  if (wanted >= segments.size()) return std::nullopt;
  const JournalSegmentFile& segment = segments[wanted];
  if (segment.page.first_block == refused_) return std::nullopt;
  try {
    go_to(segments, wanted);
    if (walk(segment) != Walked::complete) refuse(segment, "it is damaged, or the next one does not continue it");
  } catch (...) {
    at_block_ = 0;
    if (!is_unwanted_ || !is_unwanted_()) refused_ = segment.page.first_block;
    throw;
  }
  const std::vector<std::byte> bytes = builder_.finish();
  write_index(folder_, segment.number, bytes);
  done_.insert(segment.page.first_block);
  return IndexedSegment{segment.number, builder_.records(), segment.bytes, bytes.size()};
}

/// Among `segments`; their number: all have one.
std::size_t JournalIndexer::first_without(const std::vector<JournalSegmentFile>& segments) {
  std::string why;
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    if (!is_followed(segments[i], segments[i + 1])) continue;
    if (done_.contains(segments[i].page.first_block)) continue;
    const auto index = open_index(folder_, segments[i], segments[i + 1], why);
    if (!index || (check_ == IndexCheck::all && !index->is_whole())) return i;
    done_.insert(segments[i].page.first_block);
  }
  return segments.size();
}

/// Has the builder take everything before segment `wanted`: from where it is, from an index with beginnings, or from
/// where what leads there without a hole begins.
void JournalIndexer::go_to(const std::vector<JournalSegmentFile>& segments, std::size_t wanted) {
  if (at_block_ != 0 && at_block_ == segments[wanted].page.first_block) return;
  builder_ = {};
  std::size_t from = wanted;
  std::string why;
  while (from > 0 && is_followed(segments[from - 1], segments[from])) {
    --from;
    const auto index = open_index(folder_, segments[from], segments[from + 1], why);
    if (index && index->has_beginnings() && builder_.restore(*index)) break;
    builder_ = {};
  }
  for (; from < wanted; ++from) {
    if (walk(segments[from]) != Walked::complete) refuse(segments[from], "it is damaged");
  }
}

JournalIndexer::Walked JournalIndexer::walk(const JournalSegmentFile& segment) {
  builder_.begin(segment.page);
  JournalScanner scanner(folder_);
  scanner.begin_at(segment.number);
  const auto wants = [](const JournalBlockHeader& header) {
    return header.kind == BlockKind::facts || header.kind == BlockKind::ticks;
  };
  for (;;) {
    if (is_unwanted_ && is_unwanted_()) refuse(segment, "it was not wanted any more");
    const auto block = scanner.next(wants);
    at_block_ = scanner.chain().next_number() - (block ? 1 : 0);
    if (scanner.place().segment != segment.number) return Walked::complete;
    if (!block) break;
    builder_.take(*block);
  }
  return scanner.end().kind == JournalEndKind::damaged ? Walked::damaged : Walked::ended;
}

JournalIndexer::Tail JournalIndexer::tail_from(std::uint64_t number) {
  Tail out;
  const std::vector<JournalSegmentFile> segments = list_segments(folder_);
  auto at = std::ranges::find(segments, number, &JournalSegmentFile::number);
  if (at == segments.end()) return out;
  go_to(segments, static_cast<std::size_t>(at - segments.begin()));
  for (Walked walked = Walked::complete; walked == Walked::complete && at != segments.end(); ++at) {
    walked = walk(*at);
    std::string why;
    auto index = SegmentIndex::of(builder_.finish(), why);
    if (!index) throw SetupError("the index of '" + at->path.string() + "' does not hold: " + why, "this is a bug");
    out.indexes.push_back(std::move(*index));
    out.is_damaged = walked == Walked::damaged;
  }
  return out;
}

}  // namespace tickplant::ringbuf
