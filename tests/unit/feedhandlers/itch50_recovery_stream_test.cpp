// A recovery by itself: which live messages it keeps, what it does with a stream that breaks, and what does not fit.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "feedhandlers/itch50/book_recovery.hpp"
#include "feedhandlers/itch50/messages.hpp"
#include "tests/support/capture_writer.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

using feedhandlers::OrderReference;
using feedhandlers::itch50::BookRecovery;
using feedhandlers::itch50::message_bytes;
using feedhandlers::itch50::RecoveryOutcome;
using feedhandlers::itch50::RecoveryPurpose;
using feedhandlers::itch50::RecoveryState;
using feedhandlers::sequencing::SessionId;
using ringbuf::InstrumentId;
using ringbuf::StatusKind;

constexpr InstrumentId kA{1};

/// All zeroes but the type: of the right size, and about nothing.
Bytes empty_message(char type) {
  Bytes message(message_bytes(type), '\0');
  message[0] = type;
  return message;
}

class Itch50RecoveryStream : public testing::Test {
 protected:
  static SessionId session(const char* name) {
    SessionId id{};
    std::string padded(name);
    padded.resize(sizeof id, ' ');
    std::memcpy(&id, padded.data(), sizeof id);
    return id;
  }
  void begin() { recovery.begin(RecoveryPurpose::rebuild, BookRecovery::Position{session("S"), 5}); }
  void live(std::uint64_t sequence, const Bytes& message, InstrumentId id = kA) {
    recovery.on_live(sequence, id, as_span(message));
  }

  BookRecovery recovery{{.kept_messages_max = 64},
                        {.instrument_count = 8, .order_capacity = 64, .level_capacity = 64, .max_levels_per_side = 32}};
};

TEST_F(Itch50RecoveryStream, KeepsMessagesAboutOrdersAndNoOthers) {
  begin();
  std::uint64_t sequence = 5;
  for (const char type : std::string("AFECXDU")) live(sequence++, empty_message(type));
  EXPECT_EQ(recovery.kept_messages(), 7u);
  for (const char type : std::string("SRHYLVWKJhPQBIN")) live(sequence++, empty_message(type));
  live(sequence++, "");
  live(sequence++, "A, but cut");
  EXPECT_EQ(recovery.kept_messages(), 7u);
  EXPECT_EQ(recovery.counters().kept_messages, 7u);
}

TEST_F(Itch50RecoveryStream, AStatusHeardLiveIsNewerThanThatOfTheSnapshot) {
  const struct {
    char type;
    StatusKind kind;
  } all[] = {
      {'H', StatusKind::trading_action},  {'h', StatusKind::operational},   {'S', StatusKind::system_event},
      {'Y', StatusKind::short_sale},      {'J', StatusKind::price_band},    {'V', StatusKind::circuit_breaker_levels},
      {'W', StatusKind::circuit_breaker}, {'K', StatusKind::ipo_quotation}, {'N', StatusKind::retail_interest}};
  begin();
  std::uint64_t sequence = 5;
  for (const auto& status : all) {
    EXPECT_TRUE(recovery.is_news(kA, status.kind)) << status.type;
    live(sequence++, empty_message(status.type));
    EXPECT_FALSE(recovery.is_news(kA, status.kind)) << status.type;
    EXPECT_TRUE(recovery.is_news(InstrumentId{2}, status.kind)) << "of another instrument";
  }
  recovery.on_gap(session("S"), {sequence, sequence + 1});
  EXPECT_TRUE(recovery.is_news(kA, StatusKind::trading_action)) << "it may have changed in the gap";
}

TEST_F(Itch50RecoveryStream, PassesOverWhatIsLateAndWhatComesWhenNothingIsUnderWay) {
  live(5, empty_message('A'));
  recovery.on_gap(session("S"), {1, 2});
  EXPECT_EQ(recovery.state(), RecoveryState::idle);
  begin();
  live(4, empty_message('A'));
  EXPECT_EQ(recovery.kept_messages(), 0u);
  live(5, empty_message('A'));
  EXPECT_EQ(recovery.kept_messages(), 1u);
}

TEST_F(Itch50RecoveryStream, EndsWithItsSession) {
  begin();
  EXPECT_FALSE(recovery.on_packet(session("T"), {5, 5})) << "without messages";
  EXPECT_EQ(recovery.state(), RecoveryState::fetching);
  EXPECT_FALSE(recovery.on_packet(session("T"), {1, 2}));
  EXPECT_EQ(recovery.outcome(), RecoveryOutcome::new_session);
  begin();
  recovery.on_gap(session("T"), {1, 2});
  EXPECT_EQ(recovery.outcome(), RecoveryOutcome::new_session);
  EXPECT_EQ(recovery.state(), RecoveryState::idle);
}

TEST_F(Itch50RecoveryStream, BeginsWithTheFirstPacketWhereNothingWasHeardBefore) {
  recovery.begin(RecoveryPurpose::rebuild, std::nullopt);
  recovery.on_snapshot_end(7);
  EXPECT_EQ(recovery.state(), RecoveryState::catching_up);
  EXPECT_FALSE(recovery.catch_up()) << "not before the stream is heard";
  EXPECT_TRUE(recovery.on_packet(session("S"), {6, 7}));
  live(6, empty_message('A'));
  EXPECT_EQ(recovery.kept_messages(), 0u) << "the snapshot knows it";
  EXPECT_TRUE(recovery.catch_up());

  recovery.begin(RecoveryPurpose::rebuild, std::nullopt);
  recovery.on_snapshot_end(7);
  EXPECT_FALSE(recovery.on_packet(session("S"), {8, 9})) << "message 7 is in neither";
  EXPECT_EQ(recovery.outcome(), RecoveryOutcome::kept_too_late);
}

TEST_F(Itch50RecoveryStream, ASnapshotThatIsOlderThanWhatWasKeptIsOfNoUse) {
  begin();
  recovery.on_snapshot_end(4);
  EXPECT_EQ(recovery.outcome(), RecoveryOutcome::kept_too_late);
  recovery.on_snapshot_end(4);
  EXPECT_EQ(recovery.counters().count(RecoveryOutcome::kept_too_late), 1u) << "nothing is under way";
  EXPECT_FALSE(recovery.catch_up());
}

TEST_F(Itch50RecoveryStream, ASnapshotOfAnotherSessionIsOfNoUse) {
  begin();
  EXPECT_FALSE(recovery.on_snapshot_session(session("YESTERDAY")));
  recovery.on_snapshot_end(5);
  EXPECT_EQ(recovery.outcome(), RecoveryOutcome::other_session);
  EXPECT_EQ(recovery.state(), RecoveryState::idle);
  EXPECT_FALSE(recovery.catch_up()) << "nothing of it is told";
  begin();
  recovery.on_snapshot_end(5);
  EXPECT_EQ(recovery.state(), RecoveryState::catching_up) << "what the one before was of is forgotten";
}

TEST_F(Itch50RecoveryStream, SessionsAreComparedWithoutTheirPaddingAndOnlyWhereBothHaveAName) {
  for (const char* name : {"S", "         S", "S         ", "", "          "}) {
    begin();
    EXPECT_TRUE(recovery.on_snapshot_session(session(name))) << '"' << name << '"';
    recovery.on_snapshot_end(5);
    EXPECT_EQ(recovery.state(), RecoveryState::catching_up);
  }
  for (const char* name : {"s", "SS", "S S", "         T"}) {
    begin();
    EXPECT_FALSE(recovery.on_snapshot_session(session(name))) << '"' << name << '"';
  }
  recovery.begin(RecoveryPurpose::rebuild, BookRecovery::Position{session(" "), 5});
  EXPECT_TRUE(recovery.on_snapshot_session(session("S"))) << "the lines have no name";
}

TEST_F(Itch50RecoveryStream, ASnapshotIsComparedWithLinesThatAreHeardAfterIt) {
  for (const char* lines : {"S", "T"}) {
    recovery.begin(RecoveryPurpose::rebuild, std::nullopt);
    EXPECT_TRUE(recovery.on_snapshot_session(session("S"))) << "nobody knows better yet";
    recovery.on_snapshot_end(7);
    EXPECT_EQ(recovery.on_packet(session(lines), {6, 7}), session(lines) == session("S"));
  }
  EXPECT_EQ(recovery.outcome(), RecoveryOutcome::other_session);

  recovery.begin(RecoveryPurpose::rebuild, std::nullopt);
  EXPECT_TRUE(recovery.on_snapshot_session(session("S")));
  EXPECT_TRUE(recovery.on_packet(session("T"), {6, 7})) << "while it is on its way";
  recovery.on_snapshot_end(7);
  EXPECT_EQ(recovery.counters().count(RecoveryOutcome::other_session), 2u);
}

TEST_F(Itch50RecoveryStream, AnInstrumentThatDoesNotFitIsUnsoundOnce) {
  begin();
  recovery.on_snapshot_order(OrderReference{1}, kA, ringbuf::Side::bid, {100}, {5});
  EXPECT_EQ(recovery.counters().unsound_instruments, 0u);
  recovery.on_snapshot_order(OrderReference{1}, kA, ringbuf::Side::bid, {100}, {5});
  recovery.on_snapshot_order(OrderReference{1}, kA, ringbuf::Side::bid, {100}, {5});
  EXPECT_EQ(recovery.counters().unsound_instruments, 1u);
  recovery.on_snapshot_order(OrderReference{1}, InstrumentId{100}, ringbuf::Side::bid, {100}, {5});
  recovery.on_snapshot_order(OrderReference{1}, ringbuf::kNoInstrument, ringbuf::Side::bid, {100}, {5});
  EXPECT_EQ(recovery.counters().unsound_instruments, 1u) << "nor any that there is not";
}

TEST_F(Itch50RecoveryStream, MessagesThatSayNothingOrOfNoInstrumentChangeNothing) {
  begin();
  live(5, empty_message('E'));                          // of no shares
  live(6, empty_message('A'), ringbuf::kNoInstrument);  // the directory is full
  recovery.on_snapshot_end(5);
  EXPECT_TRUE(recovery.catch_up());
  EXPECT_EQ(recovery.counters().applied_messages, 2u);
  EXPECT_EQ(recovery.counters().unsound_instruments, 0u);
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
