// A feed from a file: a day file, a capture, a DBN file or a journal, as quickly as the plant takes it: it waits for
// lossless readers of its ring, the recorder for one. The same feed handler as live; all times are those of the file,
// so there are no heartbeats, and two runs give the same records. A successor reads it again from its beginning,
// silently up to where its predecessor was: the ring goes on as if there had been no break. Is that nowhere in the
// file, it is another one, and a new session.
//
// With source.speed it is read no faster than so many times the time that passed when it was received.
//
// Threads: as Stage.
#pragma once

#include <limits>
#include <memory>
#include <optional>

#include "daemon/stages/feed_stage.hpp"
#include "feedhandlers/file_feed.hpp"
#include "ringbuf/gating.hpp"

namespace tickplant::daemon {

class FileFeedStage final : public FeedStage {
 public:
  /// Opens the file. `told`: by a predecessor. Throws SetupError: it cannot be read, or is not of the configured kind.
  FileFeedStage(const FeedSetup& setup, feedhandlers::ToldRecords told);

  std::size_t do_work() noexcept override;
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return next_turn_; }
  /// Stays where it is in the file; with a speed, the time of the pause does not count.
  void pause() noexcept override;
  [[nodiscard]] bool resume() noexcept override;

 private:
  static constexpr platform::UnixNanos kNever{std::numeric_limits<std::int64_t>::max()};
  static constexpr std::int64_t kWaitNanos = 100'000;

  /// Config, then the file's times, then its name, then today.
  [[nodiscard]] feedhandlers::TradingDay day_of(platform::UnixNanos time) const noexcept override;
  [[nodiscard]] std::int64_t publish_delay(platform::UnixNanos) noexcept override { return 0; }
  [[nodiscard]] bool has_room() const noexcept;
  std::size_t read() noexcept;
  [[nodiscard]] bool is_reading_again() const noexcept;
  std::size_t read_again() noexcept;
  void begin_anew() noexcept;
  /// With a speed: whether what comes next is to be told by now. Else when it is, in next_turn_.
  [[nodiscard]] bool is_due() noexcept;

  struct Pace {
    platform::UnixNanos began{}, first_recv{};
  };

  feedhandlers::FeedParts parts_;
  std::uint64_t instrument_capacity_;
  std::unique_ptr<feedhandlers::FileFeed> feed_;
  ringbuf::Counter packets_, begun_anew_;
  ringbuf::Gate gate_;
  std::uint64_t room_wanted_;
  platform::UnixNanos next_turn_ = kNever;
  std::optional<Pace> pace_;  // since there was a record
  std::optional<ringbuf::counter::SourceState> ended_as_;
};

}  // namespace tickplant::daemon
