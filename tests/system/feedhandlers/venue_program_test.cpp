// tickplant-venue as a stranger meets it: a process, two multicast lines, a server to ask, files.
#include <gtest/gtest.h>
#include <sched.h>

#include <map>
#include <set>

#include "config/load_config.hpp"
#include "feedhandlers/moldudp64/framing.hpp"
#include "feedhandlers/moldudp64/request.hpp"
#include "feedhandlers/sources/day_file_source.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/support/itch_session.hpp"
#include "tests/system/feedhandlers/venue_process.hpp"

namespace tickplant::tests::this_file {
namespace {

namespace moldudp64 = feedhandlers::moldudp64;

/// What came on one line.
struct Heard {
  std::uint64_t packets = 0;
  std::uint64_t repeated = 0;     // packets with messages, all of them seen before on this line
  std::uint64_t out_of_turn = 0;  // packets that start below one before
  std::uint64_t heartbeats = 0;
  std::optional<std::uint64_t> end;  // the sequence named by the end of session
  std::set<std::uint64_t> starts;
};

/// A receiver of both lines that puts everything it hears in order, and asks for the rest.
class Receiver {
 public:
  Receiver() : lines_{LineListener(line_of_this_process(0)), LineListener(line_of_this_process(1))} {}

  /// Until `done` or nothing more is to be hoped for. True when done.
  template <class Done>
  bool listen(Done&& done) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      for (std::size_t line = 0; line < lines_.size(); ++line) {
        while (const auto packet = lines_[line].receive()) take(*packet, heard_[line]);
      }
      if (!done()) wait_readable({lines_[0].descriptor(), lines_[1].descriptor()});
    }
    return true;
  }
  [[nodiscard]] bool listen_to_the_end() {
    return listen([this] { return heard_[0].end && heard_[1].end; });
  }

  /// Asks for what is missing below `end`, hole by hole. How many messages that were.
  std::size_t ask_for_the_rest(std::uint16_t port, std::uint64_t end) {
    const platform::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server), 0);
    const std::size_t before = messages_.size();
    Heard answers;
    for (std::uint64_t sequence = 1; sequence < end; ++sequence) {
      if (messages_.contains(sequence)) continue;
      const auto later = messages_.upper_bound(sequence);
      const std::uint64_t hole = (later == messages_.end() ? end : later->first) - sequence;
      const auto request =
          moldudp64::encode({session_, sequence, static_cast<std::uint16_t>(std::min<std::uint64_t>(hole, 5000))});
      std::array<std::byte, 9000> answer;
      EXPECT_EQ(::send(socket.get(), request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
      pollfd readable{socket.get(), POLLIN, 0};
      if (::poll(&readable, 1, 10'000) != 1) break;
      const ssize_t bytes = ::recv(socket.get(), answer.data(), answer.size(), 0);
      if (bytes > 0) take(std::span(answer).first(static_cast<std::size_t>(bytes)), answers);
    }
    return messages_.size() - before;
  }

  [[nodiscard]] const Heard& on(std::size_t line) const { return heard_[line]; }
  /// From sequence 1 to the first that is missing, as a day file.
  [[nodiscard]] Bytes stream() const {
    Bytes all;
    std::uint64_t next = 1;
    for (const auto& [sequence, message] : messages_) {
      if (sequence != next++) break;
      all += day_record(message);
    }
    return all;
  }
  [[nodiscard]] std::size_t message_count() const { return messages_.size(); }
  [[nodiscard]] bool has_system_event(char code) const { return events_.contains(code); }

 private:
  void take(std::span<const std::byte> packet, Heard& heard) {
    const auto datagram = moldudp64::parse(packet);
    EXPECT_EQ(datagram.damage, moldudp64::Damage::none);
    ++heard.packets;
    session_ = datagram.session;
    switch (datagram.kind) {
      case moldudp64::PacketKind::heartbeat: ++heard.heartbeats; return;
      case moldudp64::PacketKind::end_of_session: heard.end = datagram.range.begin; return;
      case moldudp64::PacketKind::messages: break;
    }
    if (!heard.starts.empty() && datagram.range.begin < *heard.starts.rbegin()) ++heard.out_of_turn;
    if (!heard.starts.insert(datagram.range.begin).second) ++heard.repeated;
    moldudp64::for_each_message(datagram, datagram.range, [&](std::uint64_t sequence, auto message) {
      const auto [known, is_new] = messages_.emplace(sequence, to_bytes(message));
      EXPECT_EQ(known->second, to_bytes(message)) << "a sequence has one content";
      if (message.size() == 12 && message[0] == std::byte{'S'}) events_.insert(static_cast<char>(message[11]));
    });
  }

  std::array<LineListener, 2> lines_;
  std::array<Heard, 2> heard_;
  std::map<std::uint64_t, Bytes> messages_;
  std::set<char> events_;
  feedhandlers::sequencing::SessionId session_;
};

/// A made-up day of so many messages and a few more.
Bytes day_file(std::uint64_t messages) {
  itch::Session session({.seed = test_seed(), .symbols = 5, .keep_truth = false});
  itch::Buffer file;
  session.open(file);
  session.trade(messages, file);
  session.close(file);
  return to_bytes(file);
}

std::uint64_t number_behind(const std::string& json, const std::string& key) {
  const std::size_t at = json.find('"' + key + "\":");
  return at == std::string::npos ? 0 : std::stoull(json.substr(at + key.size() + 3));
}

TEST(VenueProgram, BothLinesAndTheServerTogetherGiveTheWholeStreamInOrder) {
  SCOPED_TRACE(test_seed());
  const TempDirectory directory;
  const Bytes day = day_file(20'000);
  const auto file = directory.write("day.itch", day);
  Receiver receiver;
  VenueProcess venue({"--replay",      file,          "--rate",      "40k", "--mtu",     "500",   "--loss",     "5",
                      "--duplicate-a", "10",          "--reorder-b", "10",  "--delay-b", "300us", "--jitter-b", "200us",
                      "--rerequest",   "127.0.0.1:0", "--linger",    "1m",  "--json"});
  const std::uint16_t port = venue.rerequest_port();
  ASSERT_TRUE(receiver.listen_to_the_end()) << venue.err();
  EXPECT_EQ(receiver.on(0).end, receiver.on(1).end);
  EXPECT_LT(receiver.message_count(), *receiver.on(0).end - 1) << "5 % of 5 % of 1,700 packets is not nothing";
  EXPECT_GT(receiver.on(0).repeated, 20U);
  EXPECT_GT(receiver.on(1).out_of_turn, 20U);
  EXPECT_EQ(receiver.on(1).repeated, 0U);
  EXPECT_EQ(receiver.on(0).out_of_turn, 0U);

  const std::size_t missing = receiver.ask_for_the_rest(port, *receiver.on(0).end);
  EXPECT_TRUE(receiver.stream() == day) << "all messages of the file, unchanged";

  venue.send(SIGTERM);  // while it tells the end: then it need not go on
  EXPECT_EQ(venue.wait(), 0);
  const std::string summary = venue.out();
  EXPECT_EQ(number_behind(summary, "messages"), *receiver.on(0).end - 1);
  EXPECT_GE(number_behind(summary.substr(summary.find("rerequest")), "messages"), missing);
  EXPECT_NE(summary.find("\"stopped_by_signal\":false"), std::string::npos) << summary;
}

TEST(VenueProgram, SendsTheSameFaultsForTheSameSeed) {
  const TempDirectory directory;
  const auto file = directory.write("day.itch", day_file(2'000));
  const auto losses = [&](const char* seed) {
    VenueProcess venue({"--replay", file, "--speed", "max", "--mtu", "200", "--loss", "20", "--fault-seed", seed,
                        "--rerequest", "none", "--linger", "0s", "--json"});
    EXPECT_EQ(venue.wait(), 0);
    const std::string summary = venue.out();
    const std::size_t line_b = summary.find("\"line\":\"B\"");
    return std::pair{number_behind(summary, "lost"), number_behind(summary.substr(line_b), "lost")};
  };
  const auto first = losses("7");
  EXPECT_EQ(losses("7"), first);
  EXPECT_NE(losses("8"), first);
  EXPECT_NE(first.first, first.second) << "each line has its own dice";
}

TEST(VenueProgram, ClosesTheMarketOnSigtermAndTellsTheEnd) {
  const TempDirectory directory;
  const std::string truth = directory / "truth.json";
  Receiver receiver;
  VenueProcess venue(
      {"--symbols", "20", "--pre-open", "50ms", "--rate", "1000", "--rerequest", "none", "--truth", truth, "--json"});
  ASSERT_TRUE(receiver.listen([&] { return receiver.has_system_event('Q') && receiver.message_count() > 300; }))
      << venue.err();
  venue.send(SIGTERM);
  ASSERT_TRUE(receiver.listen_to_the_end()) << venue.err();
  EXPECT_EQ(venue.wait(), 0);
  for (const char code : {'O', 'S', 'Q', 'M', 'E', 'C'}) EXPECT_TRUE(receiver.has_system_event(code)) << code;
  EXPECT_EQ(receiver.message_count() + 1, *receiver.on(0).end);
  std::ostringstream books;
  books << std::ifstream(truth).rdbuf();
  EXPECT_EQ(number_behind(books.str(), "messages"), receiver.message_count()) << "the truth is of what was sent";
  EXPECT_NE(venue.out().find("\"stopped_by_signal\":true"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(truth + ".unfinished"));
}

TEST(VenueProgram, WritesTheTruthWhenAskedAndGoesOn) {
  const TempDirectory directory;
  const std::string truth = directory / "truth.json";
  Receiver receiver;
  VenueProcess venue({"--symbols", "5", "--pre-open", "0s", "--rate", "500", "--rerequest", "none", "--truth", truth});
  ASSERT_TRUE(receiver.listen([&] { return receiver.message_count() > 100; })) << venue.err();
  const auto messages = [&] {
    std::ostringstream books;
    books << std::ifstream(truth).rdbuf();
    return number_behind(books.str(), "messages");
  };
  EXPECT_EQ(messages(), 0U) << "written once at the start, to see that it can be";
  venue.send(SIGUSR1);
  ASSERT_TRUE(receiver.listen([&] { return messages() > 0; }));
  const std::size_t before = receiver.message_count();
  EXPECT_TRUE(receiver.listen([&] { return receiver.message_count() > before + 10; }));
}

TEST(VenueProgram, BeatsOnAQuietLine) {
  Receiver receiver;
  VenueProcess venue({"--symbols", "1", "--pre-open", "1h", "--heartbeat", "20ms", "--rerequest", "none"});
  EXPECT_TRUE(receiver.listen([&] { return receiver.on(0).heartbeats > 2 && receiver.on(1).heartbeats > 2; }));
}

TEST(VenueProgram, LeavesOutALineThatIsNone) {
  const TempDirectory directory;
  const auto file = directory.write("day.itch", day_file(100));
  Receiver receiver;
  VenueProcess venue({"--line-b", "none", "--replay", file, "--speed", "max", "--rerequest", "none", "--linger", "0s"});
  EXPECT_TRUE(receiver.listen([&] { return receiver.on(0).end.has_value(); })) << venue.err();
  EXPECT_EQ(venue.wait(), 0);
  EXPECT_EQ(receiver.on(1).packets, 0U);
}

TEST(VenueProgram, WritesADayFileOfAtLeastSoManyMessages) {
  const TempDirectory directory;
  const std::string file = directory / "day.itch";
  VenueProcess venue({"--write", file, "--messages", "20000", "--symbols", "10", "--json"});
  ASSERT_EQ(venue.wait(), 0) << venue.err();
  feedhandlers::sources::DayFileSource source(feedhandlers::sources::ByteStream::open(file));
  feedhandlers::sources::MessageBatch batch;
  while (source.next(batch) == feedhandlers::sources::DayFileStatus::messages) {
  }
  EXPECT_GE(source.message_count(), 20'000U);
  EXPECT_EQ(number_behind(venue.out(), "messages"), source.message_count());
}

TEST(VenueProgram, EndsWithFourWhenTheFileIsCut) {
  const TempDirectory directory;
  const Bytes day = day_file(100);
  const auto file = directory.write("day.itch", day.substr(0, day.size() - 3));
  Receiver receiver;
  VenueProcess venue({"--replay", file, "--speed", "max", "--rerequest", "none"});
  EXPECT_TRUE(receiver.listen_to_the_end()) << "what is intact is sent, and the session ends";
  EXPECT_EQ(venue.wait(), 4);
  EXPECT_NE(venue.err().find("stops inside a message"), std::string::npos) << venue.err();
}

TEST(VenueProgram, RefusesWhatCannotBeWithTwoAndARemedy) {
  const platform::UniqueFd taken(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof any;
  ASSERT_EQ(::bind(taken.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
  ASSERT_EQ(::getsockname(taken.get(), reinterpret_cast<sockaddr*>(&any), &length), 0);
  const std::string taken_port = "127.0.0.1:" + std::to_string(ntohs(any.sin_port));

  const std::vector<std::pair<VenueProcess::Arguments, std::string>> wrong{
      {{"--interface", "nosuchcard"}, "choose one of lo"},
      {{"--interface", "192.0.2.77"}, "ip -br address"},
      {{"--rerequest", taken_port}, "ss -ulpn"},
      {{"--rerequest", "here"}, "127.0.0.1:26499"},
      {{"--loss", "101"}, "write it like 0.5"},
      {{"--loss-b", "-1"}, "write it like 0.5"},
      {{"--delay", "5"}, "300us"},
      {{"--delay", "2s"}, "1s at most"},
      {{"--rate", "0"}, "2000, 50k"},
      {{"--burst", "5"}, "500/10ms"},
      {{"--rate", "5", "--burst", "5/1s"}, "--help"},
      {{"--speed", "2"}, "--help"},
      {{"--line-a", "10.0.0.1:5"}, "224.0.0.0"},
      {{"--line-a", "none", "--line-b", "none"}, "leave out one"},
      {{"--symbols", "0"}, "1 to 20000"},
      {{"--session", "a b"}, "1 to 10"},
      {{"--history", "1KiB"}, "8MiB"},
      {{"--truth", "/nonexistent/truth"}, "remedy"},
      {{"--replay", "/nonexistent/day"}, "check the path"},
      {{"--replay", "x", "--truth", "y"}, "--help"},
      {{"--write", "x"}, "--help"},
      {{"--lss", "1"}, "did you mean '--loss'?"},
      {{"word"}, "--help"},
  };
  for (const auto& [arguments, remedy] : wrong) {
    VenueProcess venue(arguments);
    EXPECT_EQ(venue.wait(), 2) << arguments[0] << ' ' << arguments.back();
    EXPECT_NE(venue.err().find(remedy), std::string::npos) << arguments[0] << ": " << venue.err();
    EXPECT_NE(venue.err().find("\n  remedy: "), std::string::npos) << venue.err();
    EXPECT_EQ(venue.out(), "");
  }
}

TEST(VenueProgram, SaysAtTheStartWhatItUnderstood) {
  const std::vector<std::pair<VenueProcess::Arguments, std::string>> understood{
      {{}, "400 stocks, seed 1, 2,000 messages/s -> A "},
      {{"--rate", "1.5M"}, "1,500,000 messages/s"},
      {{"--rate", "max"}, "as fast as possible"},
      {{"--burst", "500/10ms"}, "bursts of 500 messages every 10ms"},
      {{"--symbols", "12", "--seed", "9"}, "12 stocks, seed 9"},
      {{"--loss", "1%", "--loss-b", "0.5"}, "(loss 1 %), B "},
      {{"--loss", "1%", "--loss-b", "0.5"}, "(loss 0.5 %)"},
      {{"--loss", "1", "--loss", "2"}, "(loss 2 %)"},
      {{"--delay-a", "300us", "--jitter-a", "1ms", "--reorder-a", "3"}, "(reordered 3 %, delay 300us, jitter 1ms)"},
      {{"--interface", "127.0.0.1"}, " on 127.0.0.1"},
      {{"--interface", "127.0.0.1", "--line-a", line_of_this_process(0).address() + ":lo"}, " on lo, B "},
      {{"--session", "TODAY"}, ", session TODAY\n"},
  };
  for (const auto& [arguments, text] : understood) {
    VenueProcess::Arguments words{"--duration", "0s", "--linger", "0m", "--rerequest", "none"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    VenueProcess venue(words);
    EXPECT_EQ(venue.wait(), 0) << text;
    EXPECT_NE(venue.err().find(text), std::string::npos) << text << ": " << venue.err();
  }
}

TEST(VenueProgram, NamesTheInterfaceOrTheRouteWhereThereIsNone) {
  // Only a network of our own has no route at all. The child process inherits it, the test's process must not keep it.
  const int home = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (::unshare(CLONE_NEWNET) != 0) GTEST_SKIP() << "may not make a network without routes";
  VenueProcess venue({"--interface", "auto"});
  ASSERT_EQ(::setns(home, CLONE_NEWNET), 0);
  ::close(home);
  EXPECT_EQ(venue.wait(), 2);
  EXPECT_NE(venue.err().find("ip route add"), std::string::npos) << venue.err();
}

TEST(VenueProgram, SpeaksByDefaultWhereTheDemoListens) {
  const config::LoadedConfig loaded = config::load_config_file(TICKPLANT_SOURCE_DIR "/config/demo.yaml", {});
  ASSERT_EQ(loaded.config.feeds.size(), 1U);
  const config::SourceConfig& source = loaded.config.feeds[0].source;
  VenueProcess venue({"--help"});
  EXPECT_EQ(venue.wait(), 0);
  const std::string help = venue.out();
  for (const config::LineConfig& line : {source.line_a, source.line_b})
    EXPECT_NE(help.find('=' + line.group + ':' + std::to_string(line.port) + '\n'), std::string::npos) << line.group;
  EXPECT_NE(help.find("--interface IF=" + source.line_a.interface + ' '), std::string::npos);
  EXPECT_NE(help.find('=' + source.rerequest.address + ':' + std::to_string(source.rerequest.port) + '\n'),
            std::string::npos);
}

TEST(VenueProgram, HelpsWithExamplesFirst) {
  VenueProcess venue({"--help"});
  EXPECT_EQ(venue.wait(), 0);
  const std::string help = venue.out();
  EXPECT_LT(help.find("Examples:"), help.find("--replay FILE"));
  EXPECT_EQ(venue.err(), "");
}

}  // namespace
}  // namespace tickplant::tests::this_file
