// What becomes of what a subscriber was too slow for: reported, raised or merged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cpp/subscriber.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/support/recording_handler.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::ImageEntry;
using ringbuf::InstrumentId;
using ringbuf::NewestEntry;
using ringbuf::Record;
using ringbuf::RecordType;
using ringbuf::Sequence;
using ringbuf::SequenceRange;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using tests::PlantInFolder;
using tests::RecordingHandler;

struct Conflated {
  InstrumentId id;
  ImageEntry image;
  Merged merged;
};

struct ConflatingHandler : RecordingHandler {
  void on_conflated(InstrumentId id, const ImageEntry& image, const Merged& of) {
    conflated.push_back({id, image, of});
  }
  void on_merged(std::string_view ring, SequenceRange range) { merged.emplace_back(ring, range); }
  std::vector<Conflated> conflated;
  std::vector<std::pair<std::string, SequenceRange>> merged;
};

class OverrunTest : public testing::Test {
 protected:
  template <class Handler>
  static void drain(Subscriber& subscriber, Handler& seen) {
    while (subscriber.poll(seen) != 0) {
    }
  }
  void quote(InstrumentId id, int count) {
    for (int i = 1; i <= count; ++i) made_.quote(id, i, i + 1);
  }

  PlantInFolder made_{{.ring_slots = 64}};
  InstrumentId apple_ = made_.define("AAPL");   // 1
  InstrumentId other_ = made_.define("OTHER");  // 2
  Plant plant_ = Plant::in_folder(made_.folder());
  ConflatingHandler seen_;
};

TEST_F(OverrunTest, RaisedItSaysRingAndRangeAndTheNextPollGoesOnBehindIt) {
  Subscriber subscriber{plant_, {.on_overrun = OnOverrun::raise}};
  quote(apple_, 100);  // sequences 3 to 102
  try {
    subscriber.poll(seen_);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const OverrunError& error) {
    EXPECT_EQ(error.ring(), "ticks");
    EXPECT_EQ(error.lost(), (SequenceRange{3, 70}));
    EXPECT_THAT(error.what(), HasSubstr("lost 68 records of ring 'ticks': sequences 3 to 70"));
  }
  EXPECT_EQ(subscriber.lost_count(), 68u);
  drain(subscriber, seen_);
  EXPECT_EQ(seen_.records.front().header.stamp, 71u);
  EXPECT_EQ(seen_.records.back().header.stamp, 102u);
  EXPECT_THAT(seen_.lost, IsEmpty()) << "told once";
}

TEST_F(OverrunTest, RaisedWithImagesTheyComeBeforeTheStreamGoesOn) {
  Subscriber subscriber{plant_, {.join = Join::image, .on_overrun = OnOverrun::raise}};
  drain(subscriber, seen_);
  quote(apple_, 100);
  EXPECT_THROW(subscriber.poll(seen_), OverrunError);
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.images.size(), 1u);
  EXPECT_EQ(seen_.images[0].second.bid_price, tests::dollars(100));
}

TEST_F(OverrunTest, AfterALossItIsKnownWhichOfTheChosenInstrumentsToReadAgain) {
  const InstrumentId quiet = made_.define("QUIET");
  Subscriber all{plant_, {}};
  Subscriber one{plant_, {.symbols = {"OTHER"}}};
  made_.quote(quiet, 1, 2);
  RecordingHandler of_one;
  drain(all, seen_);
  drain(one, of_one);
  quote(apple_, 100);
  made_.trade(other_, 5, 70);
  drain(all, seen_);
  ASSERT_EQ(seen_.lost.size(), 1u);
  std::vector<std::pair<InstrumentId, std::uint64_t>> updates;
  const Sequence complete = all.changed_since(
      "ticks", {seen_.lost[0].second.first},
      [&](InstrumentId id, const NewestEntry& newest) { updates.emplace_back(id, newest.update_count); });
  EXPECT_THAT(updates, ElementsAre(Pair(apple_, 101u), Pair(other_, 2u))) << "their definitions included";
  EXPECT_EQ(complete, made_.publisher().last());
  std::vector<InstrumentId> changed;
  one.changed_since("ticks", {seen_.lost[0].second.first},
                    [&](InstrumentId id, const NewestEntry&) { changed.push_back(id); });
  EXPECT_THAT(changed, ElementsAre(other_));
  EXPECT_EQ(all.changed_since("else", {1}, [](InstrumentId, const NewestEntry&) { FAIL(); }), Sequence{0});
}

TEST_F(OverrunTest, ConflatedItTellsImagesAndHowMuchIsInThemThenTheFullStream) {
  Subscriber subscriber{plant_, {.on_overrun = OnOverrun::conflate}};
  made_.trade(apple_, 1, 10);
  drain(subscriber, seen_);
  ASSERT_THAT(seen_.sequences(), ElementsAre(3));
  for (int i = 0; i < 50; ++i) made_.trade(apple_, 1 + i, 10), made_.quote(other_, i, i + 1);  // 4 to 103
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.conflated.size(), 2u);
  EXPECT_EQ(seen_.conflated[0].id, apple_);
  EXPECT_EQ(seen_.conflated[0].image.last_price, tests::dollars(50));
  EXPECT_EQ(seen_.conflated[0].merged.updates, 50u);
  EXPECT_EQ(seen_.conflated[0].merged.trades, 50u);
  EXPECT_EQ(seen_.conflated[0].merged.volume.value, 500u);
  EXPECT_EQ(seen_.conflated[0].merged.range, (SequenceRange{4, 103}));
  EXPECT_EQ(seen_.conflated[1].id, other_);
  EXPECT_EQ(seen_.conflated[1].merged.updates, 50u);
  EXPECT_EQ(seen_.conflated[1].merged.trades, 0u);
  EXPECT_THAT(seen_.merged, ElementsAre(Pair("ticks", SequenceRange{4, 103})));
  EXPECT_THAT(seen_.lost, IsEmpty());
  EXPECT_EQ(subscriber.lost_count(), 0u);
  EXPECT_EQ(subscriber.merged_count(), 100u);
  const Sequence next = made_.quote(other_, 7, 8);
  drain(subscriber, seen_);
  EXPECT_THAT(seen_.sequences(), ElementsAre(3, next.value));
}

TEST_F(OverrunTest, ConflatesWhenItLagsMoreThanItsLimitAndOnlyThen) {
  Subscriber subscriber{plant_, {.on_overrun = OnOverrun::conflate, .lag_max = 10}};
  drain(subscriber, seen_);
  quote(apple_, 12);  // 3 to 14
  EXPECT_EQ(subscriber.poll(seen_, 2), 2u);
  EXPECT_EQ(seen_.records.size(), 2u) << "ten behind is not too far";
  quote(apple_, 4);
  EXPECT_EQ(subscriber.poll(seen_, 2), 2u);
  subscriber.poll(seen_, 2);
  ASSERT_EQ(seen_.conflated.size(), 1u);
  EXPECT_EQ(seen_.conflated[0].merged.updates, 12u);
  EXPECT_EQ(seen_.conflated[0].image.bid_price, tests::dollars(4));
  EXPECT_EQ(seen_.records.size(), 4u);
  EXPECT_EQ(subscriber.lag(), 0u);
}

TEST_F(OverrunTest, LeftToItselfItConflatesAtThreeQuartersOfTheRing) {
  Subscriber subscriber{plant_, {.on_overrun = OnOverrun::conflate}};
  drain(subscriber, seen_);
  quote(apple_, 49);
  EXPECT_EQ(subscriber.poll(seen_, 1), 1u);
  EXPECT_EQ(subscriber.poll(seen_, 1), 1u);
  EXPECT_EQ(seen_.records.size(), 2u) << "no more than 48 of 64 are behind";
  quote(apple_, 3);
  EXPECT_EQ(subscriber.poll(seen_, 1), 1u);
  subscriber.poll(seen_, 1);
  EXPECT_EQ(seen_.conflated.size(), 1u);
}

TEST_F(OverrunTest, ConflatesWhenAskedTo) {
  Subscriber subscriber{plant_, {.symbols = {"AAPL"}, .on_overrun = OnOverrun::conflate}};
  drain(subscriber, seen_);
  quote(apple_, 5);
  quote(other_, 5);
  subscriber.conflate();
  EXPECT_EQ(subscriber.poll(seen_), 0u);
  ASSERT_EQ(seen_.conflated.size(), 1u) << "the chosen one";
  EXPECT_EQ(seen_.conflated[0].merged.updates, 5u);
  subscriber.conflate();
  subscriber.poll(seen_);
  EXPECT_EQ(seen_.conflated.size(), 1u) << "there was nothing to merge";
  EXPECT_EQ(seen_.merged.size(), 1u);
}

TEST_F(OverrunTest, WhoConflatesGetsTheImagesOfItsJoinWithNothingMergedInThem) {
  made_.quote(apple_, 1, 2);
  Subscriber subscriber{plant_, {.join = Join::image, .on_overrun = OnOverrun::conflate}};
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.conflated.size(), 1u);
  EXPECT_EQ(seen_.conflated[0].id, apple_);
  EXPECT_EQ(seen_.conflated[0].image.bid_price, tests::dollars(1));
  EXPECT_EQ(seen_.conflated[0].merged.updates, 0u);
  EXPECT_THAT(seen_.merged, IsEmpty());
  EXPECT_THAT(seen_.images, IsEmpty());
  made_.quote(apple_, 3, 4);
  drain(subscriber, seen_);
  EXPECT_EQ(seen_.records.size(), 1u);
}

TEST_F(OverrunTest, CountsAlsoTheRecordsOfTypesThatAreNotWanted) {
  Subscriber subscriber{plant_, {.types = {RecordType::trade}, .on_overrun = OnOverrun::conflate}};
  quote(apple_, 5);
  made_.trade(apple_, 1, 10);
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.records.size(), 1u);
  quote(apple_, 5);
  made_.trade(apple_, 1, 10);
  subscriber.conflate();
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.conflated.size(), 1u);
  EXPECT_EQ(seen_.conflated[0].merged.updates, 6u) << "and not those that were passed over before";
  EXPECT_EQ(seen_.conflated[0].merged.trades, 1u);
}

TEST_F(OverrunTest, ANewDayWithinWhatIsMergedComesWithTheImages) {
  made_.trade(apple_, 1, 10);
  made_.trade(other_, 1, 10);
  Subscriber subscriber{plant_, {.on_overrun = OnOverrun::conflate}};
  drain(subscriber, seen_);
  ringbuf::SessionBody session;
  session.trading_date = 20190131;
  const std::array ids{apple_, other_};
  made_.publisher().begin_session({1}, session, ids);
  made_.publisher().end_batch();
  made_.trade(apple_, 2, 5);
  subscriber.conflate();
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.conflated.size(), 2u);
  EXPECT_EQ(seen_.conflated[0].image.volume.value, 5u);
  EXPECT_EQ(seen_.conflated[0].merged.updates, 1u);
  EXPECT_EQ(seen_.conflated[1].id, other_);
  EXPECT_EQ(seen_.conflated[1].image.trading_date, 20190131) << "nothing happened to it, but the day is new";
  EXPECT_EQ(seen_.conflated[1].merged.updates, 0u);
}

TEST_F(OverrunTest, ARecordOrImageWhoseHandlerThrowsCountsAsTold) {
  struct Throwing {
    void operator()(const Record&) { ++told, throw std::runtime_error("no"); }
    void on_conflated(InstrumentId, const ImageEntry&, const Merged& of) {
      merged += of.updates;
      throw std::runtime_error("no");
    }
    std::uint64_t told = 0, merged = 0;
  } seen;
  Subscriber subscriber{plant_, {.on_overrun = OnOverrun::conflate}};
  drain(subscriber, seen_);
  quote(apple_, 3);
  quote(other_, 4);
  EXPECT_THROW(subscriber.poll(seen), std::runtime_error);
  subscriber.conflate();
  EXPECT_THROW(subscriber.poll(seen), std::runtime_error);
  drain(subscriber, seen_);
  std::uint64_t merged = seen.merged;
  for (const Conflated& of : seen_.conflated) merged += of.merged.updates;
  EXPECT_EQ(seen.told + merged + seen_.records.size(), 7u);
  EXPECT_EQ(subscriber.lag(), 0u);
}

using OverrunDeathTest = OverrunTest;

TEST_F(OverrunDeathTest, ConflatingNeedsAHandlerThatTakesIt) {
  Subscriber subscriber{plant_, {.on_overrun = OnOverrun::conflate}};
  subscriber.poll([](const Record&) {});
  quote(apple_, 100);
  EXPECT_DEATH(while (subscriber.poll([](const Record&) {}) != 0){}, "kHandlerHasOnConflated");
}

TEST_F(OverrunDeathTest, OnlyWhoConflatesCanBeAskedTo) {
  Subscriber subscriber{plant_, {}};
  EXPECT_DEATH(subscriber.conflate(), "conflation_");
}

}  // namespace
}  // namespace tickplant::clients::this_file
