// A live feed over multicast on the loopback interface, both ways of receiving.
#include "feedhandlers/sources/udp_multicast_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <optional>
#include <thread>

#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/multicast_loopback.hpp"
#include "tests/support/receive_method_name.hpp"

namespace tickplant::tests::this_file {
namespace {

using config::ReceiveMethod;
using feedhandlers::Line;
using feedhandlers::Packet;
using feedhandlers::sources::UdpMulticastSource;
using testing::ElementsAre;
using testing::HasSubstr;

struct Received {
  std::string bytes;
  Line line;
  platform::UnixNanos ts_recv;
  std::uint32_t destination_address;
  std::uint16_t destination_port;
  std::uint16_t source_port;
};

class MulticastSource : public testing::TestWithParam<ReceiveMethod> {
 protected:
  void SetUp() override {
    config_.receive = GetParam();
    config_.line_a = {.group = own_group(0), .port = sender_.port(), .interface = "lo"};
    config_.line_b = {.group = own_group(1), .port = sender_.port(), .interface = "127.0.0.1"};
    config_.receive_buffer_bytes = 200 << 10;  // what every host allows
    try {
      open();
    } catch (const platform::SetupError& error) {
      GTEST_SKIP() << "no multicast on lo, or no io_uring, here: " << error.problem();
    }
    if (!send_a("probe") || take(1).size() != 1) GTEST_SKIP() << "lo carries no multicast here";
    const bool is_stamped =
        wait_until_arrivals_are_stamped([this] { return send_a("probe"); }, [this] { return take(1).at(0).ts_recv; });
    ASSERT_TRUE(is_stamped) << "kernel stamps are those of the receive call";
    received_.clear();
  }

  void open() { source_.emplace(config_); }
  bool send_a(std::string_view bytes) { return sender_.send(bytes, config_.line_a.group, config_.line_a.port); }
  bool send_b(std::string_view bytes) { return sender_.send(bytes, config_.line_b.group, config_.line_b.port); }

  std::size_t poll() {
    return source_->poll([this](const Packet& packet) {
      received_.push_back({std::string(reinterpret_cast<const char*>(packet.payload.data()), packet.payload.size()),
                           packet.line, packet.ts_recv, packet.destination_address, packet.destination_port,
                           packet.source_port});
    });
  }

  /// Polls until `count` datagrams came, sleeping as a parked thread would, three seconds at most.
  std::vector<Received> take(std::size_t count) {
    received_.clear();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
    while (received_.size() < count && std::chrono::steady_clock::now() < end)
      if (poll() == 0) sleep_on_descriptors(100);
    return received_;
  }

  int sleep_on_descriptors(int timeout_millis) {
    std::vector<pollfd> sleepers;
    for (const int fd : source_->descriptors()) sleepers.push_back({fd, POLLIN, 0});
    return ::poll(sleepers.data(), sleepers.size(), timeout_millis);
  }

  static std::vector<std::string> texts(const std::vector<Received>& received) {
    std::vector<std::string> out;
    for (const Received& one : received) out.push_back((one.line == Line::a ? "A " : "B ") + one.bytes);
    return out;
  }

  LocalSocket sender_;
  config::SourceConfig config_;
  std::optional<UdpMulticastSource> source_;
  std::vector<Received> received_;
};

INSTANTIATE_TEST_SUITE_P(Methods, MulticastSource, testing::Values(ReceiveMethod::io_uring, ReceiveMethod::recvmmsg),
                         [](const auto& method) {
                           return method.param == ReceiveMethod::io_uring ? "IoUring" : "Recvmmsg";
                         });

TEST_P(MulticastSource, GivesDatagramsWithLineAddressAndTheKernelsStamp) {
  const platform::UnixNanos before = platform::system_now();
  ASSERT_TRUE(send_a("one"));
  ASSERT_TRUE(send_b("two"));
  ASSERT_TRUE(send_a(""));
  const auto received = take(3);
  EXPECT_THAT(texts(received), ElementsAre("A one", "B two", "A "));
  for (const Received& one : received) {
    EXPECT_GE(one.ts_recv, before);
    EXPECT_LE(one.ts_recv, platform::system_now());
    EXPECT_EQ(one.destination_port, sender_.port());
  }
  EXPECT_EQ(received[0].destination_address >> 24, 239u);
  EXPECT_EQ(received[1].destination_address - received[0].destination_address, 1u << 16);
  EXPECT_EQ(poll(), 0u);
}

TEST_P(MulticastSource, GivesThemInTheOrderInWhichTheyCameWhateverTheirLine) {
  std::vector<std::string> expected;
  for (int i = 0; i < 400; ++i) {
    const bool on_a = i % 7 < 3 || i > 300;  // long runs, too
    const std::string text = std::to_string(i);
    ASSERT_TRUE(on_a ? send_a(text) : send_b(text));
    expected.push_back((on_a ? "A " : "B ") + text);
  }
  EXPECT_EQ(texts(take(400)), expected);
}

TEST_P(MulticastSource, GivesNoMoreThanItsShareAtATime) {
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(send_a("x"));
  received_.clear();
  EXPECT_EQ(poll(), UdpMulticastSource::kMaxPacketsPerPoll);
  EXPECT_EQ(poll(), 300 - UdpMulticastSource::kMaxPacketsPerPoll);
  EXPECT_EQ(poll(), 0u);
}

TEST_P(MulticastSource, WakesAThreadThatSleepsOnIt) {
  EXPECT_EQ(poll(), 0u);
  EXPECT_EQ(sleep_on_descriptors(0), 0);
  for (int round = 0; round < 5; ++round) {
    std::thread later([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      EXPECT_TRUE(round % 2 == 0 ? send_a("x") : send_b("x"));
    });
    EXPECT_GE(sleep_on_descriptors(-1), 1);
    later.join();
    EXPECT_EQ(poll(), 1u) << "round " << round;
    EXPECT_EQ(sleep_on_descriptors(0), 0) << "round " << round;
  }
}

TEST_P(MulticastSource, HearsNothingOfOtherGroupsOnItsPort) {
  config::SourceConfig other = config_;
  other.line_a.group = own_group(2);
  other.line_b = {};
  const UdpMulticastSource neighbour{other};  // the host gets that group, too
  ASSERT_TRUE(sender_.send("not ours", own_group(2), config_.line_a.port));
  ASSERT_TRUE(send_a("ours"));
  EXPECT_THAT(texts(take(1)), ElementsAre("A ours"));
  EXPECT_EQ(poll(), 0u);
}

TEST_P(MulticastSource, SharesItsGroupsWithOtherPrograms) {
  UdpMulticastSource second{config_};
  (void)second.poll([](const Packet&) {});
  ASSERT_TRUE(send_a("for both"));
  EXPECT_THAT(texts(take(1)), ElementsAre("A for both"));
  EXPECT_EQ(second.poll([](const Packet&) {}), 1u);
}

TEST_P(MulticastSource, CountsPacketsBytesAndWhatWasCut) {
  const auto before = source_->counters(Line::a);
  ASSERT_TRUE(send_a(std::string(UdpMulticastSource::kPayloadBytes, 'x')));
  ASSERT_TRUE(send_a(std::string(UdpMulticastSource::kPayloadBytes + 1, 'y')));
  const auto received = take(2);
  ASSERT_EQ(received.size(), 2u);
  EXPECT_EQ(received[1].bytes, std::string(UdpMulticastSource::kPayloadBytes, 'y'));
  const auto after = source_->counters(Line::a);
  EXPECT_EQ(after.packets - before.packets, 2u);
  EXPECT_EQ(after.bytes - before.bytes, 2 * UdpMulticastSource::kPayloadBytes);
  EXPECT_EQ(after.cut, 1u);
  EXPECT_EQ(source_->counters(Line::b).packets, 0u);
  EXPECT_EQ(source_->counters(Line::recovery).packets, 0u);
}

TEST_P(MulticastSource, CountsWhatTheKernelDropped) {
  config_.receive_buffer_bytes = 64 << 10;
  open();
  EXPECT_EQ(poll(), 0u);
  constexpr std::uint64_t kSent = 2'000;
  const std::string text(1'000, 'x');
  for (std::uint64_t i = 0; i < kSent; ++i) ASSERT_TRUE(send_a(text));
  while (poll() > 0) {
  }
  ASSERT_TRUE(send_a("last"));
  ASSERT_EQ(take(1).size(), 1u);
  const auto counters = source_->counters(Line::a);
  EXPECT_GT(counters.kernel_drops, 0u);
  EXPECT_EQ(counters.packets + counters.kernel_drops, kSent + 1);
}

TEST_P(MulticastSource, LosesNothingWhenMoreComesThanItHasBuffersFor) {
  config_.receive_buffer_bytes = 4 << 20;
  open();
  if (!source_->notes().empty()) GTEST_SKIP() << source_->notes()[0];
  EXPECT_EQ(poll(), 0u);
  constexpr std::size_t kSent = 3'000;
  for (std::size_t i = 0; i < kSent; ++i) ASSERT_TRUE(send_a("x"));
  EXPECT_EQ(take(kSent).size(), kSent);
}

TEST_P(MulticastSource, MayBelongToAnotherThreadThanItsBuilders) {
  open();
  std::thread([this] {
    EXPECT_EQ(poll(), 0u);
    ASSERT_TRUE(send_a("x"));
    EXPECT_EQ(take(1).size(), 1u);
  }).join();
}

TEST_P(MulticastSource, AsksTheServerAndGivesItsAnswers) {
  LocalSocket server;
  config_.rerequest = {.address = "127.0.0.1", .port = server.port()};
  open();
  const std::string request = "twenty bytes, please";
  EXPECT_EQ(poll(), 0u);
  EXPECT_TRUE(source_->send_request(std::as_bytes(std::span{request})));
  EXPECT_EQ(server.receive(), request);
  ASSERT_TRUE(server.answer("here you are"));
  const auto received = take(1);
  ASSERT_EQ(received.size(), 1u);
  EXPECT_EQ(received[0].bytes, "here you are");
  EXPECT_EQ(received[0].line, Line::recovery);
  EXPECT_EQ(received[0].source_port, server.port());
  EXPECT_EQ(source_->counters(Line::recovery).packets, 1u);
}

TEST_P(MulticastSource, HearsNobodyButTheServerWhereItAsks) {
  LocalSocket server;
  config_.rerequest = {.address = "127.0.0.1", .port = server.port()};
  open();
  ASSERT_TRUE(source_->send_request(std::as_bytes(std::span{"x"})));
  ASSERT_NE(server.receive(), "");
  const LocalSocket stranger;
  ASSERT_TRUE(stranger.send("wrong", "127.0.0.1", server.peer_port()));
  ASSERT_TRUE(server.answer("right"));
  const auto received = take(1);
  ASSERT_EQ(received.size(), 1u);
  EXPECT_EQ(received[0].bytes, "right");
}

TEST_P(MulticastSource, GoesOnWhileTheServerIsAway) {
  std::optional<LocalSocket> server{std::in_place};
  const std::uint16_t port = server->port();
  config_.rerequest = {.address = "127.0.0.1", .port = port};
  open();
  server.reset();
  const std::string request = "anybody there?";
  EXPECT_EQ(poll(), 0u);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(source_->send_request(std::as_bytes(std::span{request})));
    (void)poll();
  }
  ASSERT_TRUE(send_a("x"));
  EXPECT_THAT(texts(take(1)), ElementsAre("A x"));
  server.emplace(port);
  EXPECT_TRUE(source_->send_request(std::as_bytes(std::span{request})));
  EXPECT_EQ(server->receive(), request);
  ASSERT_TRUE(server->answer("now"));
  EXPECT_EQ(take(1).size(), 1u);
}

TEST_P(MulticastSource, SendsNoRequestWhereThereIsNoServer) {
  EXPECT_FALSE(source_->send_request(std::as_bytes(std::span{"x"})));
}

TEST_P(MulticastSource, SaysWhatItListensToAndHow) {
  LocalSocket server;
  config_.rerequest = {.address = "127.0.0.1", .port = server.port()};
  open();
  const std::string port = std::to_string(sender_.port());
  EXPECT_EQ(source_->describe(),
            std::string(GetParam() == ReceiveMethod::io_uring ? "io_uring multishot" : "recvmmsg") + ", A " +
                own_group(0) + ':' + port + " on lo (200 KiB, kernel stamps), B " + own_group(1) + ':' + port +
                " on lo (200 KiB, kernel stamps), re-request 127.0.0.1:" + std::to_string(server.port()));
  EXPECT_THAT(source_->notes(), testing::IsEmpty());
}

}  // namespace
}  // namespace tickplant::tests::this_file
