// What every part of the ring suite needs: options, report, clock, cores, and the memory where the sides meet.
//
// Threads: the suite's own; the sides use what a fork gave them.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "bench/harness/bench_clock.hpp"
#include "bench/harness/pairs.hpp"
#include "bench/harness/two_processes.hpp"
#include "bench/ring/latencies.hpp"
#include "bench/ring/meeting.hpp"
#include "bench/suites.hpp"

namespace tickplant::bench {

class Stage {
 public:
  static constexpr std::chrono::seconds kPatience{60};  // for one run of one candidate

  Stage(const Options& options, Report& report);

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const BenchClock& clock() const noexcept { return clock_; }
  [[nodiscard]] const Cores& cores() const noexcept { return cores_; }
  [[nodiscard]] Meeting& meeting() noexcept { return meeting_; }
  /// `full`, or `moment` in the smoke run.
  template <class Number>
  [[nodiscard]] Number sized(Number full, Number moment) const noexcept {
    return options_.smoke ? moment : full;
  }

  // --- between runs ---

  void reset_meeting() noexcept;
  [[nodiscard]] Latencies latencies(std::uint64_t count) const {
    return summarise(clock_, {meeting_.latency_ticks, count});
  }

  /// Asleep, until a side has set `flag`. Throws SetupError when that takes longer than kPatience.
  static void wait_for_side(const std::atomic<std::uint32_t>& flag);

  // --- in a side ---

  void enter_writer() const { enter(cores_.writer); }
  void enter_reader() const { enter(cores_.reader); }
  void reader_is_ready() noexcept { meeting_.reader_is_ready.store(1, std::memory_order_release); }
  void wait_for_reader() const noexcept;
  void wait_for_position(std::uint64_t position) const noexcept;

  // --- results ---

  /// One row: the pair with the middle ratio.
  void add(const std::string& name, const std::string& metric, const char* unit, const std::vector<Pair>& pairs,
           const std::string& baseline, const std::string& conditions);
  /// One row without a baseline: the median.
  void add(const std::string& name, const std::string& metric, const char* unit, const std::vector<double>& values,
           const std::string& conditions);
  void note(const std::string& text) { report_.note(text); }

  /// "writer on cpu 0, reader on cpu 1; near in 5 of 5 rounds" from the floors of the rounds.
  [[nodiscard]] std::string placement(const std::vector<double>& floors) const;

 private:
  void enter(int cpu) const;

  const Options& options_;
  Report& report_;
  BenchClock clock_;
  Cores cores_;
  SharedBlock memory_;
  Meeting& meeting_;
};

}  // namespace tickplant::bench
