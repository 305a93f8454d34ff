#include "platform/datagram.hpp"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#include <cstring>
#include <limits>

namespace tickplant::platform {
namespace {

UnixNanos to_unix_nanos(const timespec& time) {
  if (time.tv_sec == 0 && time.tv_nsec == 0) return kNoTime;  // the kernel's "not stamped"
  return {static_cast<std::int64_t>(time.tv_sec) * kNanosPerSecond + time.tv_nsec};
}

template <class T>
T read_data(const cmsghdr& message) {
  T value;
  std::memcpy(&value, CMSG_DATA(&message), sizeof value);
  return value;
}

/// 0, one datagram, for what cannot be a size.
std::uint16_t segment_bytes_of(int told) {
  const bool is_size = told > 0 && told <= std::numeric_limits<std::uint16_t>::max();
  return is_size ? static_cast<std::uint16_t>(told) : std::uint16_t{0};
}

}  // namespace

static_assert(sizeof(scm_timestamping) == 3 * sizeof(timespec));

void read_control(const cmsghdr& message, Datagram& datagram) noexcept {
  if (message.cmsg_level == IPPROTO_UDP && message.cmsg_type == UDP_GRO)
    datagram.segment_bytes = segment_bytes_of(read_data<int>(message));
  if (message.cmsg_level != SOL_SOCKET) return;
  switch (message.cmsg_type) {
    case SCM_TIMESTAMPNS: datagram.kernel_time = to_unix_nanos(read_data<timespec>(message)); break;
    case SCM_TIMESTAMPING: {  // software, unused, the card's own
      const auto stamps = read_data<scm_timestamping>(message);
      datagram.hardware_time = to_unix_nanos(timespec{stamps.ts[2].tv_sec, stamps.ts[2].tv_nsec});
      const UnixNanos kernel = to_unix_nanos(timespec{stamps.ts[0].tv_sec, stamps.ts[0].tv_nsec});
      if (kernel != kNoTime) datagram.kernel_time = kernel;
      break;
    }
    case SO_RXQ_OVFL: datagram.kernel_drops = read_data<std::uint32_t>(message); break;
    default: break;
  }
}

}  // namespace tickplant::platform
