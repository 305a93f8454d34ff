#include "platform/datagram_receiver.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::platform::this_file {
namespace {

using testing::ElementsAre;

// A pair of UDP sockets on loopback: what is sent is in the receiving socket when send() returns.
class Loopback {
 public:
  Loopback() : receiver_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), sender_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(receiver_.get(), generic, length) != 0 || ::getsockname(receiver_.get(), generic, &length) != 0 ||
        ::connect(sender_.get(), generic, length) != 0)
      throw std::runtime_error("no loopback UDP");
  }
  void send(const std::string& text) const {
    ASSERT_EQ(::send(sender_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  void set_option(int name, int value) const {
    ASSERT_EQ(::setsockopt(receiver_.get(), SOL_SOCKET, name, &value, sizeof value), 0) << std::strerror(errno);
  }
  [[nodiscard]] int socket() const { return receiver_.get(); }
  [[nodiscard]] std::string left_in_socket() const {
    std::array<char, 100> text{};
    const ssize_t size = ::recv(receiver_.get(), text.data(), text.size(), MSG_DONTWAIT);
    return size < 0 ? "nothing" : std::string(text.data(), static_cast<std::size_t>(size));
  }

 private:
  UniqueFd receiver_;
  UniqueFd sender_;
};

std::string text_of(const Datagram& datagram) {
  return {reinterpret_cast<const char*>(datagram.payload.data()), datagram.payload.size()};
}

class DatagramReceiverTest : public testing::TestWithParam<bool> {
 protected:
  static constexpr std::uint64_t kLine = 0xA;

  void SetUp() override {
    try {
      ring_.emplace(IoRingOptions{.entries = 16, .completion_entries = 0, .deferred = GetParam()});
      receiver_.emplace(*ring_, loopback_.socket(), kLine, DatagramOptions{.buffer_count = 8, .payload_bytes = 64});
    } catch (const SetupError& error) {
      GTEST_SKIP() << error.what();
    }
  }
  void arm() {
    ASSERT_TRUE(receiver_->arm());
    EXPECT_EQ(ring_->submit(), 1u);
  }
  // Takes `count` datagrams, re-arming as a source would.
  std::vector<Datagram> take(std::size_t count) {
    std::vector<Datagram> taken;
    texts_.clear();
    std::array<IoCompletion, 4> completions;
    for (int tries = 0; tries < 100 && taken.size() < count; ++tries) {
      if (!receiver_->is_armed()) arm();
      const std::size_t done = ring_->wait(completions, kNanosPerSecond / 10);
      for (std::size_t i = 0; i < done; ++i) {
        EXPECT_EQ(completions[i].user_data, kLine);
        if (const auto datagram = receiver_->take(completions[i])) {
          taken.push_back(*datagram);
          texts_.push_back(text_of(*datagram));
          receiver_->give_back(*datagram);
        }
      }
    }
    EXPECT_EQ(taken.size(), count);
    return taken;
  }

  Loopback loopback_;
  std::optional<IoRing> ring_;
  std::optional<DatagramReceiver> receiver_;
  std::vector<std::string> texts_;
};

INSTANTIATE_TEST_SUITE_P(Modes, DatagramReceiverTest, testing::Bool(),
                         [](const auto& mode) { return mode.param ? "Deferred" : "Plain"; });

TEST_P(DatagramReceiverTest, TakesEachDatagramWholeAndInOrder) {
  arm();
  loopback_.send("first");
  loopback_.send("");
  loopback_.send("third");
  take(3);
  EXPECT_THAT(texts_, ElementsAre("first", "", "third"));
}

TEST_P(DatagramReceiverTest, IsArmedOnceForManyDatagrams) {
  arm();
  for (int round = 0; round < 50; ++round) {
    loopback_.send("a");
    loopback_.send("b");
    take(2);
    ASSERT_TRUE(receiver_->is_armed());
  }
  EXPECT_EQ(receiver_->starved_count(), 0u);
}

TEST_P(DatagramReceiverTest, TakesWhatWasSentBeforeItWasArmed) {
  loopback_.send("early");
  arm();
  take(1);
  EXPECT_THAT(texts_, ElementsAre("early"));
}

TEST_P(DatagramReceiverTest, LosesNothingWhenItsBuffersRunOut) {
  std::vector<std::string> sent;
  for (int i = 0; i < 30; ++i) sent.push_back("datagram " + std::to_string(i));
  for (const std::string& text : sent) loopback_.send(text);
  arm();
  take(30);
  EXPECT_EQ(texts_, sent);
  EXPECT_GE(receiver_->starved_count(), 1u);
  EXPECT_EQ(receiver_->last_error(), 0);
}

TEST_P(DatagramReceiverTest, DoesNotFillABufferThatWasNotGivenBack) {
  arm();
  loopback_.send("kept");
  std::optional<Datagram> kept;
  std::array<IoCompletion, 1> one;
  for (int tries = 0; tries < 100 && !kept; ++tries)
    if (ring_->wait(one, kNanosPerSecond / 10) == 1) kept = receiver_->take(one[0]);
  ASSERT_TRUE(kept);
  for (int i = 0; i < 20; ++i) {
    loopback_.send("other");
    take(1);
  }
  EXPECT_EQ(text_of(*kept), "kept");
}

TEST_P(DatagramReceiverTest, CutsAndMarksWhatIsTooLong) {
  arm();
  loopback_.send(std::string(64, 'x'));
  loopback_.send(std::string(65, 'y'));
  const auto taken = take(2);
  EXPECT_THAT(texts_, ElementsAre(std::string(64, 'x'), std::string(64, 'y')));
  EXPECT_FALSE(taken[0].is_cut);
  EXPECT_TRUE(taken[1].is_cut);
}

TEST_P(DatagramReceiverTest, HasNoStampsWhereNoneWereAskedFor) {
  arm();
  loopback_.send("x");
  const auto taken = take(1);
  EXPECT_EQ(taken[0].kernel_time, kNoTime);
  EXPECT_EQ(taken[0].hardware_time, kNoTime);
  EXPECT_EQ(taken[0].kernel_drops, 0u);
}

TEST_P(DatagramReceiverTest, ReadsTheKernelsStamp) {
  loopback_.set_option(SO_TIMESTAMPNS, 1);
  arm();
  const UnixNanos before = system_now();
  loopback_.send("x");
  const auto taken = take(1);
  EXPECT_GE(taken[0].kernel_time, before);
  EXPECT_LE(taken[0].kernel_time, system_now());
  EXPECT_EQ(taken[0].hardware_time, kNoTime) << "loopback has no card";
  EXPECT_THAT(texts_, ElementsAre("x"));
}

TEST_P(DatagramReceiverTest, ReadsHowManyTheSocketDropped) {
  loopback_.set_option(SO_RXQ_OVFL, 1);
  loopback_.set_option(SO_RCVBUF, 1);  // the kernel's minimum: a few datagrams
  constexpr std::uint32_t kSent = 100;
  for (std::uint32_t i = 0; i < kSent; ++i) loopback_.send("flood");
  std::uint32_t arrived = 0;
  while (loopback_.left_in_socket() == "flood") ++arrived;
  ASSERT_LT(arrived, kSent);
  arm();
  loopback_.send("last");
  EXPECT_EQ(take(1)[0].kernel_drops, kSent - arrived);
}

TEST_P(DatagramReceiverTest, SharesARingWithAnother) {
  constexpr std::uint64_t kOtherLine = 0xB;
  const Loopback other_loopback;
  DatagramReceiver other{*ring_, other_loopback.socket(), kOtherLine, {.buffer_count = 4, .payload_bytes = 32}};
  ASSERT_TRUE(other.arm());
  ASSERT_TRUE(receiver_->arm());
  EXPECT_EQ(ring_->submit(), 2u);
  loopback_.send("line a");
  other_loopback.send("line b");
  std::string a;
  std::string b;
  std::array<IoCompletion, 4> completions;
  for (int tries = 0; tries < 100 && (a.empty() || b.empty()); ++tries) {
    const std::size_t done = ring_->wait(completions, kNanosPerSecond / 10);
    for (std::size_t i = 0; i < done; ++i) {
      const bool is_other = completions[i].user_data == kOtherLine;
      const auto datagram = (is_other ? other : *receiver_).take(completions[i]);
      ASSERT_TRUE(datagram);
      (is_other ? b : a) = text_of(*datagram);
    }
  }
  EXPECT_EQ(a, "line a");
  EXPECT_EQ(b, "line b");
}

TEST_P(DatagramReceiverTest, LetsGoOfTheSocketAtItsEnd) {
  arm();
  loopback_.send("taken");
  take(1);
  receiver_.reset();
  loopback_.send("left");
  EXPECT_EQ(loopback_.left_in_socket(), "left");
  std::array<IoCompletion, 4> completions;
  ASSERT_EQ(ring_->wait(completions, kNanosPerSecond), 1u);
  EXPECT_EQ(completions[0].user_data, kLine);
  EXPECT_EQ(completions[0].result, -ECANCELED);
  EXPECT_FALSE(completions[0].more);
}

TEST_P(DatagramReceiverTest, EndsWellWhenArmedButNeverSubmitted) {
  ASSERT_TRUE(receiver_->arm());
  receiver_.reset();
  ring_->submit();
  loopback_.send("left");
  std::array<IoCompletion, 2> completions;
  EXPECT_EQ(ring_->wait(completions, kNanosPerSecond), 1u) << "the submission had become a no-op";
  EXPECT_EQ(completions[0].result, 0);
  EXPECT_EQ(loopback_.left_in_socket(), "left");
}

TEST_P(DatagramReceiverTest, MayBeDestroyedByAnotherThreadAfterItsOwnerEnded) {
  std::thread([this] {
    arm();
    loopback_.send("x");
    take(1);
  }).join();
  receiver_.reset();
  loopback_.send("left");
  EXPECT_EQ(loopback_.left_in_socket(), "left");
}

TEST_P(DatagramReceiverTest, ReportsASocketThatIsNone) {
  receiver_.emplace(*ring_, -1, kLine);
  arm();
  std::array<IoCompletion, 1> one;
  ASSERT_EQ(ring_->wait(one, kNanosPerSecond), 1u);
  EXPECT_FALSE(receiver_->take(one[0]));
  EXPECT_FALSE(receiver_->is_armed());
  EXPECT_EQ(receiver_->last_error(), EBADF);
}

}  // namespace
}  // namespace tickplant::platform::this_file
