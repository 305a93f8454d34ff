// The stocks of a simulated exchange: invented tickers, prices from cents to hundreds of dollars, unequal activity and
// temper. Made from a seed, sorted by symbol as an exchange numbers them.
//
// Threads: any; a pure function.
// Not here: how prices move (fair_value.hpp), orders (order_flow.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "feedhandlers/venue/itch_messages.hpp"

namespace tickplant::feedhandlers::venue {

/// How a stock comes to trade today.
enum class Debut : std::uint8_t { none, public_offering, direct_listing };

inline constexpr std::uint32_t kSectors = 11;

struct Listing {
  StockDirectory directory{};           // as announced, but for locate and time
  std::uint32_t previous_close_e4 = 0;  // on an increment; of a debut, the price it is offered at
  double activity = 0;                  // share of the exchange's messages; all together 1
  double day_volatility = 0;            // deviation of its own moves over a day, 0.02 = 2 %
  double beta = 0;                      // how much it follows the market and its sector
  std::uint32_t sector = 0;             // below kSectors
  Debut debut = Debut::none;
};

/// From 20 stocks on one is a public offering, one a direct listing.
[[nodiscard]] std::vector<Listing> make_listings(std::uint64_t seed, std::uint32_t count);

/// Prices at 1 dollar and above are whole cents, below it in hundredths of one.
[[nodiscard]] constexpr std::uint32_t price_increment_e4(std::uint32_t price_e4) noexcept {
  return price_e4 >= 10'000 ? 100 : 1;
}
[[nodiscard]] constexpr std::uint32_t on_increment(std::uint32_t price_e4) noexcept {
  return price_e4 - price_e4 % price_increment_e4(price_e4);
}

}  // namespace tickplant::feedhandlers::venue
