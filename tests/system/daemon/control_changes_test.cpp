// What traders and admins change at the control socket of a real daemon, and what the audit file says of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "platform/setup_error.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "tests/system/daemon/control_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using clients::ControlClient;
using clients::FeedAction;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using tests::eventually;
using FeedState = clients::PlantDescription::FeedState;

class ControlChanges : public tests::ControlPlant {
 protected:
  void run(const std::string& journal = "journal: {folder: auto, segment: 2MiB, checkpoint: 200ms}\n") {
    write(tests::kControlAnalytics);
    live_.configure({.instruments = 256, .extra = "analytics: {file: " + file() + "}\n" + journal});
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    live_.start_venue({"--symbols", "20", "--rate", "5000", "--pre-open", "100ms"});
    ASSERT_TRUE(eventually([&] { return live_.feed_counter(counter::kRecords) > 2'000; })) << live_.venue().output();
  }
  [[nodiscard]] std::vector<nlohmann::json> audit() const {
    std::vector<nlohmann::json> lines;
    std::ifstream file(live_.state_folder() + "/audit.jsonl");
    for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }
  [[nodiscard]] nlohmann::json audited(std::size_t count) const {
    EXPECT_TRUE(eventually([&] { return audit().size() >= count; }));
    return audit().size() >= count ? audit()[count - 1] : nlohmann::json();
  }
  [[nodiscard]] FeedState feed_state() const { return client().describe().feeds.at(0).state; }
};

// ---- watchlists

TEST_F(ControlChanges, WatchlistsAreKeptAcrossRestarts) {
  run();
  {
    ControlClient client = this->client();
    EXPECT_THAT(client.watchlists(), IsEmpty());
    EXPECT_THAT(client.add_to_watchlist("tech", {"AAPL", "MSFT@XNAS", "AAPL"}).lines, ElementsAre("AAPL", "MSFT@XNAS"));
    EXPECT_THAT(client.add_to_watchlist("tech", {"IBM"}).lines, ElementsAre("AAPL", "MSFT@XNAS", "IBM"));
    EXPECT_THAT(client.remove_from_watchlist("tech", {"MSFT@XNAS"}).lines, ElementsAre("AAPL", "IBM"));
    (void)client.add_to_watchlist("other", {"A"});
    (void)client.delete_watchlist("other");
    EXPECT_THAT(refusal_of([&] { (void)client.watchlist("tehc"); }), HasSubstr("did you mean tech?"));
    EXPECT_THAT(refusal_of([&] { (void)client.add_to_watchlist("a b", {"A"}); }), HasSubstr("is no name"));
    EXPECT_THAT(refusal_of([&] { (void)client.add_to_watchlist("ab", {"A B"}); }), HasSubstr("is no symbol"));
  }
  live_.daemon().kill();
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_THAT(client().watchlists(), ElementsAre("tech"));
  EXPECT_THAT(client().watchlist("tech"), ElementsAre("AAPL", "IBM"));
  std::string output;
  EXPECT_EQ(live_.command({"watchlist", "add", "tech", "ZZZ", "--json"}, &output), 0) << output;
  EXPECT_EQ(live_.command({"watchlist", "show", "tech"}, &output), 0) << output;
  EXPECT_EQ(output, "AAPL\nIBM\nZZZ\n");
  EXPECT_EQ(live_.command({"watchlist", "show", "tehc"}, &output), 2);
  EXPECT_THAT(output, HasSubstr("did you mean tech?"));
  EXPECT_EQ(live_.command({"watchlist", "remove", "tech", "ZZZ"}, &output), 0) << output;
  EXPECT_EQ(live_.command({"watchlist", "delete", "tech"}, &output), 0) << output;
  EXPECT_EQ(live_.command({"watchlist", "list", "--json"}, &output), 0) << output;
  EXPECT_THAT(nlohmann::json::parse(output)["watchlists"], IsEmpty());
}

TEST_F(ControlChanges, DamagedWatchlistsAreSetAsideAndTold) {
  run();
  (void)client().add_to_watchlist("tech", {"AAPL"});
  EXPECT_EQ(live_.daemon().stop(), 0);
  const std::filesystem::path path = live_.state_folder() + "/watchlists";
  std::string text;
  {
    std::stringstream all;
    all << std::ifstream(path).rdbuf();
    text = all.str();
  }
  const std::size_t at = text.find("AAPL");
  ASSERT_NE(at, std::string::npos);
  text[at] = 'B';
  std::ofstream(path) << text;
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_TRUE(live_.says("are damaged: its checksum is wrong"));
  EXPECT_THAT(client().watchlists(), IsEmpty());
  bool is_kept = false;
  for (const auto& entry : std::filesystem::directory_iterator(live_.state_folder()))
    is_kept |= entry.path().filename().string().starts_with("watchlists.damaged-");
  EXPECT_TRUE(is_kept);
}

TEST_F(ControlChanges, WatchlistsBelongToTheirUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "other users are for root to be";
  start("traders_group: nogroup", "  readers_group: nogroup\n");
  (void)client().add_to_watchlist("mine", {"AAPL"});
  EXPECT_TRUE(as_nobody([&] {
    ControlClient client = this->client();
    if (!client.watchlists().empty()) return false;
    (void)client.add_to_watchlist("his", {"IBM"});
    return client.watchlists().size() == 1;
  }));
  EXPECT_THAT(client().watchlists(), ElementsAre("mine"));
}

// ---- audit

TEST_F(ControlChanges, EachChangeIsInTheAuditFile) {
  run();
  ControlClient client = this->client();
  const std::string request = client.add_to_watchlist("tech", {"AAPL", "MSFT"}).request_id;
  nlohmann::json line = audited(1);
  EXPECT_EQ(line["request"], request);
  EXPECT_EQ(line["uid"], ::geteuid());
  EXPECT_EQ(line["pid"], ::getpid());
  EXPECT_THAT(line["process"].get<std::string>(), HasSubstr("tests_daemon"));
  EXPECT_EQ(line["client"], "test");
  EXPECT_EQ(line["role"], "admin");
  EXPECT_EQ(line["call"], "watchlist add");
  EXPECT_EQ(line["arguments"]["name"], "tech");
  EXPECT_EQ(line["arguments"]["symbols"], "AAPL MSFT");
  EXPECT_EQ(line["outcome"], "done");
  EXPECT_TRUE(live_.says(", request " + request)) << "and in the log";

  const std::string refusal = refusal_of([&] { (void)client.feed("nosuch\n\x1b[1m", FeedAction::stop); });
  line = audited(2);
  EXPECT_EQ(line["outcome"], "refused");
  EXPECT_THAT(line["reason"].get<std::string>(), HasSubstr("there is no feed 'nosuch"));
  EXPECT_THAT(refusal, HasSubstr("(request " + line["request"].get<std::string>() + ")"));
  std::string output;
  EXPECT_EQ(live_.command({"reload", "--json"}, &output), 0) << output;
  EXPECT_EQ(audited(3)["request"], nlohmann::json::parse(output)["request"]);
  EXPECT_EQ(audited(3)["client"], "tickplant reload");
  EXPECT_EQ(counts(counter::kAudited), 3u);
  client.stop();
  EXPECT_EQ(live_.daemon().wait(), 0);
  EXPECT_EQ(audited(4)["call"], "stop") << "the last one, too";
}

TEST_F(ControlChanges, WhatARoleMayNotIsInTheAuditFileToo) {
  if (::geteuid() != 0) GTEST_SKIP() << "other users are for root to be";
  start("", "  readers_group: nogroup\n");
  EXPECT_TRUE(as_nobody([&] {
    ControlClient client = this->client();
    return refusal_of([&] { client.stop(); }).find("control.admins_group") != std::string::npos &&
           refusal_of([&] { (void)client.add_to_watchlist("a", {"A"}); }).find("control.traders_group") !=
               std::string::npos &&
           refusal_of([&] { (void)client.check_config("plant: {name: x}"); }).find("admins") != std::string::npos;
  }));
  const nlohmann::json line = audited(3);
  EXPECT_EQ(line["uid"], 65534);
  EXPECT_EQ(line["role"], "reader");
  EXPECT_EQ(line["outcome"], "refused");
  EXPECT_EQ(live_.attach().state(), clients::PlantState::live);
}

TEST_F(ControlChanges, WhoIsRefusedOnAndOnDoesNotFillTheAuditFile) {
  if (::geteuid() != 0) GTEST_SKIP() << "other users are for root to be";
  start("", "  readers_group: nogroup\n");
  EXPECT_TRUE(as_nobody([&] {
    ControlClient client = this->client();
    for (int i = 0; i < 500; ++i) {
      if (refusal_of([&] { client.stop(); }).empty()) return false;
    }
    return true;
  }));
  EXPECT_TRUE(eventually([&] { return counts(counter::kAudited) + counts(counter::kNotAudited) == 500; }));
  EXPECT_LE(audit().size(), 120u) << "60 a minute";
}

// ---- feeds

TEST_F(ControlChanges, AFeedStopsAndStarts) {
  run();
  ControlClient client = this->client();
  EXPECT_THAT(client.feed("demo", FeedAction::stop).lines, ElementsAre("feed demo is stopped"));
  EXPECT_EQ(feed_state(), FeedState::stopped);
  EXPECT_THAT(client.feed("demo", FeedAction::stop).lines, IsEmpty()) << "it is so already";
  const std::uint64_t records = live_.feed_counter(counter::kRecords);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(live_.feed_counter(counter::kRecords), records) << "it publishes nothing, not even heartbeats";
  std::string output;
  EXPECT_EQ(live_.command({"health", "--json"}, &output), 1);
  EXPECT_THAT(output, HasSubstr("feed_stopped"));
  EXPECT_EQ(live_.command({"feed", "status", "--json"}, &output), 0);
  EXPECT_EQ(nlohmann::json::parse(output)["feeds"][0]["state"], "stopped");

  EXPECT_THAT(client.feed("demo", FeedAction::start).lines, ElementsAre("feed demo is started"));
  EXPECT_THAT(client.feed("demo", FeedAction::start).lines, IsEmpty());
  EXPECT_TRUE(eventually([&] { return feed_state() == FeedState::live; }));
  EXPECT_TRUE(eventually([&] { return live_.feed_counter(counter::kRecords) > records + 1'000; }));
  EXPECT_EQ(live_.feed_counter(counter::kMissedMessages), 0u) << "what came meanwhile was asked for again";
  EXPECT_THAT(client.feed("demo", FeedAction::restart).lines, ElementsAre("feed demo is started"));
  EXPECT_TRUE(eventually([&] { return feed_state() == FeedState::live; }));
  EXPECT_THAT(refusal_of([&] { (void)client.feed("dmeo", FeedAction::stop); }), HasSubstr("did you mean demo?"));
}

TEST_F(ControlChanges, AFeedByTcpLogsOutAndGoesOnWhereItWas) {
  live_.configure({.instruments = 256, .soupbintcp = true});
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "20", "--rate", "5000", "--pre-open", "100ms"});
  ASSERT_TRUE(eventually([&] { return live_.feed_counter(counter::kRecords) > 2'000; })) << live_.venue().output();
  ControlClient client = this->client();
  (void)client.feed("demo", FeedAction::stop);
  EXPECT_EQ(feed_state(), FeedState::stopped);
  const std::uint64_t next = live_.feed_counter(counter::kNextSequence);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(live_.feed_counter(counter::kNextSequence), next);
  (void)client.feed("demo", FeedAction::start);
  EXPECT_TRUE(eventually([&] { return live_.feed_counter(counter::kNextSequence) > next + 1'000; }));
  EXPECT_EQ(live_.feed_counter(counter::kMissedMessages), 0u);
  EXPECT_EQ(feed_state(), FeedState::live);
}

TEST_F(ControlChanges, TheCommandsStopStartAndRestartFeeds) {
  run();
  std::string output;
  EXPECT_EQ(live_.command({"feed", "stop", "demo"}, &output), 0) << output;
  EXPECT_THAT(output, HasSubstr("feed demo is stopped"));
  EXPECT_EQ(live_.command({"feed", "stop", "demo"}, &output), 0);
  EXPECT_THAT(output, HasSubstr("is stopped already"));
  EXPECT_EQ(live_.command({"feed", "start", "demo", "--json"}, &output), 0);
  EXPECT_THAT(nlohmann::json::parse(output)["changes"], SizeIs(1));
  EXPECT_EQ(live_.command({"feed", "restart", "demo"}, &output), 0);
  EXPECT_EQ(live_.command({"feed", "stop", "dmeo"}, &output), 2);
  EXPECT_THAT(output, HasSubstr("did you mean demo?"));
}

// ---- journal, draining, config

TEST_F(ControlChanges, TheJournalGoesOnInANewFile) {
  run();
  const std::string journal = live_.state_folder() + "/journal";
  const std::size_t before = ringbuf::list_segments(journal).size();
  std::string output;
  EXPECT_EQ(live_.command({"journal", "rotate", "--json"}, &output), 0) << output;
  EXPECT_GT(ringbuf::list_segments(journal).size(), before);
  EXPECT_EQ(nlohmann::json::parse(output)["segment"], ringbuf::list_segments(journal).back().number);
  EXPECT_EQ(live_.command({"journal", "rotate"}, &output), 0) << output;
  const std::uint64_t records = live_.feed_counter(counter::kRecords);
  EXPECT_TRUE(eventually([&] { return live_.feed_counter(counter::kRecords) > records + 1'000; }));
  EXPECT_EQ(live_.daemon().stop(), 0);
  EXPECT_EQ(live_.command({"journal", "verify", journal}, &output), 0) << output;
  EXPECT_EQ(live_.command({"journal", "audit", journal}, &output), 0) << output;
}

TEST_F(ControlChanges, ASavepointOfWhatTheDaemonHas) {
  run();
  std::string output;
  EXPECT_EQ(live_.command({"journal", "savepoint", "before", live_.folder(), "--by-daemon"}, &output), 0) << output;
  EXPECT_THAT(refusal_of([&] { (void)client().make_savepoint("before"); }), HasSubstr("before"));
  EXPECT_THAT(refusal_of([&] { (void)client().make_savepoint("../x"); }), HasSubstr("remedy"));
  EXPECT_EQ(live_.daemon().stop(), 0);
  ASSERT_TRUE(live_.start_daemon({"--savepoint", "before"})) << live_.daemon().output();
}

TEST_F(ControlChanges, ADrainedPlantHasAllOnDiskAndStaysUp) {
  run();
  std::string output;
  EXPECT_EQ(live_.command({"drain", "--json"}, &output), 0) << output;
  EXPECT_EQ(feed_state(), FeedState::stopped);
  ControlClient client = this->client();
  for (const clients::ListedRing& ring : client.rings()) EXPECT_EQ(ring.durable, ring.published) << ring.name;
  EXPECT_FALSE(client.images({live_.attach().symbol_of({1})}).empty()) << "it can be read";
  EXPECT_THAT(client.drain().lines, Not(IsEmpty())) << "again";
  (void)client.feed("demo", FeedAction::start);
  EXPECT_TRUE(eventually([&] { return feed_state() == FeedState::live; }));
}

TEST_F(ControlChanges, WithoutAJournalThereIsNoneToRotate) {
  run("");
  EXPECT_THAT(refusal_of([&] { (void)client().rotate_journal(); }), HasSubstr("no journal"));
  EXPECT_THAT(refusal_of([&] { (void)client().make_savepoint("x"); }), HasSubstr("no journal"));
  EXPECT_THAT(client().drain().lines, testing::Contains(HasSubstr("there is no journal")));
}

TEST_F(ControlChanges, TheDaemonSaysWhetherItWouldStart) {
  run();
  ControlClient client = this->client();
  EXPECT_THAT(client.check_config(), testing::Contains(HasSubstr("is valid")));
  EXPECT_THAT(refusal_of([&] { (void)client.check_config("plant: {name: x, nonsense: 1}\n"); }),
              AllOf(HasSubstr("nonsense"), HasSubstr("remedy")));
  std::string output;
  EXPECT_EQ(live_.command({"config", "check-restart"}, &output), 0) << output;
  EXPECT_THAT(output, HasSubstr("is valid"));
  std::ofstream(live_.config_file(), std::ios::app) << "nonsense: 1\n";
  EXPECT_EQ(live_.command({"config", "check-restart"}, &output), 2);
  EXPECT_THAT(output, HasSubstr("nonsense"));
  EXPECT_THAT(this->client().describe().name, "demo");
}

}  // namespace
}  // namespace tickplant::this_file
