// What a signal says, before it becomes a record: which rule, about which bar, what. And its text, as the columns of
// the result files have it.
//
// Threads: values.
// Not here: the record (daemon and clients read ringbuf/records/), who fires (signal_program.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "analytics/signals/volume_anomaly.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::analytics {

enum class SignalValue : std::uint8_t { golden, death, up, down, swing, volume };

struct SignalEvent {
  platform::UnixNanos start{};  // of the bar, or of the window
  platform::UnixNanos end{};
  double value = 0;        // cross: a; price change, swing: percent; volume: z, or not a number
  double other = 0;        // cross: b; volume: robust z, or not a number
  std::uint32_t rule = 0;  // index of the signal among those the program was made from
  SignalValue what = SignalValue::golden;
  bool provisional = false;  // the bar may still change
  bool over_bars = false;    // price change: from close to close
  bool edge = false;         // price change: the first of a run
  bool z_fired = false;      // volume, like the next three
  bool robust_fired = false;
  bool absolute_fired = false;
  RobustKind robust_kind = RobustKind::none;
  std::uint32_t reserved = 0;
};

/// "golden", "death", "up:edge", "down" (over bars), "-1.06418729696" (percent), "z+robust" (the volume tests that
/// fired).
[[nodiscard]] std::string to_text(const SignalEvent& event);

/// z, z_fired, robust_z, robust_fired, robust_kind of a volume event: "8.75663052277,1,6.07343949045,1,mad".
[[nodiscard]] std::string volume_columns(const SignalEvent& event);

/// A list with an end. What does not fit is counted: with room for one event per rule and bar everything fits.
class SignalOutput {
 public:
  explicit SignalOutput(std::span<SignalEvent> memory) noexcept : memory_(memory) {}

  void append(const SignalEvent& event) noexcept {
    if (count_ == memory_.size()) {
      ++lost_;
      return;
    }
    memory_[count_++] = event;
  }
  void clear() noexcept { count_ = 0; }

  [[nodiscard]] std::span<const SignalEvent> events() const noexcept { return memory_.first(count_); }
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

 private:
  std::span<SignalEvent> memory_;
  std::size_t count_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace tickplant::analytics
