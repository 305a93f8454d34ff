#include "config/validate_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/config_fixture.hpp"

namespace tickplant::config::this_file {
namespace {

using testing::HasSubstr;

std::string with_source(std::string_view source) { return small_config_with("{kind: pcap, path: a.pcap}", source); }

TEST(ValidateConfig, AcceptsTheSmallConfig) { EXPECT_EQ(report_on(kSmallConfig), ""); }

TEST(ValidateConfig, WantsAFeed) {
  EXPECT_EQ(report_on("plant: {name: a}\n"),
            "test.yaml:1:1: no feeds: the plant would have nothing to do\n"
            "  remedy: add one under `feeds:`, config/demo.yaml has an example\n");
}

TEST(ValidateConfig, WantsTheRingOfAFeedToExist) {
  EXPECT_EQ(report_on(std::string(kSmallConfig) + "    ring: tcks\n"),
            "test.yaml:12:11: feeds.nasdaq.ring is 'tcks', there is no such ring\n  remedy: did you mean 'ticks'?\n");
}

TEST(ValidateConfig, WantsAFeedToWriteTicks) {
  EXPECT_EQ(report_on(small_config_with("    slots: 65536\n", "    slots: 65536\n    kind: derived\n")),
            "test.yaml:8:3: feeds.nasdaq.ring is 'ticks', which is not a ring of ticks\n"
            "  remedy: name a ring of kind tick\n");
}

TEST(ValidateConfig, KeepsNamesOfSegmentsFromRings) {
  for (const std::string name : {"catalog", "instruments", "image", "newest", "depth", "text", "counters", "clock"}) {
    EXPECT_EQ(report_on(small_config_with("feeds:", "  " + name + ": {}\nfeeds:")),
              "test.yaml:6:3: a ring cannot be called '" + name +
                  "', a segment of the plant has that name\n  remedy: rename it, for example " + name + "_ring\n");
  }
}

TEST(ValidateConfig, WantsOrdersOfAnOrderFeed) {
  EXPECT_EQ(report_on(std::string(kSmallConfig) + "    publish: [trades]\n"),
            "test.yaml:12:14: feeds.nasdaq.publish lacks orders, and books of an order feed are recovered from them\n"
            "  remedy: add orders to the list\n");
}

TEST(ValidateConfig, WantsAPathForAFile) {
  EXPECT_EQ(
      report_on(with_source("{kind: day_file}")),
      "test.yaml:10:5: feeds.nasdaq.source.path is missing, a source of files needs it\n  remedy: add `path: FILE`\n");
}

TEST(ValidateConfig, RefusesKeysOfLinesForAFile) {
  EXPECT_EQ(report_on(with_source("{kind: pcap, path: a, line_a: {port: 1}, receive: auto}")),
            "test.yaml:10:50: feeds.nasdaq.source.line_a.port means nothing to a source of kind pcap\n"
            "  remedy: remove it, or change the kind\n"
            "test.yaml:10:63: feeds.nasdaq.source.receive means nothing to a source of kind pcap\n"
            "  remedy: remove it, or change the kind\n");
  EXPECT_THAT(report_on(with_source("{kind: day_file, path: a, receive_offload: true}")),
              HasSubstr("source.receive_offload means nothing to a source of kind day_file"));
}

TEST(ValidateConfig, LetsOnlyPacketsWaitForEachOther) {
  EXPECT_EQ(report_on(with_source("{kind: pcap, path: a, reorder_wait: 1ms}")), "");
  EXPECT_THAT(report_on(with_source("{kind: day_file, path: a, reorder_wait: 1ms}")),
              HasSubstr("source.reorder_wait means nothing to a source of kind day_file"));
  EXPECT_THAT(report_on(with_source("{kind: pcap, path: a, recovery_wait: 1ms}")),
              HasSubstr("source.recovery_wait means nothing to a source of kind pcap"));
  EXPECT_THAT(report_on(with_source("{kind: pcap, path: a, rerequest: {address: 10.0.0.1, port: 1}}")),
              HasSubstr("source.rerequest.address means nothing to a source of kind pcap"));
}

TEST(ValidateConfig, WantsTheRerequestServerWholeOrNotAtAll) {
  const std::string a = "{kind: udp_multicast, line_a: {group: 239.1.1.1, port: 1}, rerequest: ";
  EXPECT_EQ(report_on(with_source(a + "{address: 10.0.0.1, port: 2}}")), "");
  EXPECT_THAT(report_on(with_source(a + "{address: 10.0.0.1}}")),
              HasSubstr("source.rerequest.port is missing, rerequest.address needs it\n"
                        "  remedy: add the port of the server\n"));
  EXPECT_THAT(report_on(with_source(a + "{port: 2}}")),
              HasSubstr("source.rerequest.address is missing, rerequest.port needs it\n"
                        "  remedy: add the address of the server\n"));
}

TEST(ValidateConfig, KnowsWhichProtocolsComeFromWhichSources) {
  const auto feed = [](const std::string& protocol, const std::string& source) {
    return "plant: {name: a}\nfeeds:\n  f:\n    protocol: " + protocol + "\n    venue: XNAS\n    source: " + source +
           "\n";
  };
  const std::string lines = "{kind: udp_multicast, line_a: {group: 239.1.1.1, port: 1}}";
  for (const char* protocol : {"itch50", "iex", "mdp3"}) {
    EXPECT_EQ(report_on(feed(protocol, "{kind: pcap, path: a}")), "") << protocol;
    EXPECT_EQ(report_on(feed(protocol, lines)), "") << protocol;
    EXPECT_THAT(report_on(feed(protocol, "{kind: dbn_file, path: a}")),
                HasSubstr("is dbn_file, and there are no such sources of protocol " + std::string(protocol)));
  }
  EXPECT_EQ(report_on(feed("itch50", "{kind: soupbintcp, server: {host: venue, port: 1}}")), "");
  EXPECT_EQ(report_on(feed("dbn", "{kind: dbn_file, path: a}")), "");
  EXPECT_EQ(report_on(feed("dbn", "{kind: pcap, path: a}")),
            "test.yaml:6:20: feeds.f.source.kind is pcap, and there are no such sources of protocol dbn\n"
            "  remedy: set dbn_file\n");
  EXPECT_EQ(report_on(feed("iex", "{kind: day_file, path: a}")),
            "test.yaml:6:20: feeds.f.source.kind is day_file, and there are no such sources of protocol iex\n"
            "  remedy: set pcap or udp_multicast\n");
}

TEST(ValidateConfig, WantsServersWholeOrNotAtAll) {
  EXPECT_THAT(report_on(with_source("{kind: soupbintcp}")), HasSubstr("server.host is missing, soupbintcp needs it\n"));
  EXPECT_THAT(report_on(with_source("{kind: soupbintcp, server: {host: venue}}")),
              HasSubstr("server.port is missing, soupbintcp needs it\n"));
  const std::string a = "{kind: udp_multicast, line_a: {group: 239.1.1.1, port: 1}, ";
  EXPECT_EQ(report_on(with_source(a + "glimpse: {host: 10.0.0.1, port: 2}, glimpse_compare: 60s}")), "");
  EXPECT_THAT(report_on(with_source(a + "glimpse: {host: venue}}")),
              HasSubstr("glimpse.port is missing, glimpse.host needs it\n"));
  EXPECT_THAT(report_on(with_source(a + "glimpse: {port: 2}}")),
              HasSubstr("glimpse.host is missing, glimpse.port needs it\n"));
  EXPECT_THAT(report_on(with_source(a + "compare_lines: true}")),
              HasSubstr("line_b.group is missing, compare_lines needs it\n"));
  EXPECT_THAT(report_on(with_source("{kind: pcap, path: a, compare_lines: true}")),
              HasSubstr("compare_lines means nothing to a source of kind pcap"));
  EXPECT_THAT(report_on(with_source(a + "glimpse_compare: 60s}")),
              HasSubstr("glimpse.host is missing, glimpse_compare needs it\n"));
  EXPECT_THAT(report_on(with_source("{kind: pcap, path: a, capture: {folder: /x}}")),
              HasSubstr("capture.folder means nothing to a source of kind pcap"));
  EXPECT_THAT(report_on("plant: {name: a}\nfeeds:\n  f:\n    protocol: iex\n    venue: IEXG\n    source: " + a +
                        "glimpse: {host: venue, port: 1}}\n"),
              HasSubstr("glimpse is set, and only itch50 has such a server\n"));
}

TEST(ValidateConfig, KeepsWaitingTimesInBounds) {
  const std::string a = "{kind: udp_multicast, line_a: {group: 239.1.1.1, port: 1}, ";
  for (const char* good : {"reorder_wait: 0ns}", "reorder_wait: 1s}", "recovery_wait: 1ms}", "recovery_wait: 60s}"})
    EXPECT_EQ(report_on(with_source(a + good)), "") << good;
  for (const char* bad : {"reorder_wait: 1001ms}", "recovery_wait: 999us}", "recovery_wait: 61s}"})
    EXPECT_THAT(report_on(with_source(a + bad)), HasSubstr("out of range")) << bad;
}

TEST(ValidateConfig, LeavesRoomForTheOwnersOfCounters) {
  const std::string longest(24, 'a');
  const auto named = [](const std::string& name) {
    return "plant: {name: a}\nfeeds:\n  " + name +
           ": {protocol: itch50, venue: XNAS, source: {kind: pcap, path: a}}\nthreads:\n  " + name +
           ": {stages: [feed." + name + "]}\n";
  };
  EXPECT_EQ(report_on(named(longest)), "");
  const std::string report = report_on(named(longest + 'a'));
  EXPECT_THAT(report, HasSubstr("test.yaml:3:3: feeds." + longest +
                                "a: the name has 25 characters, more than 24\n"
                                "  remedy: shorten it; it is part of the names of its counters\n"));
  EXPECT_THAT(report, HasSubstr("test.yaml:5:3: threads." + longest + "a: the name has 25 characters"));
}

TEST(ValidateConfig, DoesNotGuessAboutASourceWithoutAKind) {
  EXPECT_THAT(report_on(with_source("{path: a}")),
              testing::StartsWith("test.yaml:10:5: feeds.nasdaq.source.kind is required and missing\n"));
  EXPECT_EQ(violations_in(with_source("{path: a}")).size(), 1u);
  EXPECT_EQ(violations_in(with_source("{kind: pcapp, path: a}")).size(), 1u);
}

TEST(ValidateConfig, WantsGroupAndPortOfLineA) {
  EXPECT_EQ(report_on(with_source("{kind: udp_multicast}")),
            "test.yaml:10:5: feeds.nasdaq.source.line_a.group is missing, udp_multicast needs it\n"
            "  remedy: add `group: 239.192.1.1`, the group the venue sends to\n"
            "test.yaml:10:5: feeds.nasdaq.source.line_a.port is missing, udp_multicast needs it\n"
            "  remedy: add `port: 26400`, the port the venue sends to\n");
  EXPECT_EQ(report_on(with_source("{kind: udp_multicast, line_a: {group: 239.1.1.1, port: 1}}")), "");
}

TEST(ValidateConfig, WantsLineBWholeOrNotAtAll) {
  const std::string a = "{kind: udp_multicast, line_a: {group: 239.1.1.1, port: 1}, line_b: ";
  EXPECT_EQ(report_on(with_source(a + "{group: 239.1.1.2}}")),
            "test.yaml:10:72: feeds.nasdaq.source.line_b.port is missing, line_b.group needs it\n"
            "  remedy: add the port of line B\n");
  EXPECT_EQ(report_on(with_source(a + "{port: 2}}")),
            "test.yaml:10:72: feeds.nasdaq.source.line_b.group is missing, line_b.port needs it\n"
            "  remedy: add the group of line B\n");
}

TEST(ValidateConfig, RefusesAPathForLines) {
  EXPECT_THAT(report_on(with_source("{kind: udp_multicast, path: a, line_a: {group: 239.1.1.1, port: 1}}")),
              HasSubstr("feeds.nasdaq.source.path means nothing to a source of kind udp_multicast"));
}

TEST(ValidateConfig, WantsAMulticastGroup) {
  EXPECT_EQ(
      report_on(with_source("{kind: udp_multicast, line_a: {group: 10.0.0.1, port: 1}}")),
      "test.yaml:10:51: feeds.nasdaq.source.line_a.group is '10.0.0.1', not a multicast address from 224.0.0.0 to "
      "239.255.255.255\n  remedy: write a multicast address from 224.0.0.0 to 239.255.255.255\n");
}

TEST(ValidateConfig, RefusesTwoLinesThatAreOne) {
  EXPECT_EQ(
      report_on(with_source("{kind: udp_multicast, line_a: {group: 239.1.1.1, port: 1}, line_b: {group: 239.1.1.1, "
                            "port: 1}}")),
      "test.yaml:10:88: feeds.nasdaq.source.line_b listens to 239.1.1.1:1, as feeds.nasdaq.source.line_a does\n"
      "  remedy: give each line its own group or port, or its own interface\n");
  EXPECT_EQ(report_on(with_source("{kind: udp_multicast, line_a: {group: 239.1.1.1, port: 1, interface: eth0}, line_b: "
                                  "{group: 239.1.1.1, port: 1, interface: eth1}}")),
            "");
}

TEST(ValidateConfig, RefusesTwoFeedsOnOneLine) {
  const std::string source = "    source: {kind: udp_multicast, line_a: {group: 239.1.1.1, port: 1}}\n";
  EXPECT_THAT(
      report_on("plant: {name: a}\nfeeds:\n  a:\n    protocol: itch50\n    venue: XNAS\n" + source +
                "  b:\n    protocol: itch50\n    venue: XNAS\n" + source),
      HasSubstr("test.yaml:10:51: feeds.b.source.line_a listens to 239.1.1.1:1, as feeds.a.source.line_a does\n"));
}

TEST(ValidateConfig, WantsStagesThatExist) {
  EXPECT_EQ(report_on(std::string(kSmallConfig) + "threads:\n  market: {stages: [feed.nyse]}\n"),
            "test.yaml:13:20: threads.market.stages names feed.nyse, there is no such feed\n"
            "  remedy: name one of the feeds of this file\n");
  EXPECT_EQ(report_on(std::string(kSmallConfig) + "threads:\n  market: {stages: []}\n"),
            "test.yaml:13:20: threads.market.stages is empty\n  remedy: name a stage, or remove the thread\n");
  EXPECT_THAT(report_on(std::string(kSmallConfig) + "threads:\n  market: {}\n"),
              HasSubstr("test.yaml:13:3: threads.market.stages is required and missing\n"
                        "  remedy: add `stages: [feed.nasdaq]`, a stage: feed.<name of a feed>, capture.<name of a "
                        "feed>, recorder, analytics, analytics.<number>, sequencer, alerts or journal\n"));
}

TEST(ValidateConfig, WantsAFolderForAThreadThatRecords) {
  const std::string recording = std::string(kSmallConfig) + "threads:\n  disk: {stages: [recorder]}\n";
  EXPECT_EQ(report_on(recording),
            "test.yaml:13:18: threads.disk.stages names recorder, and nothing is recorded\n"
            "  remedy: set recorder.folder, or remove the stage\n");
  EXPECT_EQ(report_on(recording + "recorder: {folder: /data/tickplant}\n"), "");
}

TEST(ValidateConfig, WantsAJournalForAThreadThatWritesIt) {
  const std::string writing = std::string(kSmallConfig) + "threads:\n  disk: {stages: [journal]}\n";
  EXPECT_EQ(report_on(writing),
            "test.yaml:13:18: threads.disk.stages names journal, and there is none\n"
            "  remedy: set journal.folder, or remove the stage\n");
  EXPECT_EQ(report_on(writing + "journal: {folder: auto}\n"), "");
}

TEST(ValidateConfig, WantsAnArchiveToGetSomething) {
  const auto with = [](const std::string& journal) {
    return report_on(std::string(kSmallConfig) + "journal: {folder: /j, " + journal + "}\n");
  };
  EXPECT_EQ(with("compress_after: 1d, archive: /old, delete_after: 2d, keep_results: 3d"), "");
  EXPECT_EQ(with("compress_after: none, delete_after: none, keep_results: none"), "");
  EXPECT_THAT(with("compress_after: none, archive: /old"), HasSubstr("nothing makes one of them"));
  EXPECT_EQ(with("compress_after: none, archive: /old, keep: 1GiB"), "");
  EXPECT_EQ(with("delete_after: 30d, keep_results: 7d"), "") << "results go with the ticks then";
  EXPECT_THAT(with("archive: old"), HasSubstr("the absolute path of a folder, or none"));
}

TEST(ValidateConfig, WantsSegmentsThatHoldTheDirectoryOfInstruments) {
  const std::string small = std::string(kSmallConfig) + "journal: {folder: auto, segment: 4MiB}\n";
  EXPECT_THAT(report_on(small), HasSubstr("journal.segment"));
  EXPECT_EQ(report_on(small + "instruments: {capacity: 1024}\n"), "");
}

TEST(ValidateConfig, WantsAnalyticsForAThreadThatComputes) {
  const std::string computing = std::string(kSmallConfig) + "threads:\n  hot: {stages: [feed.nasdaq, analytics]}\n";
  EXPECT_EQ(report_on(computing),
            "test.yaml:13:17: threads.hot.stages names analytics, and nothing is computed\n"
            "  remedy: set analytics.file, or remove the stage\n");
  EXPECT_EQ(report_on(computing + "analytics: {file: auto}\n"), "");
}

TEST(ValidateConfig, KnowsTheStagesOfEachShard) {
  const auto report = [](const std::string& stage, const std::string& shards) {
    return report_on(std::string(kSmallConfig) + "analytics: {file: auto, shards: " + shards +
                     "}\nthreads:\n  hot: {stages: [" + stage + "]}\n");
  };
  for (const char* stage : {"sequencer", "analytics.0", "analytics.3"}) EXPECT_EQ(report(stage, "4"), "") << stage;
  EXPECT_EQ(report("analytics.4", "4"),
            "test.yaml:14:17: threads.hot.stages names analytics.4, with analytics.shards 4 there is no such stage\n"
            "  remedy: name sequencer, or one of analytics.0 to analytics.3\n");
  EXPECT_THAT(report("analytics", "4"), HasSubstr("there is no such stage"));
  EXPECT_THAT(report("sequencer", "1"), HasSubstr("remedy: name analytics\n"));
}

TEST(ValidateConfig, RefusesAStageOnTwoThreads) {
  EXPECT_EQ(report_on(std::string(kSmallConfig) +
                      "threads:\n  one: {stages: [feed.nasdaq]}\n  two: {stages: [feed.nasdaq]}\n"),
            "test.yaml:14:17: threads.two.stages names feed.nasdaq, which thread one runs\n"
            "  remedy: leave it to one of them\n");
}

TEST(ValidateConfig, RefusesTwoThreadsOnOneCore) {
  const std::string two_feeds = std::string(kSmallConfig) +
                                "  other: {protocol: itch50, venue: XNAS, source: {kind: pcap, path: b}}\n"
                                "threads:\n";
  const auto threads = [&](const std::string& one, const std::string& two) {
    return report_on(two_feeds + "  one: {stages: [feed.nasdaq], core: " + one +
                     "}\n  two: {stages: [feed.other], core: " + two + "}\n");
  };
  EXPECT_EQ(threads("cpu1", "cpu1"),
            "test.yaml:15:37: threads.two.core is cpu1, where thread one is pinned\n"
            "  remedy: pin it to another core, or fuse the stages of both in one thread\n");
  EXPECT_EQ(threads("cpu1", "cpu2"), "");
  EXPECT_EQ(threads("any", "any"), "");
}

}  // namespace
}  // namespace tickplant::config::this_file
