// Datagrams that come together (UDP_SEGMENT at the sender, on the loopback interface) with and without receive offload,
// both ways of receiving: nobody behind the source can tell the difference.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <optional>
#include <tuple>

#include "feedhandlers/sources/io_uring_intake.hpp"
#include "feedhandlers/sources/recvmmsg_intake.hpp"
#include "feedhandlers/sources/udp_multicast_source.hpp"
#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/multicast_loopback.hpp"
#include "tests/support/packet_capture.hpp"
#include "tests/support/receive_method_name.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests::this_file {
namespace {

using config::ReceiveMethod;
using feedhandlers::Line;
using feedhandlers::Packet;
using feedhandlers::sources::DatagramQueue;
using feedhandlers::sources::IntakeRoom;
using feedhandlers::sources::IoUringIntake;
using feedhandlers::sources::PacketCapture;
using feedhandlers::sources::PacketCaptureFile;
using feedhandlers::sources::RecvmmsgIntake;
using feedhandlers::sources::UdpMulticastSource;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// `count` texts of `bytes` each that differ: "000...", "001...".
std::vector<std::string> numbered(std::size_t count, std::size_t bytes, std::size_t first = 0) {
  std::vector<std::string> out;
  for (std::size_t i = first; i < first + count; ++i) {
    std::string text = std::to_string(i);
    text.resize(bytes, static_cast<char>('a' + i % 26));
    out.push_back(text);
  }
  return out;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += text;
  return out;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& texts) {
  to.insert(to.end(), texts.begin(), texts.end());
}

class ReceiveOffload : public testing::TestWithParam<std::tuple<ReceiveMethod, bool>> {
 protected:
  void SetUp() override {
    config_.receive = std::get<0>(GetParam());
    config_.line_a = {.group = own_group(20), .port = sender_.port(), .interface = "lo"};
    config_.line_b = {.group = own_group(21), .port = sender_.port(), .interface = "lo"};
    config_.receive_buffer_bytes = 200 << 10;  // what every host allows
    try {
      open();
    } catch (const platform::SetupError& error) {
      GTEST_SKIP() << "no multicast on lo, or no io_uring, here: " << error.problem();
    }
    if (!source_->notes().empty()) GTEST_SKIP() << source_->notes()[0];
    if (!send_a("probe") || take(1).size() != 1) GTEST_SKIP() << "lo carries no multicast here";
    const bool is_stamped =
        wait_until_arrivals_are_stamped([this] { return send_a("probe"); }, [this] { return take(1), stamps_.at(0); });
    ASSERT_TRUE(is_stamped) << "kernel stamps are those of the receive call";
    before_ = source_->counters(Line::a);
  }

  void open() { source_.emplace(config_, feedhandlers::sources::ReceiveOptions{.receive_offload = is_asked_for()}); }
  static bool is_asked_for() { return std::get<1>(GetParam()); }

  bool send_a(std::string_view bytes) { return sender_.send(bytes, config_.line_a.group, config_.line_a.port); }
  bool send_together(const std::vector<std::string>& texts, const config::LineConfig& line) {
    return sender_.send_together(joined(texts), static_cast<std::uint16_t>(texts.front().size()), line.group,
                                 line.port);
  }
  bool send_together(const std::vector<std::string>& texts) { return send_together(texts, config_.line_a); }

  std::size_t poll() {
    return source_->poll([this](const Packet& packet) {
      lines_.push_back(packet.line);
      stamps_.push_back(packet.ts_recv);
      texts_.emplace_back(reinterpret_cast<const char*>(packet.payload.data()), packet.payload.size());
    });
  }

  /// Polls until `count` datagrams came, three seconds at most, and once more.
  const std::vector<std::string>& take(std::size_t count) {
    lines_.clear();
    stamps_.clear();
    texts_.clear();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
    while (texts_.size() < count && std::chrono::steady_clock::now() < end) {
      if (poll() != 0) continue;
      std::vector<pollfd> sleepers;
      for (const int fd : source_->descriptors()) sleepers.push_back({fd, POLLIN, 0});
      (void)::poll(sleepers.data(), sleepers.size(), 100);
    }
    (void)poll();
    return texts_;
  }

  LocalSocket sender_;
  config::SourceConfig config_;
  std::optional<UdpMulticastSource> source_;
  feedhandlers::sources::LineCounters before_;
  std::vector<std::string> texts_;
  std::vector<Line> lines_;
  std::vector<platform::UnixNanos> stamps_;
};

std::string name_of(const testing::TestParamInfo<std::tuple<ReceiveMethod, bool>>& test) {
  const bool is_ring = std::get<0>(test.param) == ReceiveMethod::io_uring;
  return std::string(is_ring ? "IoUring" : "Recvmmsg") + (std::get<1>(test.param) ? "Asked" : "NotAsked");
}

INSTANTIATE_TEST_SUITE_P(Methods, ReceiveOffload,
                         testing::Combine(testing::Values(ReceiveMethod::io_uring, ReceiveMethod::recvmmsg),
                                          testing::Bool()),
                         name_of);

TEST_P(ReceiveOffload, GivesEachDatagramOnceInOrderWithItsBytesAndAStamp) {
  const platform::UnixNanos before = platform::system_now();
  const auto sent = numbered(50, 100);
  ASSERT_TRUE(send_together(sent));
  EXPECT_EQ(take(50), sent);
  for (const platform::UnixNanos stamp : stamps_) {
    EXPECT_GE(stamp, before);
    EXPECT_LE(stamp, platform::system_now());
  }
}

TEST_P(ReceiveOffload, GivesAShorterLastOneAndPlainDatagramsInBetweenAsTheyWereSent) {
  std::vector<std::string> sent;
  for (std::size_t round = 0; round < 20; ++round) {
    auto some = numbered(2 + round, 40 + round, 100 * round);
    some.push_back("short");
    ASSERT_TRUE(send_together(some));
    append(sent, some);
    for (const std::string& text : {"plain " + std::to_string(round), std::string(), std::string(1'400, 'p')}) {
      ASSERT_TRUE(send_a(text));
      sent.push_back(text);
    }
  }
  EXPECT_EQ(take(sent.size()), sent);
}

TEST_P(ReceiveOffload, CountsDatagramsNotCalls) {
  auto sent = numbered(40, 100);
  sent.push_back("short");
  ASSERT_TRUE(send_together(sent));
  ASSERT_TRUE(send_a("alone"));
  ASSERT_EQ(take(42).size(), 42u);
  const auto after = source_->counters(Line::a);
  EXPECT_EQ(after.packets - before_.packets, 42u);
  EXPECT_EQ(after.bytes - before_.bytes, 40 * 100 + 5 + 5u);
  EXPECT_EQ(after.cut, 0u);
  EXPECT_EQ(after.kernel_drops + after.errors, 0u);
  EXPECT_EQ(source_->counters(Line::b).packets, 0u);
}

TEST_P(ReceiveOffload, CutsAndCountsWhatIsLongerThanAPacketMayBe) {
  constexpr std::size_t kMost = UdpMulticastSource::kPayloadBytes;
  ASSERT_TRUE(send_together({std::string(kMost + 10, 'a'), std::string(kMost + 10, 'b'), std::string(kMost, 'c')}));
  ASSERT_TRUE(send_a(std::string(kMost + 1, 'd')));
  EXPECT_THAT(take(4), ElementsAre(std::string(kMost, 'a'), std::string(kMost, 'b'), std::string(kMost, 'c'),
                                   std::string(kMost, 'd')));
  EXPECT_EQ(source_->counters(Line::a).cut, 3u);
  EXPECT_EQ(source_->counters(Line::a).bytes - before_.bytes, 4 * kMost);
}

TEST_P(ReceiveOffload, GivesNoMoreThanItsShareAtATimeAndGoesOnWhereItWas) {
  std::vector<std::string> sent;
  for (std::size_t i = 0; i < 5; ++i) {
    const auto some = numbered(60, 20, 60 * i);
    ASSERT_TRUE(send_together(some));
    append(sent, some);
  }
  texts_.clear();
  EXPECT_EQ(poll(), UdpMulticastSource::kMaxPacketsPerPoll);
  EXPECT_EQ(poll(), 300 - UdpMulticastSource::kMaxPacketsPerPoll);
  EXPECT_EQ(poll(), 0u);
  EXPECT_EQ(texts_, sent);
}

TEST_P(ReceiveOffload, KeepsTheOrderOfTheLines) {
  std::vector<std::string> sent;
  std::vector<Line> lines;
  for (std::size_t i = 0; i < 8; ++i) {
    const auto some = numbered(10, 20, 10 * i);
    ASSERT_TRUE(send_together(some, i % 3 == 0 ? config_.line_a : config_.line_b));
    append(sent, some);
    lines.insert(lines.end(), some.size(), i % 3 == 0 ? Line::a : Line::b);
  }
  EXPECT_EQ(take(sent.size()), sent);
  EXPECT_EQ(lines_, lines);
}

TEST_P(ReceiveOffload, LosesNothingWhenMoreComesThanItHasBuffersFor) {
  config_.receive_buffer_bytes = 32 << 20;
  open();
  if (!source_->notes().empty()) GTEST_SKIP() << source_->notes()[0];
  EXPECT_EQ(poll(), 0u);
  std::vector<std::string> sent;
  for (std::size_t i = 0; i < 300; ++i) {  // more than wholes that fit into any intake
    const auto some = numbered(30, 30, 30 * i);
    ASSERT_TRUE(send_together(some));
    append(sent, some);
  }
  EXPECT_EQ(take(sent.size()), sent);
}

TEST_P(ReceiveOffload, IsRecordedAsSingleDatagrams) {
  const TempDirectory folder;
  auto sent = numbered(20, 100);
  sent.push_back("short");
  ASSERT_TRUE(send_together(sent));
  CaptureQueueInMemory queue(1 << 20);
  PacketCapture capture = queue.capture();
  PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
  std::size_t count = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  while (count < sent.size() && std::chrono::steady_clock::now() < end)
    count += source_->poll([&](const Packet& packet) { (void)capture.offer(packet); });
  ASSERT_TRUE(file.finish({1}));
  const ReadCapture recorded = read_capture(folder / "test.000001.pcapng");
  std::vector<std::string> texts;
  for (const KeptPacket& packet : recorded.packets) {
    texts.emplace_back(reinterpret_cast<const char*>(packet.payload.data()), packet.payload.size());
    EXPECT_GT(packet.ts_recv, 0);
    EXPECT_EQ(packet.destination_port, config_.line_a.port);
  }
  EXPECT_EQ(texts, sent);
}

TEST_P(ReceiveOffload, IsTold) {
  if (is_asked_for())
    EXPECT_THAT(source_->describe(), HasSubstr("(200 KiB, kernel stamps, receive offload), B "));
  else
    EXPECT_THAT(source_->describe(), Not(HasSubstr("offload")));
}

/// What lies in the queue of an intake after one datagram alone and three together.
TEST_P(ReceiveOffload, HandsOverAsOneWhatCameTogetherIfAsked) {
  std::vector<std::string> notes;
  const auto socket = feedhandlers::sources::open_multicast_socket(config_.line_a, "line A", 200 << 10,
                                                                   {.receive_offload = is_asked_for()}, notes);
  const int fd = socket.fd.get();
  const IntakeRoom room{.buffers = 8, .buffer_bytes = 65'536};
  std::unique_ptr<feedhandlers::sources::Intake> intake;
  if (config_.receive == ReceiveMethod::io_uring)
    intake = std::make_unique<IoUringIntake>(std::span{&fd, 1}, room);
  else
    intake = std::make_unique<RecvmmsgIntake>(std::span{&fd, 1}, room);
  std::vector<DatagramQueue> queues(1, DatagramQueue{intake->queue_capacity()});
  intake->refill(queues, true);
  ASSERT_TRUE(send_a("alone"));
  ASSERT_TRUE(send_together({"one", "two", "3"}));
  std::vector<std::string> wholes;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  const std::size_t expected = is_asked_for() ? 2 : 4;
  while (wholes.size() < expected && std::chrono::steady_clock::now() < end) {
    intake->refill(queues, true);
    for (; !queues[0].empty(); queues[0].pop()) {
      const platform::Datagram& whole = queues[0].front().datagram;
      wholes.push_back(std::string(reinterpret_cast<const char*>(whole.payload.data()), whole.payload.size()) + ' ' +
                       std::to_string(whole.segment_bytes));
      intake->give_back(0, whole);
    }
  }
  if (is_asked_for())
    EXPECT_THAT(wholes, ElementsAre("alone 0", "onetwo3 3"));
  else
    EXPECT_THAT(wholes, ElementsAre("alone 0", "one 0", "two 0", "3 0"));
}

}  // namespace
}  // namespace tickplant::tests::this_file
