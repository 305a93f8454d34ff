#include "feedhandlers/venue/message_history.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "feedhandlers/byte_order.hpp"
#include "platform/check.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

constexpr std::size_t kLengthBytes = 2;

}  // namespace

// Messages of no bytes are the smallest: a circle of them has the most marks, and the group being written needs one.
MessageHistory::MessageHistory(std::size_t bytes)
    : circle_(bytes), marks_(bytes / (kLengthBytes * kMessagesPerMark) + 2) {
  TP_CHECK(bytes >= kLeastBytes);
}

void MessageHistory::add(std::span<const std::byte> message) noexcept {
  TP_CHECK(message.size() <= std::numeric_limits<std::uint16_t>::max());
  const std::size_t bytes = kLengthBytes + message.size();
  if ((next_ - 1) % kMessagesPerMark == 0) mark_of(next_) = end_;
  while (end_ + bytes - mark_of(oldest_) > circle_.size()) oldest_ += kMessagesPerMark;
  const std::array<std::byte, kLengthBytes> length{static_cast<std::byte>(message.size() >> 8),
                                                   static_cast<std::byte>(message.size() & 0xff)};
  append(length);
  append(message);
  ++next_;
}

void MessageHistory::clear() noexcept {
  end_ = 0;
  oldest_ = next_ = 1;
  is_complete_ = false;
}

MessageHistory::Copied MessageHistory::copy(sequencing::SequenceRange wanted, std::span<std::byte> out) const noexcept {
  TP_CHECK(wanted.begin >= oldest_ && wanted.begin < next_);
  std::uint64_t position = mark_of(wanted.begin);
  for (std::uint64_t skip = (wanted.begin - 1) % kMessagesPerMark; skip > 0; --skip)
    position += kLengthBytes + length_at(position);

  Copied copied;
  const std::uint64_t end = std::min(wanted.end, next_);
  for (std::uint64_t sequence = wanted.begin; sequence < end; ++sequence) {
    const std::size_t bytes = kLengthBytes + length_at(position);
    if (bytes > out.size() - copied.bytes) break;
    read(position, out.subspan(copied.bytes, bytes));
    position += bytes;
    copied.bytes += bytes;
    ++copied.messages;
  }
  return copied;
}

void MessageHistory::append(std::span<const std::byte> bytes) noexcept {
  const std::size_t at = end_ % circle_.size();
  const auto head = bytes.first(std::min(bytes.size(), circle_.size() - at));
  std::copy(head.begin(), head.end(), circle_.begin() + static_cast<std::ptrdiff_t>(at));
  const auto rest = bytes.subspan(head.size());
  std::copy(rest.begin(), rest.end(), circle_.begin());
  end_ += bytes.size();
}

void MessageHistory::read(std::uint64_t position, std::span<std::byte> into) const noexcept {
  const std::span<const std::byte> circle(circle_);
  const auto head =
      circle.subspan(position % circle.size()).first(std::min(into.size(), circle.size() - position % circle.size()));
  std::copy(head.begin(), head.end(), into.begin());
  const auto rest = circle.first(into.size() - head.size());
  std::copy(rest.begin(), rest.end(), into.begin() + static_cast<std::ptrdiff_t>(head.size()));
}

std::size_t MessageHistory::length_at(std::uint64_t position) const noexcept {
  std::array<std::byte, kLengthBytes> length;
  read(position, length);
  return load_big<std::uint16_t>(length.data());
}

}  // namespace tickplant::feedhandlers::venue
