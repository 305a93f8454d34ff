// Every row that the engine makes of the golden trades, in the profiles P1 to P4: what is emitted in which order, what
// windows hold in the end, what was late, and the counters. In one shard and in eight.
//
// Fields are written here, apart from clients/cli/compute, and compared as text.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/analytics_run.hpp"
#include "tests/support/golden_csv.hpp"

namespace tickplant::tests::this_file {
namespace {

using Lines = std::vector<std::string>;

/// A file of a set, wherever it lies.
std::filesystem::path file_of(const std::string& set, const std::string& name) {
  const auto found = golden_set("windows/" + set + "/" + name);
  if (!found) throw std::runtime_error("golden file absent: " + set + "/" + name);
  return *found;
}

Lines lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  Lines lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  if (lines.empty()) throw std::runtime_error("empty: " + path.string());
  lines.erase(lines.begin());
  return lines;
}

std::string decimal(std::array<std::uint64_t, 2> words) {
  auto value = ringbuf::int128_of(words);
  std::string text;
  for (; value != 0 || text.empty(); value /= 10) {
    text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
  }
  return text;
}

std::string real(double value) {
  if (value != value) return "";
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

struct GoldenInput {
  AnalyticsInstruments instruments;
  std::vector<std::string> symbols;  // by id - 1, in their order
  std::vector<std::string> seqs;     // of the records
  std::vector<ringbuf::Record> records;

  explicit GoldenInput(const std::filesystem::path& path) {
    const GoldenCsv csv(path);
    const std::size_t seq = csv.column("seq"), time = csv.column("ts_ns"), symbol = csv.column("symbol"),
                      order = csv.column("xseq"), price = csv.column("px"), size = csv.column("size");
    for (const auto& row : csv.rows) symbols.push_back(row[symbol]);
    std::sort(symbols.begin(), symbols.end());
    symbols.erase(std::unique(symbols.begin(), symbols.end()), symbols.end());
    for (const std::string& each : symbols) instruments.add(each, 1, 100'000);
    Time newest = analytics::kBeforeAll;
    for (const auto& row : csv.rows) {
      const auto found = std::lower_bound(symbols.begin(), symbols.end(), row[symbol]);
      const Time at = GoldenCsv::decimal(row[time], 0);
      newest = std::max(newest, at);
      ringbuf::TradeBody body;
      body.price = {GoldenCsv::decimal(row[price], 0) * 100'000};
      body.size = {static_cast<std::uint64_t>(GoldenCsv::decimal(row[size], 0))};
      body.trade_id = static_cast<std::uint64_t>(GoldenCsv::decimal(row[order], 0));
      records.push_back(
          ringbuf::make_record({static_cast<std::uint32_t>(found - symbols.begin() + 1)}, {at}, {newest}, body));
      seqs.push_back(row[seq]);
    }
  }
  [[nodiscard]] std::string seq_of(std::uint64_t cause) const {
    return cause <= seqs.size() ? seqs[cause - 1] : std::to_string(std::stoull(seqs.back()) + 1);
  }
};

class GoldenRun {
 public:
  GoldenRun(const GoldenInput& input, const std::string& profile, std::uint32_t shards)
      : input_(input), run_(yaml_of(profile), input.instruments, shards) {
    run_.on(input.records).finish();
  }

  [[nodiscard]] Lines emissions() const {
    Lines lines;
    for (const auto& record : run_.rows()) {
      const auto row = record.as<ringbuf::WindowRowBody>();
      lines.push_back(std::to_string(lines.size()) + ',' + input_.seq_of(record.header.cause_seq.value) + ',' +
                      time_of(row.watermark.value) + ',' + window_of(record) + ',' +
                      std::to_string(record.header.revision) + ',' +
                      (row.kind == ringbuf::RowKind::late ? "LATE" : "ONTIME") + ',' + content_of(row));
    }
    return lines;
  }
  [[nodiscard]] Lines finals() const {
    Lines lines;
    for (const auto& record : run_.finals()) {
      lines.push_back(window_of(record) + ',' + content_of(record.as<ringbuf::WindowRowBody>()));
    }
    return lines;
  }
  [[nodiscard]] Lines late() const {
    std::vector<analytics::LateTick> ticks = run_.late();
    std::stable_sort(ticks.begin(), ticks.end(), [](const auto& a, const auto& b) {
      return std::tie(a.cause, a.spec) < std::tie(b.cause, b.spec);
    });
    Lines lines;
    for (const analytics::LateTick& tick : ticks) {
      lines.push_back(input_.seq_of(tick.cause) + ',' + std::to_string(tick.time) + ',' +
                      input_.symbols[tick.instrument.value - 1] + ',' + time_of(tick.watermark) + ',' +
                      run_.program().name_of(tick.function) + ',' + std::to_string(tick.accepted) + ',' +
                      std::to_string(tick.updates) + ',' + std::to_string(tick.dropped));
    }
    return lines;
  }
  /// As summary.json has them, under the name of the profile.
  [[nodiscard]] std::map<std::string, std::int64_t> counters() const {
    const analytics::EngineCounts counts = run_.counts();
    std::map<std::string, std::int64_t> all;
    const auto put = [&](const std::string& name, std::uint64_t value) {
      all[name] = static_cast<std::int64_t>(value);
    };
    put("events", counts.trades);
    put("late_events", counts.late_trades);
    put("late_updates", counts.late_updates);
    put("dropped_event_windows", counts.dropped);
    for (const std::string window : {"T60", "S300_60", "S100_30", "T3600_o1800"})
      put(window, run_.fully_dropped(window));
    put("ontime_fires", counts.rows_on_time);
    all["max_event_ts"] = run_.engine().newest_event();
    put("emissions", run_.rows().size());
    put("final_windows", counts.final_windows);
    return all;
  }
  [[nodiscard]] std::uint64_t hash() const { return run_.output_hash(); }

 private:
  static std::string yaml_of(const std::string& profile) {
    const auto path = std::filesystem::path(TICKPLANT_SOURCE_DIR) / "config" / "golden" / (profile + ".yaml");
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  static std::string time_of(Time time) { return time >= analytics::kAfterAll ? "FLUSH" : std::to_string(time); }
  [[nodiscard]] std::string window_of(const ringbuf::DerivedRecord& record) const {
    const auto row = record.as<ringbuf::WindowRowBody>();
    return run_.program().name_of(record.header.function) + ',' + input_.symbols[record.header.instrument.value - 1] +
           ',' + std::to_string(row.start.value) + ',' + std::to_string(row.end.value);
  }
  static std::string content_of(const ringbuf::WindowRowBody& row) {
    std::string text = std::to_string(row.count);
    for (const ringbuf::Price price : {row.open, row.high, row.low, row.close}) {
      text += ',' + std::to_string(price.value / row.price_unit);
    }
    return text + ',' + std::to_string(row.volume.value) + ',' + decimal(row.notional) + ',' + decimal(row.sum) + ',' +
           decimal(row.sum_of_squares) + ',' + real(row.vwap) + ',' + real(row.average) + ',' + real(row.deviation) +
           ',' + std::to_string(row.first_time.value) + ',' + std::to_string(row.last_time.value);
  }

  const GoldenInput& input_;
  AnalyticsRun run_;
};

void expect_same(const Lines& ours, const Lines& golden, const std::string& what) {
  for (std::size_t i = 0; i < std::min(ours.size(), golden.size()); ++i) ASSERT_EQ(ours[i], golden[i]) << what;
  ASSERT_EQ(ours.size(), golden.size()) << what;
}

/// The integers of one profile in summary.json, which has one a line.
std::map<std::string, std::int64_t> golden_counters(const std::filesystem::path& path, const std::string& profile) {
  std::map<std::string, std::int64_t> all;
  bool is_ours = false;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t from = line.find('"'), to = line.find('"', from + 1), colon = line.find(':');
    if (from == std::string::npos || colon == std::string::npos) continue;
    const std::string name = line.substr(from + 1, to - from - 1), value = line.substr(colon + 2);
    if (from == 1) {
      is_ours = name == profile;
    } else if (is_ours && value.front() != '{' && name != "B_ns" && name != "L_ns") {
      all[name] = std::stoll(value);
    }
  }
  return all;
}

void expect_golden(const std::string& set, const std::string& profile) {
  const GoldenInput input(file_of(set, "input.csv"));
  const GoldenRun one(input, profile, 1);
  expect_same(one.finals(), lines_of(file_of(set, profile == "P4" ? "final_BL2.csv" : "final_BL60.csv")), "final rows");
  EXPECT_EQ(one.counters(), golden_counters(file_of(set, "summary.json"), profile));
  Lines emissions = one.emissions();
  if (profile == "P3" || profile == "P4") {
    expect_same(emissions, lines_of(file_of(set, "emissions_" + profile + ".csv")), "emissions");
  }
  if (profile == "P1") {
    for (std::string& line : emissions) {  // the first nine columns
      std::size_t end = 0;
      for (int column = 0; column < 9; ++column) end = line.find(',', end) + 1;
      line.resize(end - 1);
    }
    expect_same(emissions, lines_of(file_of(set, "emission_order_P1.csv")), "order of emissions");
  }
  if (profile == "P1" || profile == "P4") {
    expect_same(one.late(), lines_of(file_of(set, "late_" + profile + ".csv")), "late trades");
  }
  const GoldenRun eight(input, profile, 8);
  EXPECT_EQ(eight.hash(), one.hash());
  EXPECT_EQ(eight.counters(), one.counters());
}

struct Case {
  std::string set, profile;
};
void PrintTo(const Case& each, std::ostream* out) { *out << each.set << ' ' << each.profile; }

class GoldenWindows : public testing::TestWithParam<Case> {};

TEST_P(GoldenWindows, AreThoseOfTheReference) {
  const auto& [set, profile] = GetParam();
  if (!golden_set("windows/" + set + "/input.csv")) GTEST_SKIP() << "golden data absent: windows/" << set;
  expect_golden(set, profile);
}

INSTANTIATE_TEST_SUITE_P(Profiles, GoldenWindows,
                         testing::Values(Case{"edge", "P1"}, Case{"edge", "P2"}, Case{"edge", "P3"}, Case{"edge", "P4"},
                                         Case{"synth_1", "P1"}, Case{"synth_1", "P2"}, Case{"synth_1", "P3"},
                                         Case{"synth_1", "P4"}, Case{"us_20131008", "P1"}, Case{"us_20131008", "P2"},
                                         Case{"us_20131008", "P3"}, Case{"us_20131008", "P4"}),
                         [](const auto& each) { return each.param.set + "_" + each.param.profile; });

/// Nothing dropped: trades in the order of event time, which is how final_complete.csv was made.
TEST(GoldenWindowsComplete, OfTradesInOrderAreThoseOfTheReference) {
  TP_GOLDEN_SET(golden, "windows/edge/final_complete.csv");
  GoldenInput input(file_of("edge", "input.csv"));
  std::stable_sort(input.records.begin(), input.records.end(), [](const auto& a, const auto& b) {
    const auto key = [](const ringbuf::Record& r) {
      return std::tuple(r.header.ts_event.value, r.template as<ringbuf::TradeBody>().trade_id);
    };
    return key(a) < key(b);
  });
  for (ringbuf::Record& record : input.records) record.header.ts_recv = record.header.ts_event;
  expect_same(GoldenRun(input, "P1", 1).finals(), lines_of(golden), "final rows");
}

}  // namespace
}  // namespace tickplant::tests::this_file
