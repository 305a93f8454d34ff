#include "daemon/control/stream_turns.hpp"

#include <algorithm>

#include "clients/cpp/look_timer.hpp"

namespace tickplant::daemon {

void StreamTurns::add(WaitingStream& stream) {
  waiting_.push_back(&stream);
  if (is_running_) return;
  is_running_ = true;
  tasks_.add(timer_.afterDelay(kYieldNanos * kj::NANOSECONDS).then([this] { return run(); }));
}

void StreamTurns::remove(WaitingStream& stream) noexcept { std::erase(waiting_, &stream); }

kj::Promise<void> StreamTurns::run() {
  const bool has_more = turn();
  if (waiting_.empty()) {
    is_running_ = false;
    return kj::READY_NOW;
  }
  // By the timer, not by evalLater(): a loop of events would never come to its sockets.
  return timer_.afterDelay((has_more ? kYieldNanos : kPauseNanos) * kj::NANOSECONDS).then([this] { return run(); });
}

bool StreamTurns::turn() {
  const std::int64_t until = clients::steady_nanos() + kTurnNanos;
  bool has_more = false;
  for (std::size_t left = waiting_.size(); left > 0 && !waiting_.empty(); --left) {
    if (clients::steady_nanos() >= until) return true;
    if (next_ >= waiting_.size()) next_ = 0;
    WaitingStream& stream = *waiting_[next_];
    const WaitingStream::Turn turned = stream.take_turn();
    if (turned == WaitingStream::Turn::answered) {
      remove(stream);  // what was behind it is next
      continue;
    }
    has_more |= turned == WaitingStream::Turn::has_more;
    ++next_;
  }
  return has_more;
}

}  // namespace tickplant::daemon
