// Whether an instrument can be traded on IEX right now. Three messages say so: trading status (the listing market's
// halts), operational halt status (IEX's own) and the flags of a quote. Records carry what follows from all of them, so
// that "not operationally halted" does not lift a regulatory halt, and "trading" not an operational one.
//
// Threads: a value.
#pragma once

#include "ringbuf/records/status.hpp"

namespace tickplant::feedhandlers::iex {

class TradingState {
 public:
  [[nodiscard]] ringbuf::TradingStatus status() const noexcept {
    return halted_on_iex_ ? ringbuf::TradingStatus::halted : regulatory_;
  }

  void on_trading_status(ringbuf::TradingStatus regulatory) noexcept { regulatory_ = regulatory; }
  void on_operational_halt(bool halted) noexcept { halted_on_iex_ = halted; }

  /// A quote says whether the instrument is available. True if that is news: the message that should have said it was
  /// missed.
  bool on_quote(bool is_available) noexcept {
    const bool was_trading = status() == ringbuf::TradingStatus::trading;
    if (is_available) {
      halted_on_iex_ = false;
      regulatory_ = ringbuf::TradingStatus::trading;
      return !was_trading;
    }
    if (!was_trading && status() != ringbuf::TradingStatus::unknown) return false;
    regulatory_ = ringbuf::TradingStatus::halted;
    return true;
  }

 private:
  ringbuf::TradingStatus regulatory_ = ringbuf::TradingStatus::unknown;
  bool halted_on_iex_ = false;
};

}  // namespace tickplant::feedhandlers::iex
