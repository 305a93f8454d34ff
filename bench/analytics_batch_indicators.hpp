// Indicators the obvious way, as the baseline: at each close of a bar every one of them again, from the history of bars
// that it is defined on. Windows look at as many bars as they are long, recursions begin at the first bar.
//
// Well made for what it is: histories are arrays of doubles, a pass allocates nothing and looks at each bar once.
//
// Threads: pure, but for the room that it works in.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "config/analytics_config.hpp"

namespace tickplant::bench {

/// The bars of one instrument, oldest first.
struct BarHistory {
  std::vector<double> high, low, close, volume, notional;  // notional: in currency

  void add(double bar_high, double bar_low, double bar_close, double bar_volume, double bar_notional) {
    high.push_back(bar_high);
    low.push_back(bar_low);
    close.push_back(bar_close);
    volume.push_back(bar_volume);
    notional.push_back(bar_notional);
  }
  [[nodiscard]] std::size_t bars() const noexcept { return close.size(); }
};

class BatchIndicators {
 public:
  /// Throws SetupError for a function that it does not have. Histories have at most `most_bars`.
  BatchIndicators(std::span<const config::FunctionCall> functions, std::size_t most_bars);

  /// The values at the newest bar, in the order of the functions; all that there is of a history is used.
  std::span<const double> compute(const BarHistory& history);

 private:
  struct Call;
  using Function = void (BatchIndicators::*)(const BarHistory&, const Call&);
  struct Call {
    Function function;
    std::size_t a = 0, b = 0, c = 0;
    double k = 0;
  };

  void sma(const BarHistory& h, const Call& call);
  void ema(const BarHistory& h, const Call& call);
  void wma(const BarHistory& h, const Call& call);
  void rsi(const BarHistory& h, const Call& call);
  void macd(const BarHistory& h, const Call& call);
  void bbands(const BarHistory& h, const Call& call);
  void stddev(const BarHistory& h, const Call& call);
  void trange(const BarHistory& h, const Call& call);
  void atr(const BarHistory& h, const Call& call);
  void natr(const BarHistory& h, const Call& call);
  void obv(const BarHistory& h, const Call& call);
  void mom(const BarHistory& h, const Call& call);
  void roc(const BarHistory& h, const Call& call);
  void stoch(const BarHistory& h, const Call& call);
  void plus_di(const BarHistory& h, const Call& call);
  void minus_di(const BarHistory& h, const Call& call);
  void adx(const BarHistory& h, const Call& call);
  void min(const BarHistory& h, const Call& call);
  void max(const BarHistory& h, const Call& call);
  void vwap(const BarHistory& h, const Call& call);
  void avg_volume(const BarHistory& h, const Call& call);
  void realised_volatility(const BarHistory& h, const Call& call);

  struct Movement {
    double plus, minus, adx;
  };
  [[nodiscard]] static Movement movement(const BarHistory& h, std::size_t n);
  [[nodiscard]] static double average_range(const BarHistory& h, std::size_t n);

  std::vector<Call> calls_;
  std::vector<double> line_;  // of macd
  std::vector<double> values_;
};

}  // namespace tickplant::bench
