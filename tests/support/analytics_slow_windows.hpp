// Windows of event time, slow and obvious: each window keeps its trades and is summed up anew whenever it says
// something. Written from formats/analytics.md 2.2 to 2.6 and the plain-Python references, not from the engine.
//
// Threads: plain value. One for each group of feeds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/analytics_run.hpp"

namespace tickplant::tests {

struct SlowSpec {
  std::string name;
  Time size = 0, slide = 0, offset = 0;
};

/// Starts of the windows that contain `time`, by the definition: all k with start <= time < start + size.
inline std::vector<Time> slow_starts(const SlowSpec& spec, Time time) {
  std::vector<Time> starts;
  const auto below = [](Time a, Time b) { return a >= 0 ? a / b : -((-a + b - 1) / b); };  // floor(a / b)
  const Time newest = below(time - spec.offset, spec.slide);
  for (Time k = newest - spec.size / spec.slide - 1; k <= newest; ++k) {
    const Time start = spec.offset + k * spec.slide;
    if (start <= time && time < start + spec.size) starts.push_back(start);
  }
  return starts;
}

struct SlowTrade {
  std::uint64_t id = 0;  // of this model
  Time time = 0;
  std::uint64_t order = 0;
  std::int64_t price = 0;
  std::uint64_t size = 0;
  bool moves_high_low = true, moves_last = true;
};

inline std::string wide_text(platform::Int128 value) {
  const auto words = ringbuf::words_of(value);
  return std::to_string(words[1]) + ":" + std::to_string(words[0]);
}

/// count open high low close volume notional sums times.
inline std::string slow_content(std::vector<SlowTrade> trades) {
  std::sort(trades.begin(), trades.end(),
            [](const auto& a, const auto& b) { return std::tie(a.time, a.order) < std::tie(b.time, b.order); });
  std::uint64_t count = 0, volume = 0;
  platform::Int128 notional = 0, sum = 0, squares = 0;
  std::optional<SlowTrade> first, last;
  std::int64_t high = 0, low = 0;
  for (const SlowTrade& trade : trades) {
    volume += trade.size;
    notional += platform::Int128{trade.price} * platform::Int128{trade.size};
    if (trade.moves_last) last = trade;
    if (!trade.moves_high_low) continue;
    high = count == 0 ? trade.price : std::max(high, trade.price);
    low = count == 0 ? trade.price : std::min(low, trade.price);
    if (!first) first = trade;
    ++count;
    sum += trade.price;
    squares += platform::Int128{trade.price} * trade.price;
  }
  const auto text = [](bool present, std::int64_t value) { return present ? std::to_string(value) : std::string("-"); };
  return std::to_string(count) + " " + text(count != 0, first ? first->price : 0) + " " + text(count != 0, high) + " " +
         text(count != 0, low) + " " + text(last.has_value(), last ? last->price : 0) + " " + std::to_string(volume) +
         " " + wide_text(notional) + " " + wide_text(sum) + " " + wide_text(squares) + " " +
         std::to_string(first ? first->time : 0) + " " + std::to_string(last ? last->time : 0);
}

/// The same of a row of the engine.
inline std::string row_content(const ringbuf::WindowRowBody& row) {
  const auto price = [&](ringbuf::Price p) {
    return is_present(p) ? std::to_string(p.value / row.price_unit) : std::string("-");
  };
  return std::to_string(row.count) + " " + price(row.open) + " " + price(row.high) + " " + price(row.low) + " " +
         price(row.close) + " " + std::to_string(row.volume.value) + " " + wide_text(ringbuf::int128_of(row.notional)) +
         " " + wide_text(ringbuf::int128_of(row.sum)) + " " + wide_text(ringbuf::int128_of(row.sum_of_squares)) + " " +
         std::to_string(row.first_time.value) + " " + std::to_string(row.last_time.value);
}

struct SlowRow {
  std::uint64_t cause = 0;
  bool fires = false;
  Time end = 0;
  std::size_t spec = 0;
  Time start = 0;
  std::uint32_t instrument = 0;
  std::string text;  // revision, watermark, content
  friend auto operator<=>(const SlowRow&, const SlowRow&) = default;
};

class SlowWindows {
 public:
  struct Settings {
    Time bound = 0, lateness = 0, idle = 0;
    bool advances = false;
    Time max_future = 0;
    std::uint32_t lot = 0;  // smaller trades count for volume only
  };
  struct Counts {
    std::uint64_t trades = 0, late_trades = 0, late_updates = 0, dropped = 0, quarantined = 0;
    std::vector<std::uint64_t> fully_dropped;  // by spec
  };

  SlowWindows(Settings settings, std::vector<SlowSpec> specs, std::size_t feeds)
      : settings_(settings), specs_(std::move(specs)), feeds_(feeds) {
    counts.fully_dropped.resize(specs_.size());
  }

  /// A tick of an instrument of the group's feed `feed`.
  void on_tick(std::uint64_t cause, std::size_t feed, const ringbuf::Record& record) {
    const Time time = record.header.ts_event.value, received = record.header.ts_recv.value;
    if (time > received + settings_.max_future) {
      ++counts.quarantined;
      return;
    }
    if (record.header.type == ringbuf::RecordType::trade) on_trade(cause, record);
    if (record.header.type == ringbuf::RecordType::trade_cancel) on_cancel(cause, record);
    Feed& own = feeds_[feed];
    own.newest = own.newest ? std::max(*own.newest, time) : time;
    own.seen = received;
    pass(cause, received);
  }
  /// A record of no instrument.
  void on_time(std::uint64_t cause, Time received) { pass(cause, received); }

  void finish(std::uint64_t cause) {
    watermark_ = analytics::kAfterAll;
    fire(cause, std::nullopt);
  }

  Counts counts;
  std::vector<SlowRow> rows, finals;

  [[nodiscard]] std::optional<Time> watermark() const { return watermark_; }

 private:
  struct Feed {
    std::optional<Time> newest, seen;
  };
  struct Window {
    std::vector<SlowTrade> trades;
    std::uint32_t revisions = 0;
    bool was_due = false;  // its end has passed
  };
  using Key = std::tuple<Time, std::size_t, Time, std::uint32_t>;  // end, spec, start, instrument

  [[nodiscard]] bool has_passed(Time time) const { return watermark_ && time <= *watermark_; }
  [[nodiscard]] static bool is_empty(const Window& window) {
    return std::none_of(window.trades.begin(), window.trades.end(),
                        [](const SlowTrade& t) { return t.moves_high_low || t.moves_last || t.size != 0; });
  }

  void say(std::vector<SlowRow>& into, std::uint64_t cause, bool fires, const Key& key, std::uint32_t revision,
           const Window& window) {
    const auto& [end, spec, start, instrument] = key;
    into.push_back({cause, fires, fires ? end : 0, spec, start, instrument,
                    "rev " + std::to_string(revision) + " wm " +
                        std::to_string(watermark_.value_or(analytics::kBeforeAll)) + " " +
                        slow_content(window.trades)});
  }

  void on_trade(std::uint64_t cause, const ringbuf::Record& record) {
    const auto body = record.as<ringbuf::TradeBody>();
    using ringbuf::TradeEligibility;
    if (!has(body.eligibility, TradeEligibility::volume)) return;
    ++counts.trades;
    const bool may_move = has(body.eligibility, TradeEligibility::open_high_low),
               may_set_last = has(body.eligibility, TradeEligibility::last);
    const bool is_round = body.size.value >= settings_.lot;
    const SlowTrade trade{cause,
                          record.header.ts_event.value,
                          body.trade_id != 0 ? body.trade_id : cause,
                          body.price.value / kCent,
                          body.size.value,
                          may_move && is_round,
                          may_set_last && is_round};
    const std::uint32_t instrument = record.header.instrument.value;
    known_.push_back({instrument, body.trade_id, trade, may_move, may_set_last, false});
    if (watermark_ && trade.time < *watermark_) ++counts.late_trades;
    for (std::size_t s = 0; s < specs_.size(); ++s) {
      std::uint64_t accepted = 0, dropped = 0;
      for (const Time start : slow_starts(specs_[s], trade.time)) {
        const Time end = start + specs_[s].size;
        if (has_passed(end + settings_.lateness)) {
          ++dropped;
          continue;
        }
        ++accepted;
        const Key key{end, s, start, instrument};
        Window& window = windows_[key];
        window.trades.push_back(trade);
        if (!has_passed(end)) continue;
        ++counts.late_updates;
        say(rows, cause, false, key, window.revisions++, window);
      }
      counts.dropped += dropped;
      if (dropped != 0 && accepted == 0) ++counts.fully_dropped[s];
    }
  }

  void on_cancel(std::uint64_t cause, const ringbuf::Record& record) {
    const auto body = record.as<ringbuf::TradeCancelBody>();
    const std::uint32_t instrument = record.header.instrument.value;
    const auto known = std::find_if(known_.rbegin(), known_.rend(), [&](const Known& k) {
      return k.instrument == instrument && k.trade_id == body.trade_id && !k.is_cancelled;
    });
    if (known == known_.rend()) return;
    const bool corrected = body.kind == ringbuf::TradeCancelKind::corrected;
    if (corrected) {
      known->trade.price = body.price.value / kCent;
      known->trade.size = body.size.value;
      const bool is_round = body.size.value >= settings_.lot;
      known->trade.moves_high_low = known->may_move && is_round;
      known->trade.moves_last = known->may_set_last && is_round;
    } else {
      known->is_cancelled = true;
    }
    for (std::size_t s = 0; s < specs_.size(); ++s) {
      for (const Time start : slow_starts(specs_[s], known->trade.time)) {
        const Time end = start + specs_[s].size;
        if (has_passed(end + settings_.lateness)) continue;
        const Key key{end, s, start, instrument};
        Window& window = windows_[key];
        for (auto it = window.trades.begin(); it != window.trades.end(); ++it) {
          if (it->id != known->trade.id) continue;
          corrected ? static_cast<void>(*it = known->trade) : static_cast<void>(window.trades.erase(it));
          break;
        }
        if (!has_passed(end)) continue;
        ++counts.late_updates;
        say(rows, cause, false, key, window.revisions++, window);
      }
    }
  }

  /// As ref_watermark.py has it.
  void pass(std::uint64_t cause, Time received) {
    now_ = now_ ? std::max(*now_, received) : received;
    if (!first_) first_ = received;
    std::optional<Time> candidate;
    bool any_active = false, is_held = false;
    for (const Feed& feed : feeds_) {
      if (*now_ - feed.seen.value_or(*first_) >= settings_.idle) continue;
      any_active = true;
      if (!feed.newest) is_held = true;
      if (!is_held) candidate = std::min(candidate.value_or(analytics::kAfterAll), *feed.newest - settings_.bound);
    }
    if (is_held) candidate.reset();
    if (!any_active && settings_.advances) candidate = *now_ - settings_.bound - settings_.idle;
    if (!candidate || (watermark_ && *candidate <= *watermark_)) return;
    const std::optional<Time> before = watermark_;
    watermark_ = candidate;
    fire(cause, before);
  }

  void fire(std::uint64_t cause, std::optional<Time>) {
    for (auto& [key, window] : windows_) {
      if (window.was_due || !has_passed(std::get<0>(key))) continue;
      window.was_due = true;
      if (!is_empty(window) && window.revisions == 0) say(rows, cause, true, key, window.revisions++, window);
    }
    for (auto it = windows_.begin(); it != windows_.end();) {
      if (!has_passed(std::get<0>(it->first) + settings_.lateness)) {
        ++it;
        continue;
      }
      if (!is_empty(it->second)) {
        say(finals, cause, true, it->first, std::max(it->second.revisions, 1u) - 1, it->second);
      }
      it = windows_.erase(it);
    }
  }

  struct Known {
    std::uint32_t instrument = 0;
    std::uint64_t trade_id = 0;
    SlowTrade trade;
    bool may_move = true, may_set_last = true;  // as the venue says
    bool is_cancelled = false;
  };

  Settings settings_;
  std::vector<SlowSpec> specs_;
  std::vector<Feed> feeds_;
  std::optional<Time> now_, first_, watermark_;
  std::map<Key, Window> windows_;
  std::vector<Known> known_;
};

/// Rows of the engine in the model's words; function 1 is the model's first spec.
inline std::vector<SlowRow> as_slow_rows(const std::vector<ringbuf::DerivedRecord>& records) {
  std::vector<SlowRow> rows;
  for (const auto& record : records) {
    const auto row = record.as<ringbuf::WindowRowBody>();
    const bool fires = row.kind != ringbuf::RowKind::late;
    rows.push_back({record.header.cause_seq.value, fires, fires ? row.end.value : 0,
                    record.header.function.value - std::size_t{1}, row.start.value, record.header.instrument.value,
                    "rev " + std::to_string(record.header.revision) + " wm " + std::to_string(row.watermark.value) +
                        " " + row_content(row)});
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace tickplant::tests
