#include "feedhandlers/venue/halts.hpp"

#include <algorithm>

#include "feedhandlers/venue/quote_goals.hpp"
#include "platform/check.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

constexpr char kHaltCross = 'H';

/// Parts of a day: five minutes, a quarter of an hour, twenty minutes of 6.5 hours.
constexpr std::uint64_t halt_nanos(HaltKind kind, std::uint64_t session_nanos) {
  switch (kind) {
    case HaltKind::pause: return session_nanos / 78;
    case HaltKind::news: return session_nanos / 26;
    case HaltKind::debut: break;
  }
  return session_nanos / 20;
}

}  // namespace

void say_state(Tape& tape, const Stock& stock, char state, std::string_view reason) {
  tape.write(
      StockTradingAction{tape.header(stock.engine.locate()), stock.engine.stock(), state, ' ', padded<4>(reason)});
}

void Halts::begin(Stock& stock, HaltKind kind) {
  TP_CHECK(has_room());
  const std::uint64_t now = tape_.now().nanos;
  const std::uint64_t length = halt_nanos(kind, session_nanos_);
  stock.is_open = false;
  halts_[count_++] = {&stock, now + length * 2 / 3, now + length, kind, Step::waiting};
  find_next_due();
  if (kind == HaltKind::news) say_state(tape_, stock, 'H', "T1");
  if (kind == HaltKind::pause) say_state(tape_, stock, 'P', "LUDP");
  if (kind == HaltKind::debut) {
    const auto release_seconds = static_cast<std::uint32_t>((now + length) / 1'000'000'000);
    tape_.write(IpoQuotingPeriod{tape_.header(stock.engine.locate()),
                                 stock.engine.stock(),
                                 release_seconds,
                                 'A',
                                 {stock.listing.previous_close_e4}});
  }
}

bool Halts::run_due() {
  const std::uint64_t now = tape_.now().nanos;
  if (now < next_due_nanos_) [[likely]]
    return false;
  for (std::size_t i = 0; i < count_;) {
    Halt& halt = halts_[i];
    if (now < halt.due_nanos()) {
      ++i;
    } else if (halt.step == Step::waiting) {
      start_quoting(halt);
      ++i;
    } else {
      Stock& stock = *halt.stock;
      halt = halts_[--count_];
      resume(stock);
    }
  }
  find_next_due();
  return true;
}

void Halts::act(Stock& stock) {
  // Owners of what the news made worthless take it away; the rest gathers for the cross.
  const Side stale = stock.fair.value_e4() > stock.reference_e4() ? Side::ask : Side::bid;
  if (random_.chance(1, 2) && flow_.remove(stock, stale)) return;
  if (stock.listing.debut == Debut::direct_listing && random_.chance(1, 4)) return say_discovery(stock);
  flow_.join_auction(stock);
  stock.auction.report(tape_, stock.engine, stock.reference_e4(), kHaltCross);
}

void Halts::start_quoting(Halt& halt) {
  Stock& stock = *halt.stock;
  halt.step = Step::quoting;
  if (halt.kind != HaltKind::pause) return say_state(tape_, stock, 'Q', halt.kind == HaltKind::news ? "T3" : "IPOQ");
  const std::uint32_t reference = stock.reference_e4();
  tape_.write(LuldAuctionCollar{tape_.header(stock.engine.locate()),
                                stock.engine.stock(),
                                {reference},
                                {on_increment(reference + reference / 20)},
                                {on_increment(reference - reference / 20)},
                                0});
}

void Halts::resume(Stock& stock) {
  meet_stale_orders(stock);
  flow_.join_auction(stock);
  stock.auction.report(tape_, stock.engine, stock.reference_e4(), kHaltCross);
  if (stock.listing.debut == Debut::direct_listing) say_discovery(stock);
  stock.auction.cross(stock.engine, stock.reference_e4(), kHaltCross);
  say_state(tape_, stock, 'T');
  stock.is_open = true;
  stock.band_reference_e4 = 0;
}

/// Somebody buys in the cross what is offered below the value, and as much again from somebody who sells at the value:
/// most trades there, so there the price comes out. The same for bids above it.
void Halts::meet_stale_orders(Stock& stock) {
  constexpr std::uint64_t kMost = 1U << 30;
  for (const Side side : {Side::bid, Side::ask}) {
    const std::uint32_t limit = passive_price(side, stock.fair.value_e4());
    const OrderQueue& stale = stock.engine.displayed(opposite(side));
    std::uint64_t shares = 0;
    for (std::size_t i = 0; i < stale.level_count() && !is_better(opposite(side), limit, stale.level(i).price_e4); ++i)
      shares += stale.level(i).shares;
    if (shares == 0) continue;
    stock.auction.add(side, limit, static_cast<std::uint32_t>(std::min(2 * shares, kMost)));
    stock.auction.add(opposite(side), limit, static_cast<std::uint32_t>(std::min(shares, kMost)));
  }
}

void Halts::say_discovery(const Stock& stock) {
  const std::uint32_t reference = stock.listing.previous_close_e4;
  const std::uint32_t near = passive_price(Side::bid, stock.fair.value_e4());
  tape_.write(DirectListing{.header = tape_.header(stock.engine.locate()),
                            .stock = stock.engine.stock(),
                            .open_eligibility = near >= reference / 5 * 4 ? 'Y' : 'N',
                            .minimum_price = {on_increment(reference / 5 * 4)},
                            .maximum_price = {on_increment(reference / 5 * 9)},
                            .near_execution_price = {near},
                            .near_execution_time = tape_.now(),
                            .lower_collar = {on_increment(near - near / 10)},
                            .upper_collar = {on_increment(near + near / 10)}});
}

void Halts::find_next_due() noexcept {
  next_due_nanos_ = ~std::uint64_t{0};
  for (std::size_t i = 0; i < count_; ++i) next_due_nanos_ = std::min(next_due_nanos_, halts_[i].due_nanos());
}

}  // namespace tickplant::feedhandlers::venue
