// How the price went on after an alert: the return over the next 1, 5 and 15 minutes.
//
// The price of a time is that of the last trade up to it, by event time. Where no trade has come since to say that the
// time is over, there is none.
//
// Threads: one.
// Not here: alerts (backtest.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <string_view>
#include <vector>

namespace tickplant::cli {

class ForwardReturns {
 public:
  static constexpr std::size_t kHorizons = 3;
  static constexpr std::array<std::int64_t, kHorizons> kNanos{60'000'000'000, 300'000'000'000, 900'000'000'000};
  static constexpr std::array<std::string_view, kHorizons> kNames{"1m", "5m", "15m"};
  using Returns = std::array<double, kHorizons>;  // ratios; NaN: not known

  /// A trade that sets the price of an instrument, in event time; before alerts that it makes.
  void on_price(std::uint32_t instrument, std::int64_t time, double price);
  /// An alert at the price of now; returns its number, from 0.
  std::size_t add(std::uint32_t instrument, std::int64_t time, double price);

  [[nodiscard]] const Returns& of(std::size_t alert) const noexcept { return returns_[alert]; }
  [[nodiscard]] std::size_t count() const noexcept { return returns_.size(); }

 private:
  struct Waiting {
    std::size_t alert = 0;
    std::int64_t due = 0;
    double price = 0;
  };
  struct Instrument {
    double last = std::numeric_limits<double>::quiet_NaN();
    std::array<std::deque<Waiting>, kHorizons> waiting;  // by horizon: as they were added, so by time
  };
  std::vector<Instrument> instruments_;
  std::vector<Returns> returns_;
};

}  // namespace tickplant::cli
