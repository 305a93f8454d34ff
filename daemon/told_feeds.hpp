// What a predecessor had told of a feed: from the ring that it left, or from the journal where the ring is gone.
//
// Threads: set-up, when nobody writes.
// Not here: what a feed makes of it (feedhandlers/told_records.hpp), what an index says (told_index.hpp).
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/plant_segments.hpp"
#include "feedhandlers/told_records.hpp"
#include "ringbuf/instrument_directory.hpp"

namespace tickplant::daemon {

/// Takes the records of a ring in their order.
class ToldCollector {
 public:
  /// `is_its`: whether a feed's number, or an instrument, is of the feed that is looked for.
  struct Owner {
    std::function<bool(ringbuf::FeedId)> has_feed;
    std::function<bool(ringbuf::InstrumentId)> has_instrument;
  };
  explicit ToldCollector(Owner owner) : owner_(std::move(owner)) {}

  void take(const ringbuf::Record& record);
  [[nodiscard]] bool has_position() const noexcept { return told_.position.has_value(); }
  [[nodiscard]] feedhandlers::ToldRecords told() && { return std::move(told_); }

 private:
  Owner owner_;
  feedhandlers::ToldRecords told_;
  std::deque<ringbuf::Record> recent_;  // of its instruments
};

/// What a feed is to go on with.
struct ToldFeed {
  feedhandlers::ToldRecords records;
  feedhandlers::ToldHistory history;  // none: nobody knows it
};

/// Passes on what was told of a feed in its newest trading day, the session's record first, up to its newest position.
class DayTeller {
 public:
  using Take = std::function<void(const ringbuf::Record&)>;
  DayTeller(ToldCollector::Owner owner, const Take& take) : owner_(std::move(owner)), take_(take) {}

  void take(const ringbuf::Record& record);
  /// What was told of the day so far has been passed on.
  void begin_amid() noexcept { has_session_ = true; }
  /// The records are not all there.
  void on_lost() noexcept { has_lost_ = true; }
  /// A day began among them: all that was told since then was passed on, or has_lost().
  [[nodiscard]] bool has_session() const noexcept { return has_session_; }
  [[nodiscard]] bool has_lost() const noexcept { return has_lost_; }

 private:
  ToldCollector::Owner owner_;
  const Take& take_;
  std::vector<ringbuf::Record> behind_;  // the newest position
  bool has_session_ = false;
  bool has_lost_ = false;
};

/// Where what was told of a feed is looked for.
struct ToldPlaces {
  TickRing* ring = nullptr;
  const ringbuf::InstrumentDirectoryReader* directory = nullptr;
  std::filesystem::path journal = {};  // empty: there is none
  ringbuf::FeedId feed{};
  std::string feed_name, ring_name;
};

/// Names the instruments of a new directory as the journal knows them, with their ids: a feed that goes on behind what
/// it told before does not hear of them again that day. `feeds`: by name, as they are numbered now. Returns how many.
/// Throws SetupError: the journal cannot be read.
std::size_t restore_instruments(const std::filesystem::path& journal,
                                const std::map<std::string, ringbuf::FeedId>& feeds,
                                ringbuf::InstrumentDirectoryWriter& directory);

/// See ToldHistory. Reads the ring, or as much of the journal as it takes: from where an index says how things stood,
/// else from where the day began. `places` is copied; what it points to outlives the result.
[[nodiscard]] feedhandlers::ToldHistory history_in(const ToldPlaces& places);

/// What was told of the feed around its newest position. A ring may be younger than that: its predecessor was killed
/// before it told one. Then the position is the journal's, or there is none yet, and all that was told is behind it.
/// Throws SetupError: the journal cannot be read.
[[nodiscard]] feedhandlers::ToldRecords told_records(const ToldPlaces& places);

}  // namespace tickplant::daemon
