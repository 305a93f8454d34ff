// How far a shard may publish results: journal and stage of alerts are to see each of them before it is overwritten.
//
// The journal says itself when nobody is to wait for it. A stage of alerts that stands still for two seconds (a thread
// that is held up, a stage beside it that blocks) is waited for no more until it moves: alerts among the results that
// it then loses are in no ring of alerts, which it counts. Two seconds: it may itself wait for a journal that is given
// up after one.
//
// Threads: one, the shard's. Not here: what is done without room (analytics_shard.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "daemon/plant_clock.hpp"
#include "ringbuf/gating.hpp"

namespace tickplant::daemon {

class ResultsGate {
 public:
  static constexpr std::int64_t kPatienceNanos = 2 * platform::kNanosPerSecond;

  /// Always open: nobody has to see them.
  ResultsGate() noexcept = default;
  ResultsGate(const ringbuf::GatingLine<>& journal, const ringbuf::GatingLine<>& alerts, std::uint64_t slot_count,
              PlantClock clock) noexcept
      : journal_(journal, slot_count), alerts_(alerts, slot_count), alerts_line_(&alerts), clock_(clock) {}

  /// How many results may follow `last`. Asks for the time only where the stage of alerts is half a ring behind.
  [[nodiscard]] std::uint64_t room(ringbuf::Sequence last) noexcept {
    const std::uint64_t of_journal = journal_.room(last), of_alerts = alerts_.room(last);
    if (of_alerts >= std::min(of_journal, slot_count() / 2)) [[likely]]
      return std::min(of_journal, of_alerts);
    return is_given_up() ? of_journal : of_alerts;
  }
  /// Of a gate that is always open: as good as endless.
  [[nodiscard]] std::uint64_t slot_count() const noexcept { return journal_.slot_count(); }

  /// From here on the stage of alerts is waited for whatever it does: what is not published now a successor publishes.
  void hold() noexcept { is_held_ = true; }

 private:
  [[nodiscard]] bool is_given_up() noexcept {
    const std::uint64_t place = alerts_line_->value.load(std::memory_order_relaxed);
    if (place == given_up_at_) return true;
    const platform::UnixNanos now = clock_->now();
    if (place != waits_at_) {
      waits_at_ = place;
      waits_since_ = now;
    }
    if (is_held_ || now - waits_since_ < kPatienceNanos) return false;
    given_up_at_ = place;
    return true;
  }

  ringbuf::Gate journal_, alerts_;
  const ringbuf::GatingLine<>* alerts_line_ = nullptr;
  std::optional<PlantClock> clock_;
  std::uint64_t waits_at_ = ringbuf::kNotGating, given_up_at_ = ringbuf::kNotGating;
  platform::UnixNanos waits_since_{};
  bool is_held_ = false;
};

}  // namespace tickplant::daemon
