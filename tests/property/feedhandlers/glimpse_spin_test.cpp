// A feed that comes late and starts with a GLIMPSE spin ends with the same books as the exchange, and as a feed that
// heard everything.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "feedhandlers/glimpse/snapshot_reader.hpp"
#include "feedhandlers/soupbintcp/client_session.hpp"
#include "feedhandlers/soupbintcp/server_session.hpp"
#include "tests/property/feedhandlers/glimpse_exchange.hpp"
#include "tests/support/itch_feed_in_memory.hpp"
#include "tests/support/mold_writer.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::OrderBook;
using feedhandlers::OrderBookConfig;
using feedhandlers::Packet;
using feedhandlers::glimpse::SnapshotReader;
using feedhandlers::glimpse::SpinState;
using feedhandlers::itch50::Message;
using feedhandlers::itch50::Price4;
using feedhandlers::itch50::to_price;
using feedhandlers::soupbintcp::ClientSession;
using feedhandlers::soupbintcp::ClientState;
using feedhandlers::soupbintcp::LoginRequest;
using feedhandlers::soupbintcp::ServerSession;
using feedhandlers::soupbintcp::SessionName;
using feedhandlers::venue::GlimpseSpin;
using feedhandlers::venue::OrderQueue;
using feedhandlers::venue::Stock;
using feedhandlers::venue::unframed;
using itch::FeedInMemory;
using platform::UnixNanos;
using ringbuf::Side;

constexpr std::uint32_t kSymbols = 24;  // enough for a public offering and a direct listing
constexpr std::uint32_t kOrdersPerStock = 20;
constexpr OrderBookConfig kBookConfig{.instrument_count = FeedInMemory::kInstruments + 1,
                                      .order_capacity = 8192,
                                      .level_capacity = 16'384,
                                      .max_levels_per_side = 1024};
constexpr UnixNanos kMidnight{1'548'824'400 * platform::kNanosPerSecond};
constexpr UnixNanos kReceived = kMidnight + 40'000 * platform::kNanosPerSecond;

/// The client's handler: session, reader, feed.
struct SpinIntoFeed {
  void on_login(const SessionName&, std::uint64_t next) { reader.on_login(next); }
  void on_message(std::uint64_t, std::span<const std::byte> message) {
    (void)reader.on_message(message, [&](Message itch) { feed.on_messages({&itch, 1}, ++messages); });
  }
  void on_end_of_session() { reader.on_end_of_session(); }

  feedhandlers::itch50::Itch50Feed& feed;
  SnapshotReader reader{};
  std::uint64_t messages = 0;
};

struct Anybody {
  bool is_authorised(const LoginRequest&) { return true; }
  void on_unsequenced(std::span<const std::byte>) {}
};

class GlimpseSpinIntoFeed : public testing::Test {
 protected:
  /// Through both ends of a SoupBinTCP session, in random pieces. Returns where the live feed goes on.
  static std::uint64_t receive_spin(GlimpseSpin spin, FeedInMemory& plant, Random& random) {
    ServerSession server{{.session = {"SPIN"}, .output_bytes = 2000}, spin};
    ClientSession client{{.username = {"LATE"}}};
    SpinIntoFeed into{plant.feed};
    Anybody anybody;
    server.on_connected(kReceived);
    client.on_connected(kReceived);
    server.on_bytes(client.take_output(), kReceived, anybody);
    for (std::span<const std::byte> out; !(out = server.take_output(kReceived)).empty();) {
      while (!out.empty()) {
        const std::size_t piece = std::min<std::size_t>(1 + random.below(300), out.size());
        client.on_bytes(out.first(piece), kReceived, into);
        out = out.subspan(piece);
      }
    }
    EXPECT_EQ(client.state(), ClientState::ended);
    EXPECT_EQ(into.reader.state(), SpinState::complete);
    EXPECT_EQ(into.messages + 1, client.counters().messages) << "all but the marker";
    EXPECT_EQ(into.reader.counters().unexpected, 0u);
    return into.reader.live_from();
  }

  /// The lines from `first` on, in packets; of them the feed gets messages from `live_from` on.
  static void receive_lines(const GlimpseExchange& exchange, std::uint64_t first, std::uint64_t live_from,
                            FeedInMemory& plant, Random& random) {
    const std::vector<Message> all = unframed(exchange.stream());
    while (first <= all.size()) {
      const std::uint64_t count = std::min<std::uint64_t>(1 + random.below(20), all.size() - first + 1);
      std::vector<Bytes> messages;
      for (std::uint64_t i = 0; i < count; ++i) messages.push_back(to_bytes(all[first - 1 + i]));
      const Bytes bytes = mold_packet("LIVE", first, messages);
      const auto datagram =
          feedhandlers::moldudp64::from_sequence(feedhandlers::moldudp64::parse(as_span(bytes)), live_from);
      if (!datagram.range.empty())
        plant.feed.on_packet(Packet{.payload = as_span(bytes), .ts_recv = kReceived}, datagram, 0);
      first += count;
    }
  }

  static void expect_no_complaints(const FeedInMemory& plant) {
    const auto& counters = plant.feed.normaliser().counters();
    EXPECT_EQ(plant.feed.counters().bad_lengths + plant.feed.counters().unknown_types, 0u);
    for (const std::uint64_t unknown : counters.unknown_references) EXPECT_EQ(unknown, 0u);
    EXPECT_EQ(counters.refused_orders, 0u);
    EXPECT_EQ(counters.over_executions, 0u);
    EXPECT_EQ(counters.crossed_after_add, 0u);
    EXPECT_EQ(counters.unknown_instruments, 0u);
    EXPECT_EQ(counters.backward_times, 0u);
    EXPECT_EQ(plant.feed.sessions().totals().gaps, 0u);
  }

  static ringbuf::InstrumentId instrument_of(const Stock& stock, const FeedInMemory& plant) {
    return plant.feed.normaliser().known_instrument(stock.engine.locate());
  }

  static void expect_books_of(const GlimpseExchange& exchange, const FeedInMemory& plant) {
    std::uint64_t open = 0;
    for (const Stock& stock : exchange.stocks()) {
      const ringbuf::InstrumentId id = instrument_of(stock, plant);
      ASSERT_NE(id, ringbuf::kNoInstrument);
      SCOPED_TRACE(plant.directory.reader().symbol_of(id));
      EXPECT_FALSE(plant.book.is_maybe_bad(id));
      EXPECT_EQ(plant.book.open_orders(id), stock.engine.open_orders());
      open += stock.engine.open_orders();
      for (const Side side : {Side::bid, Side::ask}) {
        const OrderQueue& queue = stock.engine.displayed(side);
        ASSERT_EQ(plant.book.level_count(id, side), queue.level_count());
        for (std::uint32_t i = 0; i < queue.level_count(); ++i) {
          const auto& level = queue.level(i);
          const OrderBook::Level truth{to_price(Price4{level.price_e4}), {level.shares}, level.orders};
          EXPECT_EQ(plant.book.level(id, side, i), truth) << "level " << i << " of side " << static_cast<int>(side);
        }
      }
    }
    EXPECT_EQ(plant.book.open_orders(), open);
  }

  /// What clients see in the tables: quote and trading status, round lot and kind.
  static void expect_same_tables(const GlimpseExchange& exchange, const FeedInMemory& late, const FeedInMemory& early) {
    for (const Stock& stock : exchange.stocks()) {
      SCOPED_TRACE(stock.engine.locate().value);
      ringbuf::ImageEntry images[2];
      ringbuf::InstrumentEntry entries[2];
      std::size_t i = 0;
      for (const FeedInMemory* plant : {&late, &early}) {
        const ringbuf::InstrumentId id = instrument_of(stock, *plant);
        ASSERT_EQ(ringbuf::ImageReader{plant->image}.read(id, images[i]), ringbuf::TableRead::value);
        ASSERT_EQ(plant->directory.reader().read(id, entries[i]), ringbuf::TableRead::value);
        ++i;
      }
      EXPECT_EQ(images[0].bid_price, images[1].bid_price);
      EXPECT_EQ(images[0].ask_price, images[1].ask_price);
      EXPECT_EQ(images[0].bid_size, images[1].bid_size);
      EXPECT_EQ(images[0].ask_size, images[1].ask_size);
      EXPECT_EQ(images[0].trading_status, images[1].trading_status);
      EXPECT_EQ(entries[0].kind, entries[1].kind);
      EXPECT_EQ(entries[0].lot, entries[1].lot);
    }
  }

  OrderBook late_book_{kBookConfig};
  OrderBook early_book_{kBookConfig};
};

TEST_F(GlimpseSpinIntoFeed, EndsWithTheBooksOfTheExchangeAndOfAFeedThatHeardEverything) {
  std::uint64_t spins_in_a_halt = 0;
  for (std::uint64_t run = 0; run < 60 && !HasFailure(); ++run) {
    SCOPED_TRACE(testing::Message() << "run " << run << ", TICKPLANT_TEST_SEED=" << test_seed());
    Random random{test_seed() + run};
    GlimpseExchange exchange{test_seed() + run, kSymbols, kOrdersPerStock};
    FeedInMemory late{late_book_};
    FeedInMemory early{early_book_};
    for (FeedInMemory* plant : {&late, &early}) plant->feed.begin_day({.midnight = kMidnight, .date = 20190130});

    if (random.chance(15, 16)) exchange.open();  // else the spin comes before the first message of the day
    const std::uint64_t joins = exchange.messages() + random.below(3000);
    while (exchange.stream().size() > 0 && exchange.messages() < joins) exchange.happen();
    const std::uint64_t known = exchange.messages();
    for (const Stock& stock : exchange.stocks())
      spins_in_a_halt +=
          std::string_view("HPQ").find(exchange.trading_state(stock.engine.locate())) != std::string_view::npos;

    const std::uint64_t live_from = receive_spin(exchange.spin(), late, random);
    ASSERT_EQ(live_from, known + 1);
    if (exchange.stream().empty()) {
      exchange.open();
    } else {
      expect_books_of(exchange, late);
    }
    // The lines were joined a while before the spin came.
    for (const std::uint64_t end = known + random.below(2000); exchange.messages() < end;) exchange.happen();
    receive_lines(exchange, live_from - std::min<std::uint64_t>(random.below(100), live_from - 1), live_from, late,
                  random);
    receive_lines(exchange, 1, 1, early, random);

    expect_no_complaints(late);
    expect_no_complaints(early);
    expect_books_of(exchange, late);
    expect_books_of(exchange, early);
    expect_same_tables(exchange, late, early);
  }
  EXPECT_GT(spins_in_a_halt, 20u) << "halted stocks were among those in the spins";
}

}  // namespace
}  // namespace tickplant::tests::this_file
