#include "config/environment.hpp"

#include <gtest/gtest.h>

#include <set>

#include "config/schema.hpp"
#include "tests/unit/config/config_fixture.hpp"

namespace tickplant::config::this_file {
namespace {

TEST(Environment, NamesAVariableAfterItsPath) {
  EXPECT_EQ(variable_of("rings.ticks.slots"), "TICKPLANT_RINGS_TICKS_SLOTS");
  EXPECT_EQ(variable_of("feeds.cme_3.source.line_a.port"), "TICKPLANT_FEEDS_CME_3_SOURCE_LINE_A_PORT");
}

TEST(Environment, WinsOverTheFile) {
  const LoadedConfig loaded = load(kSmallConfig, {{"TICKPLANT_RINGS_TICKS_SLOTS", "1024"}});
  EXPECT_EQ(loaded.config.rings.at(0).slot_count, 1024u);
  EXPECT_EQ(loaded.origin_of("rings.ticks.slots"), "TICKPLANT_RINGS_TICKS_SLOTS");
}

TEST(Environment, WinsOverADefault) {
  const LoadedConfig loaded = load(kSmallConfig, {{"TICKPLANT_MEMORY_LOCK", "true"}});
  EXPECT_TRUE(loaded.config.memory.lock);
}

TEST(Environment, OverridesTheDefaultRing) {
  const LoadedConfig loaded =
      load(small_config_with("rings:\n  ticks:\n    slots: 65536\n", ""), {{"TICKPLANT_RINGS_TICKS_SLOTS", "65536"}});
  EXPECT_EQ(loaded.config.rings.at(0).slot_count, 65'536u);
}

TEST(Environment, SplitsListsAtCommas) {
  const auto publish = [](const char* value) {
    return load(kSmallConfig, {{"TICKPLANT_FEEDS_NASDAQ_PUBLISH", value}}).config.feeds.at(0).publish;
  };
  EXPECT_EQ(publish("orders"), std::vector{Form::orders});
  EXPECT_EQ(publish("orders,depth"), (std::vector{Form::orders, Form::depth}));
  for (const char* value : {"", ",", "orders,", "orders, depth"}) {
    EXPECT_EQ(violations_in(kSmallConfig, {{"TICKPLANT_FEEDS_NASDAQ_PUBLISH", value}}).size(), 1u) << value;
  }
}

TEST(Environment, SuppliesARequiredKey) {
  EXPECT_EQ(report_on(small_config_with("    venue: XNAS\n", ""), {{"TICKPLANT_FEEDS_NASDAQ_VENUE", "XNAS"}}), "");
}

TEST(Environment, ReportsABadValueUnderTheVariablesName) {
  EXPECT_EQ(report_on(kSmallConfig, {{"TICKPLANT_RINGS_TICKS_SLOTS", "1000"}}),
            "TICKPLANT_RINGS_TICKS_SLOTS: rings.ticks.slots is 1000, not a power of two\n  remedy: use 512 or 1024\n");
}

TEST(Environment, IsHeldToTheRulesAcrossKeys) {
  EXPECT_EQ(report_on(kSmallConfig, {{"TICKPLANT_FEEDS_NASDAQ_RING", "tick"}}),
            "TICKPLANT_FEEDS_NASDAQ_RING: feeds.nasdaq.ring is 'tick', there is no such ring\n"
            "  remedy: did you mean 'ticks'?\n");
}

TEST(Environment, ReportsAVariableThatSetsNothing) {
  EXPECT_EQ(report_on(kSmallConfig, {{"TICKPLANT_RING_TICKS_SLOTS", "1024"}}),
            "TICKPLANT_RING_TICKS_SLOTS: unknown variable, it sets no key of test.yaml\n"
            "  remedy: did you mean TICKPLANT_RINGS_TICKS_SLOTS?\n");
  EXPECT_EQ(report_on(kSmallConfig, {{"TICKPLANT_", ""}}),
            "TICKPLANT_: unknown variable, it sets no key of test.yaml\n"
            "  remedy: unset it, or name a key: log.level is TICKPLANT_LOG_LEVEL\n");
  EXPECT_EQ(violations_in(kSmallConfig, {{"TICKPLANT_RINGS_NEW_SLOTS", "1024"}}).size(), 1u)
      << "the environment must not make entries";
}

TEST(Environment, LeavesVariablesOfProgramsAndStrangersAlone) {
  EXPECT_EQ(report_on(kSmallConfig, {{"TICKPLANT_CONFIG", "x"},
                                     {"TICKPLANT_PLANT", "x"},
                                     {"TICKPLANT_RUNTIME", "x"},
                                     {"TICKPLANT_SHARED_DATA", "x"},
                                     {"HOME", "x"},
                                     {"TICKPLANTX", "x"}}),
            "");
}

TEST(Environment, OfThisProcessHoldsOurVariablesOnly) {
  ASSERT_EQ(::setenv("TICKPLANT_LOG_LEVEL", "a=b", 1), 0);
  const Environment environment = process_environment();
  ::unsetenv("TICKPLANT_LOG_LEVEL");
  ASSERT_EQ(environment.count("TICKPLANT_LOG_LEVEL"), 1u);
  EXPECT_EQ(environment.at("TICKPLANT_LOG_LEVEL"), "a=b");
  EXPECT_EQ(environment.count("PATH"), 0u);
}

// TICKPLANT_FEEDS_A_SOURCE_PATH could be key `source.path` of feed `a` or key `path` of feed `a_source`, if there were
// such a key. Then a variable would mean two things.
TEST(Environment, CannotMeanTwoKeysWhateverEntriesAreCalled) {
  PlantConfig config;
  config.feeds.push_back({});
  config.threads.push_back({});
  config.feeds[0].name = config.threads[0].name = config.rings[0].name = "x";
  for (const EntrySection& section : kEntrySections) {
    const std::string prefix = variable_of(std::string(section.name) + ".x.");
    std::set<std::string> endings;
    for (const Setting& setting : settings_of(config)) {
      const std::string variable = variable_of(setting.path);
      if (variable.starts_with(prefix)) endings.insert(variable.substr(prefix.size()));
    }
    ASSERT_FALSE(endings.empty());
    for (const std::string& longer : endings) {
      for (const std::string& shorter : endings)
        EXPECT_FALSE(longer.ends_with('_' + shorter)) << longer << ' ' << shorter;
    }
  }
}

}  // namespace
}  // namespace tickplant::config::this_file
