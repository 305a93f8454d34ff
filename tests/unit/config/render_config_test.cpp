#include "config/render_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/schema.hpp"
#include "tests/unit/config/config_fixture.hpp"

namespace tickplant::config::this_file {
namespace {

using testing::HasSubstr;
using testing::Not;

const ShownSetting& find(const std::vector<ShownSetting>& shown, const std::string& path) {
  for (const ShownSetting& each : shown) {
    if (each.path == path) return each;
  }
  ADD_FAILURE() << path << " is not shown";
  return shown.front();
}

TEST(EffectiveSettings, NameTheOriginOfEachValue) {
  const auto shown = effective_settings(load(kSmallConfig, {{"TICKPLANT_LOG_LEVEL", "warn"}}));
  EXPECT_EQ(find(shown, "rings.ticks.slots").origin, "test.yaml:5");
  EXPECT_EQ(find(shown, "feeds.nasdaq.source.path").origin, "test.yaml:10");
  EXPECT_EQ(find(shown, "log.level").origin, "TICKPLANT_LOG_LEVEL");
  EXPECT_EQ(find(shown, "log.level").text, "warn");
  EXPECT_EQ(find(shown, "rings.ticks.kind").origin, "default");
}

TEST(EffectiveSettings, GiveValuesForPeopleAndForPrograms) {
  const auto shown = effective_settings(load(kSmallConfig));
  const auto expect = [&](const std::string& path, const std::string& text, const std::string& json,
                          const std::string& unit) {
    EXPECT_EQ(find(shown, path).text, text);
    EXPECT_EQ(find(shown, path).json, json);
    EXPECT_EQ(find(shown, path).unit, unit);
  };
  expect("text.size", "1MiB", "1048576", "bytes");
  expect("plant.heartbeat_interval", "100ms", "100000000", "ns");
  expect("rings.ticks.slots", "65536", "65536", "slots");
  expect("memory.lock", "false", "false", "-");
  expect("plant.file_mode", "0640", "\"0640\"", "octal");
  expect("plant.readers_group", "\"\"", "\"\"", "-");
  expect("feeds.nasdaq.publish", "[orders, trades, quotes, depth]", R"(["orders", "trades", "quotes", "depth"])", "-");
  expect("feeds.nasdaq.trading_date", "auto", "\"auto\"", "date");
  expect("feeds.nasdaq.hours", "04:00-20:00", "\"04:00-20:00\"", "local time");
}

TEST(EffectiveSettings, LeaveOutWhatHasNoValue) {
  for (const ShownSetting& each : effective_settings(load(kSmallConfig))) {
    EXPECT_THAT(each.path, Not(HasSubstr("line_a.group")));
    EXPECT_THAT(each.path, Not(HasSubstr("line_b.port")));
  }
}

TEST(RenderEffective, IsYamlWithOrigins) {
  const std::string text = render_effective(load(kSmallConfig));
  EXPECT_THAT(text, HasSubstr("rings:\n"
                              "  ticks:\n"
                              "    kind: tick                                        # default\n"
                              "    slots: 65536                                      # test.yaml:5\n"
                              "feeds:\n"));
}

TEST(RenderExplained, HoldsEveryKeyOfAnEmptyConfigInComments) {
  LoadedConfig nothing;
  nothing.config.rings.clear();
  const std::string text = render_explained(nothing);
  PlantConfig one_of_each;
  one_of_each.feeds.push_back({});
  one_of_each.threads.push_back({});
  for (const Setting& setting : settings_of(one_of_each)) {
    EXPECT_THAT(text, HasSubstr('#' + std::string(setting.key()) + ": ")) << setting.path;
  }
  for (const char* entry : {"  #ticks:\n", "  #nasdaq:\n", "    #source:\n", "      #line_b:\n", "  #market:\n"}) {
    EXPECT_THAT(text, HasSubstr(entry));
  }
  EXPECT_THAT(report_on("plant: {name: a}\n" + text.substr(text.find("instruments:"))), HasSubstr("no feeds"));
}

TEST(RenderExplained, SaysWhatAKeyIsForWhatItTakesAndWhatIsTraded) {
  const std::string text = render_explained(load(kSmallConfig));
  EXPECT_THAT(
      text,
      HasSubstr("    # Records kept before the ring overwrites them; 2^20 ticks are 64 MiB, 1 s at 1 M records/s.\n"
                "    # Allowed: a power of two from 64 to 4294967296. Unit: slots. Default: 1048576.\n"
                "    # More: slow readers survive longer bursts. Fewer: more of the ring stays in cache. Below 65536 a "
                "stall of\n"
                "    # 50 ms laps a reader at 1 M records/s.\n"
                "    slots: 65536\n"));
}

TEST(RenderExplained, ExplainsOnlyTheFirstOfSeveralEntries) {
  const std::string text = render_explained(
      load(std::string(kSmallConfig) + "  other: {protocol: itch50, venue: XNAS, source: {kind: pcap, path: b}}\n"));
  EXPECT_THAT(text, HasSubstr("\n\n  other:\n"
                              "    protocol: itch50\n"
                              "    venue: XNAS\n\n"
                              "    source:\n"
                              "      kind: pcap\n"
                              "      path: b\n\n"));
}

TEST(RenderConfig, LoadsBackAsTheSameConfig) {
  const LoadedConfig loaded =
      load(std::string(kSmallConfig) + "memory: {lock: true, hugetlbfs_path: \"/mnt/my huge #1\"}\n");
  const auto same_values = [&](const std::string& text) {
    const auto before = effective_settings(loaded), after = effective_settings(load(text));
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      EXPECT_EQ(before[i].path, after[i].path);
      EXPECT_EQ(before[i].text, after[i].text) << before[i].path;
    }
  };
  same_values(render_effective(loaded));
  same_values(render_explained(loaded));
}

}  // namespace
}  // namespace tickplant::config::this_file
