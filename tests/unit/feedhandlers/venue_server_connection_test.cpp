// The exchange's SoupBinTCP services without sockets: its connections against the plant's own client.
#include "feedhandlers/venue/server_connection.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "feedhandlers/glimpse/end_marker.hpp"
#include "feedhandlers/soupbintcp/client_session.hpp"
#include "tests/support/venue_script.hpp"

namespace tickplant::feedhandlers::venue::this_file {
namespace {

using soupbintcp::ClientOptions;
using soupbintcp::ClientSession;
using soupbintcp::ClientState;
using tests::Bytes;
using tests::VenueScript;

constexpr SessionName kToday{'T', 'O', 'D', 'A', 'Y', ' ', ' ', ' ', ' ', ' '};

/// A client and the connection that serves it, the network between them without delay.
class Guest {
 public:
  Guest(const SimulatedLines& lines, Service service, const ClientOptions& options = {}, SinceStart now = {})
      : connection(lines, service), client(options) {
    connection.on_connected(now);
    client.on_connected({now.nanos});
    connection.on_bytes(client.take_output(), now);
  }
  /// All that the exchange has for it now.
  void hear(SinceStart now = {}) {
    connection.on_time(now);
    for (std::span<const std::byte> bytes; !(bytes = connection.take_output(now)).empty();)
      client.on_bytes(bytes, {now.nanos}, *this);
  }

  void on_login(const soupbintcp::SessionName&, std::uint64_t next) { first = next; }
  void on_message(std::uint64_t sequence, std::span<const std::byte> message) {
    EXPECT_EQ(sequence, first + heard.size());
    heard.push_back(tests::to_bytes(message));
  }
  void on_end_of_session() {}

  ServerConnection connection;
  ClientSession client;
  std::uint64_t first = 0;
  std::vector<Bytes> heard;
};

class ServerConnectionTest : public testing::Test {
 protected:
  static SimulatedLinesOptions options() {
    return {.lines = {{}},
            .packet_bytes = 9000,
            .history_bytes = MessageHistory::kLeastBytes,
            .keeps_told = true,
            .linger_nanos = 0};
  }
  /// Messages `first` to `last` of VenueScript.
  static std::vector<Bytes> messages(int first, int last) {
    std::vector<Bytes> all;
    for (int i = first; i <= last; ++i) all.push_back("message " + std::to_string(i));
    return all;
  }
};

TEST_F(ServerConnectionTest, SendsLiveMessagesAsTheyAreSaidAndTheEndBehindThem) {
  VenueScript script(10, 100);
  SimulatedLines lines(options(), kToday, script);
  Guest guest(lines, Service::live);
  guest.hear();
  EXPECT_EQ(guest.client.state(), ClientState::live);
  EXPECT_EQ(guest.client.session(), soupbintcp::SessionName{"TODAY"});
  EXPECT_TRUE(guest.heard.empty());
  lines.advance({450});
  guest.hear({450});
  EXPECT_EQ(guest.heard, messages(1, 5)) << "also what waits in an open packet";
  lines.advance({900});
  guest.hear({900});
  EXPECT_EQ(guest.heard, messages(1, 10));
  EXPECT_EQ(guest.client.state(), ClientState::ended);
  EXPECT_TRUE(guest.connection.wants_close());
}

TEST_F(ServerConnectionTest, GoesOnAtAnySequenceForSeveralClients) {
  VenueScript script(5000, 100);
  SimulatedLines lines(options(), kToday, script);
  while (!lines.is_over()) lines.advance({500'000});
  for (const std::uint64_t first : {1U, 2U, 64U, 65U, 66U, 4999U, 5000U, 5001U}) {
    Guest guest(lines, Service::live, {.sequence = first});
    guest.hear();
    EXPECT_EQ(guest.first, first);
    EXPECT_EQ(guest.heard, messages(static_cast<int>(first), 5000));
    EXPECT_EQ(guest.client.state(), ClientState::ended);
  }
  Guest newest(lines, Service::live, {.sequence = 0});
  newest.hear();
  EXPECT_EQ(newest.heard, messages(5000, 5000));
  Guest stranger(lines, Service::live, {.session = {"OTHER"}});
  stranger.hear();
  EXPECT_EQ(stranger.client.state(), ClientState::rejected);
  Guest future(lines, Service::live, {.sequence = 5002});
  future.hear();
  EXPECT_EQ(future.client.state(), ClientState::rejected);
}

TEST_F(ServerConnectionTest, CarriesOnTwoClientsThatAreApart) {
  VenueScript script(3000, 100);
  SimulatedLines lines(options(), kToday, script);
  Guest steady(lines, Service::live);
  Guest late(lines, Service::live);
  for (SinceStart now; !lines.is_over(); now = now + 10'000) {
    lines.advance(now);
    steady.hear(now);
    if (now.nanos % 90'000 == 0) late.hear(now);
  }
  late.hear();
  steady.hear();
  EXPECT_EQ(steady.heard, messages(1, 3000));
  EXPECT_EQ(late.heard, steady.heard);
}

TEST_F(ServerConnectionTest, GivesUpAClientWhoseNextMessageIsGone) {
  VenueScript script;
  for (int i = 0; i < 2000; ++i) script.add({1}, Bytes(8000, 'x'));
  SimulatedLines lines(options(), kToday, script);
  Guest guest(lines, Service::live);
  guest.hear();
  while (!lines.is_over()) lines.advance({1});
  ASSERT_GT(lines.history()->range().begin, 1U);
  guest.hear();
  EXPECT_TRUE(guest.connection.wants_close());
  EXPECT_TRUE(guest.heard.empty());
  EXPECT_EQ(guest.connection.counters().errors[static_cast<std::size_t>(soupbintcp::LinkError::fell_behind)], 1U);
}

TEST_F(ServerConnectionTest, BeatsInSilenceAndGivesUpTheSilent) {
  VenueScript script(1, 0, {60'000'000'000});
  SimulatedLines lines(options(), kToday, script);
  Guest guest(lines, Service::live);
  guest.hear();
  for (std::int64_t second = 1; second <= 3; ++second) guest.hear({second * 1'000'000'000});
  EXPECT_EQ(guest.client.counters().heartbeats, 3U);
  guest.hear({15'000'000'000});
  EXPECT_TRUE(guest.connection.wants_close());
}

TEST_F(ServerConnectionTest, GivesEachLoginTheSpinOfItsMoment) {
  VenueScript script;
  Buffer bytes;
  for (std::uint64_t i = 1; i <= 4; ++i) {
    bytes.clear();
    encode(AddOrder{{{1}, {}, {i}}, {i}, Side::bid, 100, symbol("BRIX"), {static_cast<std::uint32_t>(100 * i)}}, bytes);
    script.add({static_cast<std::int64_t>(i)}, tests::to_bytes(bytes));
  }
  SimulatedLines lines(options(), kToday, script);
  const auto orders_and_marker = [](const Guest& guest) {
    return std::pair{guest.heard.size() - 1, glimpse::parse_end_marker(tests::as_span(guest.heard.back())).value_or(0)};
  };
  Guest before(lines, Service::glimpse);
  lines.advance({2});
  Guest between(lines, Service::glimpse);
  lines.advance({4});
  Guest after(lines, Service::glimpse);
  for (Guest* guest : {&before, &between, &after}) {
    guest->hear();
    EXPECT_EQ(guest->client.state(), ClientState::ended);
  }
  EXPECT_EQ(orders_and_marker(before), (std::pair<std::size_t, std::uint64_t>{0, 1}));
  EXPECT_EQ(orders_and_marker(between), (std::pair<std::size_t, std::uint64_t>{2, 3}));
  EXPECT_EQ(orders_and_marker(after), (std::pair<std::size_t, std::uint64_t>{4, 5}));
}

TEST_F(ServerConnectionTest, IsNotCarriedIntoTheNextSession) {
  VenueScript script(3, 0);
  SimulatedLines lines(options(), kToday, script);
  lines.advance({0});
  Guest guest(lines, Service::live);
  VenueScript next(5, 0);
  lines.begin_session(next_session_name(kToday), next, {1});
  lines.advance({1});
  guest.hear({1});
  EXPECT_TRUE(guest.heard.empty());
  EXPECT_TRUE(guest.connection.wants_close());
  Guest again(lines, Service::live);
  again.hear({1});
  EXPECT_EQ(again.heard, messages(1, 5));
  EXPECT_EQ(again.client.session(), soupbintcp::SessionName{"TODAY2"});
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::this_file
