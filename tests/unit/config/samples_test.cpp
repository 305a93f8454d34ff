// The sample files: valid, complete, and each what its head says it is.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "config/load_config.hpp"
#include "config/render_config.hpp"
#include "config/schema.hpp"
#include "config/segment_sizes.hpp"

namespace tickplant::config::this_file {
namespace {

std::string path_of(const std::string& name) { return std::string(TICKPLANT_SOURCE_DIR) + "/config/" + name + ".yaml"; }

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::uint64_t total_bytes(const PlantConfig& config) {
  std::uint64_t sum = 0;
  for (const SegmentSize& segment : segment_sizes(config)) sum += segment.bytes;
  return sum;
}

class Samples : public testing::TestWithParam<std::string> {};

TEST_P(Samples, LoadWithoutAViolation) { EXPECT_NO_THROW((void)load_config_file(path_of(GetParam()), {})); }

TEST_P(Samples, ExplainEveryKeyInTheWordsOfTheSchema) {
  const std::string text = content_of(path_of(GetParam()));
  const std::size_t head_end = text.find("\n\n");
  ASSERT_NE(head_end, std::string::npos) << "a head of comments, an empty line, then the keys";
  for (std::size_t line = 0; line < head_end; line = text.find('\n', line) + 1) EXPECT_EQ(text[line], '#');
  EXPECT_EQ(text.substr(head_end + 2), render_explained(load_config_file(path_of(GetParam()), {})))
      << "below its head the file has to be what `tickplant config show --explain` makes of it";
}

TEST_P(Samples, HoldEveryKeyWithItsDefaultPurposeAndTrade) {
  const std::string text = content_of(path_of(GetParam()));
  PlantConfig one_of_each;
  one_of_each.feeds.push_back({});
  one_of_each.threads.push_back({});
  for (const Setting& setting : settings_of(one_of_each)) {
    EXPECT_NE(text.find(std::string(setting.key()) + ": "), std::string::npos) << setting.path;
    EXPECT_FALSE(setting.meaning.unit.empty() || setting.meaning.purpose.empty() || setting.meaning.trade.empty())
        << setting.path;
    EXPECT_FALSE(setting.default_text.empty() && setting.meaning.example.empty())
        << setting.path << " needs an example";
    EXPECT_NE(text.find(setting.meaning.purpose.substr(0, 40)), std::string::npos) << setting.path;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Samples, testing::Values("demo", "staging", "production"),
                         [](const auto& sample) { return sample.param; });

TEST(DemoSample, FitsALaptop) {
  const PlantConfig config = load_config_file(path_of("demo"), {}).config;
  EXPECT_LE(total_bytes(config), 32u << 20) << "a container has 64 MiB of shared memory";
  EXPECT_EQ(config.memory.huge_pages, HugePages::never);
  EXPECT_FALSE(config.memory.lock);
  for (const ThreadConfig& thread : config.threads) {
    EXPECT_EQ(thread.core, "any");
    EXPECT_EQ(thread.idle, IdleStrategy::park);
  }
}

TEST(ProductionSample, PinsSpinsAndLocks) {
  const PlantConfig config = load_config_file(path_of("production"), {}).config;
  EXPECT_EQ(config.memory.huge_pages, HugePages::require);
  EXPECT_TRUE(config.memory.lock);
  ASSERT_FALSE(config.threads.empty());
  for (const ThreadConfig& thread : config.threads) {
    EXPECT_NE(thread.core, "any");
    EXPECT_EQ(thread.idle, IdleStrategy::spin);
  }
  EXPECT_TRUE(config.feeds.at(0).source.line_b.present());
}

TEST(StagingSample, HasProductionsSize) {
  EXPECT_EQ(total_bytes(load_config_file(path_of("staging"), {}).config),
            total_bytes(load_config_file(path_of("production"), {}).config));
}

}  // namespace
}  // namespace tickplant::config::this_file
