// Which thread gets which core, and what becomes of wishes that a machine cannot grant.
#include "daemon/thread_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/setup_error.hpp"

namespace tickplant::daemon::this_file {
namespace {

using config::IdleStrategy;
using platform::CpuTopology;
using testing::ElementsAre;
using testing::HasSubstr;

config::PlantConfig plant_with_feeds(std::initializer_list<const char*> names) {
  config::PlantConfig plant;
  for (const char* name : names) {
    config::FeedConfig feed;
    feed.name = name;
    plant.feeds.push_back(feed);
  }
  return plant;
}

config::ThreadConfig thread(const char* name, std::vector<std::string> stages, const char* core, IdleStrategy idle) {
  return {name, std::move(stages), core, idle};
}

const CpuTopology& big_machine() {
  static const CpuTopology topology = CpuTopology::synthetic("package:2 [numa] core:4 pu:1");
  return topology;
}

TEST(ThreadPlan, GivesAFeedThatNoThreadNamesAParkedOneOfItsOwn) {
  const ThreadPlans plans = plan_threads(plant_with_feeds({"nasdaq"}), big_machine());
  ASSERT_EQ(plans.threads.size(), 1u);
  EXPECT_EQ(plans.threads[0].name, "nasdaq");
  EXPECT_THAT(plans.threads[0].stages, ElementsAre("feed.nasdaq"));
  EXPECT_EQ(plans.threads[0].cpu, std::nullopt);
  EXPECT_EQ(plans.threads[0].idle, IdleStrategy::park);
  EXPECT_TRUE(plans.notes.empty());
}

TEST(ThreadPlan, GivesAnalyticsAThreadOfItsOwnAndSeveralShardsOneEach) {
  config::PlantConfig plant = plant_with_feeds({"a"});
  const auto names = [&] {
    std::vector<std::string> all;
    for (const ThreadPlan& each : plan_threads(plant, big_machine()).threads) all.push_back(each.name);
    return all;
  };
  EXPECT_THAT(names(), ElementsAre("a"));
  plant.analytics.file = "auto";
  EXPECT_THAT(names(), ElementsAre("a", "analytics", "alerts"));
  plant.analytics.shards = 2;
  EXPECT_THAT(names(), ElementsAre("a", "sequencer", "analytics_0", "analytics_1", "alerts"));
}

TEST(ThreadPlan, FusesAnalyticsWithItsFeed) {
  config::PlantConfig plant = plant_with_feeds({"a"});
  plant.analytics.file = "auto";
  plant.threads = {thread("hot", {"feed.a", "analytics", "alerts"}, "package1/core2", IdleStrategy::spin)};
  const ThreadPlans plans = plan_threads(plant, big_machine());
  ASSERT_EQ(plans.threads.size(), 1u);
  EXPECT_THAT(plans.threads[0].stages, ElementsAre("feed.a", "analytics", "alerts"));
}

TEST(ThreadPlan, PinsAndFusesAsConfigured) {
  config::PlantConfig plant = plant_with_feeds({"a", "b", "c"});
  plant.threads = {thread("hot", {"feed.b", "feed.a"}, "package1/core2", IdleStrategy::spin)};
  const ThreadPlans plans = plan_threads(plant, big_machine());
  ASSERT_EQ(plans.threads.size(), 2u);
  EXPECT_THAT(plans.threads[0].stages, ElementsAre("feed.b", "feed.a"));
  EXPECT_EQ(plans.threads[0].cpu, 6);
  EXPECT_EQ(plans.threads[0].idle, IdleStrategy::spin);
  EXPECT_THAT(plans.threads[1].stages, ElementsAre("feed.c"));
}

TEST(ThreadPlan, KeepsTheNamesOfThreadsApart) {
  config::PlantConfig plant = plant_with_feeds({"a", "b"});
  plant.threads = {thread("b", {"feed.a"}, "any", IdleStrategy::park)};
  const ThreadPlans plans = plan_threads(plant, big_machine());
  EXPECT_EQ(plans.threads[0].name, "b");
  EXPECT_EQ(plans.threads[1].name, "b_");
}

TEST(ThreadPlan, NeitherPinsNorSpinsWithFewerCpusThanThreadsAndSaysSo) {
  config::PlantConfig plant = plant_with_feeds({"a", "b", "c"});
  plant.threads = {thread("one", {"feed.a"}, "cpu0", IdleStrategy::spin),
                   thread("two", {"feed.b"}, "cpu1", IdleStrategy::yield)};
  const ThreadPlans plans = plan_threads(plant, CpuTopology::synthetic("package:1 core:2 pu:1"));
  for (const ThreadPlan& each : plans.threads) EXPECT_EQ(each.cpu, std::nullopt) << each.name;
  EXPECT_EQ(plans.threads[0].idle, IdleStrategy::park);
  EXPECT_EQ(plans.threads[1].idle, IdleStrategy::yield) << "it gives its time away as it is";
  ASSERT_EQ(plans.notes.size(), 1u);
  EXPECT_THAT(plans.notes[0], HasSubstr("3 threads of stages, and this process may use 2 cpus"));
}

TEST(ThreadPlan, CountsTheCpusThisProcessMayUseNotThoseOfTheMachine) {
  config::PlantConfig plant = plant_with_feeds({"a", "b"});
  plant.threads = {thread("one", {"feed.a"}, "cpu0", IdleStrategy::pause)};
  const ThreadPlans plans = plan_threads(plant, CpuTopology::synthetic("package:1 core:8 pu:1", platform::CpuList{0}));
  EXPECT_EQ(plans.threads[0].cpu, std::nullopt);
  EXPECT_EQ(plans.threads[0].idle, IdleStrategy::park);
  EXPECT_THAT(plans.notes, ElementsAre(HasSubstr("may use 1 cpu:")));
}

TEST(ThreadPlan, LeavesTheOnlyCpuToEverybody) {
  config::PlantConfig plant = plant_with_feeds({"a"});
  plant.threads = {thread("one", {"feed.a"}, "cpu0", IdleStrategy::spin)};
  const ThreadPlans plans = plan_threads(plant, CpuTopology::synthetic("package:1 core:1 pu:1"));
  EXPECT_EQ(plans.threads[0].idle, IdleStrategy::park);
  EXPECT_THAT(plans.notes, ElementsAre(HasSubstr("1 thread of stages, and this process may use 1 cpu:")));
}

TEST(ThreadPlan, SaysNothingWhereNothingWasWished) {
  EXPECT_TRUE(
      plan_threads(plant_with_feeds({"a", "b"}), CpuTopology::synthetic("package:1 core:1 pu:1")).notes.empty());
}

TEST(ThreadPlan, WarnsOfTwoThreadsOnOneCpuUnderTwoNames) {
  config::PlantConfig plant = plant_with_feeds({"a", "b"});
  plant.threads = {thread("one", {"feed.a"}, "cpu1", IdleStrategy::spin),
                   thread("two", {"feed.b"}, "package0/core1", IdleStrategy::spin)};
  EXPECT_THAT(plan_threads(plant, big_machine()).notes,
              ElementsAre(HasSubstr("shares cpu1"), HasSubstr("shares cpu1")));
}

TEST(ThreadPlan, RefusesACoreThatIsNotThere) {
  config::PlantConfig plant = plant_with_feeds({"a"});
  plant.threads = {thread("one", {"feed.a"}, "cpu99", IdleStrategy::spin)};
  EXPECT_THROW((void)plan_threads(plant, big_machine()), platform::SetupError);
}

TEST(ThreadPlan, GivesTheRecorderAThreadOfItsOwnThatTakesNoCore) {
  config::PlantConfig plant = plant_with_feeds({"a", "b"});
  plant.threads = {thread("one", {"feed.a"}, "cpu0", IdleStrategy::spin),
                   thread("recorder", {"feed.b"}, "cpu1", IdleStrategy::spin)};
  plant.recorder.folder = "/data";
  const ThreadPlans plans = plan_threads(plant, CpuTopology::synthetic("package:1 core:2 pu:1"));
  ASSERT_EQ(plans.threads.size(), 3u);
  EXPECT_EQ(plans.threads[2].name, "recorder_");
  EXPECT_THAT(plans.threads[2].stages, ElementsAre("recorder"));
  EXPECT_EQ(plans.threads[2].cpu, std::nullopt);
  EXPECT_EQ(plans.threads[2].idle, IdleStrategy::park);
  EXPECT_TRUE(plans.threads[0].cpu.has_value()) << "the others keep theirs";
}

TEST(ThreadPlan, GivesTheJournalAThreadOfItsOwnUnlessOneIsNamed) {
  config::PlantConfig plant = plant_with_feeds({"a"});
  plant.journal.folder = "auto";
  const ThreadPlans plans = plan_threads(plant, big_machine());
  ASSERT_EQ(plans.threads.size(), 2u);
  EXPECT_THAT(plans.threads[1].stages, ElementsAre("journal"));
  EXPECT_EQ(plans.threads[1].cpu, std::nullopt);
  plant.threads = {thread("all", {"feed.a", "journal"}, "any", IdleStrategy::park)};
  EXPECT_EQ(plan_threads(plant, big_machine()).threads.size(), 1u);
}

TEST(ThreadPlan, FusesTheRecorderWhereItIsTold) {
  config::PlantConfig plant = plant_with_feeds({"a"});
  plant.recorder.folder = "/data";
  plant.threads = {thread("all", {"feed.a", "recorder"}, "any", IdleStrategy::park)};
  EXPECT_EQ(plan_threads(plant, big_machine()).threads.size(), 1u);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
