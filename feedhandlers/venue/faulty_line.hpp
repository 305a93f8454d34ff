// One line between exchange and receivers, with its faults: packets go in, and stand in the queue to leave in the order
// and at the time in which they would arrive.
//
//   packet -> lost? -> overtaken: held until others have gone -> delay -> queue -> (line_sender.hpp)
//
// Only reordering reorders: a packet whose jitter is small waits behind one whose jitter was large.
//
// Threads: one. No clock, no socket.
// Not here: which packet suffers what (fault_plan.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/venue/fault_plan.hpp"
#include "feedhandlers/venue/packet_queue.hpp"
#include "feedhandlers/venue/since_start.hpp"

namespace tickplant::feedhandlers::venue {

/// What was done to packets on purpose.
struct FaultCounters {
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t delayed = 0;
};

class FaultyLine {
 public:
  FaultyLine(const FaultOptions& options, std::size_t packet_bytes);

  /// A packet is sent at `now`, which never goes back. `is_lost`: in any case, for a reason that is not this line's
  /// (burst_loss.hpp); its dice roll all the same, so that its other victims stay the same.
  void send(std::span<const std::byte> packet, SinceStart now, bool is_lost = false);

  /// Those still waiting to be overtaken go: nobody else will come.
  void release_held(SinceStart now);

  /// What is to leave, due times never decreasing.
  [[nodiscard]] PacketQueue& queue() noexcept { return queue_; }
  /// When the first of them is to leave; kNever when nothing waits.
  [[nodiscard]] SinceStart next_due() noexcept { return queue_.size() == 0 ? kNever : queue_.at(0).due; }
  [[nodiscard]] const FaultCounters& counters() const noexcept { return counters_; }

 private:
  struct Held {
    std::vector<std::byte> packet;
    Fate fate;
    std::uint32_t overtaken = 0;
  };
  void enqueue(std::span<const std::byte> packet, const Fate& fate, SinceStart now);
  void let_go(std::size_t index, SinceStart now);

  FaultPlan plan_;
  PacketQueue queue_;
  std::vector<Held> held_;  // oldest first
  SinceStart last_due_;
  FaultCounters counters_;
};

}  // namespace tickplant::feedhandlers::venue
