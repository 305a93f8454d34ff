// The exchange without network and clock: what leaves on which line when, and what is remembered of it.
#include "feedhandlers/venue/simulated_lines.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/mold_writer.hpp"
#include "tests/support/random.hpp"
#include "tests/support/venue_script.hpp"

namespace tickplant::feedhandlers::venue::this_file {
namespace {

using tests::Bytes;
using tests::VenueScript;

constexpr std::int64_t kMilli = 1'000'000;
constexpr SessionName kToday{'T', 'O', 'D', 'A', 'Y', ' ', ' ', ' ', ' ', ' '};
constexpr SessionName kNext{'N', 'E', 'X', 'T', ' ', ' ', ' ', ' ', ' ', ' '};

struct Sent {
  std::int64_t at = 0;
  Bytes packet;
  friend bool operator==(const Sent&, const Sent&) = default;
};

/// What has left on a line since the last call.
std::vector<Sent> taken(FaultyLine& line) {
  std::vector<Sent> sent;
  for (; line.queue().size() > 0; line.queue().pop(1))
    sent.push_back({line.next_due().nanos, tests::to_bytes(line.queue().at(0).bytes)});
  return sent;
}

/// Until the session is over. Returns when that was.
SinceStart run(SimulatedLines& lines, SinceStart now = {}) {
  for (; !lines.is_over(); now = std::max(now, lines.next_due())) {
    lines.advance(now);
    if (lines.is_over()) break;
  }
  return now;
}

TEST(SimulatedLines, PutsMessagesTogetherThatAreDueBeforeThePacketHasToGo) {
  VenueScript script;
  script.add({0}, "a");
  script.add({100}, "b");
  script.add({5 * kMilli}, "c");
  SimulatedLines lines({.lines = {{}}, .flush_nanos = 1000, .linger_nanos = 0}, kToday, script);
  run(lines);
  EXPECT_EQ(taken(lines.line(0)), (std::vector<Sent>{{1000, tests::mold_packet("TODAY", 1, {"a", "b"})},
                                                     {5 * kMilli, tests::mold_packet("TODAY", 3, {"c"})},
                                                     {5 * kMilli, tests::mold_end_of_session("TODAY", 4)}}));
  EXPECT_EQ(lines.counters().messages, 3U);
  EXPECT_EQ(lines.counters().packets, 2U);
  EXPECT_EQ(lines.said_at(), SinceStart{5 * kMilli});
}

TEST(SimulatedLines, SaysTheSameOnEveryLine) {
  VenueScript script(100, 1000);
  SimulatedLines lines({.lines = {{}, {}}, .packet_bytes = 100}, kToday, script);
  run(lines);
  const auto first = taken(lines.line(0));
  EXPECT_GT(first.size(), 20U);
  EXPECT_EQ(taken(lines.line(1)), first);
}

TEST(SimulatedLines, BeatsInSilence) {
  VenueScript script;
  script.add({35 * kMilli}, "late");
  SimulatedLines lines({.lines = {{}}, .heartbeat_nanos = 10 * kMilli, .linger_nanos = 0}, kToday, script);
  run(lines);
  const auto sent = taken(lines.line(0));
  ASSERT_EQ(sent.size(), 5U);
  EXPECT_EQ(sent[0], (Sent{10 * kMilli, tests::mold_heartbeat("TODAY", 1)}));
  EXPECT_EQ(sent[2].at, 30 * kMilli);
  EXPECT_EQ(lines.counters().heartbeats, 3U);
}

TEST(SimulatedLines, TellsTheEndAsLongAsItLingers) {
  VenueScript script(1, 0);
  SimulatedLines lines({.lines = {{}}, .linger_nanos = 120 * kMilli}, kToday, script);
  EXPECT_EQ(run(lines), SinceStart{120 * kMilli});
  std::vector<std::int64_t> times;
  for (const Sent& sent : taken(lines.line(0)))
    if (sent.packet == tests::mold_end_of_session("TODAY", 2)) times.push_back(sent.at);
  EXPECT_EQ(times, (std::vector<std::int64_t>{0, 50 * kMilli, 100 * kMilli}));
  EXPECT_EQ(lines.next_due(), kNever);
}

TEST(SimulatedLines, TellsItNoLongerWhenCutShort) {
  VenueScript script(1, 0);
  SimulatedLines lines({.lines = {{}}}, kToday, script);
  lines.cut_short();
  EXPECT_FALSE(lines.is_over()) << "there is something to be said";
  lines.advance({0});
  lines.cut_short();
  EXPECT_TRUE(lines.is_over());
}

TEST(SimulatedLines, TakesABoundedNumberOfMessagesARound) {
  VenueScript script(1000, 0);
  SimulatedLines lines({.lines = {{}}}, kToday, script);
  lines.advance({0});
  EXPECT_EQ(lines.counters().messages, static_cast<std::uint64_t>(SimulatedLines::kMostMessagesPerRound));
  EXPECT_EQ(lines.next_due(), SinceStart{0});
}

TEST(SimulatedLines, StopsAfterSoManyMessages) {
  VenueScript script(1000, 0);
  SimulatedLines lines({.lines = {{}}}, kToday, script);
  lines.stop_after(300);
  run(lines);
  EXPECT_EQ(lines.counters().messages, 300U);
  EXPECT_EQ(lines.next_sequence(), 301U);
}

TEST(SimulatedLines, CountsFromOneAgainInTheNextSession) {
  VenueScript script(10, 0);
  SimulatedLines lines({.lines = {{}}, .history_bytes = MessageHistory::kLeastBytes, .keeps_told = true}, kToday,
                       script);
  const SinceStart end = run(lines);
  EXPECT_TRUE(lines.history()->is_complete());
  (void)taken(lines.line(0));

  VenueScript next(3, 0, end);
  lines.begin_session(kNext, next, end);
  EXPECT_EQ(lines.session(), kNext);
  EXPECT_EQ(lines.next_sequence(), 1U);
  EXPECT_TRUE(lines.history()->range().empty());
  EXPECT_FALSE(lines.history()->is_complete());
  run(lines, end);
  EXPECT_EQ(taken(lines.line(0))[0].packet, tests::mold_packet("NEXT", 1, {"message 1", "message 2", "message 3"}));
  EXPECT_EQ(lines.history()->range(), (sequencing::SequenceRange{1, 4}));
  EXPECT_EQ(lines.counters().sessions, 2U);
  EXPECT_EQ(lines.counters().messages, 13U);
}

TEST(SimulatedLines, RemembersAMessageAsSoonAsItHasASequence) {
  VenueScript script;
  script.add({0}, "first");
  script.add({50}, "second");
  SimulatedLines lines({.lines = {{}}, .history_bytes = MessageHistory::kLeastBytes}, kToday, script);
  lines.advance({0});
  EXPECT_EQ(lines.line(0).queue().size(), 0U) << "its packet is still open";
  EXPECT_EQ(lines.history()->range(), (sequencing::SequenceRange{1, 2}));
  EXPECT_EQ(lines.next_sequence(), 2U);
}

TEST(SimulatedLines, LosesTheSamePacketsOnAllLinesInABurst) {
  const std::uint64_t seed = tests::test_seed();
  SCOPED_TRACE(seed);
  VenueScript script(5000, 1000);
  SimulatedLines lines({.lines = {{}, {.seed = seed, .loss_percent = 1}},
                        .burst_loss = {.seed = seed, .percent = 0.2, .packets = 20},
                        .packet_bytes = 60},
                       kToday, script);
  run(lines);
  const BurstLossCounters& bursts = lines.burst_loss();
  EXPECT_GT(bursts.bursts, 0U);
  EXPECT_LE(bursts.packets, bursts.bursts * 20);
  EXPECT_GT(bursts.packets, (bursts.bursts - 1) * 20);
  EXPECT_EQ(lines.line(0).counters().lost, bursts.packets);
  const auto first = taken(lines.line(0));
  for (const Sent& sent : taken(lines.line(1))) {
    if (std::find(first.begin(), first.end(), sent) == first.end()) ADD_FAILURE() << "only line B has it";
  }
}

TEST(BurstLoss, LosesSoManyInARow) {
  BurstLoss bursts({.seed = 3, .percent = 1, .packets = 7});
  int row = 0;
  int count = 0;
  for (int i = 0; i < 100'000; ++i) {
    if (bursts.next()) {
      ++row;
      ++count;
    } else {
      EXPECT_EQ(row % 7, 0);
      row = 0;
    }
  }
  EXPECT_NEAR(count, 6'540, 700) << "one in 107 packets begins one";
  EXPECT_EQ(bursts.counters().packets, static_cast<std::uint64_t>(count));
}

TEST(BurstLoss, DoesNothingUnlessAsked) {
  BurstLoss bursts({});
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(bursts.next());
}

TEST(NextSessionName, IsAnotherOneAndStaysAName) {
  for (const auto& [before, after] : std::vector<std::pair<const char*, const char*>>{{"TODAY", "TODAY2"},
                                                                                      {"TODAY2", "TODAY3"},
                                                                                      {"TODAY9", "TODAY92"},
                                                                                      {"3250217345", "3250217346"},
                                                                                      {"3250217349", "3250217342"},
                                                                                      {"ABCDEFGHIJ", "ABCDEFGHI2"},
                                                                                      {"A", "A2"}}) {
    EXPECT_EQ(to_string(next_session_name(*make_session_name(before))), after);
  }
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::this_file
