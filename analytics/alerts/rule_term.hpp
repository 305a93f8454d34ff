// What a rule can speak of: a value of an instrument that its conditions compare. Rules that say the same mean the same
// term, which is kept once for each instrument.
//
// Threads: plain values.
// Not here: their names and arguments (term_names.hpp), keeping them (alert_book.hpp).
#pragma once

#include <cstdint>
#include <string>

#include "config/analytics_words.hpp"

namespace tickplant::analytics {

/// What may be compared with what.
enum class TermType : std::uint8_t { literal, price, size, number, ratio, duration, word, condition };

enum class TermKind : std::uint8_t {
  // Of the newest trade.
  price,
  size,
  // Of the newest quote.
  bid,
  ask,
  bid_size,
  ask_size,
  mid,
  spread,        // ask - bid
  spread_ratio,  // of the mid
  // Over the last `span` of event time, in steps of a sixtieth of it.
  change,  // of the price, to that of `span` ago
  swing,   // highest to lowest
  volume,
  trades,
  high,
  low,
  // Of the newest window that has fired.
  average,    // mean price of trades over `span`
  bar,        // a field of the bar of `span`
  indicator,  // a function of bars of `span`
  zscore,     // of a field of the bar, against those of `bars` bars before it
  // Other.
  trend,   // the price against its mean over five minutes
  status,  // ringbuf::TradingStatus
  silent,  // ns since the last record about it
};

enum class BarField : std::uint8_t { open, high, low, close, volume, count, vwap };

/// When a value changes, and rules that speak of it are looked at.
namespace trigger {
inline constexpr std::uint8_t kTrade = 1, kQuote = 2, kBar = 4, kTime = 8, kSignal = 16, kStatus = 32, kStale = 64;
}

struct Term {
  TermKind kind = TermKind::price;
  TermType type = TermType::price;
  BarField field = BarField::close;
  std::uint32_t bars = 0;       // of a z-score
  std::int64_t span_ns = 0;     // of a window
  config::FunctionCall call{};  // of an indicator
  std::string text{};           // "sma(50, 1m)": with it terms are the same

  [[nodiscard]] bool is_rolling() const noexcept { return kind >= TermKind::change && kind <= TermKind::low; }
  [[nodiscard]] bool is_of_bars() const noexcept { return kind >= TermKind::bar && kind <= TermKind::zscore; }
  /// It changes with bars alone: between them it is a constant.
  [[nodiscard]] bool is_slow() const noexcept { return kind == TermKind::average || is_of_bars(); }
  [[nodiscard]] std::uint8_t triggers() const noexcept {
    if (is_slow()) return trigger::kBar;
    if (kind == TermKind::status) return trigger::kStatus;
    if (kind == TermKind::silent) return trigger::kTime;
    return kind >= TermKind::bid && kind <= TermKind::spread_ratio ? trigger::kQuote : trigger::kTrade;
  }

  friend bool operator==(const Term& a, const Term& b) noexcept { return a.kind == b.kind && a.text == b.text; }
};

/// The window that average(span) is over slides by this: a minute from five minutes up, below that ten seconds or one.
[[nodiscard]] constexpr std::int64_t slide_of_average(std::int64_t span_ns) noexcept {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return span_ns >= 300 * kSecond ? 60 * kSecond : span_ns >= 50 * kSecond ? 10 * kSecond : kSecond;
}

}  // namespace tickplant::analytics
