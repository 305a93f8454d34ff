// What is computed on every trade of an instrument: EMA and session VWAP over trades, crosses of the price with them,
// with ma_5min or with a number. In the order of arrival; late trades are too old to be the price.
//
// Threads: one, the shard's. Takes memory with new instruments only.
// Not here: swings and patterns (cohort.hpp), functions on bars (bar_functions.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analytics/bar_functions.hpp"
#include "analytics/engine_output.hpp"
#include "analytics/program.hpp"
#include "analytics/signals/tick_cross.hpp"
#include "analytics/state_archive.hpp"
#include "analytics/ticks/tick_average.hpp"
#include "analytics/windows/pane.hpp"

namespace tickplant::analytics {

/// A trade, and what every record about it says.
struct TickContext {
  std::uint32_t slot = 0;
  std::int64_t price_unit = 1;
  Time session = kBeforeAll;  // start of its session
  ringbuf::DerivedHeader header{};
};

class TickFunctions {
 public:
  TickFunctions(const SetProgram& set, EngineOutput& output, SignalListener* listener);

  [[nodiscard]] bool is_empty() const noexcept { return set_.tick_values.empty() && set_.tick_crosses.empty(); }
  void add_instrument(std::int64_t price_unit);

  /// The newest 5-minute mean, of the window that ends at `end`.
  void on_average(std::uint32_t slot, Time end, double average, ringbuf::Quality quality,
                  std::int64_t price_unit) noexcept;
  [[nodiscard]] Time average_end(std::uint32_t slot) const noexcept { return ticks_[slot].average_end; }

  void on_trade(const TickContext& context, const WindowTrade& trade) noexcept;
  /// The session VWAP forgets it, if it is of this session.
  void on_cancel(const TickContext& context, const WindowTrade& before, const WindowTrade* after) noexcept;

  void archive(StateArchive& archive) { archive(ticks_, averages_, vwaps_, crosses_); }

 private:
  struct Tick {
    std::uint64_t trades = 0;
    Time session = kBeforeAll;
    Time average_end = kBeforeAll;
    double average = ringbuf::kNoValue;
    std::uint32_t quality = 0;  // of the average
    std::uint32_t reserved = 0;

    void archive(StateArchive& archive) { archive(trades, session, average_end, average, quality); }
  };

  [[nodiscard]] double value_of(std::uint32_t slot, std::size_t output, std::int64_t price_unit) const noexcept;
  void publish_values(const TickContext& context, const WindowTrade& trade, std::uint64_t index) noexcept;

  const SetProgram& set_;
  EngineOutput& output_;
  SignalListener* listener_;
  std::size_t emas_ = 0;  // of an instrument
  bool has_vwap_ = false;
  std::vector<std::size_t> ema_of_;  // by output: which EMA; of the VWAP: none
  std::vector<TickEmaRule> rules_;   // by EMA
  std::vector<Tick> ticks_;          // by slot
  std::vector<TickEma> averages_;    // by slot and EMA
  std::vector<TickVwap> vwaps_;      // by slot, where there are
  std::vector<TickCross> crosses_;   // by slot and rule
};

}  // namespace tickplant::analytics
