// One stock's matching engine and what it says, as short texts.
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "feedhandlers/itch50/parser.hpp"
#include "feedhandlers/venue/matching_engine.hpp"

namespace tickplant::tests {

using Texts = std::vector<std::string>;

/// "A bid 100 @1000": what matters of a message about an order or a trade.
struct EngineTalk {
  template <class View>
  void on(View view) {
    std::string text{View::kType};
    if constexpr (requires { view.order_ref(); }) text += ref(view.order_ref().value);
    if constexpr (requires { view.original_order_ref(); })
      text += ref(view.original_order_ref().value) + ref(view.new_order_ref().value);
    if constexpr (requires { view.side(); }) text += view.side() == ringbuf::Side::bid ? " bid" : " ask";
    if constexpr (requires { view.shares(); }) text += " " + std::to_string(view.shares().value);
    if constexpr (requires { view.executed_shares(); }) text += " " + std::to_string(view.executed_shares().value);
    if constexpr (requires { view.canceled_shares(); }) text += " " + std::to_string(view.canceled_shares().value);
    if constexpr (requires { view.price(); }) text += " @" + std::to_string(view.price().raw);
    if constexpr (requires { view.execution_price(); }) text += " @" + std::to_string(view.execution_price().raw);
    if constexpr (requires { view.printable(); }) text += view.printable() ? " Y" : " N";
    if constexpr (requires { view.cross_type(); }) text += std::string{" "} + view.cross_type();
    if constexpr (requires { view.attribution(); }) {
      const auto mpid = view.attribution();
      text += " " + std::string{mpid.begin(), mpid.end()};
    }
    texts.push_back(text);
  }
  /// Engine 1's orders are 5, 9, 13, ...: #1, #2, #3.
  static std::string ref(std::uint64_t reference) {
    return reference == 0 ? " #0" : " #" + std::to_string(reference / 4);
  }
  Texts texts;
};

class VenueEngineFixture : public testing::Test {
 protected:
  using Side = ringbuf::Side;
  VenueEngineFixture() { tape_.begin({1'000}, out_); }

  /// What was said since the last call.
  Texts said() {
    EngineTalk talk;
    for (const auto message : feedhandlers::venue::unframed(out_)) (void)feedhandlers::itch50::parse(message, talk);
    out_.clear();
    return talk.texts;
  }
  /// The only or first order at the best price.
  feedhandlers::venue::OrderIndex best(Side side) const { return engine_.displayed(side).best().oldest; }

  feedhandlers::venue::Buffer out_;
  feedhandlers::venue::Tape tape_;
  feedhandlers::venue::OrderPool pool_{16};
  feedhandlers::venue::MatchingEngine engine_{pool_, tape_, {1}, feedhandlers::venue::symbol("NOVX")};
};

}  // namespace tickplant::tests
