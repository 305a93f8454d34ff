#include "config/load_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_directory.hpp"
#include "tests/unit/config/config_fixture.hpp"

namespace tickplant::config::this_file {
namespace {

using testing::HasSubstr;

TEST(LoadConfig, ReadsEveryKindOfValue) {
  const PlantConfig config = load(R"(
plant: {name: full, runtime_folder: /run/full, readers_group: readers, file_mode: 0600, time_zone: UTC, heartbeat_interval: 5ms}
instruments: {capacity: 1024}
text: {size: 128KiB}
memory: {huge_pages: prefer, hugetlbfs_path: /mnt/huge, numa_bind: false, lock: true}
rings:
  ticks: {slots: 4096}
  bars: {kind: derived, slots: 128}
feeds:
  nasdaq:
    protocol: itch50
    venue: "XNAS"
    ring: ticks
    source:
      kind: udp_multicast
      line_a: {group: 239.1.1.1, port: 4000, interface: eth0}
      line_b: {group: 239.1.1.2, port: 4001}
      receive: recvmmsg
      receive_buffer: 1MiB
      receive_offload: true
      reorder_wait: 0ms
      rerequest: {address: 192.0.2.10, port: 4002}
      recovery_wait: 250ms
    publish: [orders, levels]
    trading_date: 2019-12-30
    time_zone: Asia/Tokyo
    hours: 09:00-15:30
threads:
  market: {stages: [feed.nasdaq], core: package0/core1, idle: spin}
log: {level: warn, target: journald}
)")
                                 .config;
  EXPECT_EQ(config.plant.name, "full");
  EXPECT_EQ(config.plant.runtime_folder, "/run/full");
  EXPECT_EQ(config.plant.readers_group, "readers");
  EXPECT_EQ(config.plant.file_mode, 0600u);
  EXPECT_EQ(config.plant.time_zone, "UTC");
  EXPECT_EQ(config.plant.heartbeat_interval_ns, 5'000'000);
  EXPECT_EQ(config.instruments.capacity, 1024u);
  EXPECT_EQ(config.text.size_bytes, 131'072u);
  EXPECT_EQ(config.memory.huge_pages, HugePages::prefer);
  EXPECT_EQ(config.memory.hugetlbfs_path, "/mnt/huge");
  EXPECT_FALSE(config.memory.numa_bind);
  EXPECT_TRUE(config.memory.lock);
  ASSERT_EQ(config.rings.size(), 2u);
  EXPECT_EQ(config.rings[0].name, "ticks");
  EXPECT_EQ(config.rings[0].kind, SlotKind::tick);
  EXPECT_EQ(config.rings[0].slot_count, 4096u);
  EXPECT_EQ(config.rings[1].name, "bars");
  EXPECT_EQ(config.rings[1].kind, SlotKind::derived);
  EXPECT_EQ(config.rings[1].slot_count, 128u);
  ASSERT_EQ(config.feeds.size(), 1u);
  const FeedConfig& feed = config.feeds[0];
  EXPECT_EQ(feed.name, "nasdaq");
  EXPECT_EQ(feed.protocol, Protocol::itch50);
  EXPECT_EQ(feed.venue, "XNAS");
  EXPECT_EQ(feed.ring, "ticks");
  EXPECT_EQ(feed.source.kind, SourceKind::udp_multicast);
  EXPECT_EQ(feed.source.line_a.group, "239.1.1.1");
  EXPECT_EQ(feed.source.line_a.port, 4000);
  EXPECT_EQ(feed.source.line_a.interface, "eth0");
  EXPECT_EQ(feed.source.line_b.group, "239.1.1.2");
  EXPECT_EQ(feed.source.line_b.port, 4001);
  EXPECT_EQ(feed.source.line_b.interface, "auto");
  EXPECT_EQ(feed.source.receive, ReceiveMethod::recvmmsg);
  EXPECT_EQ(feed.source.receive_buffer_bytes, 1'048'576u);
  EXPECT_TRUE(feed.source.receive_offload);
  EXPECT_EQ(feed.source.reorder_wait_ns, 0);
  EXPECT_EQ(feed.source.rerequest.address, "192.0.2.10");
  EXPECT_EQ(feed.source.rerequest.port, 4002);
  EXPECT_EQ(feed.source.recovery_wait_ns, 250'000'000);
  EXPECT_EQ(feed.publish, (std::vector{Form::orders, Form::levels}));
  EXPECT_TRUE(feed.publishes(Form::levels));
  EXPECT_FALSE(feed.publishes(Form::trades));
  EXPECT_EQ(feed.trading_date, platform::make_date(2019, 12, 30));
  EXPECT_EQ(feed.time_zone, "Asia/Tokyo");
  EXPECT_EQ(feed.hours, (TradingHours{std::chrono::minutes{540}, std::chrono::minutes{930}}));
  ASSERT_EQ(config.threads.size(), 1u);
  EXPECT_EQ(config.threads[0].name, "market");
  EXPECT_EQ(config.threads[0].stages, std::vector<std::string>{"feed.nasdaq"});
  EXPECT_EQ(config.threads[0].core, "package0/core1");
  EXPECT_EQ(config.threads[0].idle, IdleStrategy::spin);
  EXPECT_EQ(config.log.level, LogLevel::warn);
  EXPECT_EQ(config.log.target, LogTarget::journald);
}

TEST(LoadConfig, KeepsDefaultsForWhatIsNotSaid) {
  const PlantConfig config = load(small_config_with("rings:\n  ticks:\n    slots: 65536\n", "")).config;
  ASSERT_EQ(config.rings.size(), 1u);
  EXPECT_EQ(config.rings[0].name, "ticks");
  EXPECT_EQ(config.rings[0].slot_count, 1u << 20);
  EXPECT_EQ(config.plant.file_mode, 0640u);
  EXPECT_FALSE(config.feeds.at(0).trading_date.has_value());
  EXPECT_FALSE(config.feeds.at(0).source.receive_offload) << "one time for many packets is for those who want it";
  EXPECT_EQ(config.feeds.at(0).source.reorder_wait_ns, 2'000'000);
  EXPECT_FALSE(config.feeds.at(0).source.rerequest.present());
  EXPECT_EQ(config.feeds.at(0).source.recovery_wait_ns, 1'000'000'000);
}

TEST(LoadConfig, TakesTheRingsOfTheFileInsteadOfTheDefaultOne) {
  std::string yaml = small_config_with("  ticks:", "  fast:");
  EXPECT_EQ(report_on(yaml),
            "test.yaml:7:3: feeds.nasdaq.ring is 'ticks', there is no such ring\n  remedy: add it under `rings:`\n");
  const PlantConfig config = load(yaml + "    ring: fast\n").config;
  ASSERT_EQ(config.rings.size(), 1u);
  EXPECT_EQ(config.rings[0].name, "fast");
}

TEST(LoadConfig, TakesASectionWithNothingInItAsAbsent) {
  EXPECT_EQ(report_on(std::string(kSmallConfig) + "threads:\nlog: ~\nmemory:\n"), "");
  EXPECT_EQ(load(small_config_with("  ticks:\n    slots: 65536\n", "")).config.rings.size(), 1u);
}

TEST(LoadConfig, ReportsAnUnknownKeyWithTheNearest) {
  EXPECT_EQ(report_on(small_config_with("slots", "slotz")),
            "test.yaml:5:5: unknown key 'slotz' in rings.ticks\n  remedy: did you mean 'slots'?\n");
  EXPECT_EQ(report_on(std::string(kSmallConfig) + "logg: {}\n"),
            "test.yaml:12:1: unknown key 'logg' at the top level\n  remedy: did you mean 'log'?\n");
}

TEST(LoadConfig, PointsToAKeyThatLivesElsewhere) {
  EXPECT_EQ(report_on(small_config_with("hours: 04:00-20:00", "port: 1")),
            "test.yaml:11:5: unknown key 'port' in feeds.nasdaq\n"
            "  remedy: did you mean 'feeds.nasdaq.source.line_a.port'?\n");
}

TEST(LoadConfig, ListsTheKnownKeysWhenNoneIsNear) {
  EXPECT_EQ(report_on(small_config_with("slots: 65536", "temperature: 7")),
            "test.yaml:5:5: unknown key 'temperature' in rings.ticks\n  remedy: known in rings.ticks: kind, slots\n");
}

TEST(LoadConfig, DoesNotTakeADottedPathForAKey) {
  EXPECT_EQ(report_on(std::string(kSmallConfig) + "log.level: warn\n"),
            "test.yaml:12:1: unknown key 'log.level' at the top level\n"
            "  remedy: known at the top level: plant, instruments, text, memory, rings, feeds, recorder, analytics, "
            "journal, control, log, threads\n");
}

TEST(LoadConfig, ReportsADuplicateKey) {
  EXPECT_EQ(report_on(small_config_with("    slots: 65536\n", "    slots: 65536\n    slots: 65536\n")),
            "test.yaml:6:5: duplicate key 'slots' in rings.ticks, first on line 5\n  remedy: keep one of the two\n");
}

TEST(LoadConfig, ReportsADuplicateSectionAndEntry) {
  EXPECT_EQ(report_on(std::string(kSmallConfig) + "rings: {}\n"),
            "test.yaml:12:1: duplicate key 'rings' at the top level, first on line 3\n  remedy: keep one of the two\n");
  EXPECT_EQ(report_on(small_config_with("feeds:", "  ticks: {}\nfeeds:")),
            "test.yaml:6:3: duplicate key 'ticks' in rings, first on line 4\n  remedy: keep one of the two\n");
}

TEST(LoadConfig, ReportsAValueOfTheWrongType) {
  EXPECT_EQ(report_on(small_config_with("65536", "many")),
            "test.yaml:5:12: rings.ticks.slots is 'many', not a whole number\n"
            "  remedy: write a power of two from 64 to 4294967296, in digits only\n");
  EXPECT_EQ(report_on(small_config_with("65536", "\"65536\"")),
            "test.yaml:5:12: rings.ticks.slots is text in quotes, not a power of two from 64 to 4294967296\n"
            "  remedy: take the quotes off\n");
  EXPECT_EQ(report_on(small_config_with("65536", "[65536]")),
            "test.yaml:5:12: rings.ticks.slots is a list, not a single value\n"
            "  remedy: write a power of two from 64 to 4294967296\n");
  EXPECT_EQ(report_on(small_config_with("65536", "{a: 1}")),
            "test.yaml:5:12: rings.ticks.slots is a section, not a single value\n"
            "  remedy: write a power of two from 64 to 4294967296\n");
  EXPECT_EQ(report_on(small_config_with("65536", "~")),
            "test.yaml:5:12: rings.ticks.slots is nothing, not a single value\n"
            "  remedy: write a power of two from 64 to 4294967296\n");
}

TEST(LoadConfig, ReportsASectionOfTheWrongType) {
  EXPECT_EQ(report_on(std::string(kSmallConfig) + "log: debug\n"),
            "test.yaml:12:6: log is a single value, not a section of keys\n"
            "  remedy: write `key: value` lines, one under the other\n");
  EXPECT_EQ(report_on(std::string(kSmallConfig) + "threads: [market]\n"),
            "test.yaml:12:10: threads is a list, not a section of keys\n"
            "  remedy: write `key: value` lines, one under the other\n");
  EXPECT_THAT(report_on("[1, 2]"), HasSubstr("test.yaml:1:1: the file is a list, not a section of keys\n"));
}

TEST(LoadConfig, ReportsAValueOutOfRange) {
  EXPECT_EQ(report_on(small_config_with("65536", "32")),
            "test.yaml:5:12: rings.ticks.slots is 32, out of range\n"
            "  remedy: set it to a power of two from 64 to 4294967296\n");
}

TEST(LoadConfig, ReportsANumberThatIsNoPowerOfTwo) {
  EXPECT_EQ(report_on(small_config_with("65536", "65537")),
            "test.yaml:5:12: rings.ticks.slots is 65537, not a power of two\n  remedy: use 65536 or 131072\n");
}

TEST(LoadConfig, ReportsTheItemOfAListThatIsWrong) {
  const auto publish = [](std::string_view list) {
    return report_on(small_config_with("hours: 04:00-20:00", "publish: " + std::string(list)));
  };
  EXPECT_EQ(publish("[orders, quots]"),
            "test.yaml:11:23: feeds.nasdaq.publish is 'quots', not orders, trades, quotes, levels or depth\n"
            "  remedy: did you mean 'quotes'?\n");
  EXPECT_EQ(publish("[orders, trades, orders]"),
            "test.yaml:11:31: feeds.nasdaq.publish holds 'orders' twice\n  remedy: name it once\n");
  EXPECT_EQ(publish("[orders, [trades]]"),
            "test.yaml:11:23: feeds.nasdaq.publish holds a list, not a single value\n"
            "  remedy: write a list, [a, b], each item orders, trades, quotes, levels or depth\n");
  EXPECT_EQ(publish("orders"),
            "test.yaml:11:14: feeds.nasdaq.publish is a single value, not a list\n"
            "  remedy: write a list, [a, b], each item orders, trades, quotes, levels or depth\n");
}

TEST(LoadConfig, ReportsAnEntryWithABadName) {
  EXPECT_EQ(
      report_on(small_config_with("feeds:", "  Ticks: {}\nfeeds:")),
      "test.yaml:6:3: 'Ticks' in rings is not a name of 1 to 31 lower-case letters, digits or _ that starts with a "
      "letter\n  remedy: rename it, for example ticks\n");
}

TEST(LoadConfig, LimitsTheNumberOfEntries) {
  std::string yaml = "plant: {name: a}\nfeeds:\n";
  for (std::size_t i = 0; i <= 64; ++i) {
    yaml += "  f" + std::to_string(i) + ": {protocol: itch50, venue: XNAS, source: {kind: pcap, path: a}}\n";
  }
  EXPECT_EQ(report_on(yaml), "test.yaml:67:3: feeds has more than 64 entries\n  remedy: remove some\n");
}

TEST(LoadConfig, ReportsAMissingRequiredKeyAtItsSection) {
  EXPECT_EQ(report_on(small_config_with("    venue: XNAS\n", "")),
            "test.yaml:7:3: feeds.nasdaq.venue is required and missing\n"
            "  remedy: add `venue: XNAS`, a MIC: four capital letters or digits\n");
  EXPECT_EQ(report_on(small_config_with("plant:\n  name: test\n", "")),
            "test.yaml:1:1: plant.name is required and missing\n"
            "  remedy: add `name: demo`, a name of 1 to 31 letters, digits, _ or -\n");
}

TEST(LoadConfig, DoesNotCallAKeyMissingThatIsThereButWrong) {
  EXPECT_EQ(violations_in(small_config_with("venue: XNAS", "venue: nasdaq")).size(), 1u);
}

TEST(LoadConfig, ReportsTextThatIsNotYaml) {
  EXPECT_EQ(report_on("plant:\n  name: [a\n"),
            "test.yaml:3:1: not valid YAML: end of sequence flow not found\n"
            "  remedy: check indentation, quotes, colons and brackets around this place\n");
  EXPECT_THAT(report_on("plant:\n\tname: a\n"), HasSubstr("test.yaml:2:"));
}

TEST(LoadConfig, KeepsControlCharactersOfTheFileOffTheTerminal) {
  for (const char* yaml : {"\"\\\x1b[2J\"", "\x1b: 1", "plant: {name: \"\\e[2J\"}", "rings: {\"\\e\": {}}"}) {
    const std::string report = report_on(yaml);
    EXPECT_THAT(report, HasSubstr("\\x1b")) << yaml;
    EXPECT_EQ(report.find('\x1b'), std::string::npos) << yaml;
  }
}

TEST(LoadConfig, RefusesAnchorsAliasesAndTags) {
  const std::string report = report_on(small_config_with("name: test", "name: &n test") + "text: {size: *n}\n");
  EXPECT_EQ(report,
            "test.yaml:2:9: anchors (&name) are not supported\n"
            "  remedy: remove it and write the value out where it is used\n"
            "test.yaml:12:14: aliases (*name) are not supported\n  remedy: write the value out\n");
  EXPECT_EQ(report_on(small_config_with("65536", "!!int 65536")),
            "test.yaml:5:12: tags (!name) are not supported\n  remedy: remove it\n");
}

TEST(LoadConfig, RefusesAliasBombsWithoutUnfoldingThem) {
  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + "]\n";
  }
  EXPECT_THAT(report_on(bomb), HasSubstr("aliases (*name) are not supported"));
}

TEST(LoadConfig, RefusesASecondDocument) {
  EXPECT_THAT(report_on(std::string(kSmallConfig) + "---\nplant: {name: b}\n"),
              HasSubstr("test.yaml:12:1: a second document starts here\n"));
}

TEST(LoadConfig, RefusesDeepNesting) {
  EXPECT_EQ(report_on(std::string(17, '[') + std::string(17, ']')),
            "test.yaml:1:17: more than 16 sections inside each other\n  remedy: a config needs five\n");
  EXPECT_THAT(report_on(std::string(16, '[') + std::string(16, ']')), HasSubstr("the file is a list"));
  EXPECT_THAT(report_on(std::string(200'000, '[')), HasSubstr("more than 16"));
}

TEST(LoadConfig, RefusesALargeFile) {
  std::string yaml(kSmallConfig);
  yaml.resize(kMaxConfigBytes, '\n');
  EXPECT_EQ(report_on(yaml), "");
  yaml += '\n';
  EXPECT_EQ(
      report_on(yaml),
      "test.yaml:1:1: the file is larger than 256 KiB\n  remedy: name a config file; the samples are a few KiB\n");
}

TEST(LoadConfig, EndsAReportAfterAThousandMistakes) {
  std::string yaml;
  for (int i = 0; i < 3000; ++i) yaml += "k" + std::to_string(i) + ": 1\n";
  const std::size_t count = violations_in(yaml).size();
  EXPECT_GE(count, kMaxViolations);
  EXPECT_LT(count, kMaxViolations + 10);
}

TEST(LoadConfig, ReportsEmptyInputAsWhatItLacks) {
  for (const char* yaml : {"", "\n\n", "# nothing\n", "{}"}) {
    const std::vector<Violation> violations = violations_in(yaml);
    ASSERT_EQ(violations.size(), 2u) << yaml;
    EXPECT_EQ(violations[0].path, "plant.name");
    EXPECT_EQ(violations[1].path, "feeds");
  }
}

TEST(LoadConfig, RefusesKeysThatAreNotWords) {
  EXPECT_EQ(report_on(std::string(kSmallConfig) + "? [a, b]\n: 1\n"),
            "test.yaml:12:3: a key at the top level is a list, not a word\n  remedy: write `key: value`\n");
}

TEST(LoadConfig, ReportsEverythingAtOnceInTheOrderOfTheFile) {
  const std::string report = report_on(
      "plant:\n"
      "  nam: x\n"
      "  heartbeat_interval: 5\n"
      "rings:\n"
      "  ticks: {slots: 1000, slots: 1024}\n"
      "feeds:\n"
      "  a:\n"
      "    protocol: itch5\n"
      "    venue: XNAS\n"
      "    ring: tick\n"
      "    source: {kind: pcap}\n",
      {{"TICKPLANT_LOG_LEVEL", "loud"}});
  EXPECT_EQ(report,
            "test.yaml:1:1: plant.name is required and missing\n"
            "  remedy: add `name: demo`, a name of 1 to 31 letters, digits, _ or -\n"
            "test.yaml:2:3: unknown key 'nam' in plant\n"
            "  remedy: did you mean 'name'?\n"
            "test.yaml:3:23: plant.heartbeat_interval is '5', without a unit\n"
            "  remedy: write a whole number and one of ns, us, ms, s, for example 1ms\n"
            "test.yaml:5:18: rings.ticks.slots is 1000, not a power of two\n"
            "  remedy: use 512 or 1024\n"
            "test.yaml:5:24: duplicate key 'slots' in rings.ticks, first on line 5\n"
            "  remedy: keep one of the two\n"
            "test.yaml:8:15: feeds.a.protocol is 'itch5', not itch50, iex, mdp3, dbn or journal\n"
            "  remedy: did you mean 'itch50'?\n"
            "test.yaml:10:11: feeds.a.ring is 'tick', there is no such ring\n"
            "  remedy: did you mean 'ticks'?\n"
            "test.yaml:11:5: feeds.a.source.path is missing, a source of files needs it\n"
            "  remedy: add `path: FILE`\n"
            "TICKPLANT_LOG_LEVEL: log.level is 'loud', not debug, info, warn or error\n"
            "  remedy: write debug, info, warn or error\n");
}

TEST(LoadConfig, SaysAllOfItInOneException) {
  try {
    (void)load("log: {level: loud, levl: warn}");
    FAIL() << "loaded";
  } catch (const platform::SetupError& error) {
    const std::string text = error.what();
    EXPECT_THAT(text, testing::StartsWith("config test.yaml has 4 mistakes\ntest.yaml:1:1: "));
    EXPECT_THAT(text, HasSubstr("\ntest.yaml:1:14: log.level is 'loud'"));
    EXPECT_THAT(text, HasSubstr("\ntest.yaml:1:20: unknown key 'levl' in log\n  remedy: did you mean 'level'?\n"));
    EXPECT_THAT(text, testing::EndsWith("\n  remedy: correct each of them, then `tickplant config check test.yaml`"));
  }
}

TEST(LoadConfigFile, NamesTheFileInOriginsAndViolations) {
  const tests::TempDirectory folder;
  const std::string path = folder.write("plant.yaml", kSmallConfig);
  EXPECT_EQ(load_config_file(path, {}).origin_of("rings.ticks.slots"), path + ":5");
  const std::string broken = folder.write("broken.yaml", "plant: 1");
  try {
    (void)load_config_file(broken, {});
    FAIL() << "loaded";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.violations().front().source, broken);
  }
}

TEST(LoadConfigFile, SaysWhyAFileCannotBeRead) {
  const tests::TempDirectory folder;
  const auto problem_with = [](const std::string& path) {
    try {
      (void)load_config_file(path, {});
      return std::string("loaded");
    } catch (const platform::SetupError& error) {
      return error.problem();
    }
  };
  EXPECT_EQ(problem_with(folder / "none.yaml"),
            "cannot read config " + (folder / "none.yaml").string() + ": No such file or directory (errno 2)");
  EXPECT_EQ(problem_with(folder.path()),
            "cannot read config " + folder.path().string() + ": Is a directory (errno 21)");
}

}  // namespace
}  // namespace tickplant::config::this_file
