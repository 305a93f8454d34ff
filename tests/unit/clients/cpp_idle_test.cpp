// What a subscriber does while nothing comes: waits for news without a write access, and for no longer than it said.
#include "clients/cpp/idle.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <thread>

#include "clients/cpp/subscriber.hpp"
#include "platform/futex.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/support/recording_handler.hpp"

namespace tickplant::clients::this_file {
namespace {

using std::chrono::milliseconds;
using tests::PlantInFolder;
using tests::RecordingHandler;

class IdleTest : public testing::Test {
 protected:
  std::atomic<std::uint32_t>& word_of(ringbuf::SegmentKind kind) {
    for (ringbuf::WritableSegment& segment : made_.segments().segments()) {
      if (segment.header().kind == kind) return segment.header().wake_word;
    }
    throw std::runtime_error("no such segment");
  }
  static std::chrono::nanoseconds time_of(auto&& action) {
    const auto begin = std::chrono::steady_clock::now();
    action();
    return std::chrono::steady_clock::now() - begin;
  }

  PlantInFolder made_;
  ringbuf::InstrumentId apple_ = made_.define("AAPL");
  Plant plant_ = Plant::in_folder(made_.folder());
  Subscriber ticks_{plant_, {}};
  RecordingHandler seen_;
};

TEST_F(IdleTest, ASleepOnAReadOnlyMappingLastsUntilItsTimeIsOver) {
  Idle idle{IdleStrategy::sleep, milliseconds(20)};
  EXPECT_GE(time_of([&] { EXPECT_EQ(ticks_.poll_or_idle(seen_, idle), 0u); }), milliseconds(20))
      << "the kernel refused to sleep";
  EXPECT_EQ(idle.slept_count(), 1u);
  EXPECT_EQ(idle.timed_out_count(), 1u);
}

TEST_F(IdleTest, DoesNotSleepWhileRecordsCome) {
  Idle idle{IdleStrategy::sleep, std::chrono::seconds(60)};
  for (int i = 0; i < 3; ++i) {
    made_.quote(apple_, 1, 2);
    EXPECT_EQ(ticks_.poll_or_idle(seen_, idle), 1u);
  }
  EXPECT_EQ(seen_.records.size(), 3u);
  EXPECT_EQ(idle.slept_count(), 0u);
}

TEST_F(IdleTest, IsWokenByTheWordOfItsRing) {
  Idle idle{IdleStrategy::sleep, std::chrono::seconds(60)};
  std::atomic<bool> is_awake = false;
  std::jthread waker([&] {
    std::this_thread::sleep_for(milliseconds(5));
    made_.quote(apple_, 1, 2);
    while (!is_awake.load()) {
      word_of(ringbuf::SegmentKind::broadcast).fetch_add(1, std::memory_order_release);
      (void)platform::futex_wake_all(word_of(ringbuf::SegmentKind::broadcast));
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  while (ticks_.poll_or_idle(seen_, idle) == 0) {
  }
  is_awake = true;
  EXPECT_EQ(seen_.records.size(), 1u);
  EXPECT_EQ(idle.timed_out_count(), 0u);
}

TEST_F(IdleTest, DoesNotSleepOnAWordThatHasChangedSinceTheLastLook) {
  Idle idle{IdleStrategy::sleep, std::chrono::seconds(60)};
  std::atomic<std::uint32_t>& word = word_of(ringbuf::SegmentKind::broadcast);
  const std::uint32_t seen = word.load();
  word.fetch_add(1);
  idle.sleep(word, seen);  // comes back at once
  EXPECT_EQ(idle.timed_out_count(), 0u);
}

TEST_F(IdleTest, WithoutARingItSleepsOnTheWordOfThePlant) {
  std::atomic<std::uint32_t>& word = word_of(ringbuf::SegmentKind::catalog);
  word.store(41);
  EXPECT_EQ(plant_.wake_word().load(), 41u);
}

/// Rings are looked at one after another: news of the first may come, and its wake, while the last is looked at.
TEST(Idle, DoesNotSleepThroughNewsThatCameDuringTheLastLook) {
  PlantInFolder made{{.rings = {"first", "second", "third"}}};
  const auto in_first = made.define("A", 0), in_second = made.define("B", 1), in_third = made.define("C", 2);
  made.quote(in_second, 1, 2, 1, 1, 1);
  made.quote(in_third, 1, 2, 1, 1, 2);
  std::atomic<std::uint64_t>* image = nullptr;
  std::atomic<std::uint32_t>* word = nullptr;
  for (ringbuf::WritableSegment& segment : made.segments().segments()) {
    if (segment.path().filename() == "image.second.seg") {
      image = &ringbuf::array_at<ringbuf::ImageSlot>(segment.payload(), 0, 65)[in_second.value].stamp;
    }
    if (segment.path().filename() == "catalog.seg") word = &segment.header().wake_word;
  }
  struct Handler {
    void operator()(const ringbuf::Record&) {}
    void on_image(ringbuf::InstrumentId id, const ringbuf::ImageEntry&) { (*take)(id); }
    std::function<void(ringbuf::InstrumentId)>* take;
  };
  std::function<void(ringbuf::InstrumentId)> take = [&](ringbuf::InstrumentId id) {
    if (id == in_third) image->store(*image & ~ringbuf::kWritingBit);
    if (id != in_second) return;
    made.quote(in_first, 3, 4);  // this ring was looked at before
    word->fetch_add(1, std::memory_order_release);
  };
  image->store(*image | ringbuf::kWritingBit);  // so that the second look hands this image over
  Plant plant = Plant::in_folder(made.folder());
  Subscriber ticks{plant, {.rings = {"first", "second", "third"}, .join = Join::image}};
  Handler handler{&take};
  Idle idle{IdleStrategy::sleep, milliseconds(200)};
  EXPECT_EQ(ticks.poll_or_idle(handler, idle), 0u);
  EXPECT_EQ(idle.slept_count(), 1u) << "it meant to";
  EXPECT_EQ(idle.timed_out_count(), 0u);
  EXPECT_EQ(ticks.poll_or_idle(handler, idle), 1u);
}

TEST_F(IdleTest, FollowsARebuiltPlantAlthoughNobodyWakesIt) {
  Idle idle{IdleStrategy::sleep, milliseconds(10)};
  while (ticks_.poll_or_idle(seen_, idle) != 0) {
  }
  tests::PlantShape shape = made_.shape();
  shape.ring_slots *= 2;
  made_.succeed(shape);
  made_.quote(apple_, 1, 2);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (seen_.records.empty() && std::chrono::steady_clock::now() < end) ticks_.poll_or_idle(seen_, idle);
  EXPECT_EQ(seen_.attached.size(), 1u);
  EXPECT_EQ(seen_.records.size(), 1u);
}

TEST_F(IdleTest, WhoDoesNotSleepMakesNoUseOfTheWord) {
  for (const IdleStrategy strategy : {IdleStrategy::spin, IdleStrategy::pause, IdleStrategy::yield}) {
    Idle idle{strategy};
    EXPECT_EQ(ticks_.poll_or_idle(seen_, idle), 0u);
    EXPECT_EQ(idle.slept_count(), 0u);
  }
}

}  // namespace
}  // namespace tickplant::clients::this_file
