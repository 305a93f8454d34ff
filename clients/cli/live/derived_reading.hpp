// How a verb reads results: what the rings hold now, then, when it follows, what comes, asleep in between.
//
// Threads: one, the plant's.
// Not here: what is done with them (verbs/).
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "clients/cli/exit_code.hpp"
#include "clients/cli/failure.hpp"
#include "clients/cli/live/interrupt.hpp"
#include "clients/cli/live/plant_watch.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cpp/derived_subscriber.hpp"
#include "clients/cpp/history.hpp"

namespace tickplant::cli {

/// Refuses a plant that computes nothing: Failure (check_failed), with the remedy.
void check_computes(const clients::Plant& plant);

/// Refuses a name or pattern that no function of these kinds has: Failure (usage), with the nearest or all there are.
/// `what`: "window". The window's own name may be left out: "price_x_ma_5min" for "ticks.price_x_ma_5min".
void check_function_named(const ringbuf::FunctionsReader& functions, const std::string& glob, const std::string& what,
                          const std::vector<ringbuf::FunctionKind>& kinds);

/// The same, where it is known that there is none.
[[noreturn]] void refuse_function_name(const ringbuf::FunctionsReader& functions, const std::string& name,
                                       const std::string& what, const std::vector<ringbuf::FunctionKind>& kinds);

/// Event time of the newest record that was taken into account: now, or where a replay is. nullopt: none yet.
[[nodiscard]] std::optional<platform::UnixNanos> newest_event_of(const clients::Plant& plant);

/// Everything that the rings hold now.
template <class Handler>
void read_held(clients::DerivedSubscriber& results, Handler& handler) {
  while (results.poll(handler) != 0) continue;
}

/// What is read from memory alone is all there when nothing comes, and has no end.
inline bool has_all(const clients::DerivedSubscriber&) noexcept { return true; }
inline bool has_all(const clients::DerivedHistory& results) noexcept { return results.is_joined(); }
inline bool is_over(const clients::DerivedSubscriber&) noexcept { return false; }
inline bool is_over(const clients::DerivedHistory& results) noexcept { return results.is_done(); }

/// What comes, until `handler.is_done()`, `for_ns` (0: no end) is over, or a signal came; before each sleep
/// `handler.flush()`. Of a plant that is not live only what is there. `Results`: clients::DerivedSubscriber or
/// clients::DerivedHistory.
template <class Results, class Handler>
void follow(clients::Plant& plant, Results& results, Handler& handler, std::int64_t for_ns) {
  using SteadyClock = std::chrono::steady_clock;
  const Interrupt interrupt;
  clients::Idle idle(clients::IdleStrategy::sleep);
  PlantWatch watch(plant);
  const bool was_going = watch.may_go_on();
  const auto end = for_ns == 0 ? SteadyClock::time_point::max() : SteadyClock::now() + std::chrono::nanoseconds(for_ns);
  auto next_look = SteadyClock::now();
  while (!handler.is_done() && !is_over(results) && !interrupt.came()) {
    if (results.poll(handler) == 0) {
      handler.flush();
      if ((!was_going && has_all(results)) || SteadyClock::now() >= end || handler.is_done()) break;
      results.poll_or_idle(handler, idle);
    }
    const auto now = SteadyClock::now();
    if (now >= end) break;
    if (now < next_look) continue;
    watch.look();
    next_look = now + std::chrono::milliseconds(200);
  }
  handler.flush();
}

/// ok, or that so many records were lost, which it says on stderr.
[[nodiscard]] ExitCode exit_code_of_lost(std::uint64_t count);
template <class Results>
[[nodiscard]] ExitCode exit_code_of(const Results& results) {
  return exit_code_of_lost(results.lost_count());
}

}  // namespace tickplant::cli
