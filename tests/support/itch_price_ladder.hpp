// How many generated orders rest at each price step of each instrument: just enough of a book, in flat arrays, for a
// generator to know the touch and to keep new orders from crossing it.
//
// Threads: one.
// Not here: orders, shares, prices in money (itch_session.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tests/support/itch_wire.hpp"

namespace tickplant::tests::itch {

class PriceLadder {
 public:
  static constexpr std::uint16_t kNoBid = 0;  // step 0 and the last one stay free: they say "none"
  static constexpr std::uint16_t kNoAsk = 511;
  static constexpr std::size_t kSteps = 512;

  explicit PriceLadder(std::size_t instruments) : counts_(instruments * kSteps), touches_(instruments) {}

  [[nodiscard]] std::uint16_t best_bid(std::size_t instrument) const { return touches_[instrument].bid; }
  [[nodiscard]] std::uint16_t best_ask(std::size_t instrument) const { return touches_[instrument].ask; }

  /// The step nearest to `wanted` at which an order of `side` neither crosses nor locks.
  [[nodiscard]] std::uint16_t passive_step(std::size_t instrument, Side side, int wanted) const {
    const Touch touch = touches_[instrument];
    return static_cast<std::uint16_t>(side == Side::bid ? std::clamp(wanted, kNoBid + 1, touch.ask - 1)
                                                        : std::clamp(wanted, touch.bid + 1, kNoAsk - 1));
  }

  /// `step` came from passive_step, with nothing added in between.
  void add(std::size_t instrument, Side side, std::uint16_t step) {
    ++counts_[instrument * kSteps + step];
    Touch& touch = touches_[instrument];
    if (side == Side::bid) {
      touch.bid = std::max(touch.bid, step);
    } else {
      touch.ask = std::min(touch.ask, step);
    }
  }

  void remove(std::size_t instrument, Side side, std::uint16_t step) {
    std::uint32_t* counts = counts_.data() + instrument * kSteps;
    if (--counts[step] != 0) return;
    Touch& touch = touches_[instrument];
    if (side == Side::bid) {
      while (touch.bid != kNoBid && counts[touch.bid] == 0) --touch.bid;
    } else {
      while (touch.ask != kNoAsk && counts[touch.ask] == 0) ++touch.ask;
    }
  }

 private:
  struct Touch {
    std::uint16_t bid = kNoBid;
    std::uint16_t ask = kNoAsk;
  };
  std::vector<std::uint32_t> counts_;
  std::vector<Touch> touches_;
};

}  // namespace tickplant::tests::itch
