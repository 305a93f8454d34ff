// Windows by number of trades, by volume or by value: the trades of an instrument in their order of arrival, cut when
// there is enough. The trade that fills a window belongs to it whole. Such a window is final when it is full; it starts
// with the event time of its first trade and ends behind the newest.
//
// Threads: one, the shard's.
// Not here: windows of event time (cohort.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analytics/state_archive.hpp"
#include "analytics/windows/pane.hpp"
#include "analytics/windows/window_plan.hpp"

namespace tickplant::analytics {

struct ArrivalWindow {
  PaneContent content;
  Time start = kAfterAll;  // event times of its trades
  Time newest = kBeforeAll;
  std::uint64_t trades = 0;
  std::uint64_t index = 0;      // of the instrument's windows, from 0
  std::uint64_t first_log = 0;  // place of its first trade in the trade log
  Int128 enough_notional = 0;   // by value: in counts of price unit x size

  void archive(StateArchive& archive) { archive(content, start, newest, trades, index, first_log, enough_notional); }
};

class ArrivalWindows {
 public:
  explicit ArrivalWindows(const WindowPlan& plan) : plan_(plan) {}

  [[nodiscard]] bool is_empty() const noexcept { return plan_.arrival_specs().empty(); }

  /// `size_scale`: a size of 1 is 10^size_scale units.
  void add_instrument(std::int64_t price_unit, std::int8_t size_scale);

  /// Calls full(const WindowSpec&, const ArrivalWindow&) for each window that the trade fills.
  template <class Full>
  void on_trade(std::uint32_t slot, const WindowTrade& trade, std::uint64_t place, Full&& full) noexcept {
    const std::span<const std::uint16_t> specs = plan_.arrival_specs();
    for (std::size_t i = 0; i < specs.size(); ++i) {
      const WindowSpec& spec = plan_.specs()[specs[i]];
      ArrivalWindow& window = windows_[slot * specs.size() + i];
      if (window.trades == 0) window.first_log = place;
      add(window, trade);
      if (!is_full(spec, window)) continue;
      full(spec, static_cast<const ArrivalWindow&>(window));
      clear(window);
      ++window.index;
    }
  }

  /// The windows of an instrument that are not full yet, by position in arrival_specs().
  [[nodiscard]] std::span<ArrivalWindow> open(std::uint32_t slot) noexcept {
    const std::size_t count = plan_.arrival_specs().size();
    return std::span(windows_).subspan(slot * count, count);
  }

  static void add(ArrivalWindow& window, const WindowTrade& trade) noexcept {
    if (!window.content.add(trade)) {
      window.content.quality |= kOverflow;
      return;
    }
    ++window.trades;
    window.start = std::min(window.start, trade.key.time);
    window.newest = std::max(window.newest, trade.key.time);
  }
  /// As before its first trade.
  static void clear(ArrivalWindow& window) noexcept {
    window.content = PaneContent{};
    window.start = kAfterAll;
    window.newest = kBeforeAll;
    window.trades = 0;
  }

  void archive(StateArchive& archive) { archive(windows_); }

 private:
  static constexpr std::uint32_t kOverflow = 1;  // Quality::gap_inside

  [[nodiscard]] static bool is_full(const WindowSpec& spec, const ArrivalWindow& window) noexcept {
    switch (spec.kind) {
      case config::WindowKind::ticks: return window.trades >= spec.count;
      case config::WindowKind::volume: return window.content.totals.volume >= spec.count;
      case config::WindowKind::value: return window.content.totals.notional >= window.enough_notional;
      case config::WindowKind::time:
      case config::WindowKind::session: break;
    }
    return false;
  }

  const WindowPlan& plan_;
  std::vector<ArrivalWindow> windows_;  // by slot and position in arrival_specs()
};

}  // namespace tickplant::analytics
