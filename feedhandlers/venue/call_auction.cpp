#include "feedhandlers/venue/call_auction.hpp"

#include <algorithm>
#include <tuple>

#include "platform/check.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

constexpr std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

/// How far the indicative price is from the reference, as NASDAQ puts it.
char variation(std::uint32_t price_e4, std::uint32_t reference_e4) {
  if (price_e4 == 0 || reference_e4 == 0) return ' ';
  const std::uint64_t percent = distance(price_e4, reference_e4) * 100 / reference_e4;
  if (percent < 1) return 'L';
  if (percent < 10) return static_cast<char>('0' + percent);
  if (percent < 20) return 'A';
  return percent < 30 ? 'B' : 'C';
}

}  // namespace

void CallAuction::add(Side side, std::uint32_t limit_e4, std::uint32_t shares) noexcept {
  const std::size_t at = count_ < kMaxInterests ? count_++ : oldest_++ % kMaxInterests;
  interests_[at] = {limit_e4, shares, side};
}

AuctionOutcome CallAuction::outcome(const MatchingEngine& engine, std::uint32_t reference_e4) const noexcept {
  AuctionOutcome best;
  consider(best, reference_e4, engine, reference_e4);
  std::uint32_t lowest = reference_e4;
  std::uint32_t highest = reference_e4;
  for (std::size_t i = 0; i < count_; ++i) {
    consider(best, interests_[i].limit_e4, engine, reference_e4);
    lowest = std::min(lowest, interests_[i].limit_e4);
    highest = std::max(highest, interests_[i].limit_e4);
  }
  // Beyond the limits of all interest nobody trades who could not trade nearer.
  for (const Side side : {Side::bid, Side::ask}) {
    const OrderQueue& queue = engine.displayed(side);
    for (std::size_t i = 0; i < queue.level_count(); ++i) {
      const std::uint32_t price = queue.level(i).price_e4;
      if (price < lowest || price > highest) continue;
      consider(best, price, engine, reference_e4);
    }
  }
  return best;
}

void CallAuction::report(Tape& tape, const MatchingEngine& engine, std::uint32_t reference_e4, char cross_type) const {
  const AuctionOutcome now = outcome(engine, reference_e4);
  char direction = 'N';
  if (now.side != Side::none) direction = now.side == Side::bid ? 'B' : 'S';
  if (now.paired == 0 && now.imbalance == 0) direction = 'O';
  const Price4 price{now.price_e4};
  tape.write(NetOrderImbalance{.header = tape.header(engine.locate()),
                               .paired_shares = now.paired,
                               .imbalance_shares = now.imbalance,
                               .imbalance_direction = direction,
                               .stock = engine.stock(),
                               .far_price = price,
                               .near_price = price,
                               .reference_price = {reference_e4},
                               .cross_type = cross_type,
                               .price_variation = variation(now.price_e4, reference_e4)});
}

AuctionOutcome CallAuction::cross(MatchingEngine& engine, std::uint32_t reference_e4, char cross_type) {
  const AuctionOutcome result = outcome(engine, reference_e4);
  fill(Side::bid, result.paired, result.price_e4, engine);
  fill(Side::ask, result.paired, result.price_e4, engine);
  engine.report_cross(result.paired, result.price_e4, cross_type);
  clear();
  return result;
}

void CallAuction::consider(AuctionOutcome& best, std::uint32_t price_e4, const MatchingEngine& engine,
                           std::uint32_t reference_e4) const noexcept {
  const std::uint64_t buys = shares_at(Side::bid, price_e4, engine);
  const std::uint64_t sells = shares_at(Side::ask, price_e4, engine);
  AuctionOutcome here{price_e4, std::min(buys, sells), distance(buys, sells), Side::none};
  if (buys != sells) here.side = buys > sells ? Side::bid : Side::ask;
  if (here.paired == 0) {
    here.price_e4 = 0;
    if (best.paired == 0 && price_e4 == reference_e4) best = here;
    return;
  }
  const auto rank = [&](const AuctionOutcome& of) {
    return std::tuple{~of.paired, of.imbalance, distance(of.price_e4, reference_e4)};
  };
  if (rank(here) < rank(best)) best = here;
}

std::uint64_t CallAuction::shares_at(Side side, std::uint32_t price_e4, const MatchingEngine& engine) const noexcept {
  std::uint64_t shares = 0;
  for (std::size_t i = 0; i < count_; ++i)
    if (interests_[i].side == side && !is_better(side, price_e4, interests_[i].limit_e4))
      shares += interests_[i].shares;
  const OrderQueue& queue = engine.displayed(side);
  for (std::size_t i = 0; i < queue.level_count(); ++i) {
    if (is_better(side, price_e4, queue.level(i).price_e4)) break;
    shares += queue.level(i).shares;
  }
  return shares;
}

CallAuction::Interest* CallAuction::best_interest(Side side) noexcept {
  Interest* best = nullptr;
  for (std::size_t i = 0; i < count_; ++i) {
    Interest& interest = interests_[i];
    if (interest.side != side || interest.shares == 0) continue;
    if (best == nullptr || is_better(side, interest.limit_e4, best->limit_e4)) best = &interest;
  }
  return best;
}

void CallAuction::fill(Side side, std::uint64_t shares, std::uint32_t price_e4, MatchingEngine& engine) {
  const OrderQueue& queue = engine.displayed(side);
  while (shares > 0) {
    Interest* const interest = best_interest(side);
    const bool from_book = !queue.empty() && !is_better(side, price_e4, queue.best().price_e4) &&
                           (interest == nullptr || !is_better(side, interest->limit_e4, queue.best().price_e4));
    TP_DCHECK(from_book || (interest != nullptr && !is_better(side, price_e4, interest->limit_e4)));
    if (from_book) {
      const OrderIndex order = queue.best().oldest;
      const auto executed = static_cast<std::uint32_t>(std::min<std::uint64_t>(shares, engine.order(order).shares));
      engine.execute_in_cross(side, order, executed, price_e4);
      shares -= executed;
    } else {
      const auto filled = static_cast<std::uint32_t>(std::min<std::uint64_t>(shares, interest->shares));
      interest->shares -= filled;
      shares -= filled;
    }
  }
}

}  // namespace tickplant::feedhandlers::venue
