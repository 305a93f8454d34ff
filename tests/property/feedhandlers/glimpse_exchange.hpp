// A small exchange made of the simulated one's own parts (listings, order flow, matching engines, halts, tape), whose
// stocks a test can look into: what a GLIMPSE spin is made from, and the truth it is compared with.
//
// Threads: one.
// Not here: the whole market's day (venue/market.hpp), which keeps its stocks to itself.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/venue/glimpse_snapshot.hpp"
#include "feedhandlers/venue/halts.hpp"
#include "feedhandlers/venue/listings.hpp"
#include "feedhandlers/venue/order_flow.hpp"
#include "feedhandlers/venue/random.hpp"
#include "feedhandlers/venue/stock.hpp"
#include "feedhandlers/venue/tape.hpp"

namespace tickplant::tests {

class GlimpseExchange {
 public:
  GlimpseExchange(std::uint64_t seed, std::uint32_t symbols, std::uint32_t orders_per_stock)
      : random_(seed),
        pool_(std::size_t{2} * symbols * orders_per_stock),
        flow_(random_, tape_),
        halts_(flow_, tape_, random_, kSessionNanos) {
    stocks_.reserve(symbols);
    for (const auto& listing : feedhandlers::venue::make_listings(seed, symbols)) {
      const feedhandlers::venue::StockLocate locate{static_cast<std::uint16_t>(stocks_.size() + 1)};
      stocks_.emplace_back(listing, pool_, tape_, locate).order_target = orders_per_stock;
    }
  }
  GlimpseExchange(const GlimpseExchange&) = delete;
  GlimpseExchange& operator=(const GlimpseExchange&) = delete;

  /// Directory, states and early orders; then the market opens, debuts wait for their cross.
  void open() {
    using namespace feedhandlers::venue;
    at([&] {
      tape_.write(SystemEvent{tape_.header(), 'O'});
      for (Stock& stock : stocks_) announce(stock);
      tape_.write(SystemEvent{tape_.header(), 'S'});
      for (Stock& stock : stocks_)
        for (int i = 0; i < 8; ++i) flow_.add(stock, i % 2 == 0 ? Side::bid : Side::ask);
    });
    at([&] {
      tape_.write(SystemEvent{tape_.header(), 'Q'});
      for (Stock& stock : stocks_) {
        if (stock.listing.debut != Debut::none) {
          halts_.begin(stock, HaltKind::debut);
        } else {
          flow_.join_auction(stock);
          stock.auction.cross(stock.engine, stock.reference_e4(), 'O');
          stock.is_open = true;
        }
      }
    });
  }

  /// One happening of the day: a trader's, or now and then a halt, a restriction.
  void happen() {
    using namespace feedhandlers::venue;
    at([&] {
      if (halts_.run_due()) return;
      Stock& stock = stocks_[random_.below(static_cast<std::uint32_t>(stocks_.size()))];
      stock.fair.advance(day(), 0, random_);
      if (!stock.is_open) return halts_.act(stock);
      if (halts_.has_room() && random_.chance(1, 200))
        return halts_.begin(stock, random_.chance(1, 2) ? HaltKind::news : HaltKind::pause);
      if (!stock.short_sale_restricted && random_.chance(1, 200)) {
        stock.short_sale_restricted = true;
        return tape_.write(RegShoRestriction{tape_.header(stock.engine.locate()), stock.engine.stock(), '1'});
      }
      flow_.act(stock);
    });
  }

  /// The messages so far, framed (unframed()).
  [[nodiscard]] const feedhandlers::venue::Buffer& stream() const { return stream_; }
  [[nodiscard]] std::uint64_t messages() const { return tape_.messages(); }
  [[nodiscard]] std::span<const feedhandlers::venue::Stock> stocks() const { return stocks_; }
  /// Of a stock, as H said it last; 0: it was not said.
  [[nodiscard]] char trading_state(feedhandlers::venue::StockLocate locate) const {
    if (locate.value >= told_.stocks().size()) return '\0';
    const auto& trading = told_.stocks()[locate.value].trading;
    return trading ? trading->trading_state : '\0';
  }

  [[nodiscard]] feedhandlers::venue::GlimpseSpin spin() const { return {told_, tape_.messages() + 1}; }

 private:
  static constexpr std::uint64_t kSessionNanos = 4'000'000'000;  // short: halts come to their end
  static constexpr std::uint64_t kStartNanos = 34'200'000'000'000;

  template <class Saying>
  void at(Saying&& saying) {
    const std::size_t begin = stream_.size();
    now_.nanos += 1'000'000;
    tape_.begin(now_, stream_);
    saying();
    for (const auto message : feedhandlers::venue::unframed(std::span(stream_).subspan(begin)))
      told_.on_message(message);
  }

  void announce(feedhandlers::venue::Stock& stock) {
    using namespace feedhandlers::venue;
    const Header header = tape_.header(stock.engine.locate());
    StockDirectory directory = stock.listing.directory;
    directory.header = header;
    tape_.write(directory);
    say_state(tape_, stock, stock.listing.debut == Debut::none ? 'T' : 'H');
    tape_.write(RegShoRestriction{header, stock.engine.stock(), '0'});
    if (random_.chance(1, 2)) {
      stock.retail_interest = "BSA"[random_.below(3)];
      tape_.write(RetailPriceImprovement{header, stock.engine.stock(), stock.retail_interest});
    }
  }

  [[nodiscard]] double day() const {
    return static_cast<double>(now_.nanos - kStartNanos) / static_cast<double>(kSessionNanos);
  }

  feedhandlers::venue::Random random_;
  feedhandlers::venue::Tape tape_;
  feedhandlers::venue::OrderPool pool_;
  std::vector<feedhandlers::venue::Stock> stocks_;
  feedhandlers::venue::OrderFlow flow_;
  feedhandlers::venue::Halts halts_;
  feedhandlers::venue::ToldMarket told_;
  feedhandlers::venue::Buffer stream_;
  feedhandlers::venue::SinceMidnight now_{kStartNanos};
};

}  // namespace tickplant::tests
