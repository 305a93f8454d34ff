// A journal played back: the order, the pace, where it begins and ends, and a stop.
#include "clients/cli/journal/journal_playback.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/failure.hpp"
#include "clients/cli/json.hpp"
#include "ringbuf/sequencer_layout.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

using namespace ringbuf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::JournalInFolder;

TEST(ReplaySpeed, IsAFactorOrMax) {
  EXPECT_EQ(parse_speed("1x"), 1000u);
  EXPECT_EQ(parse_speed("10x"), 10'000u);
  EXPECT_EQ(parse_speed("0.5x"), 500u);
  EXPECT_EQ(parse_speed("2.125x"), 2125u);
  EXPECT_EQ(parse_speed("max"), std::nullopt);
  for (const char* text : {"", "x", "0x", "0.0x", "-1x", "1", "1.0001x", "fast", "1x ", "2000000x"}) {
    EXPECT_THROW((void)parse_speed(text), Failure) << text;
  }
}

TEST(ReplayPace, IsThatOfTheReceiveTimesDividedByTheSpeed) {
  ReplayPace pace(4000);
  EXPECT_EQ(pace.wait_nanos({1'000'000}, 50), 0);
  EXPECT_EQ(pace.wait_nanos({1'004'000}, 50), 1'000);
  EXPECT_EQ(pace.wait_nanos({1'004'000}, 1'050), 0);
  EXPECT_EQ(pace.wait_nanos({999'000}, 1'050), 0) << "an older one of another ring";
}

/// Trades 1 to `count` of two rings by turns, one a millisecond; the order has runs of two.
class PlaybackTest : public testing::Test {
 protected:
  void write(bool has_order, bool is_second_run_missing = false) {
    JournalInFolder journal(folder_.path());
    FactsBuilder facts;
    facts.add(PlantFact{});
    facts.add(JournalInFolder::ring_fact(1, "ticks"));
    facts.add(JournalInFolder::ring_fact(2, "more"));
    if (has_order) facts.add(JournalInFolder::ring_fact(3, "sequencer", BlockKind::runs));
    facts.add(JournalInFolder::instrument(1, "AAPL", "XNAS"));
    journal.append_facts(facts);
    journal.append_ticks(2, 1, 4);
    journal.append_ticks(1, 1, 4);
    if (has_order) {
      std::uint64_t place = 1;
      std::vector<SequencerRun> runs;
      for (const auto& [ring, first] :
           std::vector<std::pair<std::uint32_t, std::uint64_t>>{{1, 1}, {2, 1}, {1, 3}, {2, 3}}) {
        SequencerRun run;
        run.stamp = runs.size() + 1;
        run.cause_seq = {place};
        run.ring = {ring};
        run.kind = RunKind::records;
        const SequenceRange range{first, is_second_run_missing && ring == 2 && first == 3 ? first + 3 : first + 1};
        std::memcpy(run.body.data(), &range, sizeof range);
        place += range.count();
        runs.push_back(run);
      }
      journal.append(JournalInFolder::header_of(BlockKind::runs, 3, 1, runs), std::as_bytes(std::span(runs)));
    }
    FactsBuilder end;
    end.add_closed();
    journal.append_facts(end);
  }
  PlaybackResult play(PlaybackWish wish) {
    lines_.clear();
    waits_.clear();
    return play_journal(folder_.path(), wish,
                        {[this](const std::string& line) { lines_.push_back(line); }, [this] { return now_; },
                         [this](std::int64_t nanos) {
                           waits_.push_back(nanos);
                           now_ += nanos;
                         },
                         [this] { return lines_.size() == stop_after_; }});
  }
  /// By the prices, which tell the sequence.
  [[nodiscard]] std::vector<std::uint64_t> sequences() const {
    std::vector<std::uint64_t> out;
    for (const std::string& line : lines_) out.push_back(Json::parse(line).at("sequence"));
    return out;
  }
  static platform::UnixNanos received(std::uint64_t sequence) { return JournalInFolder::tick(sequence).header.ts_recv; }

  tests::TempDirectory folder_{"/dev/shm"};
  std::vector<std::string> lines_;
  std::vector<std::int64_t> waits_;
  std::int64_t now_ = 77;
  std::size_t stop_after_ = SIZE_MAX;
};

TEST_F(PlaybackTest, IsInTheOrderOfThePlantAsQuickAsCanBe) {
  write(true);
  const PlaybackResult result = play({.speed = std::nullopt, .json = true});
  EXPECT_THAT(sequences(), ElementsAre(1, 2, 1, 2, 3, 4, 3, 4));
  EXPECT_EQ(result.records, 8u);
  EXPECT_EQ(result.lost, 0u);
  EXPECT_TRUE(result.has_order);
  EXPECT_THAT(waits_, IsEmpty());
}

TEST_F(PlaybackTest, WaitsAsLongAsItWasAndHalfThatAtTwiceTheSpeed) {
  write(true);
  (void)play({.speed = 1000});
  EXPECT_THAT(waits_, ElementsAre(1'000'000, 1'000'000, 1'000'000)) << "the second ring's are due at once";
  EXPECT_THAT(lines_.front(), HasSubstr("AAPL@XNAS      trade           1.00 x 1"));
  (void)play({.speed = 2000});
  EXPECT_THAT(waits_, ElementsAre(500'000, 500'000, 500'000));
}

TEST_F(PlaybackTest, BeginsAndEndsAtReceiveTimes) {
  write(true);
  const PlaybackResult result = play({.speed = std::nullopt, .from = received(2), .until = received(4), .json = true});
  EXPECT_THAT(sequences(), ElementsAre(2, 2, 3, 3));
  EXPECT_EQ(result.records, 4u);
}

TEST_F(PlaybackTest, ChoosesSymbolsAndTypes) {
  write(true);
  EXPECT_EQ(play({.speed = std::nullopt, .symbols = {"AAPL"}}).records, 8u);
  EXPECT_EQ(play({.speed = std::nullopt, .symbols = {"AAPL@XNAS"}}).records, 8u);
  EXPECT_EQ(play({.speed = std::nullopt, .symbols = {"MSFT"}}).records, 0u);
  EXPECT_EQ(play({.speed = std::nullopt, .types = {RecordType::quote}}).records, 0u);
}

TEST_F(PlaybackTest, EndsInOrderWhenStopped) {
  write(true);
  stop_after_ = 3;
  EXPECT_EQ(play({.speed = 1000}).records, 3u);
}

TEST_F(PlaybackTest, TellsHowManyHadAPlaceAndAreNotThere) {
  write(true, true);
  const PlaybackResult result = play({.speed = std::nullopt});
  EXPECT_EQ(result.records, 8u);
  EXPECT_EQ(result.lost, 2u);
}

TEST_F(PlaybackTest, WithoutAnOrderIsAsItLiesInTheJournal) {
  write(false);
  const PlaybackResult result = play({.speed = std::nullopt, .until = received(4), .json = true});
  EXPECT_FALSE(result.has_order);
  EXPECT_THAT(sequences(), ElementsAre(1, 2, 3, 1, 2, 3));
}

}  // namespace
}  // namespace tickplant::cli::this_file
