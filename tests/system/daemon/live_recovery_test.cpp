// What goes wrong on the way from the exchange, and how the plant gets right again: snapshots, connections that are
// lost, and captures that prove what came in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "feedhandlers/sources/pcap_source.hpp"
#include "tests/system/daemon/live_plant.hpp"
#include "tests/system/daemon/venue_truth.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using tests::BookClient;
using tests::LivePlant;

void read_all(clients::Subscriber& subscriber, BookClient& client) {
  while (subscriber.poll(client) > 0) continue;
}

TEST(LiveRecovery, PutsBooksRightFromASnapshotWhenMessagesAreLostForGood) {
  LivePlant live({.rerequest = false, .glimpse = true});
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  live.start_venue({"--seed", "21", "--symbols", "60", "--rate", "10000", "--pre-open", "200ms", "--duration", "2s",
                    "--burst-loss", "1/3", "--linger", "60s", "--truth", live.file("truth.json").string()});
  BookClient client;
  const auto is_mended = [&] {
    read_all(subscriber, client);
    return live.has_ended() && live.feed_counter(counter::kBooksInDoubt) == 0;
  };
  ASSERT_TRUE(tests::eventually(is_mended)) << live.daemon().output();
  live.venue().signal(SIGTERM);
  ASSERT_EQ(live.venue().wait(), 0) << live.venue().output();
  read_all(subscriber, client);

  EXPECT_GT(client.gaps, 0u) << "no message was lost: nothing was proven";
  EXPECT_EQ(client.lost, 0u);
  EXPECT_TRUE(client.in_order);
  EXPECT_GT(live.feed_counter(counter::kRebuiltBooks), 0u);
  EXPECT_GE(live.feed_counter(counter::kSnapshots), 1u);
  tests::expect_books_equal_truth(tests::read_truth(live.file("truth.json")), client, plant, "", false);
}

TEST(LiveRecovery, FindsEveryBookEqualToTheSecondCopyWhenNothingWasLost) {
  LivePlant live({.glimpse = true, .source = "      glimpse_compare: 500ms\n"});
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  live.start_venue({"--seed", "22", "--symbols", "30", "--rate", "5000", "--pre-open", "200ms", "--duration", "2s",
                    "--linger", "2s"});
  ASSERT_TRUE(tests::eventually([&] { return live.feed_counter(counter::kSnapshots) >= 2; })) << live.daemon().output();
  EXPECT_EQ(live.feed_counter(counter::kRebuiltBooks), 0u);
  EXPECT_EQ(live.feed_counter(counter::kDifferingBooks), 0u);
  EXPECT_EQ(live.feed_counter(counter::kBooksInDoubt), 0u);
}

TEST(LiveRecovery, ComparesNothingAnyMoreOnceTheSessionHasEnded) {
  LivePlant live({.glimpse = true, .source = "      glimpse_compare: 100ms\n"});
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  live.start_venue({"--seed", "26", "--symbols", "5", "--rate", "2000", "--pre-open", "100ms", "--duration", "700ms",
                    "--linger", "20s"});
  ASSERT_TRUE(tests::eventually([&] { return live.has_ended(); })) << live.daemon().output();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // one that had begun before
  const std::uint64_t attempts = live.feed_counter(counter::kSnapshotAttempts);
  EXPECT_GT(attempts, 0u);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_EQ(live.feed_counter(counter::kSnapshotAttempts), attempts);
}

TEST(LiveRecovery, GivesTheBooksOfASessionOverTcp) {
  LivePlant live({.soupbintcp = true});
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  live.start_venue({"--seed", "23", "--symbols", "60", "--rate", "10000", "--pre-open", "1500ms", "--duration", "3s",
                    "--linger", "20s", "--truth", live.file("truth.json").string()});
  BookClient client;
  const auto has_all = [&] {
    read_all(subscriber, client);
    return live.has_ended();
  };
  ASSERT_TRUE(tests::eventually(has_all)) << live.daemon().output();
  live.venue().signal(SIGTERM);
  ASSERT_EQ(live.venue().wait(), 0) << live.venue().output();
  read_all(subscriber, client);
  EXPECT_EQ(client.gaps + client.lost + client.unknown_orders + client.bad_clocks, 0u);
  EXPECT_EQ(client.sessions, 1u);
  const nlohmann::json truth = tests::read_truth(live.file("truth.json"));
  EXPECT_EQ(live.feed_counter(counter::kMessages), truth["messages"]);
  tests::expect_books_equal_truth(truth, client, plant);
}

TEST(LiveRecovery, GoesOnInASessionOverTcpWhereAKilledPredecessorStopped) {
  LivePlant live({.soupbintcp = true});
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  live.start_venue({"--seed", "24", "--symbols", "20", "--rate", "5000", "--pre-open", "200ms", "--duration", "4s",
                    "--linger", "20s", "--truth", live.file("truth.json").string()});
  ASSERT_TRUE(tests::eventually([&] { return live.feed_counter(counter::kMessages) > 2'000; }));
  live.daemon().signal(SIGKILL);
  (void)live.daemon().wait();
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return live.has_ended(); })) << live.daemon().output();
  live.venue().signal(SIGTERM);
  ASSERT_EQ(live.venue().wait(), 0) << live.venue().output();

  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  std::uint64_t messages = 0, gaps = 0;
  const auto count = [&](const ringbuf::Record& record) {
    if (record.header.type == ringbuf::RecordType::gap) ++gaps;
    if (record.header.type == ringbuf::RecordType::source_position)
      messages += record.as<ringbuf::SourcePositionBody>().message_count;
  };
  while (subscriber.poll(count) > 0) continue;
  EXPECT_EQ(gaps, 0u) << "the server sends again what nobody heard";
  EXPECT_EQ(messages, tests::read_truth(live.file("truth.json"))["messages"]) << "each once, over two daemons";
}

TEST(LiveRecovery, KeepsEveryPacketThatCameIn) {
  LivePlant live;
  const std::string folder = live.file("captures").string();
  live.configure({.source = "      capture: {folder: " + folder + "}\n"});
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  live.start_venue({"--seed", "25", "--symbols", "20", "--rate", "5000", "--pre-open", "100ms", "--duration", "500ms"});
  ASSERT_EQ(live.venue().wait(), 0) << live.venue().output();
  ASSERT_TRUE(tests::eventually([&] { return live.has_ended(); })) << live.daemon().output();
  live.daemon().signal(SIGTERM);
  ASSERT_EQ(live.daemon().wait(), 0) << live.daemon().output();

  const std::string file = folder + "/demo.000001.pcapng";
  ASSERT_TRUE(std::filesystem::exists(file));
  feedhandlers::sources::PcapSource source(feedhandlers::sources::ByteStream::open(file));
  feedhandlers::Packet packet;
  std::uint64_t packets = 0;
  platform::UnixNanos newest{};
  while (source.next(packet) == feedhandlers::sources::SourceStatus::packet) {
    ++packets;
    EXPECT_GE(packet.ts_recv, newest);
    newest = packet.ts_recv;
  }
  EXPECT_EQ(packets, live.feed_counter(counter::kPackets));
  EXPECT_EQ(packets, live.counter("capture.demo", counter::kPackets));
  EXPECT_EQ(live.counter("capture.demo", counter::kNotCaptured), 0u);
}

}  // namespace
}  // namespace tickplant::this_file
