// What operators see of a feed's server, SoupBinTCP or GLIMPSE: whether it is up, since when, and why it last failed.
//
// Threads: made by the set-up thread, then the feed's own.
// Not here: telling it (daemon/server_watch.hpp, clients/cli/live/), the words
// (feedhandlers/sources/server_reason.hpp).
#pragma once

#include <string>

#include "feedhandlers/sources/server_reason.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

class ServerCounters {
 public:
  /// `owner` is the feed. Throws SetupError: full counters.
  ServerCounters(ringbuf::CountersWriter& counters, const std::string& owner);

  void on_up(platform::UnixNanos now) noexcept { enter(ringbuf::counter::ServerState::up, now); }
  void on_down(const feedhandlers::sources::ServerFailure& failure, platform::UnixNanos now) noexcept {
    reason_.set(static_cast<std::uint64_t>(failure.reason));
    detail_.set(failure.detail);
    enter(ringbuf::counter::ServerState::down, now);
  }
  void on_end(platform::UnixNanos now) noexcept { enter(ringbuf::counter::ServerState::ended, now); }
  void on_leave(platform::UnixNanos now) noexcept { enter(ringbuf::counter::ServerState::idle, now); }

 private:
  /// The time is that of the first failure in a row: how long the server has been down.
  void enter(ringbuf::counter::ServerState state, platform::UnixNanos now) noexcept {
    if (state_.value() == static_cast<std::uint64_t>(state)) return;
    since_.set(static_cast<std::uint64_t>(now.value));
    state_.set(static_cast<std::uint64_t>(state));
  }

  ringbuf::Counter state_, since_, reason_, detail_;
};

}  // namespace tickplant::daemon
