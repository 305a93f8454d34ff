#include "feedhandlers/venue/line_sender.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace tickplant::feedhandlers::venue {
namespace {

constexpr std::size_t kMostPerCall = 64;

}  // namespace

LineSender::LineSender(const LineOptions& options, FaultyLine& line)
    : options_(options), socket_(open_multicast_sender(options.address, options.ttl)), line_(&line) {}

void LineSender::transmit(SinceStart now) noexcept {
  while (line_->next_due() <= now) line_->queue().pop(send_some(now));
}

/// Of the queue's front, at least one due packet: how many are done with.
std::size_t LineSender::send_some(SinceStart now) noexcept {
  std::array<iovec, kMostPerCall> parts;
  std::array<mmsghdr, kMostPerCall> messages{};
  PacketQueue& queue = line_->queue();
  std::size_t count = 0;
  for (; count < std::min(queue.size(), kMostPerCall); ++count) {
    const QueuedPacket packet = queue.at(count);
    if (packet.due > now) break;
    parts[count] = {packet.bytes.data(), packet.bytes.size()};
    messages[count].msg_hdr.msg_iov = &parts[count];
    messages[count].msg_hdr.msg_iovlen = 1;
  }
  const int sent = ::sendmmsg(socket_.get(), messages.data(), static_cast<unsigned>(count), 0);
  if (sent <= 0) {
    if (errno == EINTR) return 0;
    counters_.last_error = errno;
    ++counters_.refused;
    return 1;
  }
  counters_.packets += static_cast<std::uint64_t>(sent);
  for (std::size_t i = 0; i < static_cast<std::size_t>(sent); ++i) counters_.bytes += parts[i].iov_len;
  return static_cast<std::size_t>(sent);
}

}  // namespace tickplant::feedhandlers::venue
