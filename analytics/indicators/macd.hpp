// macd(fast, slow, signal): the fast EMA less the slow one, the EMA of that, and what is between them.
//
// TA-Lib's seeds: the fast average begins late, so that it is seeded at the same bar as the slow one. So the line is
// not ema(fast) - ema(slow) at first.
#pragma once

#include <cstdint>
#include <string_view>

#include "analytics/indicators/ema.hpp"

namespace tickplant::analytics {

class Macd final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "macd";
  Macd(NodePool& pool, std::int64_t fast, std::int64_t slow, std::int64_t signal_bars)
      : fast_(pool.get<Ema>(fast, slow - fast)),
        slow_(pool.get<Ema>(slow, std::int64_t{0})),
        delay_(slow - 1),
        n_(signal_bars),
        k_(ema_k(signal_bars)) {}

  DoubleField line, signal, histogram;

  void place(StateLayout& layout) override {
    layout.place(line);
    layout.place(signal);
    layout.place(histogram);
  }
  void update(const BlockStep& step) const noexcept override {
    const Doubles* const fast = fast_.average.pairs(step.state);
    const Doubles* const slow = slow_.average.pairs(step.state);
    Doubles* const average = signal.pairs(step.state);
    for (std::size_t i = 0; i < kPairs; ++i) {
      const Doubles difference = fast[i] - slow[i];
      const Doubles smooth = step.fewest > delay_ + n_
                                 ? ema_forward(average[i], difference, k_)
                                 : ema_from_start(average[i], difference, step.count[i] - delay_, n_, k_);
      step.put(line.pairs(step.state), i, difference);
      step.put(average, i, smooth);
      step.put(histogram.pairs(step.state), i, difference - smooth);
    }
  }

 private:
  Ema& fast_;
  Ema& slow_;
  std::int64_t delay_, n_;
  double k_;
};

}  // namespace tickplant::analytics
