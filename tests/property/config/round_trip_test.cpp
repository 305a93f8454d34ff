// Laws over random configs: what is rendered loads back as the same, and each key can be set from the environment to
// what it can hold. The seed is fixed and printed on failure.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "config/load_config.hpp"
#include "config/render_config.hpp"
#include "config/schema.hpp"

namespace tickplant::config::this_file {
namespace {

constexpr unsigned kSeed = 20191230;
constexpr int kRounds = 50;

class RandomConfig {
 public:
  explicit RandomConfig(unsigned seed) : random_(seed) {}

  LoadedConfig next() {
    LoadedConfig loaded;
    loaded.file_name = "random.yaml";
    PlantConfig& config = loaded.config;
    config.rings.resize(1 + below(3));
    for (std::size_t i = 0; i < config.rings.size(); ++i) config.rings[i].name = "ring" + std::to_string(i);
    config.feeds.resize(1 + below(3));
    for (std::size_t i = 0; i < config.feeds.size(); ++i) {
      config.feeds[i].name = "feed" + std::to_string(i);
      config.threads.push_back({.name = "thread" + std::to_string(i)});
    }
    for (const Setting& setting : settings_of(config)) set(setting, candidates(setting), loaded);
    return loaded;
  }

  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

 private:
  /// Values of which at least one is allowed for any key that says so.
  std::vector<std::string> candidates(const Setting& setting) {
    const std::string path = setting.path;
    const auto has = [&](const char* part) { return path.find(part) != std::string::npos; };
    const std::string index =
        has("feed") || has("thread") ? std::string(1, path[path.find_first_of("0123456789")]) : "0";
    if (has(".stages")) return {"feed.feed" + index};
    if (has(".core")) return {"cpu" + index, "package0/core" + index};
    if (has(".protocol")) return {"itch50"};
    if (has(".source.kind")) return {"udp_multicast"};
    for (const char* const foreign :
         {".source.path", ".source.plays", ".source.speed", ".source.restart", ".source.server."}) {
      if (has(foreign)) return {};
    }
    if (has(".host")) return {"10.0.0." + index, "glimpse.venue"};
    if (has("feeds.") && has(".ring")) return {"ring0"};
    if (path == "rings.ring0.kind") return {"tick"};
    if (has(".group")) return {"239.1." + index + (has("line_a") ? ".1" : ".2")};
    if (has(".address")) return {"10.0.0." + index};
    if (path == "journal.segment") return {"64MiB", "256MiB"};  // enough for any directory of these
    if (has(".publish")) return {"orders"};
    return {"true",     "false",      "1024",        "65536",       "128KiB",  "1MiB", "5ms",  "1s",
            "/a b#c",   "/x",         "UTC",         "tick",        "derived", "XNAS", "0600", "0644",
            "auto",     "never",      "spin",        "require",     "debug",   "park", "eth0", "name1",
            "journald", "2020-02-29", "00:00-24:00", "09:30-16:00", "recvmmsg"};
  }

  /// One of the allowed candidates, or now and then none where none is needed.
  void set(const Setting& setting, const std::vector<std::string>& values, LoadedConfig& loaded) {
    const bool must =
        setting.required || setting.path.find(".ring") != std::string::npos ||
        setting.path.find(".group") != std::string::npos || setting.path.find(".address") != std::string::npos ||
        setting.path.find(".host") != std::string::npos || setting.path.find(".port") != std::string::npos;
    if (values.empty() || (!must && below(3) == 0)) return;
    for (int attempt = 0; attempt < 200; ++attempt) {
      std::size_t bad_item = 0;
      const std::vector<std::string> items{values[below(values.size())]};
      if (!setting.assign(items, bad_item)) {
        loaded.origins[setting.path] = {loaded.file_name, 1, 1};
        return;
      }
    }
  }

  std::mt19937 random_;
};

std::vector<std::string> values_of(const LoadedConfig& loaded) {
  std::vector<std::string> values;
  for (const ShownSetting& shown : effective_settings(loaded)) values.push_back(shown.path + '=' + shown.text);
  return values;
}

TEST(ConfigRoundTrip, RenderedTextLoadsBackAsTheSameConfig) {
  RandomConfig random(kSeed);
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + " round " + std::to_string(round));
    const LoadedConfig loaded = random.next();
    for (const std::string& text : {render_effective(loaded), render_explained(loaded)}) {
      try {
        ASSERT_EQ(values_of(load_config_text(text, "again.yaml", {})), values_of(loaded)) << text;
      } catch (const ConfigError& error) {
        FAIL() << error.what() << '\n' << text;
      }
    }
  }
}

TEST(ConfigRoundTrip, TheEnvironmentSetsWhatTheFileCanSet) {
  RandomConfig random(kSeed + 1);
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed + 1) + " round " + std::to_string(round));
    const LoadedConfig loaded = random.next();
    std::string entries = "rings:\n";
    for (const RingConfig& ring : loaded.config.rings) entries += "  " + ring.name + ":\n";
    entries += "feeds:\n";
    for (const FeedConfig& feed : loaded.config.feeds) entries += "  " + feed.name + ":\n";
    entries += "threads:\n";
    for (const ThreadConfig& thread : loaded.config.threads) entries += "  " + thread.name + ":\n";
    Environment environment;
    for (const ShownSetting& shown : effective_settings(loaded)) {
      std::string value = shown.text;  // without quotes and brackets
      if (value.front() == '"' || value.front() == '[') value = value.substr(1, value.size() - 2);
      if (shown.path.ends_with(".publish")) value.erase(std::remove(value.begin(), value.end(), ' '), value.end());
      environment[variable_of(shown.path)] = value;
    }
    try {
      ASSERT_EQ(values_of(load_config_text(entries, "entries.yaml", environment)), values_of(loaded));
    } catch (const ConfigError& error) {
      FAIL() << error.what();
    }
  }
}

TEST(ConfigLoader, SurvivesSamplesWithBytesChangedAtRandom) {
  std::mt19937 random(kSeed);
  const std::string sample =
      "plant: {name: a}\nrings:\n  ticks: {slots: 65536}\nfeeds:\n  x:\n    protocol: itch50\n    venue: XNAS\n"
      "    source: {kind: pcap, path: \"a\\tb\"}\n    publish: [orders, 'trades']\nlog: {level: info} # end\n";
  const std::string_view interesting = "\n\t :-[]{}&*!|>'\"%@`#,?~\\\x00\xff";
  for (int round = 0; round < 1000; ++round) {
    std::string yaml = sample;
    for (int change = 0; change < 3; ++change)
      yaml[random() % yaml.size()] = interesting[random() % interesting.size()];
    try {
      (void)load_config_text(yaml, "mutant.yaml", {});
    } catch (const ConfigError& error) {
      ASSERT_FALSE(error.violations().empty());
      for (const Violation& violation : error.violations()) {
        ASSERT_TRUE(violation.line > 0 && violation.column > 0 && !violation.message.empty() &&
                    !violation.remedy.empty())
            << "seed " << kSeed << " round " << round;
      }
    }
  }
}

}  // namespace
}  // namespace tickplant::config::this_file
