// Books from a snapshot, step by step: what is told, in which order, and what makes an attempt void.
#include <gtest/gtest.h>

#include <initializer_list>

#include "tests/support/itch_published.hpp"
#include "tests/support/mold_writer.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

using feedhandlers::AuditFinding;
using feedhandlers::OrderBook;
using feedhandlers::PublishedForms;
using feedhandlers::itch50::BookRecovery;
using feedhandlers::itch50::RecoveryOptions;
using feedhandlers::itch50::RecoveryOutcome;
using feedhandlers::itch50::RecoveryPurpose;
using feedhandlers::itch50::RecoveryState;
using platform::UnixNanos;
using ringbuf::InstrumentId;
using ringbuf::OrderBody;
using ringbuf::Quality;
using ringbuf::Record;
using ringbuf::RecordFlags;
using ringbuf::RecordType;

constexpr UnixNanos kMidnight{1'548'824'400'000'000'000};
constexpr std::uint64_t kNine = 9 * 3'600'000'000'000ULL;
constexpr InstrumentId kA{1};
constexpr InstrumentId kB{2};
constexpr RecordFlags kSnapshot = RecordFlags::snapshot;
constexpr RecordFlags kEnd = RecordFlags::end_of_event;

Symbol stock(std::uint16_t locate) { return symbol(Bytes(1, static_cast<char>('A' + locate - 1))); }
Header header(std::uint16_t locate) { return {{locate}, {}, {kNine}}; }

Bytes directory(std::uint16_t locate) {
  return to_bytes(encoded(StockDirectory{.header = header(locate), .stock = stock(locate)}));
}
Bytes state(std::uint16_t locate, char code) {
  return to_bytes(encoded(StockTradingAction{.header = header(locate), .stock = stock(locate), .trading_state = code}));
}
Bytes add(std::uint64_t reference, std::uint16_t locate = 1, double price = 10, Side side = Side::bid,
          std::uint32_t shares = 100) {
  return to_bytes(encoded(AddOrder{header(locate), {reference}, side, shares, stock(locate), dollars(price)}));
}
Bytes remove(std::uint64_t reference, std::uint16_t locate = 1) {
  return to_bytes(encoded(OrderDelete{header(locate), {reference}}));
}

class Itch50BookRecovery : public testing::Test {
 protected:
  void SetUp() override { start({}, {}); }

  /// A day of its own: A and B, one order each, messages 1 to 4.
  void start(PublishedForms forms, const RecoveryOptions& options) {
    published_.reset();
    recovery_.emplace(options, FeedInMemory::kBookConfig);
    plant_.emplace(book_, forms);
    published_.emplace(*plant_);
    feed().set_recovery(&*recovery_);
    feed().begin_day({.midnight = kMidnight, .date = 20190130});
    next_ = 1;
    send({directory(1), directory(2), add(1), add(2, 2)});
  }

  [[nodiscard]] feedhandlers::itch50::Itch50Feed& feed() { return plant_->feed; }

  Records receive(const Bytes& packet) {
    recv_ = recv_ + 1'000;
    feed().on_packet({.payload = as_span(packet), .ts_recv = recv_}, 0);
    return published_->take();
  }
  Records send(std::initializer_list<Bytes> messages, const char* session = "S") {
    const Bytes packet = mold_packet(session, next_, messages);
    next_ += messages.size();
    return receive(packet);
  }
  /// `count` messages get lost, and a heartbeat tells.
  Records lose(std::uint64_t count) {
    next_ += count;
    return receive(mold_heartbeat("S", next_));
  }
  Records spin(std::initializer_list<Bytes> messages) {
    for (const Bytes& message : messages) feed().on_snapshot_message(as_span(message), recv_);
    return published_->take();
  }
  /// All steps that have something to do.
  Records steps() {
    while (feed().recovery_step(recv_)) ++steps_;
    return published_->take();
  }
  Records recover(std::initializer_list<Bytes> messages) {
    feed().begin_recovery();
    (void)spin(messages);
    feed().on_snapshot_end(next_);
    return steps();
  }

  static Texts of(InstrumentId id, const Records& records) {
    Texts texts;
    for (Record record : records) {
      if (record.header.instrument != id) continue;
      record.header.ts_event = record.header.ts_recv = {};
      texts.push_back(text_of(record));
    }
    return texts;
  }
  template <class Body>
  static std::string record(InstrumentId id, const Body& body, RecordFlags flags) {
    return text_of(ringbuf::make_record(id, {}, {}, body, flags));
  }
  static std::string cleared(InstrumentId id, RecordFlags flags = kSnapshot) {
    return record(id, ringbuf::BookClearBody{.reason = ringbuf::BookClearBody::Reason::snapshot, .reserved = {}},
                  flags);
  }
  static std::string told(InstrumentId id, std::uint64_t reference, double price, std::uint64_t size,
                          RecordFlags flags = kSnapshot, Side side = Side::bid) {
    return record(id,
                  OrderBody{reference,
                            feedhandlers::itch50::to_price(dollars(price)),
                            {size},
                            ringbuf::OrderAction::add,
                            side,
                            ringbuf::OrderReason::plain,
                            0,
                            {}},
                  flags);
  }
  static std::string quoted(InstrumentId id, double bid, std::uint64_t size, RecordFlags flags = kSnapshot | kEnd) {
    ringbuf::QuoteBody quote;
    if (size > 0) quote.bid_price = feedhandlers::itch50::to_price(dollars(bid)), quote.bid_size = {size};
    return record(id, quote, flags);
  }

  ringbuf::ImageEntry image(InstrumentId id) const {
    ringbuf::ImageEntry entry;
    EXPECT_EQ(ringbuf::ImageReader{plant_->image}.read(id, entry), ringbuf::TableRead::value);
    return entry;
  }
  [[nodiscard]] bool is_clean(InstrumentId id) const { return !book_.is_maybe_bad(id); }
  [[nodiscard]] std::uint64_t count(RecoveryOutcome outcome) const { return recovery_->counters().count(outcome); }

  OrderBook book_{FeedInMemory::kBookConfig};
  std::optional<BookRecovery> recovery_;
  std::optional<FeedInMemory> plant_;
  std::optional<Published> published_;
  UnixNanos recv_{kMidnight + static_cast<std::int64_t>(kNine)};
  std::uint64_t next_ = 1;
  std::uint64_t steps_ = 0;
};

TEST_F(Itch50BookRecovery, TellsEachInstrumentAsOneEventInTheOrderOfTheQueue) {
  (void)lose(3);
  EXPECT_FALSE(is_clean(kA));
  feed().begin_recovery();
  EXPECT_EQ(feed().recovery_state(), RecoveryState::fetching);
  (void)spin({directory(1), directory(2), add(7, 1, 11), add(1), add(8, 1, 11), add(9, 2, 20)});
  const Records live = send({add(10, 1, 11), remove(7)});
  EXPECT_TRUE(has(live.front().header.flags, RecordFlags::maybe_bad_book)) << "published at once, flagged";
  feed().on_snapshot_end(next_ - 2);
  EXPECT_EQ(feed().recovery_state(), RecoveryState::catching_up);
  const Records records = steps();
  EXPECT_EQ(of(kA, records), (Texts{cleared(kA), told(kA, 1, 10, 100), told(kA, 8, 11, 100), told(kA, 10, 11, 100),
                                    quoted(kA, 11, 200)}));
  EXPECT_EQ(of(kB, records), (Texts{cleared(kB), told(kB, 9, 20, 100), quoted(kB, 20, 100)}))
      << "order 2 is no longer there";
  EXPECT_TRUE(is_clean(kA) && is_clean(kB));
  EXPECT_EQ(image(kA).quality, Quality::none);
  EXPECT_EQ(feed().recovery_state(), RecoveryState::idle);
  EXPECT_EQ(recovery_->outcome(), RecoveryOutcome::complete);
  EXPECT_EQ(recovery_->counters().told_instruments, 2u);
  EXPECT_EQ(recovery_->counters().told_orders, 4u);
  EXPECT_EQ(send({remove(9, 2)}).front().header.flags, RecordFlags::none) << "from here on all is clean";
  ringbuf::DepthEntry depth;
  ASSERT_EQ(ringbuf::DepthReader{plant_->depth}.read(kA, depth), ringbuf::TableRead::value);
  EXPECT_EQ(depth.bid_count, 2u);
  EXPECT_EQ(depth.bid[0].size.value, 200u);
  EXPECT_EQ(depth.flags, 0u);
}

TEST_F(Itch50BookRecovery, TellsInstrumentsThatTheSnapshotDoesNotKnowAsEmptyAndClean) {
  (void)lose(1);
  const Records records = recover({directory(1)});
  EXPECT_EQ(of(kA, records), (Texts{cleared(kA), quoted(kA, 0, 0)}));
  EXPECT_EQ(of(kB, records), (Texts{cleared(kB), quoted(kB, 0, 0)}));
  EXPECT_EQ(book_.open_orders(), 0u);
  EXPECT_TRUE(is_clean(kA) && is_clean(kB));
}

TEST_F(Itch50BookRecovery, EndsTheEventWithTheLastRecordWhateverFormsArePublished) {
  start({.quotes = false, .levels = false, .depth = false}, {});
  (void)lose(1);
  EXPECT_EQ(of(kA, recover({add(1)})), (Texts{cleared(kA), told(kA, 1, 10, 100, kSnapshot | kEnd)}));
  (void)lose(1);
  EXPECT_EQ(of(kA, recover({})), Texts{cleared(kA, kSnapshot | kEnd)});

  start({.quotes = false, .levels = true, .depth = true}, {});
  (void)lose(1);
  const Records records = recover({add(1), add(3, 1, 11)});
  const auto level = [](double price, RecordFlags flags) {
    return record(kA, ringbuf::LevelBody{feedhandlers::itch50::to_price(dollars(price)), {100}, 1, 0, Side::bid, {}},
                  flags);
  };
  EXPECT_EQ(of(kA, records), (Texts{cleared(kA), told(kA, 1, 10, 100), told(kA, 3, 11, 100), level(10, kSnapshot),
                                    level(11, kSnapshot | kEnd)}));
}

TEST_F(Itch50BookRecovery, KnowsAnInstrumentFirstHeardOfAfterwardsFromItsFirstOrder) {
  (void)lose(1);
  (void)recover({});
  const Records records = send({directory(3), add(5, 3)});
  EXPECT_FALSE(book_.is_maybe_bad({3}));
  EXPECT_EQ(of({3}, records).back(), quoted({3}, 10, 100, kEnd));
}

TEST_F(Itch50BookRecovery, DoesABoundedPieceOfWorkAtATime) {
  start({}, {.kept_messages_max = 100, .messages_per_step = 3, .records_per_step = 4});
  (void)lose(1);
  feed().begin_recovery();
  (void)spin({add(1), add(2, 2)});
  for (std::uint64_t reference = 100; reference < 110; ++reference) (void)send({add(reference)});
  feed().on_snapshot_end(next_ - 10);
  for (int step = 0; step < 3; ++step) {
    EXPECT_TRUE(feed().recovery_step(recv_));
    EXPECT_TRUE(published_->take().empty()) << "the shadow is behind";
  }
  EXPECT_EQ(recovery_->kept_messages(), 1u);
  EXPECT_TRUE(feed().recovery_step(recv_));
  Records records = published_->take();
  EXPECT_EQ(of(kA, records).size(), 13u) << "an instrument is brought to its end";
  EXPECT_EQ(of(kB, records).size(), 0u) << "the next one waits";
  EXPECT_EQ(feed().recovery_state(), RecoveryState::telling);
  EXPECT_TRUE(is_clean(kA));
  EXPECT_FALSE(is_clean(kB));
  records = send({add(200, 2, 12), add(201)});
  EXPECT_TRUE(has(records.front().header.flags, RecordFlags::maybe_bad_book));
  EXPECT_FALSE(has(records.back().header.flags, RecordFlags::maybe_bad_book));
  EXPECT_FALSE(feed().recovery_step(recv_));
  EXPECT_EQ(of(kB, published_->take()),
            (Texts{cleared(kB), told(kB, 2, 10, 100), told(kB, 200, 12, 100), quoted(kB, 12, 100)}))
      << "with what came since";
}

TEST_F(Itch50BookRecovery, WaitsForALiveStreamThatIsBehindTheSnapshot) {
  (void)lose(1);
  feed().begin_recovery();
  (void)spin({add(1), add(2, 2), add(3)});
  feed().on_snapshot_end(next_ + 2);
  EXPECT_FALSE(feed().recovery_step(recv_));
  (void)send({add(3)});
  EXPECT_FALSE(feed().recovery_step(recv_)) << "still one behind";
  EXPECT_FALSE(is_clean(kA));
  (void)send({remove(99)});
  (void)steps();
  EXPECT_TRUE(is_clean(kA));
  EXPECT_EQ(book_.open_orders(kA), 2u);
}

TEST_F(Itch50BookRecovery, PassesOverLossesThatTheSnapshotKnowsOf) {
  (void)lose(1);
  feed().begin_recovery();
  (void)send({add(3)});
  (void)lose(2);
  (void)spin({add(1), add(50)});
  feed().on_snapshot_end(next_);
  (void)steps();
  EXPECT_TRUE(is_clean(kA)) << "while the snapshot came";

  (void)lose(1);
  feed().begin_recovery();
  (void)spin({add(1), add(60)});
  feed().on_snapshot_end(next_ + 2);
  (void)lose(2);
  (void)steps();
  EXPECT_TRUE(is_clean(kA)) << "the last of what it knows";
  EXPECT_EQ(book_.open_orders(kA), 2u);
}

TEST_F(Itch50BookRecovery, IsVoidWhenMessagesBehindTheSnapshotAreLost) {
  (void)lose(1);
  feed().begin_recovery();
  const std::uint64_t live_from = next_;
  (void)lose(1);
  feed().on_snapshot_end(live_from);
  EXPECT_EQ(recovery_->outcome(), RecoveryOutcome::kept_too_late);
  EXPECT_TRUE(steps().empty());

  feed().begin_recovery();
  feed().on_snapshot_end(next_);
  (void)lose(1);
  EXPECT_EQ(recovery_->outcome(), RecoveryOutcome::lost_messages);
  EXPECT_TRUE(steps().empty());
  EXPECT_FALSE(is_clean(kA) || is_clean(kB));
  EXPECT_EQ(feed().recovery_state(), RecoveryState::idle);
}

TEST_F(Itch50BookRecovery, DoubtsAgainWhatItToldWhenMessagesAreLostInTheMiddle) {
  start({}, {.records_per_step = 1});
  (void)lose(1);
  feed().begin_recovery();
  (void)spin({add(1)});
  feed().on_snapshot_end(next_);
  EXPECT_TRUE(feed().recovery_step(recv_));
  (void)published_->take();
  EXPECT_TRUE(is_clean(kA));
  (void)lose(1);
  EXPECT_FALSE(is_clean(kA) || is_clean(kB));
  EXPECT_TRUE(steps().empty());
  EXPECT_EQ(count(RecoveryOutcome::lost_messages), 1u);
}

TEST_F(Itch50BookRecovery, IsVoidWithoutRoomForLiveMessages) {
  start({}, {.kept_messages_max = 2});
  (void)lose(1);
  feed().begin_recovery();
  (void)send({add(3), add(4)});
  EXPECT_EQ(feed().recovery_state(), RecoveryState::fetching);
  EXPECT_EQ(send({add(5)}).size(), 3u) << "order, quote, position: live data goes on";
  EXPECT_EQ(recovery_->outcome(), RecoveryOutcome::no_room);
  (void)spin({add(1)});
  EXPECT_EQ(recovery_->counters().snapshot_unexpected, 1u);
  feed().on_snapshot_end(next_);
  EXPECT_TRUE(steps().empty());
  EXPECT_FALSE(is_clean(kA));
}

TEST_F(Itch50BookRecovery, IsVoidInAnotherSession) {
  (void)lose(1);
  feed().begin_recovery();
  next_ = 1;
  (void)send({add(3)}, "T");
  EXPECT_EQ(recovery_->outcome(), RecoveryOutcome::new_session);
  feed().on_snapshot_end(2);
  EXPECT_TRUE(steps().empty());
  EXPECT_TRUE(is_clean(kA)) << "a new session begins with empty books";
  EXPECT_EQ(book_.open_orders(kA), 1u);

  (void)receive(mold_packet("T", 5, {add(4)}));
  feed().begin_recovery();
  (void)receive(mold_packet("", 0, {add(9)}));
  EXPECT_EQ(recovery_->outcome(), RecoveryOutcome::new_session) << "nobody knows where such packets belong";
  EXPECT_FALSE(is_clean(kA));
}

TEST_F(Itch50BookRecovery, IsOverWhenTheCallerGivesUpOrBeginsAnew) {
  (void)lose(1);
  feed().begin_recovery();
  (void)spin({add(1), add(77)});
  feed().abandon_recovery();
  EXPECT_EQ(recovery_->outcome(), RecoveryOutcome::abandoned);
  EXPECT_FALSE(is_clean(kA));
  feed().begin_recovery();
  (void)spin({add(66)});
  feed().begin_recovery();
  EXPECT_EQ(count(RecoveryOutcome::abandoned), 2u);
  EXPECT_EQ(recovery_->counters().attempts, 3u);
  (void)spin({add(1)});
  feed().on_snapshot_end(next_);
  (void)steps();
  EXPECT_EQ(book_.open_orders(), 1u) << "nothing is left of the attempts before";
}

TEST_F(Itch50BookRecovery, RecoversASuccessorWhoseBooksAreEmpty) {
  feed().resume({.midnight = kMidnight, .date = 20190130}, {}, 0, recv_);
  (void)published_->take();
  EXPECT_EQ(image(kA).quality, Quality::gap_inside | Quality::recovering);
  feed().begin_recovery();
  (void)spin({directory(1), directory(2), add(1), add(2, 2)});
  feed().on_snapshot_end(next_);
  (void)send({remove(2, 2)});
  (void)steps();
  EXPECT_TRUE(is_clean(kA) && is_clean(kB));
  EXPECT_EQ(book_.open_orders(), 1u);
}

TEST_F(Itch50BookRecovery, DropsLatePacketsThatTheToldBooksKnowOf) {
  const Bytes late = mold_packet("S", next_, {add(30), remove(1)});
  (void)lose(2);
  (void)recover({add(30), add(2, 2)});
  EXPECT_TRUE(receive(late).empty());
  EXPECT_EQ(book_.open_orders(), 2u);
  EXPECT_TRUE(is_clean(kA));
}

TEST_F(Itch50BookRecovery, KeepsABookDoubtfulThatDoesNotFitTogether) {
  (void)lose(1);
  feed().begin_recovery();
  (void)spin({add(1), add(2, 2)});
  (void)send({remove(55)});  // of A, and not in the snapshot
  feed().on_snapshot_end(next_ - 1);
  const Records records = steps();
  EXPECT_EQ(recovery_->counters().unsound_instruments, 1u);
  EXPECT_FALSE(is_clean(kA));
  EXPECT_TRUE(is_clean(kB));
  EXPECT_EQ(of(kA, records).front(), cleared(kA, kSnapshot | RecordFlags::maybe_bad_book)) << "told, for what it is";
}

TEST_F(Itch50BookRecovery, TellsStatusesOfTheSnapshotUnlessNewerOnesCameLive) {
  (void)send({state(1, 'T'), state(2, 'T')});
  (void)lose(1);
  feed().begin_recovery();
  (void)send({state(1, 'H')});
  const Records records = spin({state(1, 'T'), state(2, 'P')});
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].header.instrument, kB);
  EXPECT_EQ(records[0].header.flags, kSnapshot | kEnd | RecordFlags::maybe_bad_book);
  EXPECT_EQ(image(kA).trading_status, ringbuf::TradingStatus::halted);
  EXPECT_EQ(image(kB).trading_status, ringbuf::TradingStatus::paused);
}

TEST_F(Itch50BookRecovery, CountsWhatASnapshotDoesNotHave) {
  feed().begin_recovery();
  (void)spin({remove(1), "", "A", "?"});
  EXPECT_EQ(recovery_->counters().snapshot_unexpected, 1u);
  EXPECT_EQ(recovery_->counters().snapshot_malformed, 3u);
  EXPECT_EQ(recovery_->counters().snapshot_messages, 4u);
  EXPECT_EQ(book_.open_orders(), 2u) << "the live book is not touched";
}

// --- a second copy ---

TEST_F(Itch50BookRecovery, SaysNothingWhenASecondCopyIsEqual) {
  feed().begin_recovery(RecoveryPurpose::compare);
  EXPECT_TRUE(spin({directory(1), state(1, 'T'), add(1), add(2, 2)}).empty());
  feed().on_snapshot_end(next_);
  EXPECT_TRUE(steps().empty());
  EXPECT_EQ(recovery_->counters().equal_instruments, 2u);
  EXPECT_EQ(recovery_->outcome(), RecoveryOutcome::complete);
}

TEST_F(Itch50BookRecovery, PutsRightOnlyWhatDiffersFromASecondCopy) {
  feed().begin_recovery(RecoveryPurpose::compare);
  (void)spin({add(1, 1, 10, Side::bid, 99), add(2, 2)});
  feed().on_snapshot_end(next_);
  const Records records = steps();
  EXPECT_EQ(of(kA, records), (Texts{cleared(kA), told(kA, 1, 10, 99), quoted(kA, 10, 99)}));
  EXPECT_TRUE(of(kB, records).empty());
  EXPECT_EQ(recovery_->counters().differing_instruments, 1u);
  EXPECT_EQ(feed().normaliser().counters().findings[static_cast<std::size_t>(AuditFinding::snapshot_mismatch)], 1u);
  EXPECT_TRUE(is_clean(kA));
}

TEST_F(Itch50BookRecovery, FreesABookFromQuarantineWithASecondCopy) {
  (void)send({remove(99)});
  EXPECT_FALSE(is_clean(kA));
  feed().begin_recovery(RecoveryPurpose::compare);
  (void)spin({add(1), add(2, 2)});
  feed().on_snapshot_end(next_);
  EXPECT_EQ(of(kB, steps()), Texts{});
  EXPECT_TRUE(is_clean(kA));
  EXPECT_EQ(recovery_->counters().told_instruments, 1u);
}

TEST_F(Itch50BookRecovery, BelievesItsBookMoreThanASnapshotThatDoesNotFitTogether) {
  feed().begin_recovery(RecoveryPurpose::compare);
  (void)spin({add(7), add(7), add(2, 2)});
  feed().on_snapshot_end(next_);
  EXPECT_TRUE(steps().empty());
  EXPECT_TRUE(is_clean(kA));
  EXPECT_NE(book_.find({1}), nullptr);
}

// --- none ---

TEST_F(Itch50BookRecovery, IsNotThereUnlessItWasSet) {
  feed().set_recovery(nullptr);
  (void)lose(1);
  EXPECT_EQ(image(kA).quality, Quality::gap_inside);
  feed().begin_recovery();
  EXPECT_TRUE(spin({add(5)}).empty());
  feed().on_snapshot_end(next_);
  EXPECT_TRUE(steps().empty());
  feed().abandon_recovery();
  EXPECT_EQ(feed().recovery_state(), RecoveryState::idle);
  EXPECT_FALSE(is_clean(kA));
}

TEST_F(Itch50BookRecovery, SaysInEveryImageThatItIsNeeded) {
  (void)lose(1);
  for (const InstrumentId id : {kA, kB}) EXPECT_EQ(image(id).quality, Quality::gap_inside | Quality::recovering);
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
