// The venue's own books at the message up to which a receiver has come, and the comparison of all that it has with
// them.
//
// Threads: one.
// Not here: when to compare (integrity_run.hpp).
#pragma once

#include <algorithm>
#include <vector>

#include "feedhandlers/venue/order_queue.hpp"
#include "feedhandlers/venue/told_market.hpp"
#include "tests/support/integrity_receiver.hpp"

namespace tickplant::tests {

class IntegrityTruth {
 public:
  using Order = feedhandlers::venue::ToldMarket::Order;

  explicit IntegrityTruth(IntegrityFindings& findings) : findings_(findings) {}

  /// Every book that is not flagged is the venue's own, in the feed, at the reader, in the tables. Returns how many
  /// are.
  std::size_t compare(const IntegrityReceiver& receiver, const IntegrityExchange& exchange) {
    const IntegrityLedger::Position position = receiver.ledger().position();
    const SessionTape* const tape = exchange.tape_of(position.session);
    if (tape == nullptr) return 0;
    advance(*tape, position.next);
    std::size_t clean = 0;
    for (std::size_t locate = 1; locate < orders_.size(); ++locate) {
      const auto id = receiver.feed().normaliser().known_instrument({static_cast<std::uint16_t>(locate)});
      if (id == ringbuf::kNoInstrument || !receiver.reader().knows(id)) {
        // Where nothing was missed every stock has a name before it has an order.
        continue;
      }
      compare_flags(receiver, id);
      if (receiver.book().is_maybe_bad(id)) continue;
      ++clean;
      findings_.expect(receiver.book().open_orders(id) == orders_[locate].size() &&
                           receiver.reader().books().open_orders(id) == orders_[locate].size(),
                       [&](auto& out) {
                         out << "book of instrument " << id.value << " before message " << position.next << ": "
                             << receiver.book().open_orders(id) << " orders, at the reader "
                             << receiver.reader().books().open_orders(id) << ", at the venue "
                             << orders_[locate].size();
                       });
      for (const auto side : {ringbuf::Side::bid, ringbuf::Side::ask})
        compare_side(receiver, id, side, orders_[locate]);
    }
    return clean;
  }

  /// At the end of a day: the matching engine's own levels, which know nothing of the tape.
  void compare_with(const feedhandlers::venue::Market& market, const IntegrityReceiver& receiver) {
    for (std::uint32_t i = 0; i < market.symbols(); ++i) {
      const feedhandlers::venue::StockBook truth = market.book(i);
      const auto id = receiver.feed().normaliser().known_instrument(truth.locate);
      if (id == ringbuf::kNoInstrument || receiver.book().is_maybe_bad(id)) continue;
      for (const auto side : {ringbuf::Side::bid, ringbuf::Side::ask}) {
        const auto& levels = side == ringbuf::Side::bid ? truth.bids : truth.asks;
        bool is_same = receiver.book().level_count(id, side) == levels.size();
        for (std::uint32_t at = 0; is_same && at < levels.size(); ++at)
          is_same =
              receiver.book().level(id, side, at) ==
              feedhandlers::OrderBook::Level{
                  to_price(feedhandlers::itch50::Price4{levels[at].price_e4}), {levels[at].shares}, levels[at].orders};
        findings_.expect(is_same,
                         [&](auto& out) { out << "at the end " << truth.symbol << " is not the engine's own"; });
      }
    }
  }

 private:
  void advance(const SessionTape& tape, std::uint64_t next) {
    if (!(tape.session() == session_)) {
      market_.clear();
      session_ = tape.session();
      next_ = 1;
    }
    for (; next_ < next; ++next_) market_.on_message(tape.message(next_));
    orders_.assign(market_.stocks().size(), {});
    for (const Order& order : market_.orders())
      if (order.shares > 0) orders_[order.locate.value].push_back(order);
    // As they trade.
    for (auto& of_stock : orders_) {
      std::sort(of_stock.begin(), of_stock.end(), [](const Order& left, const Order& right) {
        if (left.side != right.side) return left.side == ringbuf::Side::bid;
        if (left.price_e4 != right.price_e4)
          return feedhandlers::venue::is_better(left.side, left.price_e4, right.price_e4);
        return left.arrival < right.arrival;
      });
    }
  }

  void compare_flags(const IntegrityReceiver& receiver, ringbuf::InstrumentId id) {
    const bool is_flagged = receiver.book().is_maybe_bad(id);
    ringbuf::ImageEntry entry;
    const bool has_image = receiver.image().read(id, entry) == ringbuf::TableRead::value;
    findings_.expect(is_flagged == receiver.reader().doubts(id) &&
                         (!has_image || is_flagged == has(entry.quality, ringbuf::Quality::gap_inside)),
                     [&](auto& out) {
                       out << "instrument " << id.value << " is " << (is_flagged ? "" : "not ")
                           << "flagged, at the reader " << receiver.reader().doubts(id) << ", in the image "
                           << has(entry.quality, ringbuf::Quality::gap_inside);
                     });
  }

  void compare_side(const IntegrityReceiver& receiver, ringbuf::InstrumentId id, ringbuf::Side side,
                    const std::vector<Order>& orders) {
    ringbuf::DepthEntry depth;
    const bool has_depth = receiver.depth().read(id, depth) == ringbuf::TableRead::value;
    const auto& told = side == ringbuf::Side::bid ? depth.bid : depth.ask;
    std::uint32_t at = 0;
    bool is_same = true;
    for (std::size_t first = 0; first < orders.size(); ++at) {
      if (orders[first].side != side) {
        ++first, --at;
        continue;
      }
      const ringbuf::Price price = to_price(feedhandlers::itch50::Price4{orders[first].price_e4});
      feedhandlers::OrderBook::Level level{price, {0}, 0};
      ReaderBooks::Queue queue;
      for (; first < orders.size() && orders[first].side == side &&
             to_price(feedhandlers::itch50::Price4{orders[first].price_e4}) == price;
           ++first) {
        level.size.value += orders[first].shares;
        ++level.order_count;
        queue.push_back({orders[first].reference.value, side, price.value, orders[first].shares});
      }
      is_same = is_same && at < receiver.book().level_count(id, side) && receiver.book().level(id, side, at) == level &&
                receiver.reader().books().queue(id, side, price.value) == queue;
      if (has_depth && at < ringbuf::kDepthLevels)
        is_same = is_same && told[at] == ringbuf::DepthLevel{level.price, level.size, level.order_count, 0};
    }
    is_same = is_same && at == receiver.book().level_count(id, side);
    if (has_depth) {
      const std::uint32_t count = side == ringbuf::Side::bid ? depth.bid_count : depth.ask_count;
      is_same = is_same && count == std::min<std::uint32_t>(at, ringbuf::kDepthLevels);
    }
    ringbuf::ImageEntry image;
    if (receiver.image().read(id, image) == ringbuf::TableRead::value) {
      const ringbuf::QuoteBody best = receiver.book().bbo(id);
      is_same = is_same && image.bid_price == best.bid_price && image.ask_price == best.ask_price &&
                image.bid_size == best.bid_size && image.ask_size == best.ask_size;
    }
    findings_.expect(is_same, [&](auto& out) {
      out << "book of instrument " << id.value << " is not flagged and not the venue's own, before message "
          << receiver.ledger().position().next;
    });
  }

  IntegrityFindings& findings_;
  feedhandlers::venue::ToldMarket market_;
  feedhandlers::sequencing::SessionId session_;
  std::uint64_t next_ = 1;                  // message to be told to it
  std::vector<std::vector<Order>> orders_;  // by locate, as they trade
};

}  // namespace tickplant::tests
