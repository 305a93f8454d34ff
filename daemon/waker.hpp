// Wakes readers that sleep: looks at each ring every plant.wake_interval, and where `published` has moved since the
// last look, wakes all who sleep on the ring's segment; and on the catalog's, which stands for the whole plant.
//
// So a publishing thread never makes a system call for its readers, however many there are, and a reader that sleeps
// hears within the interval and what the kernel takes to wake it. The look itself, ten thousand times a second as a
// rule, costs what a timer costs, and so it is only taken while somebody sleeps (ringbuf/sleepers.hpp).
//
// Threads: start() and stop() by the set-up thread; between them the object has a thread of its own, never on a core
// that a stage is pinned to. Not here: sleeping (clients/cpp), signs of life (housekeeping.hpp).
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <span>
#include <thread>
#include <vector>

#include "platform/cpu_affinity.hpp"
#include "ringbuf/counters.hpp"
#include "ringbuf/segment.hpp"
#include "ringbuf/sleepers.hpp"

namespace tickplant::daemon {

class Waker {
 public:
  /// Segments outlive the waker. `catalog_file`: the catalog's. `interval_nanos` 0: it never wakes. Throws SetupError
  /// when the counters are full.
  Waker(std::span<ringbuf::WritableSegment* const> rings, ringbuf::WritableSegment& catalog,
        const std::filesystem::path& catalog_file, std::int64_t interval_nanos, ringbuf::CountersWriter& counters);
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  /// Stops.
  ~Waker() { stop(); }

  /// `taken`: cores to keep away from, where there are others.
  void start(const platform::CpuList& taken);
  void stop() noexcept;

  /// Looks once. How many rings had moved. What the thread does, for tests.
  std::size_t look() noexcept;

 private:
  struct Ring {
    ringbuf::WritableSegment* segment;
    const std::atomic<std::uint64_t>* published;
    std::uint64_t seen;
  };

  void run(const platform::CpuList& taken) noexcept;
  /// Looks every interval, until it is time to see whether anybody sleeps yet.
  void look_for_a_while() noexcept;

  std::vector<Ring> rings_;
  ringbuf::WritableSegment& catalog_;
  ringbuf::SleeperWatch sleepers_;
  std::int64_t interval_;
  ringbuf::Counter wakes_, is_awake_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace tickplant::daemon
