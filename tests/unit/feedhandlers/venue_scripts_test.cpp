// The two scripts of the exchange: a file played again, and a market's day.
#include <gtest/gtest.h>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/itch50/messages.hpp"
#include "feedhandlers/venue/market_script.hpp"
#include "feedhandlers/venue/replay.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::feedhandlers::venue::this_file {
namespace {

using tests::as_span;
using tests::Bytes;
using tests::to_bytes;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kMessageBytes = 1378;

/// A system event, the shortest ITCH message.
Bytes event(std::uint64_t stamp, char code) { return "S" + tests::big(0, 4) + tests::big(stamp, 6) + code; }

SinceMidnight stamp_of(std::span<const std::byte> message) {
  return {load_big<std::uint64_t>(message.data() + 3) & 0xffff'ffff'ffff};
}

// --- replay ---------------------------------------------------------------------------------------------------------

struct Played {
  Bytes messages;
  std::vector<std::int64_t> due;
};

Played all_of(Replay& replay) {
  Played played;
  while (replay.next_due() != kNever) {
    played.due.push_back(replay.next_due().nanos);
    played.messages += tests::day_record(to_bytes(replay.take(replay.next_due())));
  }
  return played;
}

Replay replay_of(std::string_view file, const PaceOptions& pace = {.pace = Pace::stamps}, SinceStart end = kNever) {
  return {sources::DayFileSource(sources::ByteStream::over(as_span(file))), pace, end, kMessageBytes};
}

TEST(Replay, GivesTheMessagesOfTheFileUnchangedByTheirOwnTimes) {
  const Bytes file =
      tests::day_record(event(5000, 'O')) + tests::day_record(event(5700, 'S')) + tests::day_record(event(9000, 'Q'));
  Replay replay = replay_of(file);
  const Played played = all_of(replay);
  EXPECT_EQ(played.messages, file);
  EXPECT_EQ(played.due, (std::vector<std::int64_t>{0, 700, 4000}));
  EXPECT_EQ(replay.problem(), "");
}

TEST(Replay, GoesOnPastManyBatches) {
  Bytes file;
  for (std::uint64_t i = 0; i < 2000; ++i) file += tests::day_record(event(i, 'O'));
  Replay replay = replay_of(file + tests::big(0, 2), {.pace = Pace::max});
  EXPECT_EQ(all_of(replay).messages, file) << "the end mark is not a message";
}

TEST(Replay, TakesAMessageTooShortForAStampWithTheOneBefore) {
  const Bytes file = tests::day_record(event(5000, 'O')) + tests::day_record(event(5700, 'S')) + tests::day_record("?");
  Replay replay = replay_of(file);
  EXPECT_EQ(all_of(replay).due, (std::vector<std::int64_t>{0, 700, 700}));
}

TEST(Replay, EndsBeforeTheEndOfItsTimeAndWhenStopped) {
  const Bytes file = tests::day_record(event(0, 'O')) + tests::day_record(event(100, 'S'));
  Replay timed = replay_of(file, {.pace = Pace::stamps}, {100});
  EXPECT_EQ(all_of(timed).due.size(), 1U);
  EXPECT_EQ(timed.problem(), "");
  Replay stopped = replay_of(file);
  (void)stopped.take({0});
  stopped.stop({50});
  EXPECT_EQ(stopped.next_due(), kNever);
}

TEST(Replay, SaysWhatIsWrongWithAFileThatIsCut) {
  const Bytes file = tests::day_record(event(0, 'O')) + tests::day_record(event(100, 'S')).substr(0, 5);
  Replay replay = replay_of(file);
  EXPECT_EQ(all_of(replay).due.size(), 1U);
  EXPECT_NE(replay.problem().find("stops inside a message"), std::string::npos);
}

TEST(Replay, SaysThatAMessageFitsIntoNoPacket) {
  const Bytes file = tests::day_record(event(0, 'O')) + tests::day_record(Bytes(kMessageBytes, 'x')) +
                     tests::day_record(Bytes(kMessageBytes + 1, 'x'));
  Replay replay = replay_of(file, {.pace = Pace::max});
  EXPECT_EQ(all_of(replay).due.size(), 2U);
  EXPECT_NE(replay.problem().find("message 3 of 1379 bytes"), std::string::npos);
}

TEST(Replay, OpensDayFilesAndRefusesEverythingElse) {
  const tests::TempDirectory directory;
  const Bytes day = tests::day_record(event(0, 'O')) + tests::day_record(event(0, 'S'));
  for (const Bytes& content : {day, tests::gzip(day), tests::zstd(day)}) {
    sources::MessageBatch batch;
    EXPECT_EQ(open_day_file(directory.write("day", content)).next(batch), sources::DayFileStatus::messages);
  }
  EXPECT_THROW((void)open_day_file(directory.write("pcap", tests::pcap_of({tests::udp_frame("x")}))),
               platform::SetupError);
  EXPECT_THROW((void)open_day_file(directory.write("text", "# a heading")), platform::SetupError);
  EXPECT_THROW((void)open_day_file(directory / "nothing"), platform::SetupError);
}

// --- market ---------------------------------------------------------------------------------------------------------

struct Said {
  char type;
  char code;  // of a system event
  SinceStart due;
  SinceMidnight stamp;
};

/// A market of three stocks and its day; the clock is the script's own schedule.
class MarketScriptTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kMorning = 34'000 * std::uint64_t{kSecond};

  static MarketScriptOptions at_100_a_second() {
    return {.pace = {.pace = Pace::rate, .messages_per_second = 100},
            .start = {kMorning},
            .pre_open_nanos = 2 * kSecond,
            .end = {5 * kSecond}};
  }

  /// All that is said until the end, or `most` messages.
  std::vector<Said> say(MarketScript& script, std::size_t most = 1 << 20) {
    std::vector<Said> said;
    while (script.next_due() != kNever && said.size() < most) {
      const SinceStart due = script.next_due();
      const auto message = script.take(due);
      said.push_back({static_cast<char>(message[0]), static_cast<char>(message[11]), due, stamp_of(message)});
    }
    return said;
  }
  static std::size_t place_of(const std::vector<Said>& said, char code) {
    const auto found =
        std::find_if(said.begin(), said.end(), [code](const Said& one) { return one.type == 'S' && one.code == code; });
    return static_cast<std::size_t>(found - said.begin());
  }

  Market market_{MarketOptions{.seed = 5, .symbols = 3, .live_orders = 100}};
};

TEST_F(MarketScriptTest, IsADayFromStartToEndOfMessages) {
  MarketScript script(market_, at_100_a_second());
  const auto said = say(script);
  EXPECT_EQ(said.size(), market_.messages());
  EXPECT_EQ(place_of(said, 'O'), 0U);
  EXPECT_EQ(place_of(said, 'C'), said.size() - 1);
  const std::size_t open = place_of(said, 'Q');
  const std::size_t close = place_of(said, 'M');
  ASSERT_LT(open, close);
  EXPECT_EQ(said[0].due, SinceStart{});
  EXPECT_EQ(said[open].due, SinceStart{2 * kSecond});
  EXPECT_EQ(said[close].due, SinceStart{5 * kSecond});
  EXPECT_NEAR(static_cast<double>(close - open), 300, 50) << "100 a second for 3 seconds, and the crosses";
}

TEST_F(MarketScriptTest, StampsWithTheTimeAtWhichItWasDue) {
  MarketScript script(market_, at_100_a_second());
  const auto said = say(script);
  const std::size_t open = place_of(said, 'Q');
  EXPECT_EQ(said[0].stamp, SinceMidnight{kMorning});
  EXPECT_EQ(said[open].stamp, SinceMidnight{kMorning + 2 * kSecond});
  EXPECT_EQ(said[place_of(said, 'M')].stamp, SinceMidnight{kMorning + 5 * kSecond});
  for (std::size_t i = 1; i < said.size(); ++i) {
    ASSERT_GE(said[i].stamp, said[i - 1].stamp);
    ASSERT_GE(said[i].due, said[i - 1].due);
  }
}

TEST_F(MarketScriptTest, SpreadsTheManyMessagesOfTheStart) {
  MarketScript script(market_, at_100_a_second());
  const auto said = say(script);
  for (std::size_t i = 1; i < 10; ++i) EXPECT_EQ(said[i].due - said[i - 1].due, 10'000);
}

TEST_F(MarketScriptTest, RunsPastMidnightWithoutWrapping) {
  MarketScriptOptions options = at_100_a_second();
  options.start.nanos = 86'399 * std::uint64_t{kSecond};
  MarketScript script(market_, options);
  EXPECT_EQ(say(script).back().stamp, SinceMidnight{86'404 * std::uint64_t{kSecond}});
}

TEST_F(MarketScriptTest, ClosesTheMarketWhenStopped) {
  MarketScriptOptions options = at_100_a_second();
  options.end = kNever;
  MarketScript script(market_, options);
  const std::size_t before = say(script, 200).size();
  const SinceStart now = script.next_due();
  script.stop(now);
  script.stop(now + 5);
  const auto rest = say(script);
  ASSERT_FALSE(rest.empty());
  EXPECT_LT(place_of(rest, 'M'), rest.size());
  EXPECT_EQ(place_of(rest, 'C'), rest.size() - 1);
  EXPECT_EQ(before + rest.size(), market_.messages()) << "nothing the market did is left unsaid";
  EXPECT_LT(rest.back().due, now + 100'000'000) << "at once";
}

TEST_F(MarketScriptTest, ClosesInTheMiddleOfTheStartToo) {
  MarketScript script(market_, at_100_a_second());
  (void)say(script, 2);
  script.stop({30'000});
  const auto rest = say(script);
  EXPECT_EQ(rest.size() + 2, market_.messages());
  EXPECT_EQ(rest.back().code, 'C');
}

TEST_F(MarketScriptTest, SaysNothingWhenStoppedBeforeTheFirstMessage) {
  MarketScript script(market_, at_100_a_second());
  script.stop({0});
  EXPECT_EQ(script.next_due(), kNever);
}

TEST_F(MarketScriptTest, AtMaxStampsWithTheTimeItIsAndEndsByIt) {
  MarketScriptOptions options = at_100_a_second();
  options.pace = {.pace = Pace::max};
  MarketScript script(market_, options);
  SinceStart now{0};
  std::size_t count = 0;
  SinceMidnight last;
  for (; script.next_due() != kNever; ++count) {
    now = std::max(now + 1'000'000, script.next_due());
    last = stamp_of(script.take(now));
  }
  EXPECT_NEAR(static_cast<double>(count), 3000, 300) << "a message a millisecond from 2 s to 5 s";
  EXPECT_GE(last, SinceMidnight{kMorning + 5 * kSecond});
}

TEST_F(MarketScriptTest, IsTheSameDayForTheSameSeed) {
  const auto bytes = [] {
    Market market{MarketOptions{.seed = 5, .symbols = 3, .live_orders = 100}};
    MarketScript script(market, at_100_a_second());
    Bytes all;
    while (script.next_due() != kNever) all += tests::day_record(to_bytes(script.take(script.next_due())));
    return all;
  };
  EXPECT_EQ(bytes(), bytes());
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::this_file
