// Names all feeds and segments of a plant, so that a client needs nothing but the plant's name:
//
//   const auto folder = plant_folder("demo", runtime_environment_of_this_process());
//   const auto segment = ReadOnlySegment::attach(segment_path(folder, kCatalogSegmentName),
//                                                {SegmentKind::catalog, kCatalogSchema});
//   const CatalogReader catalog(segment.payload());
//   ... ReadOnlySegment::attach(folder / catalog.find_segment("ticks")->file, ...)
//
// Threads: CatalogWriter: the daemon's set-up, one thread. CatalogReader: any thread of any process; it allocates.
// Not here: instruments (instrument_directory.hpp), where the folder is (plant_folder.hpp).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ringbuf/catalog_layout.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/stamped_entry.hpp"

namespace tickplant::ringbuf {

/// A data product of a venue. Text lengths: catalog_layout.hpp, less one byte.
struct CatalogFeed {
  FeedId id{};  // given by the catalog
  std::string name;
  std::string protocol;
  std::string venue;  // MIC
  std::string ring;   // name of the segment with its ticks
  std::string entitlement_folder;
  std::string time_zone;

  friend bool operator==(const CatalogFeed&, const CatalogFeed&) = default;
};

/// A segment and where its file is.
struct CatalogSegment {
  std::string name;
  SegmentKind kind = SegmentKind::none;
  FeedId feed{};     // 0: of no single feed
  std::string file;  // relative to the plant's folder, or absolute (huge pages are another mount)
  std::uint64_t slot_bytes = 0;
  std::uint64_t slot_count = 0;
  std::uint64_t epoch = 0;

  friend bool operator==(const CatalogSegment&, const CatalogSegment&) = default;
};

using CatalogSlot = StampedEntry<kCatalogEntryBytes>;

class CatalogWriter {
 public:
  static constexpr std::uint64_t payload_bytes() noexcept { return kCatalogPayloadBytes; }

  /// `payload`: zeroed, or left by a predecessor whose feed ids stay.
  explicit CatalogWriter(std::span<std::byte> payload) noexcept;

  /// Adds the feed, or changes the one of that name. Returns its id; `feed.id` is ignored. Throws SetupError: full, a
  /// text too long, no name.
  FeedId put(const CatalogFeed& feed);
  /// Adds the segment, or changes the one of that name. Throws SetupError as above.
  void put(const CatalogSegment& segment);

 private:
  template <class Entry>
  std::size_t put(Entry& entry, std::span<CatalogSlot> slots, std::atomic<std::uint64_t>& count, const char* what);

  CatalogControl* control_;
  std::span<CatalogSlot> feeds_;
  std::span<CatalogSlot> segments_;
};

class CatalogReader {
 public:
  /// Throws SetupError when `payload` is too short.
  explicit CatalogReader(std::span<const std::byte> payload);

  /// Grows with every change. Cheap: poll it.
  [[nodiscard]] std::uint64_t version() const noexcept;

  /// All entries, in the order they were added. Throws SetupError when one stays half written: its writer died.
  [[nodiscard]] std::vector<CatalogFeed> feeds() const;
  [[nodiscard]] std::vector<CatalogSegment> segments() const;

  [[nodiscard]] std::optional<CatalogFeed> find_feed(std::string_view name) const;
  [[nodiscard]] std::optional<CatalogFeed> find_feed(FeedId id) const;
  [[nodiscard]] std::optional<CatalogSegment> find_segment(std::string_view name) const;

 private:
  const CatalogControl* control_;
  std::span<const CatalogSlot> feeds_;
  std::span<const CatalogSlot> segments_;
};

}  // namespace tickplant::ringbuf
