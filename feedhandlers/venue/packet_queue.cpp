#include "feedhandlers/venue/packet_queue.hpp"

#include <algorithm>
#include <bit>

#include "platform/check.hpp"

namespace tickplant::feedhandlers::venue {

PacketQueue::PacketQueue(std::size_t packet_bytes, std::size_t slots)
    : packet_bytes_(packet_bytes), slots_(slots), bytes_(slots * packet_bytes) {
  TP_CHECK(std::has_single_bit(slots));
}

void PacketQueue::push(std::span<const std::byte> bytes, SinceStart due) {
  TP_CHECK(bytes.size() <= packet_bytes_);
  if (size() == slots_.size()) grow();
  const std::size_t slot = slot_of(end_++);
  slots_[slot] = {due, static_cast<std::uint32_t>(bytes.size())};
  std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(slot * packet_bytes_));
}

QueuedPacket PacketQueue::at(std::size_t index) noexcept {
  TP_CHECK(index < size());
  const std::size_t slot = slot_of(begin_ + index);
  return {slots_[slot].due, {bytes_.data() + slot * packet_bytes_, slots_[slot].size}};
}

void PacketQueue::pop(std::size_t count) noexcept {
  TP_CHECK(count <= size());
  begin_ += count;
}

void PacketQueue::grow() {
  PacketQueue larger(packet_bytes_, slots_.size() * 2);
  for (std::size_t i = 0; i < size(); ++i) larger.push(at(i).bytes, at(i).due);
  *this = std::move(larger);
}

}  // namespace tickplant::feedhandlers::venue
