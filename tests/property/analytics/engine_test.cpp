// Laws of the engine: what its results depend on, and what they do not.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/analytics_scenario.hpp"
#include "tests/support/sanitizers.hpp"

namespace tickplant::tests::this_file {
namespace {

constexpr RowText kWithInputs{true, true};

/// Each scenario prints its seed when it fails; the first that fails is the last.
void for_each_scenario(int count, std::uint64_t salt, ScenarioMaker::Wish wish,
                       const std::function<void(const Scenario&, Random&)>& check) {
  for (int i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    const std::uint64_t seed = test_seed() + salt + static_cast<std::uint64_t>(i);
    const auto scenario = ScenarioMaker(seed, wish).make();
    SCOPED_TRACE("seed " + std::to_string(seed) + ", TICKPLANT_TEST_SEED runs it again\n" + scenario->yaml());
    Random random(seed ^ 0xabcdef);
    check(*scenario, random);
  }
}

void expect_same_lines(const std::vector<std::string>& ours, const std::vector<std::string>& theirs, const char* what) {
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) ASSERT_EQ(ours[i], theirs[i]) << what << i;
  ASSERT_EQ(ours.size(), theirs.size()) << what;
}

std::vector<std::string> late_lines(const AnalyticsRun& run) {
  std::vector<std::string> lines;
  for (const analytics::LateTick& late : run.late()) {
    std::string line;
    for (const std::uint64_t value :
         {late.cause, std::uint64_t{late.spec}, std::uint64_t{late.instrument.value}, std::uint64_t(late.watermark),
          std::uint64_t{late.accepted}, std::uint64_t{late.updates}, std::uint64_t{late.dropped}}) {
      line += std::to_string(value) + ' ';
    }
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::uint64_t> count_list(const analytics::EngineCounts& c) {
  return {c.trades,           c.late_trades,         c.late_updates,       c.dropped,
          c.rows_on_time,     c.rows_provisional,    c.final_windows,      c.quarantined,
          c.off_unit,         c.overflows,           c.cancelled,          c.corrected,
          c.corrections_late, c.corrections_unknown, c.unknown_instruments};
}

void expect_same_results(const AnalyticsRun& ours, const AnalyticsRun& theirs) {
  expect_same_lines(ours.row_lines(kWithInputs), theirs.row_lines(kWithInputs), "row ");
  expect_same_lines(ours.lines(ours.finals(), kWithInputs), theirs.lines(theirs.finals(), kWithInputs), "final row ");
  expect_same_lines(late_lines(ours), late_lines(theirs), "late tick ");
  EXPECT_EQ(count_list(ours.counts()), count_list(theirs.counts()));
  EXPECT_EQ(ours.output_hash(), theirs.output_hash());
  EXPECT_EQ(ours.engine().newest_event(), theirs.engine().newest_event());
}

TEST(EngineLaw, FinalRowsDependOnBoundAndLatenessTogetherNotOnHowTheyAreSplit) {
  for_each_scenario(60, 1'000, {}, [](const Scenario& scenario, Random& random) {
    std::vector<std::string> first;
    for (int split = 0; split < 4; ++split) {
      std::vector<SlowWindows::Settings> groups = scenario.groups;
      for (SlowWindows::Settings& group : groups) {
        const Time both = group.bound + group.lateness;
        group.bound = split == 0   ? 0
                      : split == 1 ? both
                                   : static_cast<Time>(random.next() % static_cast<std::uint64_t>(both + 1));
        group.lateness = both - group.bound;
      }
      // All groups that the file does not name have one line: the last one's.
      for (std::size_t g = scenario.together == 0 ? 0 : 1; g < groups.size(); ++g) groups[g] = groups.back();
      AnalyticsRun run(scenario.yaml_with(groups), scenario.instruments, 1, scenario.feed_names());
      run.on(scenario.records).finish();
      if (split == 0) {
        first = run.final_lines();
      } else {
        expect_same_lines(run.final_lines(), first, "final row ");
      }
    }
  });
}

TEST(EngineLaw, AnyOrderOfArrivalWithinTheBoundGivesTheSameFinalRows) {
  for_each_scenario(60, 2'000, {.corrections = false, .several_feeds = false, .wrong_clocks = false, .gaps = false},
                    [](const Scenario& scenario, Random& random) {
                      std::vector<ringbuf::Record> trades;
                      for (const ringbuf::Record& record : scenario.records) {
                        if (record.header.type != ringbuf::RecordType::trade) continue;
                        const auto body = record.as<ringbuf::TradeBody>();
                        if (body.trade_id != 0 && has(body.eligibility, ringbuf::TradeEligibility::volume))
                          trades.push_back(record);
                      }
                      if (trades.empty()) return;
                      std::vector<SlowWindows::Settings> groups = scenario.groups;
                      groups[0].idle = 86'400 * kSecond;
                      groups[0].max_future = 86'400 * kSecond;
                      const auto bound = static_cast<std::uint64_t>(groups[0].bound);
                      std::vector<std::string> in_order;
                      for (int turn = 0; turn < 3; ++turn) {  // the first in the order of event time
                        std::vector<std::pair<Time, ringbuf::Record>> arrivals;
                        for (const ringbuf::Record& record : trades) {
                          const Time delay = turn == 0 ? 0 : static_cast<Time>(random.next() % (bound + 1));
                          arrivals.emplace_back(record.header.ts_event.value + delay, record);
                        }
                        std::stable_sort(arrivals.begin(), arrivals.end(),
                                         [](const auto& a, const auto& b) { return a.first < b.first; });
                        AnalyticsRun run(scenario.yaml_with(groups), scenario.instruments);
                        for (auto& [received, record] : arrivals) {
                          record.header.ts_recv = {received};
                          run.on(record);
                        }
                        run.finish();
                        EXPECT_EQ(run.counts().late_trades, 0u);
                        if (turn == 0) {
                          in_order = run.final_lines();
                          EXPECT_FALSE(in_order.empty());
                        } else {
                          expect_same_lines(run.final_lines(), in_order, "final row ");
                        }
                      }
                    });
}

TEST(EngineLaw, ShardsTogetherSayWhatOneSays) {
  for_each_scenario(10, 3'000, {.most_instruments = 40, .all_kinds = true},
                    [](const Scenario& scenario, Random& random) {
                      AnalyticsRun one(scenario.yaml(), scenario.instruments, 1, scenario.feed_names());
                      one.on(scenario.records).finish();
                      for (const std::uint32_t shards : {2u + random.below(6), 8u}) {
                        AnalyticsRun several(scenario.yaml(), scenario.instruments, shards, scenario.feed_names());
                        several.on(scenario.records).finish();
                        expect_same_results(several, one);
                        for (const SlowSpec& spec : scenario.specs) {
                          EXPECT_EQ(several.fully_dropped(spec.name), one.fully_dropped(spec.name));
                        }
                      }
                    });
}

TEST(EngineLaw, APlantThatPausesAndAReplayThatDoesNotSayTheSame) {
  for_each_scenario(8, 4'000, {.most_instruments = 40, .all_kinds = true},
                    [](const Scenario& scenario, Random& random) {
                      AnalyticsRun replay(scenario.yaml(), scenario.instruments, 1, scenario.feed_names());
                      replay.on(scenario.records).finish();
                      for (int turn = 0; turn < 3; ++turn) {
                        AnalyticsRun live(scenario.yaml(), scenario.instruments, 1, scenario.feed_names());
                        for (const ringbuf::Record& record : scenario.records) {
                          live.on(record);
                          if (turn == 0) {
                            ASSERT_TRUE(live.settle());  // no row waits for the next record
                          } else {
                            while (random.chance(1, 3)) live.pause();
                          }
                        }
                        live.finish();
                        expect_same_results(live, replay);
                      }
                    });
}

TEST(EngineLaw, TheSameInputGivesTheSameHashAndOneCentMoreAnother) {
  for_each_scenario(40, 5'000, {.corrections = false}, [](const Scenario& scenario, Random& random) {
    const auto hash_of = [&](const std::vector<ringbuf::Record>& records) {
      AnalyticsRun run(scenario.yaml(), scenario.instruments, 1, scenario.feed_names());
      run.on(records).finish();
      return std::pair(run.output_hash(), run.row_lines());
    };
    const auto [hash, lines] = hash_of(scenario.records);
    EXPECT_EQ(hash, hash_of(scenario.records).first);
    if (lines.empty()) return;
    std::vector<ringbuf::Record> other = scenario.records;
    for (ringbuf::Record& record : other) {
      if (record.header.type != ringbuf::RecordType::trade || !random.chance(1, 3)) continue;
      auto body = record.as<ringbuf::TradeBody>();
      body.price.value += kCent;
      record = ringbuf::make_record(record.header.instrument, record.header.ts_event, record.header.ts_recv, body);
    }
    const auto [other_hash, other_lines] = hash_of(other);
    EXPECT_EQ(hash == other_hash, lines == other_lines);
  });
}

/// As if the venue had never been wrong: corrected trades as corrected, cancelled ones and all cancels mere ticks.
std::vector<ringbuf::Record> clean_records(const Scenario& scenario) {
  std::vector<ringbuf::Record> clean = scenario.records;
  for (std::size_t i = 0; i < clean.size(); ++i) {
    if (clean[i].header.type != ringbuf::RecordType::trade_cancel) continue;
    const auto cancel = clean[i].as<ringbuf::TradeCancelBody>();
    const ringbuf::RecordHeader at = clean[i].header;
    clean[i] = quote(at.instrument, at.ts_event.value, at.ts_recv.value);
    const auto found = std::find_if(clean.begin(), clean.begin() + static_cast<std::ptrdiff_t>(i), [&](const auto& r) {
      return r.header.type == ringbuf::RecordType::trade && r.header.instrument == at.instrument &&
             r.template as<ringbuf::TradeBody>().trade_id == cancel.trade_id;
    });
    if (found == clean.begin() + static_cast<std::ptrdiff_t>(i)) continue;
    const ringbuf::RecordHeader header = found->header;
    if (cancel.kind == ringbuf::TradeCancelKind::cancelled) {
      *found = quote(header.instrument, header.ts_event.value, header.ts_recv.value);
    } else {
      auto body = found->as<ringbuf::TradeBody>();
      body.price = cancel.price;
      body.size = cancel.size;
      *found = ringbuf::make_record(header.instrument, header.ts_event, header.ts_recv, body);
    }
  }
  return clean;
}

TEST(EngineLaw, TradesTakenBackInTimeLeaveTheFinalRowsOfARunWithoutThem) {
  for_each_scenario(80, 6'000, {.wrong_clocks = false}, [](const Scenario& scenario, Random&) {
    std::vector<SlowWindows::Settings> groups = scenario.groups;
    for (SlowWindows::Settings& group : groups) group.lateness = 86'400 * kSecond;  // nothing comes too late
    AnalyticsRun run(scenario.yaml_with(groups), scenario.instruments, 1, scenario.feed_names());
    run.on(scenario.records).finish();
    AnalyticsRun clean(scenario.yaml_with(groups), scenario.instruments, 1, scenario.feed_names());
    clean.on(clean_records(scenario)).finish();
    EXPECT_EQ(run.counts().corrections_late, 0u);
    EXPECT_EQ(clean.counts().cancelled + clean.counts().corrected + clean.counts().corrections_unknown, 0u);
    expect_same_lines(run.final_lines(), clean.final_lines(), "final row ");
  });
}

TEST(EngineLaw, AFeedThatNeverConnectsChangesNothingForFeedsOnTheirOwn) {
  for_each_scenario(40, 7'000, {.all_kinds = true}, [](const Scenario& scenario, Random&) {
    AnalyticsRun without(scenario.yaml(), scenario.instruments, 1, scenario.feed_names());
    without.on(scenario.records).finish();
    std::vector<std::string> feeds = scenario.feed_names();
    feeds.push_back("silent");
    AnalyticsRun with(scenario.yaml(), scenario.instruments, 1, feeds);
    with.on(scenario.records).finish();
    expect_same_results(with, without);
  });
}

TEST(EngineLaw, AFeedOfTheGroupThatNeverConnectsLeavesTheFinalRowsOfOrderlyInput) {
  for_each_scenario(40, 8'000, {.corrections = false, .several_feeds = false, .wrong_clocks = false},
                    [](const Scenario& scenario, Random&) {
                      std::vector<SlowWindows::Settings> groups = scenario.groups;
                      groups[0].bound = 86'400 * kSecond;  // whatever the order, nothing is late
                      Scenario both = scenario;
                      AnalyticsRun without(scenario.yaml_with(groups), scenario.instruments, 1, scenario.feed_names());
                      without.on(scenario.records).finish();
                      both.feeds.push_back({"silent", 0, 1});
                      both.together = 2;
                      AnalyticsRun with(both.yaml_with(groups), both.instruments, 1, both.feed_names());
                      with.on(both.records).finish();
                      expect_same_lines(with.final_lines(), without.final_lines(), "final row ");
                    });
}

/// Forgets everything, so that what grows is the engine.
class Nowhere final : public analytics::EngineOutput {
 public:
  void publish(const ringbuf::DerivedRecord&) noexcept override {}
};

TEST(EngineLaw, MemoryDoesNotGrowWithTheLengthOfTheDay) {
  if (kUnderAsan || kUnderTsan) GTEST_SKIP() << "a sanitizer's heap says nothing";
  AnalyticsInstruments instruments;
  for (int i = 0; i < 50; ++i) instruments.add("S" + std::to_string(i));
  const analytics::Program program(
      config::load_analytics_text(windows_yaml({.bound = kSecond,
                                                .lateness = 20 * kSecond,
                                                .idle = 5 * kSecond,
                                                .when_all_idle = "advance",
                                                .corrections = 1024},
                                               {"{name: T10, size: 10s}", "{name: S30_7, size: 30s, slide: 7s}"}),
                                  "test.yaml"),
      std::vector<analytics::NamedFeed>{{"one", ringbuf::FeedId{1}}});
  Nowhere nowhere;
  analytics::Engine engine(program, {0, 1}, instruments, nowhere);
  Random random(test_seed());
  std::uint64_t cause = 0;
  Time now = 0;
  const auto run_for = [&](int records) {
    for (int i = 0; i < records; ++i) {
      now += static_cast<Time>(random.below(200)) * 1'000'000;
      const ringbuf::InstrumentId id{1 + random.below(50)};
      if (random.chance(1, 100)) now += 20 * kSecond;  // the feed is idle, and comes back
      if (random.chance(1, 20)) {
        engine.on_record({++cause}, heartbeat(now, 1, random.below(40) * kSecond));
      } else if (random.chance(1, 50)) {
        engine.on_record({++cause}, gap(1, now));
      } else {
        const Time late = random.chance(1, 10) ? static_cast<Time>(random.below(30)) * kSecond : 0;
        const std::uint64_t trade_id = ++cause;
        engine.on_record({trade_id}, trade(id, now - late, 100 + random.below(10), 1, trade_id, now));
        if (random.chance(1, 20)) engine.on_record({++cause}, cancel(id, now, trade_id, now));
      }
    }
  };
  run_for(20'000);
  const std::size_t early = mallinfo2().uordblks;
  run_for(80'000);
  const std::size_t late = mallinfo2().uordblks;
  EXPECT_LT(late, early + 16 * 1024) << "seed " << test_seed();
}

}  // namespace
}  // namespace tickplant::tests::this_file
