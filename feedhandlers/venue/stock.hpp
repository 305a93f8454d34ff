// One stock of the exchange: what was announced of it, its book, what it is worth, its auction, how it stands.
//
// Threads: one; an open struct that order flow, halts and market share.
// Not here: behaviour.
#pragma once

#include <cstdint>

#include "feedhandlers/venue/call_auction.hpp"
#include "feedhandlers/venue/fair_value.hpp"
#include "feedhandlers/venue/listings.hpp"
#include "feedhandlers/venue/matching_engine.hpp"

namespace tickplant::feedhandlers::venue {

struct Stock {
  Stock(const Listing& announced, OrderPool& pool, Tape& tape, StockLocate locate)
      : listing(announced), engine(pool, tape, locate, announced.directory.stock), fair(announced) {}

  Listing listing;
  MatchingEngine engine;
  FairValue fair;
  CallAuction auction;
  std::uint32_t order_target = 1;       // displayed orders that rest on an ordinary moment
  std::uint32_t heat = 0;               // trades breed trades: rises with each, cools with each look
  std::uint32_t band_reference_e4 = 0;  // middle of the price bands, 0 = none yet
  double band_day = 0;                  // when it was set
  bool is_open = false;                 // continuous trading
  bool short_sale_restricted = false;
  char retail_interest = 'N';

  /// What an auction's price is measured against.
  [[nodiscard]] std::uint32_t reference_e4() const noexcept {
    return engine.totals().last_e4 != 0 ? engine.totals().last_e4 : listing.previous_close_e4;
  }
};

}  // namespace tickplant::feedhandlers::venue
