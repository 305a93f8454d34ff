// A random configuration of windows and groups of feeds, and a random stream for it: out of order, with silences,
// trades at boundaries, trades that count for some things only, cancels and corrections, wrong clocks. One seed, one
// scenario.
//
// Threads: values.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/analytics_run.hpp"
#include "tests/support/analytics_slow_windows.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests {

struct Scenario {
  struct Feed {
    std::string name;
    std::size_t group = 0;
    std::size_t index = 0;  // in its group
  };

  std::vector<SlowSpec> specs;
  std::vector<SlowWindows::Settings> groups;
  std::vector<Feed> feeds;
  AnalyticsInstruments instruments;
  std::vector<std::size_t> feed_of;  // by instrument id - 1
  std::vector<ringbuf::Record> records;
  std::uint32_t together = 0;  // so many feeds, the first ones, are a group
  std::uint32_t lot = 0;
  bool keeps_trades = false;
  bool has_all_kinds = false;  // windows by arrival, too, open ones shown early, indicators and signals

  [[nodiscard]] std::vector<std::string> feed_names() const {
    std::vector<std::string> names;
    for (const Feed& feed : feeds) names.push_back(feed.name);
    return names;
  }
  [[nodiscard]] const Feed& feed_of_record(const ringbuf::Record& record) const {
    return feeds[feed_of[record.header.instrument.value - 1]];
  }

  [[nodiscard]] std::string yaml() const { return yaml_with(groups); }
  /// The same windows with other bounds.
  [[nodiscard]] std::string yaml_with(const std::vector<SlowWindows::Settings>& bounds) const {
    const auto ns = [](Time time) { return std::to_string(time) + "ns"; };
    const SlowWindows::Settings& alone = bounds.back();  // a group of its own comes behind the one of several
    WindowsYaml text;
    text.bound = alone.bound;
    text.lateness = alone.lateness;
    text.idle = alone.idle;
    text.when_all_idle = alone.advances ? "advance" : "hold";
    text.max_future = alone.max_future;
    text.corrections = keeps_trades ? 4096 : 0;
    if (together != 0) {
      const SlowWindows::Settings& group = bounds.front();
      text.groups = "  together: {feeds: [";
      for (std::uint32_t i = 0; i < together; ++i) text.groups += (i == 0 ? "" : ", ") + feeds[i].name;
      text.groups += "], bound: " + ns(group.bound) + ", lateness: " + ns(group.lateness) +
                     ", idle: " + ns(group.idle) + ", when_all_idle: " + (group.advances ? "advance" : "hold") +
                     ", max_future: " + ns(group.max_future) + "}\n";
    }
    if (lot != 0) text.set_lines = "    odd_lots: volume_only\n";
    std::vector<std::string> windows;
    for (const SlowSpec& spec : specs) {
      windows.push_back("{name: " + spec.name + ", size: " + ns(spec.size) + ", slide: " + ns(spec.slide) +
                        ", offset: " + ns(spec.offset) + "}");
    }
    if (has_all_kinds) add_all_kinds(text, windows);
    return windows_yaml(text, windows);
  }

  /// What the slow model makes of it: one model a group.
  [[nodiscard]] std::vector<SlowWindows> run_slowly() const {
    std::vector<SlowWindows> models;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      models.emplace_back(groups[g], specs,
                          static_cast<std::size_t>(std::count_if(feeds.begin(), feeds.end(),
                                                                 [&](const Feed& feed) { return feed.group == g; })));
    }
    std::uint64_t cause = 0;
    for (const ringbuf::Record& record : records) {
      ++cause;
      if (record.header.instrument == ringbuf::kNoInstrument) {
        for (SlowWindows& model : models) model.on_time(cause, record.header.ts_recv.value);
      } else {
        const Feed& feed = feed_of_record(record);
        models[feed.group].on_tick(cause, feed.index, record);
      }
    }
    for (SlowWindows& model : models) model.finish(cause + 1);
    return models;
  }

 private:
  void add_all_kinds(WindowsYaml& text, std::vector<std::string>& windows) const {
    const Time size = 2 * specs[0].size, early = std::max(size / 7, kSecond / 1000);
    windows.push_back("{name: early, size: " + std::to_string(size) + "ns, early: " + std::to_string(early) + "ns}");
    windows.insert(windows.end(), {"{name: C, size: 5m, empty: carry}", "{name: K, ticks: 7}",
                                   "{name: V, volume: 1000}", "{name: N, value: 1e5}"});
    text.set_lines +=
        "    indicators:\n"
        "      - {on: W0, of: [sma(3), \"macd(2, 3, 2)\"]}\n"
        "      - {on: K, of: [rsi(2)]}\n"
        "    signals:\n"
        "      - {name: cross, on: W0, cross: [price, sma(3)]}\n"
        "      - {name: change, on: W0, price_change: {bps: 10}, basis: first}\n"
        "      - {name: swing, on: W0, swing: {percent: 1}, basis: tick}\n";
  }
};

class ScenarioMaker {
 public:
  struct Wish {
    bool corrections = true;
    bool several_feeds = true;
    bool wrong_clocks = true;
    bool gaps = true;
    std::size_t most_records = 700;
    std::uint32_t most_instruments = 12;
    bool all_kinds = false;
  };

  ScenarioMaker(std::uint64_t seed, Wish wish) : random_(seed), wish_(wish) {}

  std::unique_ptr<Scenario> make() {
    scenario_ = std::make_unique<Scenario>();
    unit_ = random_.chance(1, 3) ? kSecond / 1000 : kSecond;
    scenario_->keeps_trades = wish_.corrections;
    scenario_->has_all_kinds = wish_.all_kinds;
    make_windows();
    make_groups();
    make_instruments();
    make_records();
    return std::move(scenario_);
  }

 private:
  Time units(std::uint32_t least, std::uint32_t most) { return (least + random_.below(most - least + 1)) * unit_; }

  void make_windows() {
    const std::uint32_t count = 1 + random_.below(4);
    for (std::uint32_t i = 0; i < count; ++i) {
      SlowSpec spec;
      spec.name = "W" + std::to_string(i);
      spec.size = units(1, 60);
      spec.slide =
          random_.chance(1, 2) ? spec.size : std::max(units(1, 60) % spec.size, (spec.size / unit_ / 12 + 1) * unit_);
      spec.slide = std::min(spec.slide, spec.size);
      if (random_.chance(1, 4)) {  // sizes that share no grid with others
        spec.size += random_.below(1000) * (unit_ / 1000);
        if (unit_ == kSecond) spec.slide = std::max(spec.size / 7 / 1'000'000 * 1'000'000, unit_);
        if (std::gcd(spec.size, spec.slide) < spec.size / 4000) spec.slide = spec.size;
      }
      if (random_.chance(1, 2))
        spec.offset = static_cast<Time>(random_.next() % static_cast<std::uint64_t>(spec.slide));
      scenario_->specs.push_back(spec);
    }
  }

  SlowWindows::Settings settings() {
    SlowWindows::Settings made;
    made.bound = random_.chance(1, 4) ? 0 : units(1, 20);
    made.lateness = random_.chance(1, 4) ? 0 : units(1, 40);
    made.idle = units(5, 120);
    made.advances = random_.chance(1, 2);
    made.max_future = 86'400 * kSecond;
    if (wish_.wrong_clocks && random_.chance(1, 2)) made.max_future = units(0, 3);
    made.lot = scenario_->lot;
    return made;
  }

  /// Some feeds together, the others each by itself.
  void make_groups() {
    scenario_->lot = random_.chance(1, 4) ? 100 : 0;
    const std::uint32_t count = wish_.several_feeds ? 1 + random_.below(4) : 1;
    scenario_->together = count > 1 && random_.chance(2, 3) ? 2 + random_.below(count - 1) : 0;
    if (scenario_->together != 0) scenario_->groups.push_back(settings());
    default_ = settings();
    for (std::uint32_t i = 0; i < count; ++i) {
      const bool joins = i < scenario_->together;
      if (!joins) scenario_->groups.push_back(default_);
      scenario_->feeds.push_back({"feed" + std::to_string(i), joins ? 0 : scenario_->groups.size() - 1, joins ? i : 0});
    }
  }

  void make_instruments() {
    const std::uint32_t count = 1 + random_.below(wish_.most_instruments);
    for (std::uint32_t i = 0; i < count; ++i) {
      scenario_->feed_of.push_back(random_.below(static_cast<std::uint32_t>(scenario_->feeds.size())));
      scenario_->instruments.add("S" + std::to_string(i), static_cast<std::uint16_t>(scenario_->feed_of.back() + 1),
                                 kCent, scenario_->lot);
    }
  }

  void make_records() {
    using ringbuf::TradeEligibility;
    const Time bases[] = {0, -100 * unit_, 1'381'234'200 * kSecond, 1'700'000'000'123'456'789};
    Time now = bases[random_.below(4)];
    const std::size_t count = 1 + random_.below(static_cast<std::uint32_t>(wish_.most_records));
    const std::uint32_t pace = 1 + random_.below(2000);  // thousandths of a unit between records, at most
    std::uint64_t id = 0;
    struct Old {
      ringbuf::InstrumentId instrument;
      std::uint64_t id;
    };
    std::vector<Old> traded;
    for (std::size_t i = 0; i < count; ++i) {
      now += static_cast<Time>(random_.below(pace)) * (unit_ / 1000);
      if (random_.chance(1, 100)) now += units(1, 400);
      if (random_.chance(1, 20)) {
        const auto feed = static_cast<std::uint16_t>(i % scenario_->feeds.size() + 1);
        scenario_->records.push_back(heartbeat(now, feed, static_cast<Time>(i % 5) * 100 * unit_));
        continue;
      }
      if (wish_.gaps && random_.chance(1, 60)) {
        const std::uint32_t feed = random_.below(static_cast<std::uint32_t>(scenario_->feeds.size()));
        scenario_->records.push_back(gap(static_cast<std::uint16_t>(feed + 1), now));
        continue;
      }
      const ringbuf::InstrumentId instrument{1 +
                                             random_.below(static_cast<std::uint32_t>(scenario_->instruments.count()))};
      const SlowWindows::Settings& group =
          scenario_->groups[scenario_->feeds[scenario_->feed_of[instrument.value - 1]].group];
      const Time time = now - delay(group);
      if (random_.chance(1, 20)) {
        scenario_->records.push_back(quote(instrument, time, now));
        continue;
      }
      if (wish_.corrections && !traded.empty() && random_.chance(1, 12)) {
        const Old old = traded[traded.size() - 1 -
                               random_.below(std::min<std::uint32_t>(static_cast<std::uint32_t>(traded.size()), 60))];
        const std::uint64_t which = random_.chance(1, 10) ? 1'000'000 + random_.below(9) : old.id;
        if (random_.chance(1, 2)) {
          scenario_->records.push_back(cancel(old.instrument, time, which, now));
        } else {
          const std::uint64_t size = random_.below(400);
          scenario_->records.push_back(correction(old.instrument, time, which, price(), size, now));
        }
        continue;
      }
      TradeEligibility eligibility = TradeEligibility::all;
      if (random_.chance(1, 5)) eligibility = static_cast<TradeEligibility>(random_.below(8));
      const std::uint64_t size = random_.chance(1, 20) ? 0 : random_.below(400);
      const std::uint64_t trade_id = random_.chance(1, 30) ? 0 : ++id;
      const Time wrong = wish_.wrong_clocks && random_.chance(1, 60) ? now + group.max_future + random_.below(2) : time;
      scenario_->records.push_back(trade(instrument, wrong, price(), size, trade_id, now, eligibility));
      if (trade_id != 0) traded.push_back({instrument, trade_id});
    }
  }

  Time delay(const SlowWindows::Settings& group) {
    const auto up_to = [&](Time most) {
      return static_cast<Time>(random_.next() % (static_cast<std::uint64_t>(most) + 1));
    };
    const Time both = group.bound + group.lateness + unit_;
    const std::uint32_t dice = random_.below(100);
    const Time made = dice < 60   ? up_to(unit_ / 10)
                      : dice < 85 ? up_to(group.bound)
                      : dice < 97 ? up_to(both)
                                  : up_to(3 * both);
    return random_.chance(1, 8) ? made / unit_ * unit_ : made;
  }
  std::int64_t price() {
    return random_.chance(1, 50) ? -static_cast<std::int64_t>(random_.below(500)) : 9'000 + random_.below(2'000);
  }

  Random random_;
  Wish wish_;
  Time unit_ = kSecond;
  SlowWindows::Settings default_;
  std::unique_ptr<Scenario> scenario_;
};

}  // namespace tickplant::tests
