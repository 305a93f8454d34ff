// Quotes over a stretch of event time: spread at its open, close and extremes, and means weighted by how long each
// quote stood. In integers, so what panes merge to does not depend on how time was cut.
//
// A pane knows what happened from its first quote to its last. How long the last one stood is known where panes are
// merged (until the first of the next) or read (until the end); what stood before the first is the caller's to say.
//
// Order: by event time, within one time by arrival. A quote older than the newest of its pane came too late to know how
// long it stood: it is counted and may move the extremes, but not the means. Two are not too late: one that belongs to
// an earlier pane and is the newest there, and one older than the first of its pane.
//
// Threads: plain value, 144 bytes.
// Not here: which panes there are (quote_windows.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "analytics/quotes/quote_values.hpp"
#include "analytics/windows/pane.hpp"
#include "platform/check.hpp"

namespace tickplant::analytics {

/// What of a quote is summed over time. One side missing (or a spread beyond 64 bits): it says nothing.
struct StandingQuote {
  static constexpr std::int64_t kNoSpread = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kImbalanceScale = 1'000'000'000;

  std::int64_t spread = kNoSpread;  // 1e-9
  std::int64_t imbalance = 0;       // 1e-9, rounded to nearest; 0 without sizes
  std::int64_t bid = 0;             // 1e-9; without a spread of no meaning, and 0
  std::uint64_t quality = 0;        // ringbuf::Quality bits of the record that said it

  [[nodiscard]] static StandingQuote of(const QuoteBody& quote) noexcept {
    if (!is_two_sided(quote)) return {};
    const Int128 spread = spread_nano(quote);
    if (spread >= kNoSpread || spread <= -Int128{kNoSpread}) return {};
    return {static_cast<std::int64_t>(spread), rounded_imbalance(quote.bid_size.value, quote.ask_size.value),
            quote.bid_price.value, 0};
  }
  [[nodiscard]] constexpr bool has_spread() const noexcept { return spread != kNoSpread; }
  /// In currency units: the mid, nearer to the side with less behind it. NaN: one-sided.
  [[nodiscard]] double microprice() const noexcept {
    if (!has_spread()) return ringbuf::kNoValue;
    const Int128 weighted = 2 * Int128{bid} * kImbalanceScale + Int128{spread} * (kImbalanceScale + imbalance);
    return static_cast<double>(weighted) /
           (2 * static_cast<double>(kImbalanceScale) * static_cast<double>(ringbuf::kPriceScale));
  }

  friend constexpr bool operator==(const StandingQuote&, const StandingQuote&) = default;

 private:
  [[nodiscard]] static std::int64_t rounded_imbalance(std::uint64_t bid, std::uint64_t ask) noexcept {
    if ((bid | ask) == 0) return 0;
    const auto rounded = [](auto difference, auto all) {
      const auto scaled = difference * kImbalanceScale;
      return static_cast<std::int64_t>((scaled + (scaled < 0 ? -all / 2 : all / 2)) / all);
    };
    if (((bid | ask) >> 32) == 0) [[likely]]  // a division of 128 bits costs ten of 64
      return rounded(static_cast<std::int64_t>(bid - ask), static_cast<std::int64_t>(bid + ask));
    return rounded(Int128{bid} - Int128{ask}, Int128{bid} + Int128{ask});
  }
};

/// Of one window, in currency units; NaN where nothing stood on both sides.
struct QuoteWindowValues {
  double open_spread = ringbuf::kNoValue, close_spread = ringbuf::kNoValue;  // NaN also: one-sided then
  double close_bid = ringbuf::kNoValue, close_ask = ringbuf::kNoValue;
  double close_imbalance = ringbuf::kNoValue, close_microprice = ringbuf::kNoValue;
  double min_spread = ringbuf::kNoValue, max_spread = ringbuf::kNoValue;
  double mean_spread = ringbuf::kNoValue;     // over the time in which both sides stood
  double mean_imbalance = ringbuf::kNoValue;  // over the same time
  std::int64_t two_sided_ns = 0;              // that time
  std::uint64_t count = 0;                    // quotes that came
  std::uint64_t late = 0;                     // of them, too late for the means
  std::uint32_t quality = 0;                  // Quality bits of those that came
};

struct QuoteWindow {
  // Intervals do not overlap, so what is summed stays below 2^63 x 2^63.
  Int128 spread_time = 0;     // sum of spread x ns it stood, from the first quote to the last
  Int128 imbalance_time = 0;  // likewise
  std::int64_t two_sided_ns = 0;
  Time first_time = 0;  // of quotes; with count == 0 of no meaning
  Time last_time = 0;
  std::int64_t open_spread = StandingQuote::kNoSpread;
  StandingQuote close{};  // stands at the end
  std::int64_t min_spread = std::numeric_limits<std::int64_t>::max();
  std::int64_t max_spread = std::numeric_limits<std::int64_t>::min();
  std::uint64_t count = 0;
  std::uint64_t late = 0;
  std::uint64_t quality = 0;  // of all
  std::uint64_t reserved = 0;

  void on_quote(Time time, const StandingQuote& quote) noexcept {
    quality |= quote.quality;
    if (count == 0) {
      first_time = last_time = time;
      open_spread = quote.spread;
      close = quote;
    } else if (time >= last_time) [[likely]] {
      hold(close, time - last_time);
      last_time = time;
      close = quote;
    } else if (time < first_time) {
      hold(quote, first_time - time);
      first_time = time;
      open_spread = quote.spread;
    } else {
      ++late;
    }
    ++count;
    widen(quote);
  }

  /// `later`: of the stretch behind this one, merged likewise. None of its quotes is older than the newest of ours.
  void merge(const QuoteWindow& later) noexcept {
    if (later.count == 0) return;
    if (count == 0) {
      *this = later;
      return;
    }
    TP_DCHECK(later.first_time >= last_time);
    hold(close, later.first_time - last_time);
    spread_time += later.spread_time;
    imbalance_time += later.imbalance_time;
    two_sided_ns += later.two_sided_ns;
    last_time = later.last_time;
    close = later.close;
    min_spread = std::min(min_spread, later.min_spread);
    max_spread = std::max(max_spread, later.max_spread);
    count += later.count;
    late += later.late;
    quality |= later.quality;
  }

  /// What stands behind it: `before` if no quote came.
  [[nodiscard]] StandingQuote standing(const StandingQuote& before) const noexcept {
    return count == 0 ? before : close;
  }

  /// As a window [start, end) that holds all its quotes; `before` stood when it began.
  [[nodiscard]] QuoteWindowValues values(Time start, Time end, const StandingQuote& before) const noexcept {
    QuoteWindow whole = *this;
    if (count == 0 || first_time > start) {
      whole = {};
      whole.on_quote(start, before);  // as if it had come then ...
      whole.merge(*this);
      --whole.count;  // ... but it did not
    }
    whole.hold(whole.close, end - whole.last_time);

    QuoteWindowValues values;
    values.open_spread = currency(whole.open_spread);
    values.close_spread = currency(whole.close.spread);
    if (whole.close.has_spread()) {
      values.close_bid = currency(whole.close.bid);
      values.close_ask = currency(whole.close.bid + whole.close.spread);
      values.close_imbalance =
          static_cast<double>(whole.close.imbalance) / static_cast<double>(StandingQuote::kImbalanceScale);
      values.close_microprice = whole.close.microprice();
    }
    if (whole.min_spread <= whole.max_spread) {
      values.min_spread = currency(whole.min_spread);
      values.max_spread = currency(whole.max_spread);
    }
    if (whole.two_sided_ns != 0) {
      const auto nanos = static_cast<double>(whole.two_sided_ns);
      values.mean_spread = static_cast<double>(whole.spread_time) / nanos / static_cast<double>(ringbuf::kPriceScale);
      values.mean_imbalance =
          static_cast<double>(whole.imbalance_time) / nanos / static_cast<double>(StandingQuote::kImbalanceScale);
    }
    values.two_sided_ns = whole.two_sided_ns;
    values.count = whole.count;
    values.late = whole.late;
    values.quality = static_cast<std::uint32_t>(whole.quality);
    return values;
  }

  friend bool operator==(const QuoteWindow&, const QuoteWindow&) = default;

 private:
  [[nodiscard]] static double currency(std::int64_t spread) noexcept {
    return spread == StandingQuote::kNoSpread ? ringbuf::kNoValue
                                              : static_cast<double>(spread) / static_cast<double>(ringbuf::kPriceScale);
  }
  /// `quote` stood for `nanos`.
  void hold(const StandingQuote& quote, std::int64_t nanos) noexcept {
    if (!quote.has_spread()) return;
    spread_time += Int128{quote.spread} * nanos;
    imbalance_time += Int128{quote.imbalance} * nanos;
    two_sided_ns += nanos;
  }
  void widen(const StandingQuote& quote) noexcept {
    if (!quote.has_spread()) return;
    min_spread = std::min(min_spread, quote.spread);
    max_spread = std::max(max_spread, quote.spread);
  }
};
static_assert(sizeof(QuoteWindow) == 144 && std::is_trivially_copyable_v<QuoteWindow> &&
              std::has_unique_object_representations_v<QuoteWindow>);

}  // namespace tickplant::analytics
