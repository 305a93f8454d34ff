// What a stock is worth to those who trade it: a walk of its own, on top of its sector's and the market's. Orders
// follow it, so books move together and some stocks run away.
//
// Multiplication, addition and square root alone, which every machine rounds alike: the same seed, the same bits.
//
// Threads: one.
// Not here: orders (order_flow.hpp), how a stock is made (listings.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "feedhandlers/venue/listings.hpp"
#include "feedhandlers/venue/random.hpp"

namespace tickplant::feedhandlers::venue {

/// The part of all moves that stocks have in common. Time counts in days of trading, however long those last.
class MarketMood {
 public:
  static constexpr double kMarketVolatility = 0.010;  // deviation over a day
  static constexpr double kSectorVolatility = 0.008;

  /// Moves on to `day`, in steps not too small.
  void advance(double day, Random& random) noexcept {
    const double passed = day - day_;
    if (passed < kStep) return;
    day_ = day;
    const double root = std::sqrt(passed);
    market_ += kMarketVolatility * root * random.bell();
    for (double& sector : sectors_) sector += kSectorVolatility * root * random.bell();
  }
  /// Sum of returns so far of market and sector.
  [[nodiscard]] double level(std::uint32_t sector) const noexcept { return market_ + sectors_[sector]; }

 private:
  static constexpr double kStep = 1.0 / 23'400;
  double day_ = 0;
  double market_ = 0;
  std::array<double, kSectors> sectors_{};
};

/// One stock. Moves only when looked at: nobody sees it in between.
class FairValue {
 public:
  explicit FairValue(const Listing& listing) noexcept
      : value_e4_(static_cast<double>(listing.previous_close_e4)),
        start_e4_(value_e4_),
        volatility_(listing.day_volatility),
        beta_(listing.beta) {}

  /// Moves on to `day`; `mood` is the level of the stock's market and sector then.
  void advance(double day, double mood, Random& random) noexcept {
    const double before = value_e4_;
    value_e4_ *= 1 + volatility_ * std::sqrt(std::max(0.0, day - day_)) * random.bell() + beta_ * (mood - mood_);
    // Nobody believes in less than a third or more than three times of yesterday.
    value_e4_ = std::clamp(value_e4_, start_e4_ / 3, start_e4_ * 3);
    day_ = day;
    mood_ = mood;
    typical_move_e4_ += (std::abs(value_e4_ - before) - typical_move_e4_) / 16;
  }

  /// News: the value changes by this part of itself at once.
  void jump(double part) noexcept { value_e4_ = std::clamp(value_e4_ * (1 + part), start_e4_ / 3, start_e4_ * 3); }

  [[nodiscard]] double value_e4() const noexcept { return value_e4_; }
  /// How far it moved, about, from one look to the next: what a market maker fears.
  [[nodiscard]] double typical_move_e4() const noexcept { return typical_move_e4_; }

 private:
  double value_e4_;
  double start_e4_;
  double volatility_;
  double beta_;
  double day_ = 0;
  double mood_ = 0;
  double typical_move_e4_ = 0;
};

}  // namespace tickplant::feedhandlers::venue
