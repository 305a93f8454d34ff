// What `tickplant compute` writes about the golden trades: each golden file byte for byte, in one shard and in several.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "clients/cli/compute/compute.hpp"
#include "tests/support/golden_csv.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests::this_file {
namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

/// The lines before a difference are not worth printing; the first that differs is.
void expect_same_file(const std::filesystem::path& ours, const std::filesystem::path& golden) {
  const std::string left = bytes_of(ours), right = bytes_of(golden);
  if (left == right) return;
  std::istringstream left_lines(left), right_lines(right);
  std::string a, b;
  for (int number = 1; std::getline(left_lines, a) && std::getline(right_lines, b); ++number) {
    ASSERT_EQ(a, b) << golden << " line " << number;
  }
  FAIL() << golden << ": one is longer, " << left.size() << " and " << right.size() << " bytes";
}

struct Case {
  std::string set, profile;
  std::uint32_t shards = 1;
};
void PrintTo(const Case& each, std::ostream* out) {
  *out << each.set << ' ' << each.profile << " in " << each.shards << " shards";
}

class ComputeWindows : public testing::TestWithParam<Case> {};

TEST_P(ComputeWindows, FilesAreThoseOfTheReference) {
  const auto& [set, profile, shards] = GetParam();
  const auto file_of = [&, where = set](const std::string& name) {
    return golden_set("windows/" + where + "/" + name);
  };
  if (!file_of("input.csv")) GTEST_SKIP() << "golden data absent: windows/" << set;
  const TempDirectory folder;
  cli::ComputeOptions options;
  options.input = file_of("input.csv")->string();
  options.config = std::string(TICKPLANT_SOURCE_DIR) + "/config/golden/" + profile + ".yaml";
  options.out = folder / "out";
  options.shards = shards;
  const cli::ComputeSummary summary = cli::compute(options);

  int compared = 0;
  for (const std::string& name :
       {"emissions_" + profile, std::string(profile == "P4" ? "final_BL2" : "final_BL60"), "late_" + profile}) {
    const auto golden = file_of(name + ".csv");
    if (!golden) continue;
    expect_same_file(options.out / (name + ".csv"), *golden);
    ++compared;
  }
  EXPECT_EQ(compared, profile == "P2" ? 1 : profile == "P4" ? 3 : 2);
  if (const auto golden = file_of("emission_order_" + profile + ".csv")) {
    const GoldenCsv order(*golden), emissions(options.out / ("emissions_" + profile + ".csv"));
    ASSERT_EQ(order.rows.size(), emissions.rows.size());
    ASSERT_EQ(order.header.size(), 9u);
    for (std::size_t i = 0; i < order.rows.size(); ++i) {
      ASSERT_TRUE(std::equal(order.rows[i].begin(), order.rows[i].end(), emissions.rows[i].begin())) << "row " << i;
    }
  }
  const auto golden = nlohmann::json::parse(bytes_of(*file_of("summary.json"))).at(profile);
  const auto ours = nlohmann::json::parse(bytes_of(options.out / "summary.json")).at(profile);
  for (const auto& [name, value] : golden.items()) EXPECT_EQ(ours.at(name), value) << name;
  EXPECT_EQ(summary.records, golden.at("events").get<std::uint64_t>());
  EXPECT_EQ(summary.rows, golden.at("emissions").get<std::uint64_t>());
}

INSTANTIATE_TEST_SUITE_P(Profiles, ComputeWindows,
                         testing::Values(Case{"edge", "P1"}, Case{"edge", "P2"}, Case{"edge", "P3"}, Case{"edge", "P4"},
                                         Case{"edge", "P3", 8}, Case{"synth_1", "P1"}, Case{"synth_1", "P2"},
                                         Case{"synth_1", "P3"}, Case{"synth_1", "P4"}, Case{"synth_1", "P3", 8},
                                         Case{"us_20131008", "P1"}, Case{"us_20131008", "P2"},
                                         Case{"us_20131008", "P3"}, Case{"us_20131008", "P4"},
                                         Case{"us_20131008", "P3", 3}),
                         [](const auto& each) {
                           return each.param.set + "_" + each.param.profile + "_in_" +
                                  std::to_string(each.param.shards);
                         });

}  // namespace
}  // namespace tickplant::tests::this_file
