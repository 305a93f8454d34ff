// A receiver of the simulated exchange that is as simple as can be: puts packets together, takes a spin, keeps books.
//
// Threads: one.
// Not here: when to ask for what is missing (the test), the plant's own receiver (sequencing/).
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/glimpse/snapshot_reader.hpp"
#include "feedhandlers/itch50/parser.hpp"
#include "feedhandlers/moldudp64/framing.hpp"
#include "feedhandlers/soupbintcp/client_session.hpp"
#include "feedhandlers/venue/market.hpp"
#include "feedhandlers/venue/server_connection.hpp"
#include "tests/support/capture_writer.hpp"

namespace tickplant::tests::venue_receiver {

namespace itch50 = feedhandlers::itch50;
namespace moldudp64 = feedhandlers::moldudp64;
namespace soupbintcp = feedhandlers::soupbintcp;
using feedhandlers::OrderBook;
using feedhandlers::itch50::to_price;
using namespace feedhandlers::venue;

/// Keeps what comes, in any order and any number of times.
class Assembler {
 public:
  explicit Assembler(const SessionName& session) : session_(session_id(session)) {}

  void on_packet(std::span<const std::byte> packet) {
    const auto datagram = moldudp64::parse(packet);
    if (datagram.damage != moldudp64::Damage::none) ++damaged_;
    if (datagram.damage == moldudp64::Damage::short_header) return;
    if (datagram.session != session_) {
      ++strangers_;
      return;
    }
    moldudp64::for_each_message(datagram, [&](std::uint64_t sequence, auto message) {
      const auto [known, is_new] = messages_.emplace(sequence, to_bytes(message));
      EXPECT_EQ(known->second, to_bytes(message)) << "a sequence has one content";
    });
  }
  /// Of the first that is missing.
  [[nodiscard]] std::uint64_t next_missing() {
    while (messages_.contains(next_)) ++next_;
    return next_;
  }
  [[nodiscard]] std::vector<Bytes> messages() const {
    std::vector<Bytes> all;
    for (const auto& [sequence, message] : messages_) all.push_back(message);
    return all;
  }
  [[nodiscard]] const Bytes& message(std::uint64_t sequence) const { return messages_.at(sequence); }
  [[nodiscard]] std::uint64_t strangers() const { return strangers_; }
  [[nodiscard]] std::uint64_t damaged() const { return damaged_; }

 private:
  feedhandlers::sequencing::SessionId session_;
  std::map<std::uint64_t, Bytes> messages_;
  std::uint64_t next_ = 1;
  std::uint64_t strangers_ = 0;
  std::uint64_t damaged_ = 0;
};

/// Messages to books: what any receiver does with them. The instrument is the locate, up to 64.
struct Books {
  static constexpr feedhandlers::OrderBookConfig kBookConfig{
      .instrument_count = 65, .order_capacity = 16'384, .level_capacity = 16'384, .max_levels_per_side = 1024};

  void on(itch50::AddOrder view) { add(view); }
  void on(itch50::AddOrderAttributed view) { add(view); }
  void on(itch50::OrderExecuted view) { (void)book.execute(view.order_ref(), view.executed_shares()); }
  void on(itch50::OrderExecutedWithPrice view) { (void)book.execute(view.order_ref(), view.executed_shares()); }
  void on(itch50::OrderCancel view) { (void)book.cancel(view.order_ref(), view.canceled_shares()); }
  void on(itch50::OrderDelete view) { (void)book.remove(view.order_ref()); }
  void on(itch50::OrderReplace view) {
    (void)book.replace(view.original_order_ref(), view.new_order_ref(), to_price(view.price()), view.shares());
  }
  template <class Other>
  void on(Other) {}

  void add(auto view) {
    (void)book.add(view.order_ref(), {view.stock_locate().value}, view.side(), to_price(view.price()), view.shares());
  }
  void hear(std::span<const std::byte> message) { EXPECT_EQ(itch50::parse(message, *this), itch50::ParseOutcome::ok); }

  void expect_those_of(const Market& market) const {
    EXPECT_EQ(book.open_orders(), market.live_orders());
    for (std::uint32_t i = 0; i < market.symbols(); ++i) {
      const StockBook truth = market.book(i);
      SCOPED_TRACE(truth.symbol);
      for (const auto side : {ringbuf::Side::bid, ringbuf::Side::ask}) {
        const auto& levels = side == ringbuf::Side::bid ? truth.bids : truth.asks;
        ASSERT_EQ(book.level_count({truth.locate.value}, side), levels.size());
        for (std::uint32_t at = 0; at < levels.size(); ++at) {
          const OrderBook::Level wanted{
              to_price(itch50::Price4{levels[at].price_e4}), {levels[at].shares}, levels[at].orders};
          EXPECT_EQ(book.level({truth.locate.value}, side, at), wanted);
        }
      }
    }
    for (std::size_t outcome = 1; outcome < book.counters().outcomes.size(); ++outcome)
      EXPECT_EQ(book.counters().outcomes[outcome], 0u) << "of outcome " << outcome;
  }

  OrderBook book{kBookConfig};
};

/// A client that takes one spin.
struct SpinTaker {
  SpinTaker(const SimulatedLines& lines, SinceStart now, Books& into) : books(into) {
    ServerConnection connection(lines, Service::glimpse);
    soupbintcp::ClientSession client{{}};
    connection.on_connected(now);
    client.on_connected({now.nanos});
    connection.on_bytes(client.take_output(), now);
    for (std::span<const std::byte> out; !(out = connection.take_output(now)).empty();)
      client.on_bytes(out, {now.nanos}, *this);
    EXPECT_EQ(client.state(), soupbintcp::ClientState::ended);
    EXPECT_EQ(reader.state(), feedhandlers::glimpse::SpinState::complete);
  }
  void on_login(const soupbintcp::SessionName&, std::uint64_t next) { reader.on_login(next); }
  void on_message(std::uint64_t, std::span<const std::byte> message) {
    (void)reader.on_message(message, [this](std::span<const std::byte> itch) { books.hear(itch); });
  }
  void on_end_of_session() { reader.on_end_of_session(); }

  Books& books;
  feedhandlers::glimpse::SnapshotReader reader{};
};

}  // namespace tickplant::tests::venue_receiver
