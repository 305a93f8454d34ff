// IndexBuilder::finish(): the file of what a segment said.
#include <cstring>

#include "platform/crc32c.hpp"
#include "ringbuf/journal/index_builder.hpp"

namespace tickplant::ringbuf {
namespace {

template <class Row>
void append_table(const std::vector<Row>& table, std::vector<std::byte>& out) {
  const auto bytes = std::as_bytes(std::span(table));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

std::vector<std::byte> IndexBuilder::finish() {
  std::vector<IndexRing> rings;
  std::vector<IndexFeed> feeds;
  std::vector<IndexInstrument> instruments;
  std::vector<IndexBlock> blocks;
  std::vector<IndexState> states;
  std::vector<char> names;
  std::uint64_t posting_bytes = 0;
  for (Ring& ring : rings_) {
    ring.row.first_row = static_cast<std::uint32_t>(blocks.size());
    ring.row.row_count = static_cast<std::uint32_t>(ring.blocks.size());
    blocks.insert(blocks.end(), ring.blocks.begin(), ring.blocks.end());
    rings.push_back(ring.row);
  }
  for (const Feed& feed : feeds_) {
    feeds.push_back(feed.row);
    if (feed.is_changed) {
      feeds.back().flags = IndexFeedFlags{static_cast<std::uint32_t>(feed.row.flags) |
                                          static_cast<std::uint32_t>(IndexFeedFlags::changed)};
    }
  }
  for (const Instrument& each : instruments_) {
    IndexInstrument row;
    row.name = static_cast<std::uint32_t>(names.size());
    row.name_bytes = static_cast<std::uint16_t>(each.name.size());
    row.flags = each.is_changed ? IndexInstrumentFlags::changed : IndexInstrumentFlags::none;
    row.size_scale = each.size_scale;
    row.feed = each.feed;
    row.first_state = static_cast<std::uint32_t>(states.size());
    row.state_count = static_cast<std::uint32_t>(each.states.size());
    row.posting_count = static_cast<std::uint32_t>(each.postings.size());
    row.postings = posting_bytes;
    row.postings_crc = platform::crc32c(std::as_bytes(std::span(each.postings)));
    row.venue_key = each.venue_key_before;
    posting_bytes += each.postings.size() * sizeof(std::uint32_t);
    names.insert(names.end(), each.name.begin(), each.name.end());
    states.insert(states.end(), each.states.begin(), each.states.end());
    instruments.push_back(row);
  }
  head_.ring_count = static_cast<std::uint32_t>(rings.size());
  head_.feed_count = static_cast<std::uint32_t>(feeds.size());
  head_.instrument_count = static_cast<std::uint32_t>(instruments.size());
  head_.block_count = static_cast<std::uint32_t>(blocks.size());
  head_.event_count = static_cast<std::uint32_t>(events_.size());
  head_.state_count = static_cast<std::uint32_t>(states.size());
  head_.name_bytes = static_cast<std::uint32_t>(names.size());
  const std::uint64_t table_bytes = index_table_bytes(head_);
  const std::uint64_t postings = sizeof head_ + table_bytes, state_bytes = postings + posting_bytes;
  for (IndexInstrument& row : instruments) row.postings += postings;
  for (IndexState& row : states) row.offset += state_bytes;
  head_.file_bytes = state_bytes + state_bytes_.size();

  std::vector<std::byte> out(sizeof head_);
  out.reserve(head_.file_bytes);
  append_table(rings, out);
  append_table(feeds, out);
  append_table(instruments, out);
  append_table(blocks, out);
  append_table(events_, out);
  append_table(states, out);
  append_table(names, out);
  out.resize(postings);
  head_.tables_crc = platform::crc32c(std::span(out).subspan(sizeof head_));
  head_.crc = platform::crc32c(std::as_bytes(std::span(&head_, 1)).first(offsetof(IndexHead, crc)));
  std::memcpy(out.data(), &head_, sizeof head_);
  for (const Instrument& each : instruments_) append_table(each.postings, out);
  out.insert(out.end(), state_bytes_.begin(), state_bytes_.end());
  return out;
}

}  // namespace tickplant::ringbuf
