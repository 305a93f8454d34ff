// A sender as fast as it can against a receiver that only polls. Every datagram accounts for all before it: those taken
// plus those the kernel says it dropped are as many as were sent.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <optional>
#include <thread>

#include "platform/cpu_pause.hpp"
#include "platform/datagram_receiver.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::platform::this_file {
namespace {

struct Numbered {
  std::uint64_t number = 0;
  std::array<std::uint64_t, 20> filler{};  // each word repeats the number: a torn datagram is recognised
};

TEST(DatagramReceiverStress, AccountsForEveryDatagramOfAFastSender) {
  constexpr std::uint64_t kEnough = 20'000;
  std::optional<IoRing> ring;
  try {
    ring.emplace();
  } catch (const SetupError& error) {
    GTEST_SKIP() << error.what();
  }
  const UniqueFd receiving{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const UniqueFd sending{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const int on = 1;
  ASSERT_EQ(::bind(receiving.get(), generic, length), 0);
  ASSERT_EQ(::getsockname(receiving.get(), generic, &length), 0);
  ASSERT_EQ(::connect(sending.get(), generic, length), 0);
  ASSERT_EQ(::setsockopt(receiving.get(), SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on), 0);

  const std::jthread sender([&](const std::stop_token& stop) {
    Numbered datagram;
    while (!stop.stop_requested()) {
      datagram.filler.fill(datagram.number);
      if (::send(sending.get(), &datagram, sizeof datagram, 0) == sizeof datagram) ++datagram.number;
    }
  });

  DatagramReceiver receiver{*ring, receiving.get(), 1, {.buffer_count = 64, .payload_bytes = sizeof(Numbered)}};
  std::array<IoCompletion, 32> completions;
  std::uint64_t taken = 0;
  std::uint64_t wrong = 0;
  while (taken < kEnough && wrong == 0) {
    if (!receiver.is_armed()) {
      ASSERT_TRUE(receiver.arm());
      ring->submit();
    }
    const std::size_t count = ring->poll(completions);
    if (count == 0) cpu_pause();
    for (std::size_t i = 0; i < count; ++i) {
      const auto datagram = receiver.take(completions[i]);
      if (!datagram) continue;
      Numbered content;
      ASSERT_EQ(datagram->payload.size(), sizeof content);
      std::memcpy(&content, datagram->payload.data(), sizeof content);
      receiver.give_back(*datagram);
      wrong += taken + datagram->kernel_drops == content.number ? 0 : 1;
      for (const std::uint64_t word : content.filler) wrong += word == content.number ? 0 : 1;
      ++taken;
    }
    ASSERT_EQ(receiver.last_error(), 0);
  }
  EXPECT_EQ(wrong, 0u) << "after " << taken << " datagrams";
  EXPECT_GE(taken, kEnough);
}

}  // namespace
}  // namespace tickplant::platform::this_file
