// A feed from a file: a day file, a capture or a DBN file, as quickly as the plant takes it: it waits for lossless
// readers of its ring, the recorder for one. The same feed handler as live; all times are those of the file, so there
// are no heartbeats, and two runs give the same records. A successor reads it again from its beginning: a new session.
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
  /// Opens the file. Throws SetupError: it cannot be read, or is not of the configured kind.
  explicit FileFeedStage(const FeedSetup& setup);

  std::size_t do_work() noexcept override;
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return next_turn_; }

 private:
  static constexpr platform::UnixNanos kNever{std::numeric_limits<std::int64_t>::max()};
  static constexpr std::int64_t kWaitNanos = 100'000;

  /// Config, then the file's times, then its name, then today.
  [[nodiscard]] feedhandlers::TradingDay day_of(platform::UnixNanos time) const noexcept override;
  [[nodiscard]] std::int64_t publish_delay(platform::UnixNanos) noexcept override { return 0; }
  [[nodiscard]] bool has_room() const noexcept;
  std::size_t read() noexcept;

  std::unique_ptr<feedhandlers::FileFeed> feed_;
  ringbuf::Counter packets_;
  ringbuf::Gate gate_;
  std::uint64_t room_wanted_;
  platform::UnixNanos next_turn_ = kNever;
  std::optional<ringbuf::counter::SourceState> ended_as_;
};

}  // namespace tickplant::daemon
