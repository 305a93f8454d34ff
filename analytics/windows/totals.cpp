#include "analytics/windows/totals.hpp"

#include <cmath>
#include <limits>

#include "ringbuf/records/price.hpp"

namespace tickplant::analytics {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// numerator / denominator, rounded once, to nearest. denominator < 2^127.
double quotient(Uint128 numerator, Uint128 denominator) noexcept {
  constexpr Uint128 kExact = Uint128{1} << 53;  // so far a double holds every integer
  if (numerator <= kExact && denominator <= kExact) {
    return static_cast<double>(static_cast<std::int64_t>(numerator)) /
           static_cast<double>(static_cast<std::int64_t>(denominator));
  }
  if (numerator == 0) return 0;
  Uint128 whole = numerator / denominator, rest = numerator % denominator;
  int exponent = 0;
  for (; whole < Uint128{1} << 62; --exponent) {  // long division, until there are more bits than a double has
    rest <<= 1;
    whole <<= 1;
    if (rest >= denominator) {
      rest -= denominator;
      whole |= 1;
    }
  }
  return std::ldexp(static_cast<double>(whole | (rest != 0 ? 1u : 0u)), exponent);  // a lost rest breaks ties
}

double signed_quotient(Int128 numerator, Uint128 denominator) noexcept {
  return numerator < 0 ? -quotient(-static_cast<Uint128>(numerator), denominator)
                       : quotient(static_cast<Uint128>(numerator), denominator);
}

/// mean of `sum` over `count` as a price: sum x unit / (count x 1e9), in one division where the products fit.
double mean_price(Int128 sum, std::uint64_t count, std::int64_t price_unit) noexcept {
  if (count == 0) return kNone;
  Int128 scaled;
  const Int128 scale = ringbuf::kPriceScale;
  if (scale % price_unit == 0)
    return signed_quotient(sum, static_cast<Uint128>(count) * static_cast<Uint128>(scale / price_unit));
  if (__builtin_mul_overflow(sum, Int128{price_unit}, &scaled)) {
    return signed_quotient(sum, count) * (static_cast<double>(price_unit) / static_cast<double>(ringbuf::kPriceScale));
  }
  return signed_quotient(scaled, static_cast<Uint128>(count) * static_cast<Uint128>(scale));
}

}  // namespace

void Totals::subtract(std::int64_t price, std::uint64_t size, bool moves_price) noexcept {
  notional -= Int128{price} * Int128{size};
  volume -= size;
  if (!moves_price) return;
  sum_of_squares -= Int128{price} * price;
  sum -= price;
  --count;
}

bool Totals::merge(const Totals& other) noexcept {
  count += other.count;
  bool overflow = __builtin_add_overflow(volume, other.volume, &volume);
  overflow |= __builtin_add_overflow(notional, other.notional, &notional);
  overflow |= __builtin_add_overflow(sum, other.sum, &sum);
  overflow |= __builtin_add_overflow(sum_of_squares, other.sum_of_squares, &sum_of_squares);
  return !overflow;
}

double vwap_of(const Totals& totals, std::int64_t price_unit) noexcept {
  return mean_price(totals.notional, totals.volume, price_unit);
}

double average_of(const Totals& totals, std::int64_t price_unit) noexcept {
  return mean_price(totals.sum, totals.count, price_unit);
}

double deviation_of(const Totals& totals, std::int64_t price_unit) noexcept {
  if (totals.count == 0) return kNone;
  // Deviations from a whole number near the mean: sum (p - m)^2 = Q - 2 m S + n m^2, exact modulo 2^128 although its
  // terms are not, and small. Then n^2 x variance = n x that - (S - n m)^2.
  const auto count = static_cast<Int128>(totals.count);
  const Int128 middle = totals.sum / count, rest = totals.sum % count;
  const auto wrapped = [](Int128 value) { return static_cast<Uint128>(value); };
  const Uint128 squares = wrapped(totals.sum_of_squares) - 2 * wrapped(middle) * wrapped(totals.sum) +
                          wrapped(count) * wrapped(middle) * wrapped(middle);
  Uint128 variance;
  double deviation;
  if (!__builtin_mul_overflow(squares, wrapped(count), &variance) && totals.count < std::uint64_t{1} << 63) {
    variance -= wrapped(rest) * wrapped(rest);
    deviation = std::sqrt(quotient(variance, wrapped(count) * wrapped(count)));
  } else {
    deviation = std::sqrt(static_cast<double>(squares) / static_cast<double>(totals.count));
  }
  const double scale = static_cast<double>(ringbuf::kPriceScale), unit = static_cast<double>(price_unit);
  return ringbuf::kPriceScale % price_unit == 0 ? deviation / (scale / unit) : deviation * unit / scale;
}

}  // namespace tickplant::analytics
