// The sample files of analytics: valid, and each what its head says it is.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "config/load_analytics.hpp"
#include "config/render_analytics.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::config::this_file {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::string path_of(const std::string& name) { return std::string(TICKPLANT_SOURCE_DIR) + "/config/" + name; }

std::vector<std::string> sample_names() {
  std::vector<std::string> names;
  for (const std::string folder : {"analytics", "golden"}) {
    for (const auto& entry : std::filesystem::directory_iterator(path_of(folder))) {
      if (entry.path().extension() == ".yaml") names.push_back(folder + '/' + entry.path().filename().string());
    }
  }
  return names;
}

TEST(AnalyticsSamples, LoadWithoutAViolationAndAreTheSameRendered) {
  const std::vector<std::string> names = sample_names();
  EXPECT_GE(names.size(), 8u);
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const AnalyticsConfig config = load_analytics_file(path_of(name));
    EXPECT_EQ(load_analytics_text(to_yaml(config), config.file_name), config);
  }
}

TEST(AnalyticsSamples, AreNamedAfterTheirFiles) {
  for (const std::string& name : sample_names()) {
    const std::string label = load_analytics_file(path_of(name)).name;
    EXPECT_TRUE(name == "golden/" + label + ".yaml" || (label.empty() && name == "analytics/standard.yaml")) << name;
  }
}

TEST(StandardSample, HoldsWhatAPlantIsExpectedToCompute) {
  const AnalyticsConfig config = load_analytics_file(path_of("analytics/standard.yaml"));
  ASSERT_EQ(config.sets.size(), 1u);
  const SetConfig& set = config.sets[0];
  EXPECT_EQ(set.symbols, std::vector<std::string>{"*"});
  EXPECT_EQ(config.default_watermark, WatermarkConfig{}) << "it shows the defaults";
  ASSERT_NE(set.find_average(), nullptr);
  EXPECT_EQ(set.find_average()->size_ns, 300 * kSecond);
  bool has_tick_cross = false;
  for (const SignalConfig& signal : set.signals) {
    has_tick_cross |= signal.kind == SignalKind::cross && signal.on == "ticks" && signal.b.name == "ma_5min";
  }
  EXPECT_TRUE(has_tick_cross);
}

/// A line of prose has one space behind its #, a line of YAML none, or more than one.
std::string with_everything_taken_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string yaml, line;
  while (std::getline(file, line)) {
    const std::size_t mark = line.find_first_not_of(' ');
    if (mark != line.npos && line[mark] == '#') {
      const std::size_t next = line.find_first_not_of(' ', mark + 1);
      if (next != line.npos && next != mark + 2) line.erase(mark, 1);
    }
    yaml += line + '\n';
  }
  return yaml;
}

TEST(StandardSample, IsValidWithEverythingTakenIn) {
  const std::string yaml = with_everything_taken_in(path_of("analytics/standard.yaml"));
  try {
    const AnalyticsConfig config = load_analytics_text(yaml, "all.yaml");
    EXPECT_EQ(config.name, "standard");
    EXPECT_EQ(config.watermarks.size(), 1u);
    EXPECT_EQ(config.sets.at(0).windows.size(), 8u);
    EXPECT_EQ(config.sets.at(0).patterns.size(), 1u);
  } catch (const ConfigError& error) {
    FAIL() << error.what() << '\n' << yaml;
  }
}

TEST(GoldenSamples, HaveTheWindowsOfTheReference) {
  struct Profile {
    const char* name;
    std::int64_t bound, lateness;
  };
  for (const Profile profile : {Profile{"P1", 60, 0}, {"P2", 0, 60}, {"P3", 5, 55}, {"P4", 2, 0}}) {
    SCOPED_TRACE(profile.name);
    const AnalyticsConfig config = load_analytics_file(path_of(std::string("golden/") + profile.name + ".yaml"));
    EXPECT_EQ(config.default_watermark.bound_ns, profile.bound * kSecond);
    EXPECT_EQ(config.default_watermark.lateness_ns, profile.lateness * kSecond);
    EXPECT_EQ(config.default_watermark.when_all_idle, WhenAllIdle::hold);
    const std::vector<WindowConfig>& windows = config.sets.at(0).windows;
    ASSERT_EQ(windows.size(), 4u);
    EXPECT_EQ(windows[0], (WindowConfig{.name = "T60", .size_ns = 60 * kSecond, .slide_ns = 60 * kSecond}));
    EXPECT_EQ(windows[1], (WindowConfig{.name = "S300_60", .size_ns = 300 * kSecond, .slide_ns = 60 * kSecond}));
    EXPECT_EQ(windows[2], (WindowConfig{.name = "S100_30", .size_ns = 100 * kSecond, .slide_ns = 30 * kSecond}));
    EXPECT_EQ(windows[3], (WindowConfig{.name = "T3600_o1800",
                                        .size_ns = 3600 * kSecond,
                                        .slide_ns = 3600 * kSecond,
                                        .offset_ns = 1800 * kSecond}));
  }
}

TEST(PlantsAnalytics, AreTheFileItNamesOrTheOneBuiltInOrNone) {
  PlantConfig plant;
  EXPECT_EQ(load_analytics_of(plant), std::nullopt);
  plant.analytics.file = "auto";
  const auto built_in = load_analytics_of(plant);
  ASSERT_TRUE(built_in.has_value());
  plant.analytics.file = path_of("analytics/standard.yaml");
  EXPECT_EQ(to_yaml(*load_analytics_of(plant)), to_yaml(*built_in));
  plant.analytics.file = path_of("analytics/not_there.yaml");
  EXPECT_THROW((void)load_analytics_of(plant), platform::SetupError);
}

}  // namespace
}  // namespace tickplant::config::this_file
