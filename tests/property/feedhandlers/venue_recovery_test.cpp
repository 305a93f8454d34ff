// The whole recovery ladder in one process, without sockets and clocks: a market on two bad lines, a server that
// answers badly, spins at any moment; and a receiver that is as simple as can be. The truth is the market's own.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "feedhandlers/venue/market_script.hpp"
#include "feedhandlers/venue/rerequest_responder.hpp"
#include "tests/support/random.hpp"
#include "tests/support/venue_receiver.hpp"

namespace tickplant::tests::this_file {
namespace {

using namespace feedhandlers::venue;
using venue_receiver::Assembler;
using venue_receiver::Books;
using venue_receiver::SpinTaker;
namespace moldudp64 = feedhandlers::moldudp64;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::uint32_t kSymbols = 30;
constexpr SessionName kToday{'T', 'O', 'D', 'A', 'Y', ' ', ' ', ' ', ' ', ' '};
/// One market on its lines, to be played at the test's pace.
struct Exchange {
  explicit Exchange(const SimulatedLinesOptions& options, std::uint64_t seed = test_seed())
      : market({.seed = seed, .symbols = kSymbols, .live_orders = 1200, .session_seconds = 10}),
        script(market, {.pace = {.pace = Pace::rate, .messages_per_second = 4000},
                        .start = {34'000 * std::uint64_t{kSecond}},
                        .pre_open_nanos = kSecond / 10,
                        .end = {2 * kSecond}}),
        lines(options, kToday, script) {}

  /// The next things that are due; false when the day is over.
  bool go_on() {
    now = std::max(now, std::min(lines.next_due(), lines.next_departure()));
    lines.advance(now);
    return !lines.is_over();
  }
  /// What has arrived on a line, packet by packet.
  template <class OnPacket>
  void receive(std::size_t line, OnPacket&& on_packet) {
    FaultyLine& from = lines.line(line);
    for (; from.next_due() <= now; from.queue().pop(1)) on_packet(std::span<const std::byte>(from.queue().at(0).bytes));
  }

  Market market;
  MarketScript script;
  SimulatedLines lines;
  SinceStart now;
};

/// All that the market of that seed says, without any line in between.
std::vector<Bytes> tape() {
  Exchange exchange({});
  std::vector<Bytes> all;
  while (exchange.script.next_due() != kNever)
    all.push_back(to_bytes(exchange.script.take(exchange.script.next_due())));
  return all;
}

class VenueRecovery : public testing::Test {
 protected:
  VenueRecovery() : trace_(__FILE__, __LINE__, testing::Message() << "TICKPLANT_TEST_SEED=" << test_seed()) {}

 private:
  testing::ScopedTrace trace_;
};

TEST_F(VenueRecovery, WithoutFaultsEachLineIsTheTape) {
  Exchange exchange({.lines = {{}, {}}});
  Assembler lines[2] = {Assembler(kToday), Assembler(kToday)};
  do {
    for (const std::size_t line : {0U, 1U}) exchange.receive(line, [&](auto packet) { lines[line].on_packet(packet); });
  } while (exchange.go_on());
  const std::vector<Bytes> all = tape();
  ASSERT_GT(all.size(), 5000u);
  for (const Assembler& line : lines) EXPECT_TRUE(line.messages() == all);
  EXPECT_EQ(exchange.market.messages(), all.size());
}

TEST_F(VenueRecovery, EveryMessageCanBeHadFromBadLinesAndABadServer) {
  const std::vector<Bytes> all = tape();
  for (const RerequestFault fault : {RerequestFault::none, RerequestFault::silent, RerequestFault::wrong_session,
                                     RerequestFault::wrong_range, RerequestFault::bad_framing}) {
    SCOPED_TRACE(static_cast<int>(fault));
    const std::uint64_t seed = test_seed() * 16;
    Exchange exchange(
        {.lines = {{.seed = seed + 1, .loss_percent = 10, .duplicate_percent = 5, .jitter_nanos = 2'000'000},
                   {.seed = seed + 2, .loss_percent = 20, .reorder_percent = 10, .delay_nanos = 1'000'000}},
         .burst_loss = {.seed = seed + 3, .percent = 1, .packets = 10},
         .packet_bytes = 400,
         .history_bytes = MessageHistory::kLeastBytes});
    RerequestResponder responder(exchange.lines.session(), 400, {.fault = fault, .percent = 40, .seed = seed + 4});
    Assembler assembler(kToday);
    do {
      for (const std::size_t line : {0U, 1U}) exchange.receive(line, [&](auto packet) { assembler.on_packet(packet); });
    } while (exchange.go_on());
    EXPECT_LT(assembler.next_missing(), all.size()) << "something was lost on both";
    const auto session = session_id(exchange.lines.session());
    for (int tries = 0; assembler.next_missing() <= all.size() && tries < 100'000; ++tries) {
      const auto request = moldudp64::encode({session, assembler.next_missing(), 20});
      const auto answer = responder.answer(request, *exchange.lines.history(), exchange.now);
      if (!answer.packet.empty()) assembler.on_packet(answer.packet);
    }
    EXPECT_TRUE(assembler.messages() == all);
    const RerequestCounters& counters = responder.counters();
    EXPECT_EQ(counters.silenced + counters.spoilt > 0, fault != RerequestFault::none);
    EXPECT_EQ(assembler.strangers(), fault == RerequestFault::wrong_session ? counters.spoilt : 0);
    EXPECT_EQ(assembler.damaged() > 0, fault == RerequestFault::bad_framing);
  }
}

TEST_F(VenueRecovery, ASpinAtAnyMomentAndWhatFollowsGiveTheMarketsOwnBooks) {
  Random random{test_seed()};
  const std::uint64_t messages = tape().size();
  std::vector<std::uint64_t> moments{0, 1, 2, messages};  // before the first, within the first happening, at the end
  for (int i = 0; i < 12; ++i) moments.push_back(random.below(static_cast<std::uint32_t>(messages)));
  for (const std::uint64_t moment : moments) {
    SCOPED_TRACE(testing::Message() << "after " << moment << " messages");
    Exchange exchange({.lines = {{}}, .keeps_told = true});
    Assembler line(kToday);
    Books books;
    std::uint64_t live_from = 0;
    do {
      exchange.receive(0, [&](auto packet) { line.on_packet(packet); });
      if (live_from == 0 && exchange.lines.next_sequence() > moment) {
        live_from = exchange.lines.next_sequence();
        const SpinTaker taker(exchange.lines, exchange.now, books);
        EXPECT_EQ(taker.reader.live_from(), live_from);
      }
    } while (exchange.go_on());
    exchange.receive(0, [&](auto packet) { line.on_packet(packet); });
    if (live_from == 0) {
      const SpinTaker taker(exchange.lines, exchange.now, books);
      live_from = taker.reader.live_from();
    }
    ASSERT_EQ(line.next_missing(), messages + 1);
    for (std::uint64_t sequence = live_from; sequence <= messages; ++sequence)
      books.hear(as_span(line.message(sequence)));
    books.expect_those_of(exchange.market);
  }
}

TEST_F(VenueRecovery, ASpinInMidTalkIsOfTheMessagesThatHaveLeft) {
  // The open is thousands of messages of one moment: the market has done all of it when the first of them leaves.
  Exchange exchange({.lines = {{}}, .keeps_told = true});
  while (exchange.now < SinceStart{kSecond / 10} && exchange.go_on()) exchange.receive(0, [](auto) {});
  ASSERT_GT(exchange.market.messages(), exchange.lines.next_sequence() + 100) << "the script is ahead of the lines";
  Books late;
  const SpinTaker taker(exchange.lines, exchange.now, late);
  Books early;
  const std::vector<Bytes> all = tape();
  for (std::uint64_t sequence = 1; sequence < taker.reader.live_from(); ++sequence)
    early.hear(as_span(all[sequence - 1]));
  EXPECT_EQ(late.book.open_orders(), early.book.open_orders());
  for (std::uint32_t id = 1; id <= kSymbols; ++id) {
    for (const auto side : {ringbuf::Side::bid, ringbuf::Side::ask}) {
      ASSERT_EQ(late.book.level_count({id}, side), early.book.level_count({id}, side));
      for (std::uint32_t at = 0; at < early.book.level_count({id}, side); ++at)
        EXPECT_EQ(late.book.level({id}, side, at), early.book.level({id}, side, at));
    }
  }
}

TEST_F(VenueRecovery, TheDayAfterIsAnotherOneOfTheSameStocks) {
  const auto day = [](std::uint32_t number) {
    Market market({.seed = 5, .symbols = 4, .live_orders = 100, .day = number});
    Buffer out;
    market.begin_day({1}, out);
    std::vector<std::string> symbols;
    for (std::uint32_t i = 0; i < market.symbols(); ++i) symbols.push_back(market.book(i).symbol);
    return std::pair{symbols, out};
  };
  EXPECT_EQ(day(0).first, day(1).first);
  EXPECT_EQ(day(1).second, day(1).second);
  EXPECT_NE(day(0).second, day(1).second);
}

}  // namespace
}  // namespace tickplant::tests::this_file
