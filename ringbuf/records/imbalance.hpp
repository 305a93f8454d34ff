// Auction interest: how much is paired and missing, and at which prices the auction would clear.
//
// One venue message becomes an `imbalance` record and an `auction_prices` record; the second carries end_of_event.
#pragma once

#include "ringbuf/records/price.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::ringbuf {

//  +0 paired_size 8   +8 imbalance_size 8   +16 reference_price 8   +24 side 1   +25 direction 1   +26 auction 1
//  +27 variation 1   +28 reserved 4
struct ImbalanceBody {
  static constexpr RecordType kType = RecordType::imbalance;
  Size paired_size{};
  Size imbalance_size{};
  Price reference_price = kNoPrice;
  Side side = Side::none;  // side with more interest
  char direction = 0;      // the venue's own codes
  char auction = 0;
  char variation = 0;
  std::array<std::uint8_t, 4> reserved{};
};
static_assert(RecordBody<ImbalanceBody> && offsetof(ImbalanceBody, side) == 24);

enum class AuctionPricesKind : std::uint8_t {
  indicative = 1,  // price[0] near, [1] far, [2] reference
  allowable = 2,   // price[0] minimum, [1] maximum, [2] near execution price
  collar = 3,      // price[0] lower, [1] upper, [2] near execution time in ns since local midnight, as a number
};

//  +0 price 3 x 8   +24 kind 1   +25 auction 1   +26 eligibility 1   +27 reserved 5
struct AuctionPricesBody {
  static constexpr RecordType kType = RecordType::auction_prices;
  std::array<Price, 3> price{kNoPrice, kNoPrice, kNoPrice};
  AuctionPricesKind kind = AuctionPricesKind::indicative;
  char auction = 0;
  char eligibility = 0;
  std::array<std::uint8_t, 5> reserved{};
};
static_assert(RecordBody<AuctionPricesBody> && offsetof(AuctionPricesBody, kind) == 24);

}  // namespace tickplant::ringbuf
