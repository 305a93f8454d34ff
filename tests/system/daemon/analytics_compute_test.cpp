// What a plant computes of a day is what the engine, and `tickplant compute`, make of the file of that day; and people
// see it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "tests/system/daemon/day_analytics.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::DerivedRecord;
using ringbuf::DerivedType;
using ringbuf::FunctionId;
using ringbuf::FunctionKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::AttachedAnalytics;

constexpr const char* kPatterns =
    "watermarks: {default: {bound: 0s, lateness: 0s}}\n"
    "sets:\n  all:\n    windows: [{name: M1, size: 1m}]\n"
    "    signals:\n"
    "      - {name: turn, on: ticks, cross: [price, ema(5)]}\n"
    "      - {name: swing, on: M1, swing: {percent: 0.01}, basis: tick}\n"
    "    patterns:\n"
    "      - {name: dip, on: ticks, within: 1h, steps: [\n"
    "          {name: d, times: 2, where: \"count(d) == 0 or price < d[last].price\"},\n"
    "          {name: r, link: next, where: \"price > d[0].price\"}]}\n"
    "      - {name: restless, on: signals, within: 1h, after_match: no_skip, steps: [\n"
    "          {name: t, where: \"name == 'turn'\"}, {name: s, where: \"name == 'swing'\"}]}\n";

constexpr const char* kQuotes =
    "watermarks: {default: {bound: 0s, lateness: 0s}}\n"
    "sets:\n  all:\n    windows: [{name: S1, size: 1s}, {name: M1, size: 1m}]\n"
    "    indicators: [{on: M1, of: [sma(2)]}]\n"
    "    quotes: [{on: S1, of: [spread, microprice]}, {on: M1, of: [mean_spread, nbbo_mean_spread]}]\n"
    "    nbbo: {publish: true}\n";

class AnalyticsOfADay : public tests::DayAnalytics {
 protected:
  void run_day(const std::string& analytics) {
    use_day_file(30'000, "file: " + write("analytics.yaml", analytics));
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    ASSERT_TRUE(is_ordered()) << live_.daemon().output();
    attached_.emplace(live_);
    truth_ = expect_all_computed(*attached_, config());
    EXPECT_EQ(attached_->results(), truth_.records);
  }
  void compute_day() {
    std::string answer;
    ASSERT_EQ(live_.command({"compute", "--input", day_file(), "--config", live_.file("analytics.yaml").string(),
                             "--out", live_.file("computed").string(), "--date", kDate},
                            &answer),
              0)
        << answer;
  }
  [[nodiscard]] config::AnalyticsConfig config() const {
    return config::load_analytics_file(live_.file("analytics.yaml").string());
  }
  /// Its lines without the header, sorted.
  [[nodiscard]] std::vector<std::string> computed(const std::string& name) const {
    std::ifstream file(live_.file("computed") / name);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    EXPECT_FALSE(lines.empty()) << name;
    if (!lines.empty()) lines.erase(lines.begin());
    return tests::sorted(std::move(lines));
  }
  [[nodiscard]] const ringbuf::FunctionEntry* function(std::string_view name) const {
    const auto id = attached_->functions().find(name);
    EXPECT_TRUE(id.has_value()) << name;
    return id ? attached_->functions().find(*id) : nullptr;
  }
  [[nodiscard]] std::string symbol_of(const DerivedRecord& record) const {
    return attached_->plant().symbol_of(record.header.instrument);
  }
  /// As compute numbers its input: it knows of no pauses.
  [[nodiscard]] std::uint64_t input_at(std::uint64_t place) const {
    const auto found = std::lower_bound(truth_.places.begin(), truth_.places.end(), place);
    return static_cast<std::uint64_t>(found - truth_.places.begin()) + 1;
  }
  template <class Use>
  void for_each_result_of(std::string_view function, Use&& use) const {
    for (const tests::Result& result : attached_->results()) {
      const DerivedRecord record = result.record();
      const auto name = attached_->functions().name_of(record.header.function);
      if (name.starts_with(function)) use(record);
    }
  }

  std::optional<AttachedAnalytics> attached_;
  tests::DerivedTruth truth_;
};

class PatternsOfADay : public AnalyticsOfADay {
 protected:
  /// The matches of config's pattern `index`, as compute writes them.
  [[nodiscard]] std::vector<std::string> matches(std::size_t index) const {
    const config::AnalyticsConfig all = config();
    const config::PatternConfig& pattern = all.sets[0].patterns[index];
    const auto event = [&](std::uint64_t number) {
      return std::to_string(pattern.on == "ticks" ? input_at(number) : number);
    };
    std::vector<std::string> lines;
    for_each_result_of(pattern.on + '.' + pattern.name, [&](const DerivedRecord& record) {
      const auto match = record.as<ringbuf::SignalBody>();
      EXPECT_EQ(match.what, ringbuf::SignalValue::match);
      std::string binding;
      for (std::size_t i = 0; i < match.bound_count; ++i) {
        binding += (i == 0 ? "" : ";") + pattern.steps[match.bound[i] >> 56].name + '=';
        binding += event(match.bound[i] & ((std::uint64_t{1} << 56) - 1));
      }
      lines.push_back(symbol_of(record) + ',' + pattern.name + ',' + event(static_cast<std::uint64_t>(match.value[0])) +
                      ',' + event(match.index) + ',' + std::to_string(match.start.value) + ',' +
                      std::to_string(match.end.value) + ',' + binding);
    });
    return tests::sorted(std::move(lines));
  }
};

TEST_F(PatternsOfADay, AreFoundInTicksAndInSignals) {
  run_day(kPatterns);
  compute_day();
  const std::vector<std::string> in_ticks = matches(0), in_signals = matches(1);
  EXPECT_GT(in_ticks.size(), 20u);
  EXPECT_GT(in_signals.size(), 20u);
  EXPECT_EQ(in_ticks, computed("cep_matches_ticks.csv"));
  EXPECT_EQ(in_signals, computed("cep_matches_signals.csv"));
  for (const char* name : {"ticks.dip", "signals.restless"}) {
    const ringbuf::FunctionEntry* const entry = function(name);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->kind, FunctionKind::pattern) << name;
    EXPECT_EQ(entry->window.value, 0u) << name;
  }
  std::string told;
  EXPECT_EQ(live_.command({"signals", "--name", "dip", "--last", "1"}, &told), 0);
  EXPECT_THAT(told, AllOf(HasSubstr("ticks.dip"), HasSubstr("match of 3 events")));
}

class QuotesOfADay : public AnalyticsOfADay {
 protected:
  [[nodiscard]] static std::string number(double value) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.17g", value);
    return std::isnan(value) ? "" : text.data();
  }
  /// Of one function on a window, as compute writes them.
  [[nodiscard]] std::vector<std::string> values(const std::string& name) const {
    const ringbuf::FunctionEntry* const wanted = function(name);
    std::vector<std::string> lines;
    for_each_result_of(name.substr(0, 2), [&](const DerivedRecord& record) {
      if (record.header.type != DerivedType::indicator_values) return;
      const auto body = record.as<ringbuf::IndicatorValuesBody>();
      const std::size_t i = std::size_t{wanted->id.value} - record.header.function.value;
      if (i >= body.count) return;
      lines.push_back(symbol_of(record) + ',' + std::to_string(body.bar_index) + ',' +
                      std::to_string(body.start.value) + ',' + number(body.value[i]));
    });
    return tests::sorted(std::move(lines));
  }
  [[nodiscard]] std::vector<std::string> changes() const {
    std::vector<std::string> lines;
    for_each_result_of("nbbo.", [&](const DerivedRecord& record) {
      const auto body = record.as<ringbuf::IndicatorValuesBody>();
      std::string line = std::to_string(input_at(record.header.cause_seq.value)) + ',' +
                         std::to_string(body.start.value) + ',' + symbol_of(record);
      for (std::size_t i = 0; i < body.count; ++i) line += ',' + number(body.value[i]);
      lines.push_back(std::move(line));
    });
    return tests::sorted(std::move(lines));
  }
};

TEST_F(AnalyticsOfADay, IsNotStaleWhereNothingTraded) {
  run_day(kPatterns);
  std::size_t stale = 0;
  for_each_result_of("", [&](const DerivedRecord& record) {
    stale += has(record.header.quality, ringbuf::Quality::stale_input) ? 1 : 0;
  });
  EXPECT_EQ(stale, 0u) << "of " << truth_.records.size();
}

TEST_F(QuotesOfADay, AreNamedInTheTableOfFunctions) {
  run_day(kQuotes);
  const FunctionId second = function("S1")->id, minute = function("M1")->id;
  struct Expected {
    const char* name;
    FunctionId window;
    std::uint16_t output;
  };
  // Quotes come behind the indicators of their window.
  for (const Expected& expected : {Expected{"S1.spread", second, 0},
                                   {"S1.microprice", second, 1},
                                   {"M1.sma(2)", minute, 0},
                                   {"M1.mean_spread", minute, 1},
                                   {"M1.nbbo_mean_spread", minute, 2},
                                   {"nbbo.bid", {}, 0},
                                   {"nbbo.state", {}, 6}}) {
    const ringbuf::FunctionEntry* const entry = function(expected.name);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->kind, FunctionKind::indicator) << expected.name;
    EXPECT_EQ(entry->window, expected.window) << expected.name;
    EXPECT_EQ(entry->output, expected.output) << expected.name;
    EXPECT_EQ(ringbuf::text_of(entry->set), "all") << expected.name;
  }
}

TEST_F(QuotesOfADay, AreWhatComputeSays) {
  run_day(kQuotes);
  compute_day();
  EXPECT_GT(changes().size(), 1'000u);
  EXPECT_EQ(changes(), computed("nbbo.csv"));
  for (const std::string name : {"S1.spread", "S1.microprice", "M1.mean_spread", "M1.nbbo_mean_spread"}) {
    const std::vector<std::string> told = values(name);
    const std::vector<std::string> all = computed(std::string(name).replace(2, 1, "_") + ".csv");
    EXPECT_GT(told.size(), 500u) << name;
    EXPECT_TRUE(std::includes(all.begin(), all.end(), told.begin(), told.end())) << name;
    // The end of the file makes the last window final for compute; a plant may yet hear more of it.
    EXPECT_LE(all.size() - told.size(), 40u) << name;
  }
}

TEST_F(QuotesOfADay, AreShownToPeople) {
  run_day(kQuotes);
  std::string symbol;
  for_each_result_of("M1.sma", [&](const DerivedRecord& record) { symbol = symbol_of(record); });
  std::string bars, image, tail;
  EXPECT_EQ(live_.command({"bars", symbol, "--window", "S1", "--last", "3"}, &bars), 0);
  EXPECT_THAT(bars, AllOf(HasSubstr(symbol + "  S1, 1 s"), HasSubstr("vwap")));
  EXPECT_EQ(live_.command({"image", symbol}, &image), 0);
  EXPECT_THAT(image, AllOf(HasSubstr("of S1, window ended"), HasSubstr("  spread "), HasSubstr("  microprice ")));
  EXPECT_THAT(image, Not(HasSubstr("warming up")));
  EXPECT_EQ(live_.command(
                {"tail", "--derived", symbol, "--from", "oldest", "--function", "mean_spread", "--count", "2"}, &tail),
            0);
  EXPECT_THAT(tail, AllOf(HasSubstr(symbol), HasSubstr("mean_spread 0."), HasSubstr("nbbo_mean_spread ")));
  EXPECT_EQ(
      live_.command({"tail", "--derived", symbol, "--from", "oldest", "--function", "nbbo.*", "--count", "2"}, &tail),
      0);
  EXPECT_THAT(tail, AllOf(HasSubstr(symbol), HasSubstr("nbbo.bid "), HasSubstr("nbbo.state ")));
}

}  // namespace
}  // namespace tickplant::this_file
