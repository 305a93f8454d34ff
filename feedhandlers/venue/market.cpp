#include "feedhandlers/venue/market.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "feedhandlers/venue/busy_picker.hpp"
#include "feedhandlers/venue/fair_value.hpp"
#include "feedhandlers/venue/halts.hpp"
#include "feedhandlers/venue/order_flow.hpp"
#include "feedhandlers/venue/stock.hpp"
#include "feedhandlers/venue/tape.hpp"
#include "platform/check.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

constexpr std::uint32_t kMaxSymbols = 20'000;
constexpr std::uint32_t kMaxLiveOrders = 50'000'000;
constexpr std::uint32_t kMaxSessionSeconds = 86'400;
constexpr std::uint64_t kNanosPerSecond = 1'000'000'000;
constexpr std::uint32_t kEarlyOrders = 4'000;  // before the open, about, all stocks; more where stocks are many

void check_range(const char* option, std::uint64_t value, std::uint64_t first, std::uint64_t last) {
  if (value >= first && value <= last) return;
  throw platform::SetupError{
      "the simulated exchange cannot run with " + std::string{option} + " = " + std::to_string(value),
      "give a number from " + std::to_string(first) + " to " + std::to_string(last)};
}

const MarketOptions& checked(const MarketOptions& options) {
  check_range("symbols", options.symbols, 1, kMaxSymbols);
  check_range("live_orders", options.live_orders, 1, kMaxLiveOrders);
  check_range("session_seconds", options.session_seconds, 1, kMaxSessionSeconds);
  return options;
}

std::vector<double> activities(const std::vector<Listing>& listings) {
  std::vector<double> shares;
  shares.reserve(listings.size());
  for (const Listing& listing : listings) shares.push_back(listing.activity);
  return shares;
}

std::vector<StockBook::Level> levels_of(const OrderQueue& queue) {
  std::vector<StockBook::Level> levels;
  levels.reserve(queue.level_count());
  for (std::size_t i = 0; i < queue.level_count(); ++i)
    levels.push_back({queue.level(i).price_e4, queue.level(i).shares, queue.level(i).orders});
  return levels;
}

}  // namespace

struct Market::Exchange {
  explicit Exchange(const MarketOptions& asked, const std::vector<Listing>& listings)
      : options(checked(asked)),
        pool(options.live_orders + options.live_orders / 4 + 16 * listings.size()),
        picker(activities(listings)),
        flow(random, tape),
        halts(flow, tape, random, options.session_seconds * kNanosPerSecond) {
    stocks.reserve(listings.size());
    for (const Listing& listing : listings) {
      const StockLocate locate{static_cast<std::uint16_t>(stocks.size() + 1)};
      Stock& stock = stocks.emplace_back(listing, pool, tape, locate);
      // Most orders by activity, the rest to everybody alike.
      const double share = 0.7 * listing.activity + 0.3 / static_cast<double>(listings.size());
      stock.order_target = std::max(2U, static_cast<std::uint32_t>(share * options.live_orders));
      stock.engine.reserve(64 + stock.order_target);  // levels a side: seldom reached
    }
    for (std::uint32_t& index : recent) index = picker.pick(random);
  }

  void say_system_event(char code) { tape.write(SystemEvent{tape.header(), code}); }
  void announce(Stock& stock);
  void add_early_orders(Stock& stock);
  void cross(Stock& stock, char cross_type);

  Stock& pick() noexcept;
  Stock& pick_open() noexcept;
  void news();
  void watch(Stock& stock);

  /// Time since the open in days of trading.
  [[nodiscard]] double day() const noexcept {
    return static_cast<double>(tape.now().nanos - open_nanos) /
           (static_cast<double>(options.session_seconds) * kNanosPerSecond);
  }

  static constexpr std::uint32_t kRecent = 8;

  MarketOptions options;
  Random random{options.seed + options.day * std::uint64_t{0x5851'f42d'4c95'7f2d}};
  Tape tape;
  OrderPool pool;
  std::vector<Stock> stocks;
  BusyPicker picker;
  OrderFlow flow;
  Halts halts;
  MarketMood mood;
  std::array<std::uint32_t, kRecent> recent{};  // stocks that traded lately: they are looked at more
  std::uint32_t next_recent = 0;
  std::uint64_t open_nanos = 0;
  double next_news_day = 0.03;
};

// --- the day
// ----------------------------------------------------------------------------------------------------------

void Market::Exchange::announce(Stock& stock) {
  const Header header = tape.header(stock.engine.locate());
  StockDirectory directory = stock.listing.directory;
  directory.header = header;
  tape.write(directory);
  const bool is_debut = stock.listing.debut != Debut::none;
  say_state(tape, stock, is_debut ? 'H' : 'T', is_debut ? "IPO1" : "");
  tape.write(RegShoRestriction{header, stock.engine.stock(), '0'});
  if (random.chance(1, 4)) {
    stock.retail_interest = "BSA"[random.below(3)];
    tape.write(RetailPriceImprovement{header, stock.engine.stock(), stock.retail_interest});
  }
  if (random.chance(1, 4))
    tape.write(
        MarketParticipantPosition{header, padded<4>(random.chance(1, 2) ? "OAKS" : "WREN"), stock.engine.stock()});
}

void Market::Exchange::add_early_orders(Stock& stock) {
  const auto share = std::max<std::size_t>(4, kEarlyOrders / stocks.size());
  const auto count = std::min<std::size_t>(share, stock.order_target);
  for (std::size_t i = 0; i < count; ++i) flow.add(stock, i % 2 == 0 ? Side::bid : Side::ask);
  flow.join_auction(stock);
  stock.auction.report(tape, stock.engine, stock.reference_e4(), 'O');
}

void Market::Exchange::cross(Stock& stock, char cross_type) {
  flow.join_auction(stock);
  stock.auction.report(tape, stock.engine, stock.reference_e4(), cross_type);
  stock.auction.cross(stock.engine, stock.reference_e4(), cross_type);
}

Stock& Market::Exchange::pick() noexcept {
  if (random.chance(1, 3)) return stocks[recent[random.below(kRecent)]];
  return stocks[picker.pick(random)];
}

/// Who waits in a halt is mostly quiet.
Stock& Market::Exchange::pick_open() noexcept {
  for (int tries = 0; tries < 3; ++tries)
    if (Stock& stock = pick(); stock.is_open || random.chance(1, 16)) return stock;
  return pick();
}

/// Now and then a stock is suddenly worth something else; every other time it is halted for the news.
void Market::Exchange::news() {
  if (day() < next_news_day) [[likely]]
    return;
  const double per_day = std::max(12.0, static_cast<double>(stocks.size()) / 40);
  next_news_day = day() + (0.5 + random.fraction()) / per_day;
  Stock& stock = stocks[picker.pick(random)];
  if (!stock.is_open) return;
  const double part = 0.02 + 0.08 * random.fraction();
  stock.fair.jump(random.chance(1, 2) ? part : -part);
  if (random.chance(1, 2) && halts.has_room()) halts.begin(stock, HaltKind::news);
}

/// What the exchange does when a stock has traded: short sale restriction, price bands.
void Market::Exchange::watch(Stock& stock) {
  const std::uint32_t last = stock.engine.totals().last_e4;
  recent[next_recent++ % kRecent] = static_cast<std::uint32_t>(stock.engine.locate().value - 1);
  if (!stock.short_sale_restricted && last <= stock.listing.previous_close_e4 / 10 * 9) {
    stock.short_sale_restricted = true;
    tape.write(RegShoRestriction{tape.header(stock.engine.locate()), stock.engine.stock(), '1'});
  }
  constexpr double kBandLife = 1.0 / 78;
  if (stock.band_reference_e4 == 0 || day() - stock.band_day > kBandLife) {
    stock.band_reference_e4 = last;
    stock.band_day = day();
  }
  const std::uint32_t reference = stock.band_reference_e4;
  const std::uint32_t percent = reference < 30'000 ? 20 : stock.listing.directory.luld_tier == '1' ? 5 : 10;
  const std::uint32_t away = last > reference ? last - reference : reference - last;
  if (std::uint64_t{away} * 100 > std::uint64_t{reference} * percent && halts.has_room())
    halts.begin(stock, HaltKind::pause);
}

// --- what callers see
// -------------------------------------------------------------------------------------------------

Market::Market(const MarketOptions& options)
    : exchange_(std::make_unique<Exchange>(options, make_listings(checked(options).seed, options.symbols))) {}
Market::~Market() = default;
Market::Market(Market&&) noexcept = default;
Market& Market::operator=(Market&&) noexcept = default;

void Market::begin_day(SinceMidnight now, Buffer& out) {
  Exchange& all = *exchange_;
  all.tape.begin(now, out);
  all.say_system_event('O');
  for (Stock& stock : all.stocks) all.announce(stock);
  all.say_system_event('S');
  // 7, 13 and 20 % below an index of 4,500.
  all.tape.write(MwcbDeclineLevels{all.tape.header(), {418'500'000'000}, {391'500'000'000}, {360'000'000'000}});
  for (Stock& stock : all.stocks) {
    stock.fair.jump(0.01 * all.random.bell());  // over night
    if (stock.listing.debut == Debut::none) all.add_early_orders(stock);
  }
}

void Market::open(SinceMidnight now, Buffer& out) {
  Exchange& all = *exchange_;
  all.tape.begin(now, out);
  all.open_nanos = now.nanos;
  all.say_system_event('Q');
  for (Stock& stock : all.stocks) {
    if (stock.listing.debut != Debut::none) {
      all.halts.begin(stock, HaltKind::debut);
    } else {
      all.cross(stock, 'O');
      stock.is_open = true;
    }
  }
}

void Market::trade(SinceMidnight now, Buffer& out) {
  Exchange& all = *exchange_;
  TP_DCHECK(all.open_nanos != 0);
  all.tape.begin(now, out);
  const std::uint64_t said = all.tape.messages();
  all.mood.advance(all.day(), all.random);
  all.halts.run_due();
  all.news();
  if (all.tape.messages() != said) return;

  Stock& stock = all.pick_open();
  stock.fair.advance(all.day(), all.mood.level(stock.listing.sector), all.random);
  if (!stock.is_open) return all.halts.act(stock);
  const std::uint64_t trades = stock.engine.totals().trades;
  all.flow.act(stock);
  if (stock.engine.totals().trades != trades) all.watch(stock);
}

void Market::close(SinceMidnight now, Buffer& out) {
  Exchange& all = *exchange_;
  all.tape.begin(now, out);
  all.say_system_event('M');
  for (Stock& stock : all.stocks) {
    if (stock.is_open) all.cross(stock, 'C');
    stock.is_open = false;
  }
  all.say_system_event('E');
  all.say_system_event('C');
}

std::uint64_t Market::messages() const noexcept { return exchange_->tape.messages(); }

std::uint64_t Market::live_orders() const noexcept {
  std::uint64_t orders = 0;
  for (const Stock& stock : exchange_->stocks) orders += stock.engine.open_orders();
  return orders;
}

std::uint32_t Market::symbols() const noexcept { return static_cast<std::uint32_t>(exchange_->stocks.size()); }

StockBook Market::book(std::uint32_t index) const {
  TP_CHECK(index < symbols());
  const MatchingEngine& engine = exchange_->stocks[index].engine;
  const Symbol stock = engine.stock();
  StockBook book;
  book.symbol.assign(stock.begin(), std::find(stock.begin(), stock.end(), ' '));
  book.locate = engine.locate();
  book.bids = levels_of(engine.displayed(Side::bid));
  book.asks = levels_of(engine.displayed(Side::ask));
  book.open_orders = engine.open_orders();
  book.trades = engine.totals().trades;
  book.shares = engine.totals().shares;
  book.notional_e4 = engine.totals().notional_e4;
  book.last_e4 = engine.totals().last_e4;
  return book;
}

}  // namespace tickplant::feedhandlers::venue
