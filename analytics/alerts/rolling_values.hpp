// The last `span` of event time of one instrument's trades, in sixty steps: highest and lowest price, volume, trades,
// and the price of `span` ago.
//
// A step is a sixtieth of the span, on the grid of the epoch. What is told at a trade is of its step and the 59 before
// it: so of the last 59/60 to 60/60 of the span. The price of `span` ago is the last one before those steps.
//
// Threads: one, the shard's. About 2 kB.
// Not here: windows that all see alike (windows/).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "analytics/state_archive.hpp"

namespace tickplant::analytics {

class RollingValues {
 public:
  static constexpr std::int64_t kSteps = 60;

  explicit RollingValues(std::int64_t span_ns = kSteps) noexcept
      : step_ns_(std::max<std::int64_t>(span_ns / kSteps, 1)) {}

  /// A trade. `price` in 1e-9, `size` in the instrument's sizes. `sets_price`: it is in order and may be the price.
  void on_trade(std::int64_t time, std::int64_t price, std::uint64_t size, bool sets_price) noexcept {
    const std::int64_t step = step_of(time);
    if (newest_ == kNever) newest_ = step;
    if (step > newest_) [[unlikely]]
      advance(step);
    if (step <= newest_ - kSteps) return;
    Step& own = steps_[index_of(step)];
    volume_ += size;
    own.volume += size;
    ++trades_;
    ++own.trades;
    if (!sets_price) return;
    own.last = price;
    own.high = std::max(own.high, price);
    own.low = std::min(own.low, price);
    high_ = std::max(high_, price);
    low_ = std::min(low_, price);
  }
  /// One of them is taken back. Prices stay: what was seen was seen.
  void on_cancel(std::int64_t time, std::uint64_t size) noexcept {
    const std::int64_t step = step_of(time);
    if (newest_ == kNever || step <= newest_ - kSteps || step > newest_) return;
    Step& own = steps_[index_of(step)];
    const std::uint64_t taken = std::min(size, own.volume);
    own.volume -= taken;
    volume_ -= taken;
    const std::uint64_t one = std::min<std::uint64_t>(own.trades, 1);
    own.trades -= one;
    trades_ -= one;
  }

  [[nodiscard]] std::uint64_t volume() const noexcept { return volume_; }
  [[nodiscard]] std::uint64_t trades() const noexcept { return trades_; }
  /// kNone, the least there is, where nothing was traded; lowest: kNoLow.
  [[nodiscard]] std::int64_t high() const noexcept { return high_; }
  [[nodiscard]] std::int64_t low() const noexcept { return low_; }
  /// The price of `span` ago; kNone: there was none yet.
  [[nodiscard]] std::int64_t before() const noexcept { return before_; }

  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kNoLow = std::numeric_limits<std::int64_t>::max();

  void archive(StateArchive& archive) { archive(step_ns_, newest_, high_, low_, before_, volume_, trades_, steps_); }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

  struct Step {
    std::int64_t last = kNone, high = kNone, low = kNoLow;
    std::uint64_t volume = 0, trades = 0;
  };

  [[nodiscard]] std::int64_t step_of(std::int64_t time) const noexcept {
    return time >= 0 ? time / step_ns_ : (time + 1) / step_ns_ - 1;
  }
  [[nodiscard]] static std::size_t index_of(std::int64_t step) noexcept {
    return static_cast<std::size_t>((step % kSteps + kSteps) % kSteps);
  }

  /// Steps that are over leave; the last price among them is that of `span` ago.
  void advance(std::int64_t step) noexcept {
    const std::int64_t gone = std::min(step - newest_, kSteps);
    for (std::int64_t i = 1; i <= gone; ++i) {
      Step& own = steps_[index_of(newest_ + i)];
      if (own.last != kNone) before_ = own.last;
      volume_ -= own.volume;
      trades_ -= own.trades;
      own = {};
    }
    newest_ = step;
    high_ = kNone;
    low_ = kNoLow;
    for (const Step& each : steps_) {
      high_ = std::max(high_, each.high);
      low_ = std::min(low_, each.low);
    }
  }

  std::int64_t step_ns_;
  std::int64_t newest_ = kNever;  // step
  std::int64_t high_ = kNone, low_ = kNoLow, before_ = kNone;
  std::uint64_t volume_ = 0, trades_ = 0;
  std::array<Step, kSteps> steps_{};
};

}  // namespace tickplant::analytics
