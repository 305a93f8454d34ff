#include "feedhandlers/sequencing/held_packets.hpp"

#include <algorithm>
#include <cstring>

#include "platform/check.hpp"

namespace tickplant::feedhandlers::sequencing {
namespace {

constexpr std::size_t kUnit = 8;
constexpr std::size_t rounded_up(std::size_t bytes) noexcept { return (bytes + kUnit - 1) / kUnit * kUnit; }

}  // namespace

HeldPackets::HeldPackets(std::size_t bytes, std::size_t packets) : circle_(rounded_up(bytes)), held_(2 * packets) {
  static_assert(sizeof(Block) == kUnit);
  TP_CHECK(bytes < (std::size_t{1} << 32) && packets > 0);
}

bool HeldPackets::hold(const Packet& packet, SequenceRange range) noexcept {
  if (size() == held_.size() / 2) return false;
  std::byte* const payload = take(packet.payload.size());
  if (payload == nullptr) return false;
  if (!packet.payload.empty()) std::memcpy(payload, packet.payload.data(), packet.payload.size());
  if (last_ == held_.size()) {
    std::copy(held_.begin() + static_cast<std::ptrdiff_t>(first_), held_.end(), held_.begin());
    last_ = size();
    first_ = 0;
  }
  const auto begin = held_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto end = held_.begin() + static_cast<std::ptrdiff_t>(last_);
  const auto place = std::upper_bound(
      begin, end, range.begin, [](std::uint64_t sequence, const Held& held) { return sequence < held.range.begin; });
  std::copy_backward(place, end, end + 1);
  *place = {.range = range, .packet = packet};
  place->packet.payload = {payload, packet.payload.size()};
  ++last_;
  return true;
}

bool HeldPackets::has(const Packet& packet, SequenceRange range) const noexcept {
  const auto begin = held_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto end = held_.begin() + static_cast<std::ptrdiff_t>(last_);
  auto place = std::lower_bound(begin, end, range.begin,
                                [](const Held& held, std::uint64_t sequence) { return held.range.begin < sequence; });
  for (; place != end && place->range.begin == range.begin; ++place) {
    const auto& payload = place->packet.payload;
    if (std::equal(payload.begin(), payload.end(), packet.payload.begin(), packet.payload.end())) return true;
  }
  return false;
}

void HeldPackets::pop_front() noexcept {
  TP_DCHECK(!empty());
  give_back(front().packet.payload.data());
  ++first_;
}

std::byte* HeldPackets::take(std::size_t payload_bytes) noexcept {
  const std::size_t bytes = sizeof(Block) + rounded_up(payload_bytes);
  if (used_ == 0) begin_ = end_ = 0;
  const bool is_split = end_ < begin_ || (end_ == begin_ && used_ > 0);  // the free bytes are one run
  if (is_split && bytes > begin_ - end_) return nullptr;
  if (!is_split && bytes > circle_.size() - end_) {
    if (bytes > begin_) return nullptr;
    if (end_ < circle_.size()) put_block(circle_.size() - end_, true);
    end_ = 0;
  }
  std::byte* const payload = circle_.data() + end_ + sizeof(Block);
  put_block(bytes, false);
  return payload;
}

void HeldPackets::give_back(const std::byte* payload) noexcept {
  const auto offset = static_cast<std::size_t>(payload - circle_.data()) - sizeof(Block);
  Block freed = block_at(offset);
  freed.is_free = 1;
  std::memcpy(circle_.data() + offset, &freed, sizeof freed);
  while (used_ > 0 && block_at(begin_).is_free != 0) {
    const std::size_t bytes = block_at(begin_).bytes;
    used_ -= bytes;
    begin_ = begin_ + bytes == circle_.size() ? 0 : begin_ + bytes;
  }
}

void HeldPackets::put_block(std::size_t bytes, bool is_free) noexcept {
  const Block block{static_cast<std::uint32_t>(bytes), is_free ? 1U : 0U};
  std::memcpy(circle_.data() + end_, &block, sizeof block);
  used_ += bytes;
  end_ += bytes;
}

HeldPackets::Block HeldPackets::block_at(std::size_t offset) const noexcept {
  Block block;
  std::memcpy(&block, circle_.data() + offset, sizeof block);
  return block;
}

}  // namespace tickplant::feedhandlers::sequencing
