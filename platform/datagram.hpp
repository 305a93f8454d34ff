// One received datagram with what the kernel tells about it, however it was received; and the reader of those control
// messages.
//
// Threads: a value; the payload belongs to whoever received it.
// Not here: receiving (datagram_receiver.hpp, or recvmmsg in the UDP source), which stamp to believe (the UDP source).
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>

#include "platform/unix_nanos.hpp"

namespace tickplant::platform {

struct Datagram {
  std::span<const std::byte> payload;  // valid until given back
  UnixNanos hardware_time = kNoTime;   // the card's stamp, by the card's clock (SO_TIMESTAMPING)
  UnixNanos kernel_time = kNoTime;     // the kernel's stamp (SO_TIMESTAMPNS or SO_TIMESTAMPING)
  std::uint32_t kernel_drops = 0;      // dropped by this socket since it was opened (SO_RXQ_OVFL), 0 when not asked for
  std::uint16_t buffer = 0;
  std::uint16_t segment_bytes = 0;  // 0: one datagram; else several of this size, the last maybe shorter (UDP_GRO)
  bool is_cut = false;              // it was longer than the buffer
};

/// Room for what a socket may have been asked to tell: stamps of one kind, the counter, the size of segments.
inline constexpr std::size_t kDatagramControlBytes =
    CMSG_SPACE(3 * sizeof(timespec)) + CMSG_SPACE(sizeof(std::uint32_t)) + CMSG_SPACE(sizeof(int));

/// Enters what one control message says; others are stepped over.
void read_control(const cmsghdr& message, Datagram& datagram) noexcept;

}  // namespace tickplant::platform
