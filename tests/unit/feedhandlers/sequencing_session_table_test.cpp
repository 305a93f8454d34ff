#include <gtest/gtest.h>

#include <string>

#include "feedhandlers/sequencing/session_table.hpp"
#include "tests/support/capture_writer.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sequencing::Position;
using feedhandlers::sequencing::SequenceRange;
using feedhandlers::sequencing::SessionId;
using feedhandlers::sequencing::SessionTable;

SessionId session(std::string name) {
  name.resize(10, ' ');
  return SessionId::from_bytes(as_span(name).first<10>());
}

TEST(SessionTable, CountsEachSessionByItself) {
  SessionTable table;
  EXPECT_EQ(table.on_packet(session("MON"), {100, 110}).position, Position::expected);
  EXPECT_EQ(table.on_packet(session("TUE"), {1, 5}).position, Position::expected) << "a new session is no gap";
  EXPECT_EQ(table.on_packet(session("MON"), {110, 111}).position, Position::expected) << "the slower line";
  EXPECT_EQ(table.on_packet(session("TUE"), {6, 7}).position, Position::ahead);
  ASSERT_EQ(table.sessions().size(), 2U);
  EXPECT_EQ(table.sessions()[0].id.text(), "MON");
  EXPECT_EQ(table.sessions()[0].tracker.next_expected(), 111U);
  EXPECT_EQ(table.sessions()[1].id.text(), "TUE");
  EXPECT_EQ(table.totals().messages, 10U + 4U + 1U + 1U);
  EXPECT_EQ(table.totals().gaps, 1U);
}

TEST(SessionTable, MissesTheBeginningOfASessionThatFollowsAnother) {
  SessionTable table;
  EXPECT_EQ(table.on_packet(session("MON"), {100, 110}).position, Position::expected) << "joined in its middle";
  const auto arrival = table.on_packet(session("TUE"), {4, 5});
  EXPECT_EQ(arrival.position, Position::ahead);
  EXPECT_EQ(arrival.gap, (SequenceRange{1, 4}));
  EXPECT_EQ(table.totals().missed_messages, 3U);
  EXPECT_EQ(table.on_packet(session("TUE"), {1, 4}).position, Position::late) << "the slower line has it";
}

TEST(SessionTable, AlwaysDeliversPacketsWithoutASequence) {
  SessionTable table;
  const SessionId blank = session(std::string(10, '\0'));
  for (int i = 0; i < 3; ++i) {
    const auto arrival = table.on_packet(blank, {0, 2});
    EXPECT_EQ(arrival.position, Position::unsequenced);
    ASSERT_EQ(arrival.unseen.size(), 1U);
    EXPECT_EQ(arrival.unseen[0], (SequenceRange{0, 2}));
  }
  EXPECT_TRUE(table.on_packet(blank, {0, 0}).unseen.empty());
  EXPECT_EQ(table.unsequenced().packets, 4U);
  EXPECT_EQ(table.unsequenced().messages, 6U);
  EXPECT_TRUE(table.sessions().empty());
}

TEST(SessionTable, MakesRoomByTheSessionHeardOfLeastRecently) {
  SessionTable table;
  for (std::size_t i = 0; i < SessionTable::kMaxSessions; ++i)
    (void)table.on_packet(session("S" + std::to_string(i)), {1, 3});
  (void)table.on_packet(session("S1"), {5, 6});  // a gap of two
  (void)table.on_packet(session("S0"), {3, 4});  // S1, then S0 are the newest; S2 is the oldest
  (void)table.on_packet(session("S2"), {4, 5});  // but now S3 is
  (void)table.on_packet(session("NEW"), {1, 2});
  EXPECT_EQ(table.sessions().size(), SessionTable::kMaxSessions);
  EXPECT_EQ(table.sessions_seen(), SessionTable::kMaxSessions + 1);
  for (const auto& kept : table.sessions()) EXPECT_NE(kept.id.text(), "S3");
  EXPECT_EQ(table.totals().messages, 2 * SessionTable::kMaxSessions + 4) << "what made room still counts";
  EXPECT_EQ(table.totals().lost_messages, 0U);
  for (std::size_t i = 0; i < SessionTable::kMaxSessions; ++i)
    (void)table.on_packet(session("T" + std::to_string(i)), {1, 2});
  EXPECT_EQ(table.totals().lost_messages, 3U) << "gaps of S1 and S2 will never be filled";
}

TEST(SessionId, KeepsUpToSixteenBytes) {
  const std::string name = "0123456789abcdef";
  EXPECT_EQ(SessionId::from_bytes(as_span(name).first<16>()).text(), name);
}

}  // namespace
}  // namespace tickplant::tests::this_file
