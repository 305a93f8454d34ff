// The runs of numbers that are missing between what was delivered and the newest that is known of, each with the times
// that decide what is done about it. Ascending, never touching each other.
//
// Threads: one. Fixed memory.
// Not here: what is done (reorder_buffer.hpp), gaps that were told already (sequence_tracker.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/sequencing/sequence_range.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::sequencing {

struct Hole {
  SequenceRange range;
  platform::UnixNanos opened;                     // when something behind it came
  platform::UnixNanos asked = platform::kNoTime;  // the last request that is not answered yet; kNoTime: none
  platform::UnixNanos ask_again{};                // if it stays without an answer
};

class Holes {
 public:
  static constexpr std::size_t kMax = 64;

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  /// More than kMax: the first has to go before the next call of open() or fill().
  [[nodiscard]] bool overflows() const noexcept { return count_ > kMax; }
  [[nodiscard]] std::span<Hole> all() noexcept { return {holes_.data(), count_}; }
  [[nodiscard]] std::span<const Hole> all() const noexcept { return {holes_.data(), count_}; }
  [[nodiscard]] const Hole& front() const noexcept { return holes_[0]; }

  /// `range` lies behind all others; where it touches the last one, that one grows.
  void open(SequenceRange range, platform::UnixNanos now) noexcept;

  /// Takes `range` out; how many missing messages that were. `is_answer`: what is left of a hole was not answered, so
  /// it counts as not asked for.
  std::uint64_t fill(SequenceRange range, bool is_answer) noexcept;

  /// True if some of `range` is missing.
  [[nodiscard]] bool meets(SequenceRange range) const noexcept;

  void pop_front() noexcept;

  /// The clock was set back to `now`: no hole was opened or asked for after that.
  void set_clock_back(platform::UnixNanos now) noexcept;

 private:
  std::array<Hole, kMax + 1> holes_;
  std::size_t count_ = 0;
};

}  // namespace tickplant::feedhandlers::sequencing
