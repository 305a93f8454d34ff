// tickplant-venue's servers as a stranger meets them: messages and snapshots over TCP, answers that are wrong on
// purpose, a session that rolls.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "feedhandlers/glimpse/snapshot_reader.hpp"
#include "feedhandlers/itch50/messages.hpp"
#include "feedhandlers/moldudp64/framing.hpp"
#include "feedhandlers/moldudp64/request.hpp"
#include "feedhandlers/soupbintcp/client_session.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/system/feedhandlers/venue_process.hpp"

namespace tickplant::tests::this_file {
namespace {

namespace moldudp64 = feedhandlers::moldudp64;
namespace soupbintcp = feedhandlers::soupbintcp;

/// The port behind `before` in what the program says at its start.
std::uint16_t port_behind(const VenueProcess& venue, const std::string& before) {
  std::string text;
  const bool is_said = eventually([&] {
    text = venue.err();
    return text.find(", session ") != std::string::npos;
  });
  const std::size_t at = text.find(before);
  if (!is_said || at == std::string::npos) throw std::runtime_error("no '" + before + "' in: " + text);
  return static_cast<std::uint16_t>(std::stoi(text.substr(at + before.size())));
}

/// Logs in and hears all there is, until the server closes.
struct TcpClient {
  explicit TcpClient(std::uint16_t port, const soupbintcp::ClientOptions& options = {}) : session(options) {
    socket.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    session.on_connected({0});
    const auto login = session.take_output();
    EXPECT_EQ(::send(socket.get(), login.data(), login.size(), MSG_NOSIGNAL), static_cast<ssize_t>(login.size()));
  }
  /// Until `done` or the end of the connection, ten seconds at most.
  template <class Done>
  bool hear_until(Done&& done) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done() && std::chrono::steady_clock::now() < give_up) {
      wait_readable({socket.get()});
      std::array<std::byte, 65'536> bytes;
      const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (count == 0) break;
      if (count > 0) session.on_bytes(std::span(bytes).first(static_cast<std::size_t>(count)), {0}, *this);
    }
    return done();
  }
  bool hear_to_the_end() {
    return hear_until([this] { return session.state() == soupbintcp::ClientState::ended; });
  }

  void on_login(const soupbintcp::SessionName&, std::uint64_t next) {
    first = next;
    reader.on_login(next);
  }
  void on_message(std::uint64_t, std::span<const std::byte> message) {
    messages.push_back(to_bytes(message));
    (void)reader.on_message(message, [](auto) {});
  }
  void on_end_of_session() { reader.on_end_of_session(); }

  platform::UniqueFd socket;
  soupbintcp::ClientSession session;
  feedhandlers::glimpse::SnapshotReader reader{};
  std::uint64_t first = 0;
  std::vector<Bytes> messages;
};

std::uint64_t number_behind(const std::string& json, const std::string& key, const std::string& part = "") {
  const std::size_t from = part.empty() ? 0 : json.find('"' + part + "\":");
  const std::size_t at = from == std::string::npos ? from : json.find('"' + key + "\":", from);
  return at == std::string::npos ? 0 : std::stoull(json.substr(at + key.size() + 3));
}

const VenueProcess::Arguments kSmallMarket{"--symbols", "20", "--pre-open", "50ms", "--rate", "5000"};

VenueProcess::Arguments small_market_and(VenueProcess::Arguments more) {
  more.insert(more.begin(), kSmallMarket.begin(), kSmallMarket.end());
  return more;
}

TEST(VenueProgramServers, SendTheWholeSessionOverTcpAndASpinOfItsMiddle) {
  const TempDirectory directory;
  const std::string truth = directory / "truth.json";
  VenueProcess venue(small_market_and({"--rerequest", "none", "--soupbintcp", "127.0.0.1:0", "--glimpse", "127.0.0.1:0",
                                       "--linger", "10s", "--truth", truth, "--json"}));
  const std::uint16_t port = port_behind(venue, "SoupBinTCP 127.0.0.1:");
  TcpClient all(port);
  ASSERT_TRUE(all.hear_until([&] { return all.messages.size() > 2'000; })) << venue.err();
  TcpClient spin(port_behind(venue, "GLIMPSE 127.0.0.1:"));
  ASSERT_TRUE(spin.hear_to_the_end());
  ASSERT_EQ(spin.reader.state(), feedhandlers::glimpse::SpinState::complete);
  EXPECT_GE(spin.reader.live_from(), 2'000U);

  venue.send(SIGTERM);
  ASSERT_TRUE(all.hear_to_the_end());
  EXPECT_EQ(all.messages.back().substr(11), "C") << "end of messages";
  TcpClient rest(port, {.sequence = spin.reader.live_from()});
  ASSERT_TRUE(rest.hear_to_the_end()) << "who comes while the end is told gets it all as well";
  ASSERT_EQ(rest.messages.size() + spin.reader.live_from() - 1, all.messages.size());
  EXPECT_TRUE(std::equal(rest.messages.begin(), rest.messages.end(),
                         all.messages.end() - static_cast<std::ptrdiff_t>(rest.messages.size())));
  venue.send(SIGTERM);
  EXPECT_EQ(venue.wait(), 0);
  const std::string summary = venue.out();
  EXPECT_EQ(number_behind(summary, "messages"), all.messages.size());
  EXPECT_EQ(number_behind(summary, "logins", "soupbintcp"), 2U);
  EXPECT_EQ(number_behind(summary, "messages", "soupbintcp"), all.messages.size() + rest.messages.size());
  EXPECT_EQ(number_behind(summary, "messages", "glimpse"), spin.messages.size());
  std::ostringstream books;
  books << std::ifstream(truth).rdbuf();
  EXPECT_EQ(number_behind(books.str(), "messages"), all.messages.size());
  EXPECT_EQ(number_behind(books.str(), "logins", "servers"), 2U) << "of SoupBinTCP, the first that is named";
}

TEST(VenueProgramServers, GiveSpinsOfAReplayedFileToo) {
  const TempDirectory directory;
  const std::string file = directory / "day.itch";
  ASSERT_EQ(VenueProcess({"--write", file, "--messages", "5000", "--symbols", "10"}).wait(), 0);
  VenueProcess venue(
      {"--replay", file, "--speed", "max", "--glimpse", "127.0.0.1:0", "--rerequest", "none", "--linger", "1m"});
  const std::uint16_t port = port_behind(venue, "GLIMPSE 127.0.0.1:");
  EXPECT_TRUE(eventually([&] {
    TcpClient spin(port);
    EXPECT_TRUE(spin.hear_to_the_end()) << venue.err();
    EXPECT_EQ(spin.reader.state(), feedhandlers::glimpse::SpinState::complete);
    return spin.reader.live_from() > 5'000 && spin.messages.size() > 40;  // all is said: stocks and what rests at last
  }));
}

TEST(VenueProgramServers, AnswerWronglyWhenToldTo) {
  const auto answer_of = [](const std::string& fault) {
    VenueProcess venue(small_market_and(
        {"--rerequest", "127.0.0.1:0", "--rerequest-fault", fault, "--rerequest-delay", "1ms", "--session", "TODAY"}));
    const std::uint16_t port = venue.rerequest_port();
    const platform::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    const Bytes request = "TODAY     " + big(1, 8) + big(1, 2);
    std::array<std::byte, 9000> packet;
    ssize_t bytes = -1;
    for (int tries = 0; tries < 100 && bytes < 0; ++tries) {  // it may not have said the first message yet
      EXPECT_EQ(::send(socket.get(), request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
      wait_readable({socket.get()});
      bytes = ::recv(socket.get(), packet.data(), packet.size(), MSG_DONTWAIT);
    }
    return to_bytes(std::span(packet).first(static_cast<std::size_t>(std::max<ssize_t>(bytes, 0))));
  };
  EXPECT_EQ(answer_of("wrong-session").substr(0, 18), "!ODAY     " + big(1, 8));
  const Bytes range = answer_of("wrong-range");
  EXPECT_EQ(range.substr(0, 10), "TODAY     ");
  EXPECT_NE(range.substr(10, 8), big(1, 8));
  const Bytes broken = answer_of("bad-framing/100");
  EXPECT_FALSE(broken.empty());
  EXPECT_NE(moldudp64::parse(as_span(broken)).damage, moldudp64::Damage::none);
}

TEST(VenueProgramServers, BeginANewDayInMidStream) {
  for (const auto& [roll, value] :
       {std::pair{"--roll-session-after", "3000"}, std::pair{"--roll-session-at", "300ms"}}) {
    SCOPED_TRACE(roll);
    VenueProcess venue(small_market_and({roll, value, "--session", "TODAY", "--rerequest", "none", "--soupbintcp",
                                         "127.0.0.1:0", "--linger", "50ms", "--json"}));
    const std::uint16_t port = port_behind(venue, "SoupBinTCP 127.0.0.1:");
    TcpClient today(port);
    ASSERT_TRUE(today.hear_to_the_end()) << venue.err();
    EXPECT_EQ(today.session.session(), soupbintcp::SessionName{"TODAY"});
    EXPECT_EQ(today.messages.back().substr(11), "C") << "the market has closed";
    ASSERT_TRUE(eventually([&] { return venue.err().find("a new day, session TODAY2") != std::string::npos; }));
    TcpClient tomorrow(port);
    ASSERT_TRUE(tomorrow.hear_until([&] { return tomorrow.messages.size() > 500; })) << venue.err();
    EXPECT_EQ(tomorrow.session.session(), soupbintcp::SessionName{"TODAY2"});
    EXPECT_EQ(tomorrow.first, 1U);
    EXPECT_EQ(tomorrow.messages.front().substr(11), "O") << "start of messages";
    EXPECT_EQ(tomorrow.messages[1].substr(11, 8), today.messages[1].substr(11, 8)) << "the same stocks";
    venue.send(SIGTERM);
    EXPECT_EQ(venue.wait(), 0);
    EXPECT_EQ(number_behind(venue.out(), "sessions"), 2U);
  }
}

TEST(VenueProgramServers, PlayAFileAgainInTheSessionAfterTheRoll) {
  const TempDirectory directory;
  const std::string file = directory / "day.itch";
  ASSERT_EQ(VenueProcess({"--write", file, "--messages", "5000", "--symbols", "10"}).wait(), 0);
  VenueProcess venue({"--replay", file, "--speed", "max", "--roll-session-after", "1000", "--rerequest", "none",
                      "--linger", "0s", "--json"});
  EXPECT_EQ(venue.wait(), 0);
  EXPECT_GE(number_behind(venue.out(), "messages"), 6'000U) << venue.err();
  EXPECT_EQ(number_behind(venue.out(), "sessions"), 2U);
}

TEST(VenueProgramServers, RefuseWhatCannotBeWithARemedy) {
  const std::vector<std::pair<VenueProcess::Arguments, std::string>> wrong{
      {{"--soupbintcp", "here"}, "127.0.0.1:26499"},
      {{"--glimpse", "localhost:0"}, "give --glimpse like"},
      {{"--burst-loss", "5"}, "0.1/50"},
      {{"--burst-loss", "5/0"}, "remedy"},
      {{"--rerequest-fault", "rude"}, "wrong-range, or silent/20"},
      {{"--rerequest-fault", "silent/101"}, "write it like 0.5"},
      {{"--rerequest-delay", "5"}, "300us"},
      {{"--roll-session-at", "5s", "--duration", "5s"}, "make --duration longer"},
      {{"--roll-session-at", "5s", "--roll-session-after", "5"}, "--help"},
      {{"--roll-session-after", "5", "--replay", "-"}, "give it a file"},
  };
  for (const auto& [arguments, remedy] : wrong) {
    VenueProcess venue(arguments);
    EXPECT_EQ(venue.wait(), 2) << arguments[0] << ' ' << arguments.back();
    EXPECT_NE(venue.err().find(remedy), std::string::npos) << arguments[0] << ": " << venue.err();
    EXPECT_NE(venue.err().find("\n  remedy: "), std::string::npos) << venue.err();
  }
}

TEST(VenueProgramServers, AreNamedAtTheStartWithTheirFaults) {
  VenueProcess venue({"--duration", "0s", "--linger", "0s", "--rerequest", "127.0.0.1:0", "--rerequest-fault",
                      "silent/20", "--rerequest-delay", "3ms", "--burst-loss", "0.1/50"});
  EXPECT_EQ(venue.wait(), 0);
  EXPECT_NE(venue.err().find("on all lines 0.1 % bursts of 50 lost, re-request 127.0.0.1:"), std::string::npos)
      << venue.err();
  EXPECT_NE(venue.err().find(" (silent 20 %, delay 3ms), session "), std::string::npos) << venue.err();
}

}  // namespace
}  // namespace tickplant::tests::this_file
