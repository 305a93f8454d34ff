#include "feedhandlers/venue/market_script.hpp"

#include <algorithm>

#include "feedhandlers/byte_order.hpp"
#include "platform/check.hpp"

namespace tickplant::feedhandlers::venue {

MarketScript::MarketScript(Market& market, const MarketScriptOptions& options)
    : market_(market), options_(options), pacer_(options.pace), due_(options.begin) {}

std::span<const std::byte> MarketScript::take(SinceStart now) {
  TP_CHECK(due_ != kNever);
  if (at_ == frames_.size()) happen(now);
  const std::size_t bytes = load_big<std::uint16_t>(frames_.data() + at_);
  const std::span<const std::byte> message(frames_.data() + at_ + 2, bytes);
  at_ += 2 + bytes;
  if (phase_ == Phase::trading) ++trading_messages_;
  if (at_ < frames_.size())
    due_ = due_ + spread_nanos_;
  else
    schedule_next();
  return message;
}

void MarketScript::stop(SinceStart now) {
  if (phase_ == Phase::closed) return;
  due_ = options_.end = std::min(due_, now);
  spread_nanos_ = 0;
  if (phase_ == Phase::before) due_ = kNever;  // nothing was said, nothing needs an end
}

/// The next thing, at the time it is due; at the time it is where there is no schedule.
void MarketScript::happen(SinceStart now) {
  const SinceStart when = options_.pace.pace == Pace::max ? now : due_;
  stamp_.nanos = std::max(stamp_.nanos, options_.start.nanos + static_cast<std::uint64_t>(when.nanos));
  frames_.clear();
  at_ = 0;
  spread_nanos_ = kSpreadNanos;
  if (phase_ != Phase::before && when >= options_.end) {
    market_.close(stamp_, frames_);
    phase_ = Phase::closed;
  } else if (phase_ == Phase::before) {
    market_.begin_day(stamp_, frames_);
    phase_ = Phase::pre_open;
  } else if (phase_ == Phase::pre_open) {
    market_.open(stamp_, frames_);
    phase_ = Phase::trading;
  } else {
    market_.trade(stamp_, frames_);
    spread_nanos_ = 0;
  }
  TP_CHECK(!frames_.empty());
}

void MarketScript::schedule_next() {
  SinceStart next;
  switch (phase_) {
    case Phase::before:
    case Phase::pre_open: next = options_.begin + options_.pre_open_nanos; break;
    case Phase::trading:
      if (spread_nanos_ > 0) {  // it was the open that is said now
        trading_start_ = due_;
        trading_messages_ = 0;
      }
      next = trading_start_ + pacer_.due(trading_messages_, stamp_).nanos;
      break;
    case Phase::closed: due_ = kNever; return;
  }
  due_ = std::max(due_, std::min(next, options_.end));
}

}  // namespace tickplant::feedhandlers::venue
