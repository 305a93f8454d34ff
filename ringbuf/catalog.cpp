#include "ringbuf/catalog.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::ringbuf {
namespace {

using platform::SetupError;

/// Copies `text` into a field of the entry called `name`; throws rather than cut it.
template <std::size_t Bytes>
void put_text(std::array<char, Bytes>& field, const std::string& text, const char* what, const std::string& name) {
  if (text.size() > text_capacity(field)) {
    throw SetupError("catalog: " + std::string(what) + " of '" + name + "' is '" + text + "', " +
                         std::to_string(text.size()) + " bytes long",
                     "use at most " + std::to_string(text_capacity(field)));
  }
  set_text(field, text);
}

CatalogFeed to_feed(const FeedEntry& entry) {
  CatalogFeed feed;
  feed.id = entry.id;
  feed.name = text_of(entry.name);
  feed.protocol = text_of(entry.protocol);
  feed.venue = text_of(entry.venue);
  feed.ring = text_of(entry.ring);
  feed.entitlement_folder = text_of(entry.entitlement_folder);
  feed.time_zone = text_of(entry.time_zone);
  return feed;
}

CatalogSegment to_segment(const SegmentEntry& entry) {
  CatalogSegment segment;
  segment.name = text_of(entry.name);
  segment.kind = entry.kind;
  segment.feed = entry.feed;
  segment.file = text_of(entry.file);
  segment.slot_bytes = entry.slot_bytes;
  segment.slot_count = entry.slot_count;
  segment.epoch = entry.epoch;
  return segment;
}

/// Our own words, whatever the stamp says: there is no other writer.
template <class Entry>
Entry own(const CatalogSlot& slot) noexcept {
  std::array<std::uint64_t, CatalogSlot::kWords> words;
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = slot.word[i].load(std::memory_order_relaxed);
  Entry entry;
  std::memcpy(reinterpret_cast<std::byte*>(&entry) + 8, words.data(), sizeof words);
  return entry;
}

/// All entries below `count`; `never` ones were left half written by a predecessor and are not told again yet.
template <class Entry>
std::vector<Entry> read_all(std::span<const CatalogSlot> slots, const std::atomic<std::uint64_t>& count) {
  std::vector<Entry> entries;
  // R8 <- W8: the entries below the count were written.
  const std::size_t size = std::min<std::size_t>(count.load(std::memory_order_acquire), slots.size());
  for (std::size_t i = 0; i < size; ++i) {
    Entry entry;
    switch (slots[i].read(&entry)) {
      case TableRead::value: entries.push_back(entry); break;
      case TableRead::never: break;
      case TableRead::busy:
        throw SetupError("catalog entry " + std::to_string(i) + " is half written and stays so",
                         "the plant died while starting: restart it");
    }
  }
  return entries;
}

}  // namespace

CatalogWriter::CatalogWriter(std::span<std::byte> payload) noexcept
    : control_(&object_at<CatalogControl>(payload, 0)),
      feeds_(array_at<CatalogSlot>(payload, kCatalogFeedsOffset, kCatalogFeedCapacity)),
      segments_(array_at<CatalogSlot>(payload, kCatalogSegmentsOffset, kCatalogSegmentCapacity)) {
  // A predecessor may have died between an entry and the version: go on above both, and withdraw what is half written.
  std::uint64_t version = control_->version.load(std::memory_order_relaxed);
  for (const auto slots : {feeds_, segments_}) {
    for (CatalogSlot& slot : slots) {
      const std::uint64_t stamp = slot.stamp.load(std::memory_order_relaxed);
      version = std::max(version, stamp & ~kWritingBit);
      if ((stamp & kWritingBit) != 0) slot.stamp.store(0, std::memory_order_relaxed);
    }
  }
  control_->version.store(version, std::memory_order_release);
}

FeedId CatalogWriter::put(const CatalogFeed& feed) {
  FeedEntry entry;
  put_text(entry.name, feed.name, "name", feed.name);
  put_text(entry.protocol, feed.protocol, "protocol", feed.name);
  put_text(entry.venue, feed.venue, "venue", feed.name);
  put_text(entry.ring, feed.ring, "ring", feed.name);
  put_text(entry.entitlement_folder, feed.entitlement_folder, "entitlement folder", feed.name);
  put_text(entry.time_zone, feed.time_zone, "time zone", feed.name);
  return {static_cast<std::uint16_t>(put(entry, feeds_, control_->feed_count, "feed") + 1)};
}

void CatalogWriter::put(const CatalogSegment& segment) {
  SegmentEntry entry;
  entry.kind = segment.kind;
  entry.feed = segment.feed;
  entry.slot_bytes = segment.slot_bytes;
  entry.slot_count = segment.slot_count;
  entry.epoch = segment.epoch;
  put_text(entry.name, segment.name, "name", segment.name);
  put_text(entry.file, segment.file, "file", segment.name);
  (void)put(entry, segments_, control_->segment_count, "segment");
}

template <class Entry>
std::size_t CatalogWriter::put(Entry& entry, std::span<CatalogSlot> slots, std::atomic<std::uint64_t>& count,
                               const char* what) {
  const std::string name(text_of(entry.name));
  if (name.empty()) throw SetupError("catalog: a " + std::string(what) + " without a name", "name it");
  const std::size_t size = count.load(std::memory_order_relaxed);
  std::size_t index = 0;
  while (index < size && own<Entry>(slots[index]).name != entry.name) ++index;
  if (index == slots.size()) {
    throw SetupError("catalog: no place for " + std::string(what) + " '" + name + "', it holds " + std::to_string(size),
                     "configure fewer");
  }
  if constexpr (requires { entry.id; }) entry.id = {static_cast<std::uint16_t>(index + 1)};

  CatalogSlot& slot = slots[index];
  const Entry known = own<Entry>(slot);
  entry.stamp = known.stamp;
  const bool is_same =
      slot.stamp.load(std::memory_order_relaxed) != 0 && std::memcmp(&entry, &known, sizeof entry) == 0;
  if (is_same) return index;
  const Sequence version{control_->version.load(std::memory_order_relaxed) + 1};
  slot.begin(version);
  slot.store(8, reinterpret_cast<const std::byte*>(&entry) + 8, sizeof entry - 8);
  slot.end(version);
  // W8 -> R8: whoever sees the count or the version sees the entry.
  if (index == size) count.store(size + 1, std::memory_order_release);
  control_->version.store(version.value, std::memory_order_release);
  return index;
}

CatalogReader::CatalogReader(std::span<const std::byte> payload) {
  check_payload("catalog", kCatalogPayloadBytes, payload.size());
  control_ = &object_at<CatalogControl>(payload, 0);
  feeds_ = array_at<CatalogSlot>(payload, kCatalogFeedsOffset, kCatalogFeedCapacity);
  segments_ = array_at<CatalogSlot>(payload, kCatalogSegmentsOffset, kCatalogSegmentCapacity);
}

std::uint64_t CatalogReader::version() const noexcept {
  return control_->version.load(std::memory_order_acquire);  // R8 <- W8
}

std::vector<CatalogFeed> CatalogReader::feeds() const {
  std::vector<CatalogFeed> feeds;
  for (const FeedEntry& entry : read_all<FeedEntry>(feeds_, control_->feed_count)) feeds.push_back(to_feed(entry));
  return feeds;
}

std::vector<CatalogSegment> CatalogReader::segments() const {
  std::vector<CatalogSegment> segments;
  for (const SegmentEntry& entry : read_all<SegmentEntry>(segments_, control_->segment_count)) {
    segments.push_back(to_segment(entry));
  }
  return segments;
}

std::optional<CatalogFeed> CatalogReader::find_feed(std::string_view name) const {
  for (CatalogFeed& feed : feeds()) {
    if (feed.name == name) return std::move(feed);
  }
  return std::nullopt;
}

std::optional<CatalogFeed> CatalogReader::find_feed(FeedId id) const {
  for (CatalogFeed& feed : feeds()) {
    if (feed.id == id) return std::move(feed);
  }
  return std::nullopt;
}

std::optional<CatalogSegment> CatalogReader::find_segment(std::string_view name) const {
  for (CatalogSegment& segment : segments()) {
    if (segment.name == name) return std::move(segment);
  }
  return std::nullopt;
}

}  // namespace tickplant::ringbuf
