// What the kernel tells beside a datagram, as it lays it out.
#include <gtest/gtest.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#include <array>
#include <cstring>
#include <limits>

#include "platform/datagram.hpp"

namespace tickplant::platform::this_file {
namespace {

class ControlMessage {
 public:
  template <class Data>
  ControlMessage(int level, int type, const Data& data) {
    cmsghdr header{};
    header.cmsg_len = CMSG_LEN(sizeof data);
    header.cmsg_level = level;
    header.cmsg_type = type;
    std::memcpy(bytes_.data(), &header, sizeof header);
    std::memcpy(bytes_.data() + CMSG_LEN(0), &data, sizeof data);
  }
  [[nodiscard]] const cmsghdr& header() const { return *reinterpret_cast<const cmsghdr*>(bytes_.data()); }

 private:
  alignas(cmsghdr) std::array<std::byte, 128> bytes_{};
};

Datagram told(const ControlMessage& message) {
  Datagram datagram;
  read_control(message.header(), datagram);
  return datagram;
}

TEST(DatagramControl, GivesBothStampsApartWhereTheCardStamps) {
  scm_timestamping stamps{};
  stamps.ts[0] = {1'700'000'000, 5};  // software
  stamps.ts[2] = {1'700'000'037, 6};  // raw hardware, by a clock that tells TAI
  const Datagram datagram = told({SOL_SOCKET, SCM_TIMESTAMPING, stamps});
  EXPECT_EQ(datagram.kernel_time.value, 1'700'000'000'000'000'005);
  EXPECT_EQ(datagram.hardware_time.value, 1'700'000'037'000'000'006);
}

TEST(DatagramControl, TakesZerosForNoStamp) {
  scm_timestamping stamps{};
  stamps.ts[0] = {1'700'000'000, 5};
  const Datagram datagram = told({SOL_SOCKET, SCM_TIMESTAMPING, stamps});
  EXPECT_EQ(datagram.kernel_time.value, 1'700'000'000'000'000'005);
  EXPECT_EQ(datagram.hardware_time, kNoTime);
  EXPECT_EQ(told({SOL_SOCKET, SCM_TIMESTAMPNS, timespec{0, 0}}).kernel_time, kNoTime);
}

TEST(DatagramControl, ReadsTheStampAndTheCounterOfPlainSockets) {
  EXPECT_EQ(told({SOL_SOCKET, SCM_TIMESTAMPNS, timespec{12, 34}}).kernel_time.value, 12'000'000'034);
  EXPECT_EQ(told({SOL_SOCKET, SO_RXQ_OVFL, std::uint32_t{77}}).kernel_drops, 77u);
}

TEST(DatagramControl, ReadsTheSizeOfSegments) {
  EXPECT_EQ(told({IPPROTO_UDP, UDP_GRO, 1'200}).segment_bytes, 1'200u);
  EXPECT_EQ(told({IPPROTO_UDP, UDP_GRO, 65'535}).segment_bytes, 65'535u);
}

TEST(DatagramControl, TakesASizeOfSegmentsThatCannotBeForNone) {
  for (const int impossible : {0, -1, 65'536, std::numeric_limits<int>::min()})
    EXPECT_EQ(told({IPPROTO_UDP, UDP_GRO, impossible}).segment_bytes, 0u) << impossible;
}

TEST(DatagramControl, StepsOverWhatItWasNotAskedFor) {
  const Datagram datagram = told({IPPROTO_IP, SCM_TIMESTAMPNS, timespec{12, 34}});
  EXPECT_EQ(datagram.kernel_time, kNoTime);
  EXPECT_EQ(told({SOL_SOCKET, SCM_RIGHTS, std::uint32_t{77}}).kernel_drops, 0u);
  EXPECT_EQ(told({SOL_SOCKET, UDP_GRO, 77}).segment_bytes, 0u);
  EXPECT_EQ(told({IPPROTO_UDP, UDP_SEGMENT, 77}).segment_bytes, 0u);
}

TEST(DatagramControl, HasRoomForWhatASocketMayBeAskedToTell) {
  EXPECT_GE(kDatagramControlBytes,
            CMSG_SPACE(sizeof(scm_timestamping)) + CMSG_SPACE(sizeof(std::uint32_t)) + CMSG_SPACE(sizeof(int)));
}

}  // namespace
}  // namespace tickplant::platform::this_file
