// Lets streams that somebody waits for look for news, one after the other and each for a bounded piece, so that one
// that has much to tell holds up neither the others nor calls.
//
// Threads: the control thread. Not here: what a stream tells (tick_stream.hpp).
#pragma once

#include <kj/async.h>
#include <kj/timer.h>

#include <cstdint>
#include <vector>

namespace tickplant::daemon {

class WaitingStream {
 public:
  virtual ~WaitingStream() noexcept = default;
  enum class Turn { answered, waits, has_more };
  /// A bounded piece of work. answered: nobody waits for it any more.
  virtual Turn take_turn() = 0;
};

class StreamTurns final : private kj::TaskSet::ErrorHandler {
 public:
  explicit StreamTurns(kj::Timer& timer) : timer_(timer), tasks_(*this) {}

  /// Until it has answered, or remove().
  void add(WaitingStream& stream);
  void remove(WaitingStream& stream) noexcept;

 private:
  static constexpr std::int64_t kTurnNanos = 2'000'000;   // of all, between two looks at the sockets
  static constexpr std::int64_t kPauseNanos = 1'000'000;  // when nobody has news
  static constexpr std::int64_t kYieldNanos = 10'000;     // enough for the sockets to have their turn

  kj::Promise<void> run();
  /// Does somebody have more to do?
  [[nodiscard]] bool turn();
  void taskFailed(kj::Exception&&) override { is_running_ = false; }

  kj::Timer& timer_;
  std::vector<WaitingStream*> waiting_;
  std::size_t next_ = 0;
  bool is_running_ = false;
  kj::TaskSet tasks_;
};

}  // namespace tickplant::daemon
