// A feed over a network that is not the loopback interface: a virtual cable between two network namespaces, which a
// child makes and which are gone with it.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "feedhandlers/sources/udp_multicast_source.hpp"
#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/receive_method_name.hpp"
#include "tests/support/veth_pair.hpp"

namespace tickplant::tests::this_file {
namespace {

using config::ReceiveMethod;
using feedhandlers::Line;
using feedhandlers::Packet;
using feedhandlers::sources::UdpMulticastSource;

constexpr std::uint16_t kPort = 26'400;  // nobody else is in that namespace
constexpr const char* kGroup = "239.192.1.1";

platform::UniqueFd open_sender() {
  platform::UniqueFd fd{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ip_mreqn out{};
  out.imr_ifindex = static_cast<int>(::if_nametoindex(VethPair::kSender));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(kPort);
  ::inet_pton(AF_INET, kGroup, &to.sin_addr);
  EXPECT_EQ(::setsockopt(fd.get(), IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof out), 0);
  EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  return fd;
}

/// The cable, a sender at one end and a source at the other.
struct Network {
  Network(ReceiveMethod method, std::uint64_t buffer_bytes)
      : sender(cable.at_sender(open_sender)), source(config(method, buffer_bytes)) {
    (void)source.poll([](const Packet&) {});  // arms
  }

  static config::SourceConfig config(ReceiveMethod method, std::uint64_t buffer_bytes) {
    config::SourceConfig config;
    config.receive = method;
    config.receive_buffer_bytes = buffer_bytes;
    config.line_a = {.group = kGroup, .port = kPort, .interface = VethPair::kReceiver};
    return config;
  }

  [[nodiscard]] bool send(const std::string& text) const {
    return ::send(sender.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  }

  /// The kernel begins to stamp arrivals a moment after the first socket of a host has asked for it; what came before
  /// gets the time at which it is taken. Waits until stamps are those of arrivals.
  void wait_for_stamps() {
    for (int tries = 0; tries < 1'000; ++tries) {
      ASSERT_TRUE(send("probe"));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      const platform::UnixNanos taken = platform::system_now();
      const auto received = take(1);
      ASSERT_EQ(received.size(), 1u);
      if (received[0].ts_recv < taken) return;
    }
    FAIL() << "arrivals are not stamped";
  }

  /// What came until there were `count`, or nothing more came for a second.
  struct Received {
    std::string text;
    platform::UnixNanos ts_recv;
  };
  std::vector<Received> take(std::size_t count) {
    std::vector<Received> received;
    auto last = std::chrono::steady_clock::now();
    while (received.size() < count && std::chrono::steady_clock::now() - last < std::chrono::seconds(1)) {
      const std::size_t found = source.poll([&](const Packet& packet) {
        received.push_back(
            {std::string(reinterpret_cast<const char*>(packet.payload.data()), packet.payload.size()), packet.ts_recv});
      });
      if (found > 0) last = std::chrono::steady_clock::now();
      std::vector<pollfd> sleepers;
      for (const int fd : source.descriptors()) sleepers.push_back({fd, POLLIN, 0});
      if (found == 0) (void)::poll(sleepers.data(), sleepers.size(), 100);
    }
    return received;
  }

  VethPair cable;
  platform::UniqueFd sender;
  UdpMulticastSource source;
};

class Veth : public testing::TestWithParam<ReceiveMethod> {
 protected:
  static constexpr int kRefused = 77;

  /// Runs `body(network)` in a child: network namespaces belong to a thread, and user namespaces are for good.
  template <class Body>
  void over_the_cable(std::uint64_t buffer_bytes, Body&& body) {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      int code = 0;
      try {
        Network network{GetParam(), buffer_bytes};
        body(network);
        code = HasFailure() ? 1 : 0;
      } catch (const platform::SetupError& error) {
        std::fprintf(stderr, "%s\n", error.problem().c_str());
        code = kRefused;
      }
      std::fflush(nullptr);
      ::_exit(code);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
    if (WEXITSTATUS(status) == kRefused) GTEST_SKIP() << "no veth pair, no namespaces or no io_uring here, see above";
    EXPECT_EQ(WEXITSTATUS(status), 0) << "see the failures above";
  }
};

INSTANTIATE_TEST_SUITE_P(Methods, Veth, testing::Values(ReceiveMethod::io_uring, ReceiveMethod::recvmmsg),
                         [](const auto& method) {
                           return method.param == ReceiveMethod::io_uring ? "IoUring" : "Recvmmsg";
                         });

TEST_P(Veth, CarriesEveryPacketInOrderWithTheKernelsStamp) {
  over_the_cable(1 << 20, [](Network& network) {
    constexpr std::size_t kRounds = 20;
    constexpr std::size_t kPackets = 100;  // a round: they fit into the socket
    ASSERT_NO_FATAL_FAILURE(network.wait_for_stamps());
    const std::uint64_t probes = network.source.counters(Line::a).packets;
    std::size_t number = 0;
    for (std::size_t round = 0; round < kRounds; ++round) {
      const platform::UnixNanos before = platform::system_now();
      for (std::size_t i = 0; i < kPackets; ++i) ASSERT_TRUE(network.send(std::to_string(number + i)));
      const auto received = network.take(kPackets);
      ASSERT_EQ(received.size(), kPackets);
      platform::UnixNanos last = before;
      for (const auto& [text, ts_recv] : received) {
        ASSERT_EQ(text, std::to_string(number++));
        ASSERT_GE(ts_recv, last);
        last = ts_recv;
      }
      ASSERT_LE(last, platform::system_now());
    }
    EXPECT_EQ(network.source.counters(Line::a).packets - probes, kRounds * kPackets);
    EXPECT_EQ(network.source.counters(Line::a).kernel_drops, 0u);
    EXPECT_EQ(network.source.counters(Line::a).card_stamps, 0u);
  });
}

TEST_P(Veth, IsDescribedWithItsInterface) {
  over_the_cable(200 << 10, [](Network& network) {
    const std::string method = GetParam() == ReceiveMethod::io_uring ? "io_uring multishot" : "recvmmsg";
    EXPECT_EQ(network.source.describe(),
              method + ", A 239.192.1.1:26400 on " + VethPair::kReceiver + " (200 KiB, kernel stamps)");
  });
}

TEST_P(Veth, IsHeardOnlyByThoseWhoJoined) {
  over_the_cable(200 << 10, [](Network& network) {
    const auto elsewhere = network.cable.at_sender([] {
      platform::UniqueFd fd = open_sender();
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(kPort);
      ::inet_pton(AF_INET, "239.192.1.2", &to.sin_addr);
      EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
      return fd;
    });
    ASSERT_EQ(::send(elsewhere.get(), "other", 5, 0), 5);
    ASSERT_TRUE(network.send("ours"));
    const auto received = network.take(1);
    ASSERT_EQ(received.size(), 1u);
    EXPECT_EQ(received[0].text, "ours");
  });
}

TEST_P(Veth, CountsWhatATinyBufferDrops) {
  over_the_cable(4 << 10, [](Network& network) {
    constexpr std::uint64_t kSent = 3'000;  // more than buffers of io_uring and socket hold together
    const std::string text(1'000, 'x');
    for (std::uint64_t i = 0; i < kSent; ++i) ASSERT_TRUE(network.send(text));
    const std::uint64_t kept = network.take(kSent).size();
    ASSERT_LT(kept, kSent);
    ASSERT_TRUE(network.send("last"));  // it tells the count
    ASSERT_EQ(network.take(1).size(), 1u);
    EXPECT_EQ(network.source.counters(Line::a).kernel_drops, kSent - kept);
  });
}

}  // namespace
}  // namespace tickplant::tests::this_file
