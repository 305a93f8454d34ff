#include "feedhandlers/sources/recvmmsg_intake.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>

#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

// Room for what the sockets are asked to tell: a stamp and a count of drops.
constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(std::uint32_t));

void read_control(msghdr& header, platform::Datagram& datagram) noexcept {
  for (cmsghdr* message = CMSG_FIRSTHDR(&header); message != nullptr; message = CMSG_NXTHDR(&header, message)) {
    if (message->cmsg_level != SOL_SOCKET) continue;
    if (message->cmsg_type == SCM_TIMESTAMPNS) {
      timespec time;
      std::memcpy(&time, CMSG_DATA(message), sizeof time);
      datagram.kernel_time = {static_cast<std::int64_t>(time.tv_sec) * platform::kNanosPerSecond + time.tv_nsec};
    } else if (message->cmsg_type == SO_RXQ_OVFL) {
      std::memcpy(&datagram.kernel_drops, CMSG_DATA(message), sizeof datagram.kernel_drops);
    }
  }
}

}  // namespace

struct RecvmmsgIntake::Socket {
  explicit Socket(std::size_t bytes) : payload_bytes(bytes), payloads(kBatch * bytes) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      vectors[i] = {payloads.data() + i * bytes, bytes};
      headers[i].msg_hdr.msg_iov = &vectors[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      headers[i].msg_hdr.msg_control = control[i].data();
    }
  }

  std::size_t payload_bytes;
  std::vector<std::byte> payloads;
  std::array<mmsghdr, kBatch> headers{};
  std::array<iovec, kBatch> vectors{};
  struct alignas(cmsghdr) Control : std::array<std::byte, kControlBytes> {};
  std::array<Control, kBatch> control{};
  std::uint64_t errors = 0;
  bool is_dry = false;  // nothing was left in this round
};

RecvmmsgIntake::RecvmmsgIntake(std::span<const int> sockets, std::size_t payload_bytes)
    : sockets_(sockets.begin(), sockets.end()) {
  for (std::size_t i = 0; i < sockets_.size(); ++i) state_.push_back(std::make_unique<Socket>(payload_bytes));
}

RecvmmsgIntake::~RecvmmsgIntake() = default;

void RecvmmsgIntake::refill(std::span<DatagramQueue> queues, bool is_first) noexcept {
  for (std::size_t i = 0; i < state_.size(); ++i) {
    if (is_first) state_[i]->is_dry = false;
    if (queues[i].empty() && !state_[i]->is_dry) receive(i, queues[i]);
  }
}

void RecvmmsgIntake::receive(std::size_t number, DatagramQueue& queue) noexcept {
  Socket& socket = *state_[number];
  for (mmsghdr& each : socket.headers) each.msg_hdr.msg_controllen = kControlBytes;
  const int count = ::recvmmsg(sockets_[number], socket.headers.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (count < 0) {
    socket.is_dry = true;
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) ++socket.errors;
    return;
  }
  socket.is_dry = static_cast<std::size_t>(count) < kBatch;
  for (int i = 0; i < count; ++i) {
    mmsghdr& each = socket.headers[static_cast<std::size_t>(i)];
    platform::Datagram datagram;
    datagram.payload = {static_cast<const std::byte*>(each.msg_hdr.msg_iov->iov_base), each.msg_len};
    datagram.is_cut = (each.msg_hdr.msg_flags & MSG_TRUNC) != 0;
    read_control(each.msg_hdr, datagram);
    queue.push(datagram);
  }
}

Intake::Troubles RecvmmsgIntake::troubles(std::size_t socket) const noexcept {
  return {.starved = 0, .errors = state_[socket]->errors};
}

}  // namespace tickplant::feedhandlers::sources
