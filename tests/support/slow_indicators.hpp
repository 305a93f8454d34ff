// The indicators again, written down as they are defined: over the whole series, window by window, from nothing. Slow
// and obvious, in the widest floating point there is.
//
// Threads: pure functions.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analytics/bar.hpp"

namespace tickplant::tests::slow {

using Number = long double;
using Series = std::vector<std::optional<Number>>;  // nothing: not defined yet
using Columns = std::map<std::string, Series>;

struct Input {
  std::vector<Number> open, high, low, close, volume, notional;
};

inline Input input_of(const std::vector<analytics::Bar>& bars) {
  Input input;
  for (const analytics::Bar& bar : bars) {
    const auto price = [&](std::int64_t value) {
      return static_cast<Number>(value) * static_cast<Number>(bar.price_unit) / 1e9L;
    };
    input.open.push_back(price(bar.open));
    input.high.push_back(price(bar.high));
    input.low.push_back(price(bar.low));
    input.close.push_back(price(bar.close));
    input.volume.push_back(static_cast<Number>(bar.volume));
    input.notional.push_back(static_cast<Number>(bar.notional) * static_cast<Number>(bar.price_unit) / 1e9L);
  }
  return input;
}

inline Series known(const std::vector<Number>& values) { return {values.begin(), values.end()}; }

/// f over the n values that end at each place; nothing where one of them is missing.
inline Series windows(const Series& x, std::size_t n, const std::function<Number(const std::vector<Number>&)>& f) {
  Series result(x.size());
  for (std::size_t i = n - 1; i < x.size(); ++i) {
    std::vector<Number> window;
    for (std::size_t j = i + 1 - n; j <= i && x[j]; ++j) window.push_back(*x[j]);
    if (window.size() == n) result[i] = f(window);
  }
  return result;
}

inline Number sum_of(const std::vector<Number>& x) {
  Number sum = 0;
  for (const Number each : x) sum += each;
  return sum;
}
inline Number mean_of(const std::vector<Number>& x) { return sum_of(x) / static_cast<Number>(x.size()); }
inline Number deviation_of(const std::vector<Number>& x) {
  Number sum = 0;
  for (const Number each : x) sum += (each - mean_of(x)) * (each - mean_of(x));
  return std::sqrt(sum / static_cast<Number>(x.size()));
}
inline Number weighted_mean_of(const std::vector<Number>& x) {
  Number sum = 0, weights = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += static_cast<Number>(i + 1) * x[i];
    weights += static_cast<Number>(i + 1);
  }
  return sum / weights;
}

/// Seeded with the mean of the n values from `begin` on, then `next(average, value)`.
inline Series recursion(const Series& x, std::size_t begin, std::size_t n,
                        const std::function<Number(Number, Number)>& next) {
  Series result(x.size());
  if (begin + n > x.size()) return result;
  Number average = 0;
  for (std::size_t i = begin; i < begin + n; ++i) average += *x[i];
  average /= static_cast<Number>(n);
  result[begin + n - 1] = average;
  for (std::size_t i = begin + n; i < x.size(); ++i) result[i] = average = next(average, *x[i]);
  return result;
}
inline Series ema(const Series& x, std::size_t n, std::size_t begin = 0) {
  const Number k = 2 / static_cast<Number>(n + 1);
  return recursion(x, begin, n, [=](Number average, Number value) { return average + k * (value - average); });
}
inline Series wilder(const Series& x, std::size_t n, std::size_t begin) {
  const auto bars = static_cast<Number>(n);
  return recursion(x, begin, n, [=](Number average, Number value) { return (average * (bars - 1) + value) / bars; });
}

inline Series true_range(const Input& in) {
  Series range(in.close.size());
  for (std::size_t i = 1; i < range.size(); ++i) {
    const Number before = in.close[i - 1];
    range[i] = std::max({in.high[i] - in.low[i], std::abs(in.high[i] - before), std::abs(in.low[i] - before)});
  }
  return range;
}

inline Columns rsi(const Input& in, std::size_t n) {
  Series gains(in.close.size()), losses(in.close.size()), result(in.close.size());
  for (std::size_t i = 1; i < result.size(); ++i) {
    const Number change = in.close[i] - in.close[i - 1];
    gains[i] = std::max<Number>(change, 0);
    losses[i] = std::max<Number>(-change, 0);
  }
  const Series gain = wilder(gains, n, 1), loss = wilder(losses, n, 1);
  for (std::size_t i = n; i < result.size(); ++i) {
    const Number both = *gain[i] + *loss[i];
    result[i] = both < 1e-14L ? 0 : 100 * *gain[i] / both;
  }
  return {{"rsi", result}};
}

inline Columns macd(const Input& in, std::size_t fast_bars, std::size_t slow_bars, std::size_t signal_bars) {
  const Series close = known(in.close);
  const Series fast = ema(close, fast_bars, slow_bars - fast_bars), slow = ema(close, slow_bars);
  Series line(close.size()), histogram(close.size());
  for (std::size_t i = slow_bars - 1; i < line.size(); ++i) line[i] = *fast[i] - *slow[i];
  const Series signal = ema(line, signal_bars, slow_bars - 1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!signal[i]) line[i].reset();
    if (signal[i]) histogram[i] = *line[i] - *signal[i];
  }
  return {{"macd", line}, {"signal", signal}, {"hist", histogram}};
}

/// plus_di, minus_di and adx.
inline Columns directional_movement(const Input& in, std::size_t n) {
  const std::size_t size = in.close.size();
  const Series range = true_range(in);
  std::vector<Number> plus_move(size), minus_move(size);
  const auto difference = [](Number a, Number b) { return static_cast<double>(a) - static_cast<double>(b); };
  for (std::size_t i = 1; i < size; ++i) {
    // TA-Lib compares the two as doubles, in which what is equal in cents need not be.
    const double up = difference(in.high[i], in.high[i - 1]), down = difference(in.low[i - 1], in.low[i]);
    if (down > 0 && down > up) {
      minus_move[i] = down;
    } else if (up > 0 && up > down) {
      plus_move[i] = up;
    }
  }
  Series plus(size), minus(size), adx(size), index(size);
  Number plus_sum = 0, minus_sum = 0, range_sum = 0, average = 0;
  for (std::size_t i = 1; i < size; ++i) {
    const Number keeps = i < n ? 1 : 1 - 1 / static_cast<Number>(n);
    plus_sum = plus_sum * keeps + plus_move[i];
    minus_sum = minus_sum * keeps + minus_move[i];
    range_sum = range_sum * keeps + *range[i];
    if (i < n) continue;
    plus[i] = range_sum < 1e-14L ? 0 : 100 * plus_sum / range_sum;
    minus[i] = range_sum < 1e-14L ? 0 : 100 * minus_sum / range_sum;
    const Number both = *plus[i] + *minus[i];
    if (both >= 1e-14L) index[i] = 100 * std::abs(*minus[i] - *plus[i]) / both;
    const auto bars = static_cast<Number>(n);
    if (i < 2 * n) {
      average += index[i].value_or(0) / bars;
    } else if (index[i]) {
      average = (average * (bars - 1) + *index[i]) / bars;
    }
    if (i >= 2 * n - 1) adx[i] = average;
  }
  return {{"plus_di", plus}, {"minus_di", minus}, {"adx", adx}};
}

inline Columns stoch(const Input& in, std::size_t bars, std::size_t slow_k_bars, std::size_t slow_d_bars) {
  Series raw(in.close.size());
  for (std::size_t i = bars - 1; i < raw.size(); ++i) {
    const auto end = static_cast<std::ptrdiff_t>(i + 1), begin = end - static_cast<std::ptrdiff_t>(bars);
    const Number highest = *std::max_element(in.high.begin() + begin, in.high.begin() + end);
    const Number lowest = *std::min_element(in.low.begin() + begin, in.low.begin() + end);
    raw[i] = highest == lowest ? 0 : 100 * (in.close[i] - lowest) / (highest - lowest);
  }
  Series slow_k = windows(raw, slow_k_bars, mean_of);
  const Series slow_d = windows(slow_k, slow_d_bars, mean_of);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (!slow_d[i]) slow_k[i].reset();
  }
  return {{"slowk", slow_k}, {"slowd", slow_d}};
}

inline Columns bbands(const Input& in, std::size_t n, Number k) {
  const Series mean = windows(known(in.close), n, mean_of), deviation = windows(known(in.close), n, deviation_of);
  Series upper(mean.size()), lower(mean.size());
  for (std::size_t i = n - 1; i < mean.size(); ++i) {
    upper[i] = *mean[i] + k * *deviation[i];
    lower[i] = *mean[i] - k * *deviation[i];
  }
  return {{"upper", upper}, {"middle", mean}, {"lower", lower}};
}

/// f(i) from `first` on.
inline Series from(const Input& in, std::size_t first, const std::function<Number(std::size_t)>& f) {
  Series result(in.close.size());
  for (std::size_t i = first; i < result.size(); ++i) result[i] = f(i);
  return result;
}

inline Columns others(const std::string& name, const Input& in, std::size_t n) {
  const Series close = known(in.close);
  if (name == "sma") return {{name, windows(close, n, mean_of)}};
  if (name == "wma") return {{name, windows(close, n, weighted_mean_of)}};
  if (name == "ema") return {{name, ema(close, n)}};
  if (name == "min") {
    return {{name, windows(known(in.low), n, [](const auto& x) { return *std::min_element(x.begin(), x.end()); })}};
  }
  if (name == "max") {
    return {{name, windows(known(in.high), n, [](const auto& x) { return *std::max_element(x.begin(), x.end()); })}};
  }
  if (name == "trange") return {{name, true_range(in)}};
  if (name == "atr") return {{name, wilder(true_range(in), n, 1)}};
  if (name == "natr") {
    const Series atr = wilder(true_range(in), n, 1);
    return {{name, from(in, n, [&](std::size_t i) { return in.close[i] == 0 ? 0 : 100 * *atr[i] / in.close[i]; })}};
  }
  if (name == "mom") return {{name, from(in, n, [&](std::size_t i) { return in.close[i] - in.close[i - n]; })}};
  if (name == "roc") {
    return {{name, from(in, n, [&](std::size_t i) { return 100 * (in.close[i] / in.close[i - n] - 1); })}};
  }
  if (name == "obv") {
    Number balance = 0;
    return {{name, from(in, 0, [&](std::size_t i) {
               const bool up = i == 0 || in.close[i] > in.close[i - 1], down = !up && in.close[i] < in.close[i - 1];
               return balance += up ? in.volume[i] : down ? -in.volume[i] : 0;
             })}};
  }
  if (name == "avg_volume") return {{name, windows(known(in.volume), n, mean_of)}};
  if (name == "realised_volatility") {
    const Series squares = from(in, 1, [&](std::size_t i) {
      const Number change = std::log(in.close[i] / in.close[i - 1]);
      return change * change;
    });
    return {{name, windows(squares, n, [](const auto& x) { return std::sqrt(sum_of(x)); })}};
  }
  return {};
}

}  // namespace tickplant::tests::slow
