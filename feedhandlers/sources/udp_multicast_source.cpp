#include "feedhandlers/sources/udp_multicast_source.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "feedhandlers/sources/io_uring_intake.hpp"
#include "feedhandlers/sources/recvmmsg_intake.hpp"
#include "platform/memory_wish.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

// With receive offload a buffer must hold the most that the kernel puts together, so there are fewer of them: what they
// hold is more, and it should stay in the cache.
constexpr std::size_t kWholeBytes = 65'536;
constexpr IntakeRoom kRing{.buffers = 1'024, .buffer_bytes = UdpMulticastSource::kPayloadBytes};
constexpr IntakeRoom kRingOfWholes{.buffers = 128, .buffer_bytes = kWholeBytes};
constexpr IntakeRoom kBatch{.buffers = RecvmmsgIntake::kMaxBatch, .buffer_bytes = UdpMulticastSource::kPayloadBytes};
constexpr IntakeRoom kBatchOfWholes{.buffers = 16, .buffer_bytes = kWholeBytes};

std::string endpoint_text(const OpenSocket& socket) {
  const in_addr address{htonl(socket.address)};
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &address, text.data(), text.size());
  return std::string(text.data()) + ':' + std::to_string(socket.port);
}

}  // namespace

UdpMulticastSource::UdpMulticastSource(const config::SourceConfig& config, const ReceiveOptions& options) {
  const auto add = [this](Line line, OpenSocket open) {
    socket_of_line_[static_cast<std::size_t>(line)] = sockets_.size();
    sockets_.push_back({.open = std::move(open), .line = line, .counters = {}});
  };
  add(Line::a, open_multicast_socket(config.line_a, "line A", config.receive_buffer_bytes, options, notes_));
  if (config.line_b.present())
    add(Line::b, open_multicast_socket(config.line_b, "line B", config.receive_buffer_bytes, options, notes_));
  if (config.rerequest.present())
    add(Line::recovery, open_rerequest_socket(config.rerequest, config.receive_buffer_bytes, notes_));
  intake_ = make_intake(config.receive, options.busy_poll_ns > 0);
  queues_.assign(sockets_.size(), DatagramQueue{intake_->queue_capacity()});
}

std::unique_ptr<Intake> UdpMulticastSource::make_intake(config::ReceiveMethod method, bool busy_polls) {
  std::vector<int> descriptors;
  for (const Socket& socket : sockets_) descriptors.push_back(socket.open.fd.get());
  const bool asks_the_card = busy_polls && method == config::ReceiveMethod::automatic;
  if (busy_polls && method == config::ReceiveMethod::io_uring)
    notes_.push_back("busy polling comes to nothing by io_uring, which waits to be told; set receive: recvmmsg");
  const bool has_offload =
      std::any_of(sockets_.begin(), sockets_.end(), [](const Socket& s) { return s.open.has_offload; });
  if (method != config::ReceiveMethod::recvmmsg && !asks_the_card) {
    try {
      return std::make_unique<IoUringIntake>(descriptors, has_offload ? kRingOfWholes : kRing);
    } catch (const platform::SetupError& error) {
      if (method == config::ReceiveMethod::io_uring)
        throw platform::SetupError{"receive: io_uring is not to be had: " + error.problem(),
                                   error.remedy() + "; or set receive: recvmmsg"};
      notes_.push_back("receiving by recvmmsg, since io_uring is not to be had: " + error.problem());
    }
  }
  return std::make_unique<RecvmmsgIntake>(descriptors, has_offload ? kBatchOfWholes : kBatch);
}

void UdpMulticastSource::leave() noexcept {
  for (const Socket& socket : sockets_) {
    if (socket.line != Line::recovery) (void)change_membership(socket.open, Membership::leave);
  }
}

bool UdpMulticastSource::join_again() noexcept {
  bool is_joined = true;
  for (const Socket& socket : sockets_) {
    if (socket.line != Line::recovery) is_joined &= change_membership(socket.open, Membership::join);
  }
  if (!is_joined) leave();
  return is_joined;
}

Packet UdpMulticastSource::packet_of(std::size_t number, const ReceivedDatagram& received,
                                     const DatagramQueue::Segment& segment) noexcept {
  const platform::Datagram& datagram = received.datagram;
  Socket& socket = sockets_[number];
  const auto payload = segment.payload.first(std::min(segment.payload.size(), kPayloadBytes));
  const bool is_cut = payload.size() < segment.payload.size() || (datagram.is_cut && segment.is_last);
  ++socket.counters.packets;
  socket.counters.bytes += payload.size();
  socket.counters.cut += is_cut ? 1 : 0;
  if (datagram.kernel_drops != 0) {  // as counted by the socket, in 32 bits
    socket.counters.kernel_drops += static_cast<std::uint32_t>(datagram.kernel_drops - socket.last_drops);
    socket.last_drops = datagram.kernel_drops;
  }
  Packet packet;
  packet.payload = payload;
  packet.ts_recv = received.ts_recv;
  packet.line = socket.line;
  const bool is_answer = socket.line == Line::recovery;
  (is_answer ? packet.source_address : packet.destination_address) = socket.open.address;
  (is_answer ? packet.source_port : packet.destination_port) = socket.open.port;
  return packet;
}

bool UdpMulticastSource::send_request(std::span<const std::byte> request) noexcept {
  const std::size_t number = socket_of_line_[static_cast<std::size_t>(Line::recovery)];
  if (number == kNone) return false;
  const int fd = sockets_[number].open.fd.get();
  const auto send = [&] { return ::send(fd, request.data(), request.size(), MSG_DONTWAIT | MSG_NOSIGNAL); };
  ssize_t sent = send();
  if (sent < 0 && errno == ECONNREFUSED) sent = send();  // that was about the request before
  return sent == static_cast<ssize_t>(request.size());
}

LineCounters UdpMulticastSource::counters(Line line) const noexcept {
  const std::size_t number = socket_of_line_[static_cast<std::size_t>(line)];
  if (number == kNone) return {};
  LineCounters counters = sockets_[number].counters;
  const Intake::Troubles troubles = intake_->troubles(number);
  counters.starved = troubles.starved;
  counters.errors = troubles.errors;
  counters.card_stamps = queues_[number].card_clock().believed();
  counters.refused_card_stamps = queues_[number].card_clock().refused();
  return counters;
}

std::string UdpMulticastSource::describe() const {
  static constexpr std::array<const char*, kLineCount> kNames{"A", "B", "re-request"};
  std::string text = method();
  for (const Socket& socket : sockets_) {
    text += std::string(", ") + kNames[static_cast<std::size_t>(socket.line)] + ' ' + endpoint_text(socket.open);
    if (socket.line == Line::recovery) continue;
    if (!socket.open.interface.empty()) text += " on " + socket.open.interface;
    text += " (" + platform::bytes_as_text(socket.open.buffer_bytes);
    text += socket.open.has_card_stamps ? ", card and kernel stamps" : ", kernel stamps";
    if (socket.open.busy_poll_ns > 0)
      text += ", busy polling " + std::to_string(socket.open.busy_poll_ns / 1'000) + " us";
    if (socket.open.has_offload) text += ", receive offload";
    text += ')';
  }
  return text;
}

}  // namespace tickplant::feedhandlers::sources
