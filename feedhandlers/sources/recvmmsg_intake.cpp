#include "feedhandlers/sources/recvmmsg_intake.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "platform/check.hpp"

namespace tickplant::feedhandlers::sources {

struct RecvmmsgIntake::Socket {
  explicit Socket(const IntakeRoom& room) : payloads(room.buffers * room.buffer_bytes) {
    for (std::size_t i = 0; i < room.buffers; ++i) {
      vectors[i] = {payloads.data() + i * room.buffer_bytes, room.buffer_bytes};
      headers[i].msg_hdr.msg_iov = &vectors[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      headers[i].msg_hdr.msg_control = control[i].data();
    }
  }

  std::vector<std::byte> payloads;
  std::array<mmsghdr, kMaxBatch> headers{};
  std::array<iovec, kMaxBatch> vectors{};
  struct alignas(cmsghdr) Control : std::array<std::byte, platform::kDatagramControlBytes> {};
  std::array<Control, kMaxBatch> control{};
  std::uint64_t errors = 0;
  bool is_dry = false;  // nothing was left in this round
};

RecvmmsgIntake::RecvmmsgIntake(std::span<const int> sockets, const IntakeRoom& room)
    : batch_(room.buffers), sockets_(sockets.begin(), sockets.end()) {
  TP_CHECK(batch_ > 0 && batch_ <= kMaxBatch);
  for (std::size_t i = 0; i < sockets_.size(); ++i) state_.push_back(std::make_unique<Socket>(room));
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
  for (mmsghdr& each : socket.headers) each.msg_hdr.msg_controllen = platform::kDatagramControlBytes;
  const int count =
      ::recvmmsg(sockets_[number], socket.headers.data(), static_cast<unsigned>(batch_), MSG_DONTWAIT, nullptr);
  if (count < 0) {
    socket.is_dry = true;
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) ++socket.errors;
    return;
  }
  socket.is_dry = static_cast<std::size_t>(count) < batch_;
  for (int i = 0; i < count; ++i) {
    mmsghdr& each = socket.headers[static_cast<std::size_t>(i)];
    platform::Datagram datagram;
    datagram.payload = {static_cast<const std::byte*>(each.msg_hdr.msg_iov->iov_base), each.msg_len};
    datagram.is_cut = (each.msg_hdr.msg_flags & MSG_TRUNC) != 0;
    for (cmsghdr* message = CMSG_FIRSTHDR(&each.msg_hdr); message != nullptr;
         message = CMSG_NXTHDR(&each.msg_hdr, message))
      platform::read_control(*message, datagram);
    queue.push(datagram);
  }
}

Intake::Troubles RecvmmsgIntake::troubles(std::size_t socket) const noexcept {
  return {.starved = 0, .errors = state_[socket]->errors};
}

}  // namespace tickplant::feedhandlers::sources
