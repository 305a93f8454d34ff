// Start, second start, stop, kill -9, restart: what operators do, and what clients see of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/daemon/book_client.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using testing::HasSubstr;
using tests::BookClient;
using tests::LivePlant;

TEST(Lifecycle, DrainsAndExitsZeroOnSigterm) {
  LivePlant live;
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  const clients::Plant plant = live.attach();
  EXPECT_EQ(plant.state(), clients::PlantState::live);
  EXPECT_EQ(live.daemon().stop(), 0);
  EXPECT_EQ(plant.state(), clients::PlantState::closed);
  EXPECT_THAT(live.daemon().output(), HasSubstr("has stopped"));
}

TEST(Lifecycle, RefusesASecondDaemonAndNamesTheFirst) {
  LivePlant live;
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  tests::Program second("tickplantd", {"--config", live.config_file()}, live.environment(),
                        tests::Streams{live.file("second.log")});
  EXPECT_EQ(second.wait(), 2);
  EXPECT_THAT(second.output(), HasSubstr("already run by process " + std::to_string(live.daemon().pid())));
  EXPECT_EQ(live.attach().state(), clients::PlantState::live) << "the first one must not notice";
}

TEST(Lifecycle, IsGoneWithoutATraceAfterStop) {
  LivePlant live;
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  std::string output;
  std::thread reaper([&] { (void)live.daemon().wait(); });
  EXPECT_EQ(live.command({"stop"}, &output), 0) << output;
  reaper.join();
  EXPECT_TRUE(!std::filesystem::exists(live.folder()) || std::filesystem::is_empty(live.folder())) << output;
}

/// Counts that no sequence is seen twice, none with another content, and how records go on behind a restart.
struct Watcher {
  void operator()(const ringbuf::Record& record) {
    book(record);
    if (record.header.type == ringbuf::RecordType::book_clear) ++clears;
  }
  void on_lost(std::string_view, ringbuf::SequenceRange range) { book.lost += range.count(); }
  void on_attached(std::string_view, ringbuf::Sequence) { ++attached; }
  BookClient book;
  int clears = 0;
  int attached = 0;
};

TEST(Lifecycle, WakesAClientThatSleepsAlsoTheSuccessorDoesAndNobodyElse) {
  LivePlant live;
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  live.start_venue({"--symbols", "50", "--rate", "2000", "--pre-open", "100ms"});
  const auto is_awake = [&] { return live.counter(counter::kWaker, counter::kIsAwake) == 1; };
  clients::Plant plant = live.attach();
  Watcher watcher;
  {
    clients::Subscriber subscriber(plant, {});
    clients::Idle idle{clients::IdleStrategy::sleep, std::chrono::seconds(60)};
    for (int restarts = 0; restarts < 2; ++restarts) {
      const std::uint64_t wanted = watcher.book.records + 500;
      const std::uint64_t slept = idle.slept_count();
      while ((watcher.book.records < wanted || idle.slept_count() == slept) && idle.timed_out_count() == 0) {
        subscriber.poll_or_idle(watcher, idle);
      }
      EXPECT_EQ(idle.timed_out_count(), 0u) << "nobody woke it";
      EXPECT_TRUE(is_awake());
      live.daemon().kill();
      ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
    }
  }
  EXPECT_TRUE(tests::eventually([&] { return !is_awake(); })) << "with the last one gone it rests";
}

TEST(Lifecycle, GoesOnInTheSameRingAfterKillMinusNine) {
  LivePlant live({.recovery_wait = "20s"});  // a venue on a busy machine may take its time to answer
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  const std::uint64_t generation = plant.generation();
  Watcher watcher;
  live.start_venue({"--symbols", "50", "--rate", "20000", "--pre-open", "100ms"});
  const auto read_on = [&](std::uint64_t records) {
    const std::uint64_t wanted = watcher.book.records + records;
    return tests::eventually([&] {
      while (subscriber.poll(watcher) > 0) continue;
      return watcher.book.records >= wanted;
    });
  };
  for (std::uint64_t epoch = 1; epoch <= 4; ++epoch) {
    SCOPED_TRACE("epoch " + std::to_string(epoch));
    ASSERT_TRUE(read_on(5'000)) << live.daemon().output();
    EXPECT_EQ(plant.epoch(), epoch);
    EXPECT_EQ(plant.state(), clients::PlantState::live);
    live.daemon().kill();
    EXPECT_EQ(plant.state(), clients::PlantState::dead);
    ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  }
  ASSERT_TRUE(read_on(5'000));
  EXPECT_TRUE(watcher.book.in_order) << "a sequence came twice, or went back";
  EXPECT_EQ(watcher.book.lost, 0u);
  EXPECT_EQ(watcher.attached, 0) << "readers must see a pause, not a reconnect";
  EXPECT_EQ(watcher.clears, 0) << "books go on as they were told";
  EXPECT_EQ(watcher.book.gaps + watcher.book.unknown_orders, 0u);
  EXPECT_EQ(plant.generation(), generation);
}

TEST(Lifecycle, GoesOnAfterAnOrderlyRestartToo) {
  LivePlant live;
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  Watcher watcher;
  const auto read_some = [&] {
    const std::uint64_t wanted = watcher.book.records + 5;
    return tests::eventually([&] { return subscriber.poll(watcher) == 0 && watcher.book.records >= wanted; });
  };
  ASSERT_TRUE(read_some());
  EXPECT_EQ(live.daemon().stop(), 0);
  EXPECT_EQ(plant.state(), clients::PlantState::closed);
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  ASSERT_TRUE(read_some());
  EXPECT_EQ(plant.state(), clients::PlantState::live);
  EXPECT_TRUE(watcher.book.in_order);
  EXPECT_EQ(watcher.attached, 0);
}

TEST(Lifecycle, ReadersMoveToARingOfAnotherSizeByThemselves) {
  LivePlant live({.ring_slots = 4096});
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  Watcher watcher;
  ASSERT_TRUE(tests::eventually([&] { return subscriber.poll(watcher) == 0 && watcher.book.records >= 3; }));
  EXPECT_EQ(live.daemon().stop(), 0);
  live.configure({.ring_slots = 8192});
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  EXPECT_TRUE(tests::eventually([&] {
    subscriber.poll(watcher);
    return watcher.attached == 1;
  })) << live.daemon().output();
  const std::uint64_t before = watcher.book.records;
  EXPECT_TRUE(tests::eventually([&] { return subscriber.poll(watcher) == 0 && watcher.book.records > before + 3; }));
}

TEST(Lifecycle, CountersGoOnAcrossRestarts) {
  LivePlant live;
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  live.start_venue({"--symbols", "20", "--rate", "5000", "--pre-open", "100ms"});
  ASSERT_TRUE(tests::eventually([&] { return live.feed_counter(counter::kMessages) > 2'000; }));
  live.daemon().kill();
  const std::uint64_t before = live.feed_counter(counter::kMessages);
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  EXPECT_GE(live.feed_counter(counter::kMessages), before);
  EXPECT_TRUE(tests::eventually([&] { return live.feed_counter(counter::kMessages) > before + 1'000; }));
}

}  // namespace
}  // namespace tickplant::this_file
