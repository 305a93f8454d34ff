// One loop of work of the plant, as a duty cycle: do_work() takes what is there and returns at once. A thread runs one
// stage or several in turn (stage_thread.hpp); what to do when there is nothing is the thread's business
// (idle_strategy.hpp), not the stage's.
//
// Threads: made by the set-up thread, then called by its own one alone, between on_start() and on_stop().
// Not here: which stages there are and on which cores (thread_plan.hpp), what they do (stages/).
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "platform/unix_nanos.hpp"

namespace tickplant::daemon {

class Stage {
 public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  /// As config names it: "feed.nasdaq".
  [[nodiscard]] virtual const std::string& name() const noexcept = 0;

  /// A bounded piece of work; how much was done, in whatever unit. 0: nothing was there. No allocation, lock or log.
  virtual std::size_t do_work() noexcept = 0;

  /// They become readable when do_work() would find something; a parked thread sleeps on them.
  [[nodiscard]] virtual std::span<const int> descriptors() const noexcept { return {}; }
  /// When it wants a turn even though nothing is readable: time-outs, heartbeats.
  [[nodiscard]] virtual platform::UnixNanos next_turn() const noexcept = 0;

  /// Rests, between two turns: lets go what it holds open to the outside, and finishes what is half done.
  virtual void pause() noexcept {}
  /// Goes on behind a pause(). False: it cannot, and rests still.
  [[nodiscard]] virtual bool resume() noexcept { return true; }

  virtual void on_start() noexcept {}
  /// The last call: what is half done is finished, what is held back is let go.
  virtual void on_stop() noexcept {}
};

}  // namespace tickplant::daemon
