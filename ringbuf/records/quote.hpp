// Best bid and offer of one venue.
#pragma once

#include "ringbuf/records/price.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::ringbuf {

//  +0 bid_price 8   +8 ask_price 8   +16 bid_size 8   +24 ask_size 8
struct QuoteBody {
  static constexpr RecordType kType = RecordType::quote;
  Price bid_price = kNoPrice;  // absent: no bid
  Price ask_price = kNoPrice;
  Size bid_size{};
  Size ask_size{};
  friend constexpr bool operator==(const QuoteBody&, const QuoteBody&) = default;
};
static_assert(RecordBody<QuoteBody> && offsetof(QuoteBody, ask_price) == 8 && offsetof(QuoteBody, ask_size) == 24);

}  // namespace tickplant::ringbuf
