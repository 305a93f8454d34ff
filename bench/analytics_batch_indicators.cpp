#include "bench/analytics_batch_indicators.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>

#include "platform/setup_error.hpp"

namespace tickplant::bench {
namespace {

constexpr double kZero = 1e-14;

double mean_of_last(std::span<const double> x, std::size_t n) {
  const auto last = x.last(n);
  return std::accumulate(last.begin(), last.end(), 0.0) / static_cast<double>(n);
}

double deviation_of_last(std::span<const double> x, std::size_t n) {
  const double mean = mean_of_last(x, n);
  double sum = 0;
  for (const double value : x.last(n)) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(n));
}

/// Seeded with the mean of n values from `begin` on; every average goes to `each`.
template <class Each>
double exponential(std::span<const double> x, std::size_t n, std::size_t begin, Each&& each) {
  const double k = 2 / static_cast<double>(n + 1);
  double average = 0;
  for (std::size_t i = begin; i < begin + n; ++i) average += x[i];
  average /= static_cast<double>(n);
  each(begin + n - 1, average);
  for (std::size_t i = begin + n; i < x.size(); ++i) each(i, average += k * (x[i] - average));
  return average;
}

double range_at(const BarHistory& h, std::size_t i) {
  const double before = h.close[i - 1];
  return std::max({h.high[i] - h.low[i], std::abs(h.high[i] - before), std::abs(h.low[i] - before)});
}

}  // namespace

BatchIndicators::BatchIndicators(std::span<const config::FunctionCall> functions, std::size_t most_bars)
    : line_(most_bars) {
  struct Named {
    std::string_view name;
    Function function;
  };
  using B = BatchIndicators;
  static constexpr std::array<Named, 24> kFunctions{{{"sma", &B::sma},
                                                     {"ema", &B::ema},
                                                     {"ema_unstable", &B::ema},
                                                     {"wma", &B::wma},
                                                     {"rsi", &B::rsi},
                                                     {"rsi_unstable", &B::rsi},
                                                     {"macd", &B::macd},
                                                     {"bbands", &B::bbands},
                                                     {"stddev", &B::stddev},
                                                     {"trange", &B::trange},
                                                     {"atr", &B::atr},
                                                     {"natr", &B::natr},
                                                     {"obv", &B::obv},
                                                     {"mom", &B::mom},
                                                     {"roc", &B::roc},
                                                     {"stoch", &B::stoch},
                                                     {"plus_di", &B::plus_di},
                                                     {"minus_di", &B::minus_di},
                                                     {"adx", &B::adx},
                                                     {"min", &B::min},
                                                     {"max", &B::max},
                                                     {"vwap", &B::vwap},
                                                     {"avg_volume", &B::avg_volume},
                                                     {"realised_volatility", &B::realised_volatility}}};
  for (const config::FunctionCall& call : functions) {
    const auto* const found =
        std::find_if(kFunctions.begin(), kFunctions.end(), [&](const Named& each) { return each.name == call.name; });
    if (found == kFunctions.end()) {
      throw platform::SetupError{"the batch baseline has no function " + call.name, "add it to the benchmark"};
    }
    const auto bars = [&](std::size_t i) {
      return i < call.parameters.size() ? static_cast<std::size_t>(call.parameters[i].nano / config::kDecimalScale) : 0;
    };
    const double k = call.parameters.size() > 1 ? static_cast<double>(call.parameters[1].nano) / 1e9 : 1;
    calls_.push_back({found->function, bars(0), bars(1), bars(2), k});
  }
  values_.reserve(3 * calls_.size());
}

std::span<const double> BatchIndicators::compute(const BarHistory& history) {
  values_.clear();
  for (const Call& call : calls_) (this->*call.function)(history, call);
  return values_;
}

void BatchIndicators::sma(const BarHistory& h, const Call& call) { values_.push_back(mean_of_last(h.close, call.a)); }

void BatchIndicators::ema(const BarHistory& h, const Call& call) {
  values_.push_back(exponential(h.close, call.a, 0, [](std::size_t, double) {}));
}

void BatchIndicators::wma(const BarHistory& h, const Call& call) {
  double sum = 0, weight = 0, weights = 0;
  for (const double close : std::span(h.close).last(call.a)) {
    sum += ++weight * close;
    weights += weight;
  }
  values_.push_back(sum / weights);
}

void BatchIndicators::rsi(const BarHistory& h, const Call& call) {
  const auto n = static_cast<double>(call.a);
  double gain = 0, loss = 0;
  for (std::size_t i = 1; i < h.bars(); ++i) {
    const double change = h.close[i] - h.close[i - 1], up = std::max(change, 0.0), down = std::max(-change, 0.0);
    if (i <= call.a) {
      gain += up / n;
      loss += down / n;
    } else {
      gain = (gain * (n - 1) + up) / n;
      loss = (loss * (n - 1) + down) / n;
    }
  }
  values_.push_back(gain + loss < kZero ? 0 : 100 * gain / (gain + loss));
}

void BatchIndicators::macd(const BarHistory& h, const Call& call) {
  const std::size_t first = call.b - 1;
  const std::span line(line_.data(), h.bars());
  exponential(h.close, call.a, call.b - call.a, [&](std::size_t i, double average) { line[i] = average; });
  exponential(h.close, call.b, 0, [&](std::size_t i, double average) { line[i] -= average; });
  const double signal = exponential(line, call.c, first, [](std::size_t, double) {});
  values_.insert(values_.end(), {line.back(), signal, line.back() - signal});
}

void BatchIndicators::bbands(const BarHistory& h, const Call& call) {
  const double mean = mean_of_last(h.close, call.a), width = call.k * deviation_of_last(h.close, call.a);
  values_.insert(values_.end(), {mean + width, mean, mean - width});
}

void BatchIndicators::stddev(const BarHistory& h, const Call& call) {
  values_.push_back(call.k * deviation_of_last(h.close, call.a));
}

void BatchIndicators::trange(const BarHistory& h, const Call&) { values_.push_back(range_at(h, h.bars() - 1)); }

double BatchIndicators::average_range(const BarHistory& h, std::size_t n) {
  const auto bars = static_cast<double>(n);
  double average = 0;
  for (std::size_t i = 1; i < h.bars(); ++i) {
    const double range = range_at(h, i);
    average = i <= n ? average + range / bars : (average * (bars - 1) + range) / bars;
  }
  return average;
}

void BatchIndicators::atr(const BarHistory& h, const Call& call) { values_.push_back(average_range(h, call.a)); }

void BatchIndicators::natr(const BarHistory& h, const Call& call) {
  values_.push_back(100 * average_range(h, call.a) / h.close.back());
}

void BatchIndicators::obv(const BarHistory& h, const Call&) {
  double balance = h.volume[0];
  for (std::size_t i = 1; i < h.bars(); ++i) {
    balance += h.close[i] > h.close[i - 1] ? h.volume[i] : h.close[i] < h.close[i - 1] ? -h.volume[i] : 0;
  }
  values_.push_back(balance);
}

void BatchIndicators::mom(const BarHistory& h, const Call& call) {
  values_.push_back(h.close.back() - h.close[h.bars() - 1 - call.a]);
}

void BatchIndicators::roc(const BarHistory& h, const Call& call) {
  values_.push_back((h.close.back() / h.close[h.bars() - 1 - call.a] - 1) * 100);
}

void BatchIndicators::stoch(const BarHistory& h, const Call& call) {
  const std::size_t needed = call.b + call.c - 1;  // raw values
  double slow_d = 0, slow_k = 0;
  for (std::size_t back = 0; back < needed; ++back) {
    const std::size_t end = h.bars() - back;
    const auto highs = std::span(h.high).subspan(end - call.a, call.a);
    const auto lows = std::span(h.low).subspan(end - call.a, call.a);
    const double high = *std::max_element(highs.begin(), highs.end()),
                 low = *std::min_element(lows.begin(), lows.end());
    const double raw = high == low ? 0 : 100 * (h.close[end - 1] - low) / (high - low);
    if (back < call.b) slow_k += raw;
    // In how many of the averages that slow_d is the mean of.
    const std::size_t times = std::min({back + 1, needed - back, call.b, call.c});
    slow_d += raw * static_cast<double>(times);
  }
  const auto k = static_cast<double>(call.b), d = static_cast<double>(call.c);
  values_.insert(values_.end(), {slow_k / k, slow_d / (k * d)});
}

BatchIndicators::Movement BatchIndicators::movement(const BarHistory& h, std::size_t n) {
  const auto bars = static_cast<double>(n);
  double plus_sum = 0, minus_sum = 0, range_sum = 0, average = 0, plus = 0, minus = 0;
  for (std::size_t i = 1; i < h.bars(); ++i) {
    const double up = h.high[i] - h.high[i - 1], down = h.low[i - 1] - h.low[i];
    const double keeps = i < n ? 1 : 1 - 1 / bars;
    plus_sum = plus_sum * keeps + (up > down ? std::max(up, 0.0) : 0);
    minus_sum = minus_sum * keeps + (down > up ? std::max(down, 0.0) : 0);
    range_sum = range_sum * keeps + range_at(h, i);
    if (i < n) continue;
    plus = range_sum < kZero ? 0 : 100 * plus_sum / range_sum;
    minus = range_sum < kZero ? 0 : 100 * minus_sum / range_sum;
    const double both = plus + minus;
    const double index = both < kZero ? 0 : 100 * std::abs(minus - plus) / both;
    if (i < 2 * n) {
      average += index / bars;
    } else if (both >= kZero) {
      average = (average * (bars - 1) + index) / bars;
    }
  }
  return {plus, minus, average};
}

void BatchIndicators::plus_di(const BarHistory& h, const Call& call) { values_.push_back(movement(h, call.a).plus); }
void BatchIndicators::minus_di(const BarHistory& h, const Call& call) { values_.push_back(movement(h, call.a).minus); }
void BatchIndicators::adx(const BarHistory& h, const Call& call) { values_.push_back(movement(h, call.a).adx); }

void BatchIndicators::min(const BarHistory& h, const Call& call) {
  const auto lows = std::span(h.low).last(call.a);
  values_.push_back(*std::min_element(lows.begin(), lows.end()));
}

void BatchIndicators::max(const BarHistory& h, const Call& call) {
  const auto highs = std::span(h.high).last(call.a);
  values_.push_back(*std::max_element(highs.begin(), highs.end()));
}

void BatchIndicators::vwap(const BarHistory& h, const Call&) {
  values_.push_back(std::accumulate(h.notional.begin(), h.notional.end(), 0.0) /
                    std::accumulate(h.volume.begin(), h.volume.end(), 0.0));
}

void BatchIndicators::avg_volume(const BarHistory& h, const Call& call) {
  values_.push_back(mean_of_last(h.volume, call.a));
}

void BatchIndicators::realised_volatility(const BarHistory& h, const Call& call) {
  double sum = 0;
  for (std::size_t i = h.bars() - call.a; i < h.bars(); ++i) {
    const double change = std::log(h.close[i] / h.close[i - 1]);
    sum += change * change;
  }
  values_.push_back(std::sqrt(sum));
}

}  // namespace tickplant::bench
