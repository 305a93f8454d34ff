// A market's day (market.hpp) as a script: first all there is to know before the open, a pause, the open, then
// continuous trading at the asked pace until the end, and the close.
//
//   begin_day ... pre-open ... open, trade, trade, trade, ... close
//
// What begins or ends a day is thousands of messages at once; they are spread, 100,000 a second, so that a receiver
// with a small socket buffer hears them all. Messages are stamped with the time at which they were due: how late they
// went out is part of what a receiver measures.
//
// Threads: one. Not here: waiting and sending (transmitter.hpp).
#pragma once

#include <cstdint>

#include "feedhandlers/venue/market.hpp"
#include "feedhandlers/venue/pacer.hpp"
#include "feedhandlers/venue/script.hpp"

namespace tickplant::feedhandlers::venue {

struct MarketScriptOptions {
  PaceOptions pace{};                           // of continuous trading; not Pace::stamps
  SinceMidnight start{};                        // time of day at the venue at SinceStart 0
  std::int64_t pre_open_nanos = 2'000'000'000;  // from the first message to the open, at least
  SinceStart end = kNever;                      // when the market closes
  SinceStart begin{};                           // when the first message is due
};

class MarketScript final : public Script {
 public:
  /// `market` is fresh and outlives the script.
  MarketScript(Market& market, const MarketScriptOptions& options);

  [[nodiscard]] SinceStart next_due() const noexcept override { return due_; }
  [[nodiscard]] std::span<const std::byte> take(SinceStart now) override;
  /// Closes the market: the closing messages are due at once.
  void stop(SinceStart now) override;

 private:
  enum class Phase : std::uint8_t { before, pre_open, trading, closed };
  static constexpr std::int64_t kSpreadNanos = 10'000;

  void happen(SinceStart now);
  void schedule_next();

  Market& market_;
  MarketScriptOptions options_;
  Pacer pacer_;
  Buffer frames_;                  // of what happened last
  std::size_t at_ = 0;             // of the next frame
  std::int64_t spread_nanos_ = 0;  // between its messages
  Phase phase_ = Phase::before;
  SinceStart due_;
  SinceStart trading_start_;
  std::uint64_t trading_messages_ = 0;
  SinceMidnight stamp_;
};

}  // namespace tickplant::feedhandlers::venue
