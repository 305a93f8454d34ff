#include "clients/cli/backtest/forward_returns.hpp"

namespace tickplant::cli {

void ForwardReturns::on_price(std::uint32_t instrument, std::int64_t time, double price) {
  if (instrument >= instruments_.size()) instruments_.resize(instrument + std::size_t{1});
  Instrument& own = instruments_[instrument];
  for (std::size_t horizon = 0; horizon < kHorizons; ++horizon) {
    std::deque<Waiting>& waiting = own.waiting[horizon];
    for (; !waiting.empty() && waiting.front().due < time; waiting.pop_front()) {
      const Waiting& one = waiting.front();
      if (one.price != 0) returns_[one.alert][horizon] = own.last / one.price - 1;
    }
  }
  own.last = price;
}

std::size_t ForwardReturns::add(std::uint32_t instrument, std::int64_t time, double price) {
  if (instrument >= instruments_.size()) instruments_.resize(instrument + std::size_t{1});
  const std::size_t alert = returns_.size();
  returns_.emplace_back().fill(std::numeric_limits<double>::quiet_NaN());
  for (std::size_t horizon = 0; horizon < kHorizons; ++horizon) {
    instruments_[instrument].waiting[horizon].push_back({alert, time + kNanos[horizon], price});
  }
  return alert;
}

}  // namespace tickplant::cli
