// What a running client sees when its plant is stopped, taken over, rebuilt or grows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "clients/cpp/image_view.hpp"
#include "clients/cpp/subscriber.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/support/recording_handler.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::InstrumentId;
using ringbuf::Sequence;
using ringbuf::TableRead;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using tests::PlantInFolder;
using tests::RecordingHandler;

constexpr std::uint64_t kFirstOfNewRing = PlantInFolder::kSequencesLeftOut + 1;

class ReattachTest : public testing::Test {
 protected:
  static void drain(Subscriber& subscriber, RecordingHandler& seen) {
    while (subscriber.poll(seen) != 0) {
    }
  }
  /// Polls until `done`, at least once; gives up after ten seconds.
  template <class Done>
  static bool poll_until(Subscriber& subscriber, RecordingHandler& seen, Done&& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    do {
      subscriber.poll(seen);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    } while (!done() && std::chrono::steady_clock::now() < end);
    return done();
  }
  template <class Poll>
  static bool poll_until(Poll&& poll) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!poll()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  /// Polls until the subscriber has looked around once more.
  static void let_it_look(Subscriber& subscriber, RecordingHandler& seen) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::nanoseconds(3 * LookTimer::kPeriodNanos);
    while (std::chrono::steady_clock::now() < end) subscriber.poll(seen);
  }
  tests::PlantShape other_shape() const {
    tests::PlantShape shape = made_.shape();
    shape.ring_slots *= 2;
    return shape;
  }

  PlantInFolder made_;
  InstrumentId apple_ = made_.define("AAPL");
  Plant plant_ = Plant::in_folder(made_.folder());
  RecordingHandler seen_;
};

TEST_F(ReattachTest, GoesOnWithoutALossWhenASuccessorTakesOverInPlace) {
  Subscriber subscriber{plant_, {}};
  const Sequence before = made_.quote(apple_, 1, 2);
  made_.close();
  drain(subscriber, seen_);
  EXPECT_EQ(plant_.state(), PlantState::closed);
  let_it_look(subscriber, seen_);
  made_.succeed();
  EXPECT_EQ(plant_.state(), PlantState::live);
  EXPECT_EQ(plant_.epoch(), 2u);
  const Sequence after = made_.quote(apple_, 3, 4);
  let_it_look(subscriber, seen_);
  EXPECT_THAT(seen_.sequences(), ElementsAre(before.value, after.value));
  EXPECT_THAT(seen_.attached, IsEmpty());
  EXPECT_EQ(subscriber.lost_count(), 0u);
  EXPECT_EQ(plant_.generation(), 1u);
}

TEST_F(ReattachTest, ReadsAReplacedRingToItsEndThenTheNewOneAndMissesNothingAfterAnOrderlyStop) {
  Subscriber subscriber{plant_, {}};
  drain(subscriber, seen_);
  const Sequence before = made_.quote(apple_, 1, 2);
  made_.close();
  made_.succeed(other_shape(), before);
  const Sequence after = made_.quote(apple_, 3, 4);
  const Sequence again = made_.quote(apple_, 5, 6);
  ASSERT_TRUE(poll_until(subscriber, seen_, [&] { return seen_.records.size() == 3; }));
  EXPECT_EQ(after.value, before.value + 1);
  EXPECT_THAT(seen_.sequences(), ElementsAre(before.value, after.value, again.value));
  EXPECT_THAT(seen_.attached, ElementsAre(Pair("ticks", after)));
  EXPECT_EQ(subscriber.lost_count(), 0u);
}

TEST_F(ReattachTest, TellsExactlyWhichSequencesLieBetweenTheOldRingAndTheNew) {
  Subscriber subscriber{plant_, {}};
  drain(subscriber, seen_);
  const Sequence before = made_.quote(apple_, 1, 2);
  made_.succeed(other_shape());
  const Sequence after = made_.quote(apple_, 3, 4);
  ASSERT_TRUE(poll_until(subscriber, seen_, [&] { return seen_.records.size() == 2; }));
  EXPECT_EQ(after.value, before.value + kFirstOfNewRing);
  EXPECT_THAT(seen_.attached, ElementsAre(Pair("ticks", after)));
  EXPECT_THAT(seen_.lost, ElementsAre(Pair("ticks", ringbuf::SequenceRange{before.value + 1, after.value - 1})));
  EXPECT_EQ(subscriber.lost_count(), PlantInFolder::kSequencesLeftOut);
}

TEST_F(ReattachTest, WhatTheNewRingStillHoldsIsNotLostHoweverFarItHasCome) {
  Subscriber subscriber{plant_, {}};
  drain(subscriber, seen_);
  tests::PlantShape shape = made_.shape();
  shape.ring_slots = 64;
  made_.succeed(shape);
  for (int i = 0; i < 60; ++i) made_.quote(apple_, 1, 2);
  ASSERT_TRUE(poll_until(subscriber, seen_, [&] { return seen_.records.size() == 60; }));
  EXPECT_EQ(seen_.lost.size(), 1u);
  EXPECT_EQ(subscriber.lost_count(), PlantInFolder::kSequencesLeftOut);
}

TEST_F(ReattachTest, TellsWhatTheNewRingLostBeforeWeCame) {
  tests::PlantShape shape = made_.shape();
  shape.ring_slots = 64;
  Subscriber subscriber{plant_, {}};
  drain(subscriber, seen_);
  made_.succeed(shape, Sequence{1});  // the definition was the one record so far
  for (int i = 0; i < 100; ++i) made_.quote(apple_, 1, 2);
  ASSERT_TRUE(poll_until(subscriber, seen_, [&] { return !seen_.records.empty(); }));
  ASSERT_EQ(seen_.attached.size(), 1u);
  ASSERT_EQ(seen_.lost.size(), 1u);
  EXPECT_EQ(seen_.lost[0].second.first, seen_.attached[0].second.value);
  EXPECT_EQ(seen_.lost[0].second.last + 1, seen_.records[0].header.stamp);
  EXPECT_EQ(subscriber.lost_count(), 68u);
}

TEST_F(ReattachTest, ANumberingThatBeginsBelowOursIsFollowedFromItsBeginning) {
  Subscriber subscriber{plant_, {}};
  for (int i = 0; i < 10; ++i) made_.quote(apple_, 1, 2);
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.records.size(), 10u);
  made_.remove();
  made_.succeed(made_.shape(), Sequence{0});  // its state was lost, too
  made_.define("AAPL");
  ASSERT_TRUE(poll_until(subscriber, seen_, [&] { return seen_.records.size() == 11; }));
  EXPECT_THAT(seen_.attached, ElementsAre(Pair("ticks", Sequence{1})));
  EXPECT_EQ(seen_.records.back().header.stamp, 1u);
  EXPECT_EQ(subscriber.lost_count(), 0u) << "nobody knows";
}

TEST_F(ReattachTest, RaisesWhatWasMissedBetweenTheRingsWhereLossesAreRaised) {
  Subscriber subscriber{plant_, {.on_overrun = OnOverrun::raise}};
  drain(subscriber, seen_);
  made_.succeed(other_shape());
  made_.quote(apple_, 3, 4);
  ringbuf::SequenceRange lost{};
  ASSERT_TRUE(poll_until([&] {
    try {
      subscriber.poll(seen_);
    } catch (const OverrunError& error) {
      lost = error.lost();
    }
    return !seen_.records.empty();
  }));
  EXPECT_EQ(lost, (ringbuf::SequenceRange{2, 1 + PlantInFolder::kSequencesLeftOut}));
}

TEST_F(ReattachTest, FindsAPlantThatWasRemovedAndBuiltAgainWithOtherIds) {
  Subscriber subscriber{plant_, {.symbols = {"AAPL"}, .market_wide = false}};
  ImageView view{plant_};
  made_.quote(apple_, 1, 2);
  made_.close();
  drain(subscriber, seen_);
  made_.remove();
  let_it_look(subscriber, seen_);
  EXPECT_EQ(plant_.generation(), 1u);
  made_.succeed();
  const InstrumentId other = made_.define("OTHER");
  const InstrumentId apple = made_.define("AAPL");
  ASSERT_NE(apple, apple_);
  made_.quote(other, 1, 2);
  made_.quote(apple, 3, 4);
  ASSERT_TRUE(poll_until(subscriber, seen_, [&] { return seen_.records.size() == 3; }));
  EXPECT_EQ(plant_.generation(), 2u);
  EXPECT_EQ(seen_.records[1].header.type, ringbuf::RecordType::definition);
  EXPECT_EQ(seen_.records[2].header.instrument, apple);
  EXPECT_EQ(plant_.instrument("AAPL"), apple);
  ringbuf::ImageEntry image;
  ASSERT_EQ(view.read(apple, image), TableRead::value);
  EXPECT_EQ(image.bid_price, tests::dollars(3));
}

TEST_F(ReattachTest, SaysWhyItCannotAttachYetAndDoesSoLater) {
  Subscriber subscriber{plant_, {}};
  drain(subscriber, seen_);
  made_.succeed(other_shape());
  ringbuf::WritableSegment* ring = nullptr;
  for (ringbuf::WritableSegment& segment : made_.segments().segments()) {
    if (segment.path().filename() == "ticks.seg") ring = &segment;
  }
  ring->header().state.store(ringbuf::SegmentState::building);
  ASSERT_TRUE(poll_until(subscriber, seen_, [&] { return !subscriber.problem().empty(); }));
  EXPECT_THAT(subscriber.problem(), testing::HasSubstr("half built"));
  ring->announce();
  ASSERT_TRUE(poll_until(subscriber, seen_, [&] { return !seen_.attached.empty(); }));
  EXPECT_EQ(subscriber.problem(), "");
}

TEST_F(ReattachTest, FollowsARingThatComesLater) {
  Subscriber all{plant_, {}};
  Subscriber named{plant_, {.rings = {"ticks"}}};
  RecordingHandler of_named;
  drain(all, seen_);
  drain(named, of_named);
  made_.add_ring("more");
  const InstrumentId later = made_.define("LATER", 1);
  made_.quote(later, 1, 2, 1, 1, 1);
  ASSERT_TRUE(poll_until(all, seen_, [&] { return seen_.records.size() == 2; }));
  EXPECT_THAT(seen_.attached, ElementsAre(Pair("more", Sequence{1})));
  let_it_look(named, of_named);
  EXPECT_THAT(of_named.records, IsEmpty());
}

TEST_F(ReattachTest, ABusyRingDoesNotHoldUpAnother) {
  made_.add_ring("more");
  const InstrumentId there = made_.define("THERE", 1);
  Subscriber subscriber{plant_, {}};
  drain(subscriber, seen_);
  std::filesystem::remove(made_.folder() / "more.seg");  // so that the successor builds this one anew
  made_.succeed();
  made_.quote(there, 1, 2, 1, 1, 1);
  ASSERT_TRUE(poll_until(subscriber, seen_, [&] {
    made_.quote(apple_, 1, 2);
    return !seen_.attached.empty();
  }));
  EXPECT_EQ(seen_.attached.size(), 1u);
  EXPECT_EQ(seen_.attached[0].first, "more");
}

TEST_F(ReattachTest, ImagesOfARebuiltRingComeFromItsOwnTablesAtOnceAndAfterALoss) {
  Subscriber subscriber{plant_, {.join = Join::image}};
  made_.quote(apple_, 1, 2);
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.images.size(), 1u);
  tests::PlantShape shape = made_.shape();
  shape.ring_slots = 64;
  shape.instruments = 32;  // every table is made anew, and the directory
  made_.succeed(shape);
  const InstrumentId apple = made_.define("AAPL");
  const Sequence in_image = made_.quote(apple, 3, 4);
  ASSERT_TRUE(poll_until(subscriber, seen_, [&] { return !seen_.attached.empty(); }));
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.images.size(), 2u);
  EXPECT_EQ(seen_.images[1].second.stamp, in_image.value);
  EXPECT_EQ(seen_.records.back().header.type, ringbuf::RecordType::definition) << "the quote is in the image";
  for (int i = 0; i < 100; ++i) made_.quote(apple, 10 + i, 11 + i);
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.images.size(), 3u);
  EXPECT_EQ(seen_.images[2].second.bid_price, tests::dollars(109));
}

/// A handler that adds up what it is told and what was merged.
struct Adding {
  void operator()(const ringbuf::Record& record) {
    if (record.header.instrument != ringbuf::kNoInstrument) ++told;
  }
  void on_conflated(InstrumentId, const ringbuf::ImageEntry& image, const Merged& of) {
    merged += of.updates, last = image;
  }
  void on_lost(std::string_view, ringbuf::SequenceRange range) { lost.push_back(range); }
  std::uint64_t told = 0, merged = 0;
  ringbuf::ImageEntry last;
  std::vector<ringbuf::SequenceRange> lost;
};

TEST_F(ReattachTest, WhoConflatesCountsOnInARebuiltRing) {
  Subscriber subscriber{plant_, {.on_overrun = OnOverrun::conflate}};
  Adding seen;
  subscriber.poll(seen);
  const Sequence before = made_.quote(apple_, 1, 2);
  tests::PlantShape shape = made_.shape();
  shape.ring_slots = 64;
  made_.succeed(shape, before);
  made_.quote(apple_, 1, 2);
  ASSERT_TRUE(poll_until([&] { return subscriber.poll(seen), seen.told == 2; }));
  for (int i = 0; i < 1'000; ++i) made_.quote(apple_, 1, 2 + i);
  while (subscriber.poll(seen) != 0) {
  }
  EXPECT_EQ(seen.told + seen.merged, 1'002u);
  EXPECT_GT(seen.merged, 900u);
  EXPECT_EQ(subscriber.merged_count(), seen.merged);
  EXPECT_EQ(seen.last.ask_price, tests::dollars(1'001));
  EXPECT_TRUE(seen.lost.empty());
}

TEST_F(ReattachTest, WhoConflatesIsToldOfWhatARebuiltRingLostBeforeItCouldBeCounted) {
  Subscriber subscriber{plant_, {.on_overrun = OnOverrun::conflate}};
  Adding seen;
  subscriber.poll(seen);
  tests::PlantShape shape = made_.shape();
  shape.ring_slots = 64;
  made_.succeed(shape, Sequence{1});
  for (int i = 0; i < 1'000; ++i) made_.quote(apple_, 1, 2 + i);  // sequences 2 to 1001
  ASSERT_TRUE(poll_until([&] { return subscriber.poll(seen), !seen.lost.empty(); }));
  for (int i = 0; i < 1'000; ++i) made_.quote(apple_, 1, 2 + i);
  while (subscriber.poll(seen) != 0 || subscriber.lag() != 0) {
  }
  ASSERT_EQ(seen.lost.size(), 1u);
  EXPECT_EQ(seen.lost[0].first, 2u);
  EXPECT_EQ(seen.told + seen.merged + seen.lost[0].count(), 2'000u);
  EXPECT_EQ(seen.last.ask_price, tests::dollars(1'001)) << "the image came behind the loss";
}

TEST_F(ReattachTest, ImagesAreHandedOverAgainWhenTheirTableAloneIsReplaced) {
  made_.quote(apple_, 1, 2);
  Subscriber subscriber{plant_, {.join = Join::image}};
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.images.size(), 1u);
  std::filesystem::remove(made_.folder() / "image.ticks.seg");
  made_.succeed();
  made_.quote(apple_, 3, 4);
  ASSERT_TRUE(poll_until(subscriber, seen_, [&] { return seen_.images.size() == 2; }));
  EXPECT_EQ(seen_.images[1].second.bid_price, tests::dollars(3));
  EXPECT_THAT(seen_.attached, IsEmpty()) << "the ring is the same";
}

}  // namespace
}  // namespace tickplant::clients::this_file
