// Live messages about orders, kept in a circle until a book that comes from a snapshot has caught up with them.
//
// Threads: the feed's own. All memory is taken at construction.
// Not here: what becomes of them (book_recovery.hpp).
#pragma once

#include <array>
#include <cstring>
#include <span>

#include "feedhandlers/book/zeroed_array.hpp"
#include "feedhandlers/itch50/messages.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::feedhandlers::itch50 {

struct KeptMessage {
  static constexpr std::size_t kMaxBytes = AddOrderAttributed::kBytes;  // the longest about an order

  std::uint64_t sequence;
  ringbuf::InstrumentId instrument;  // by its stock locate
  std::uint32_t size;
  std::array<std::byte, kMaxBytes> bytes;

  [[nodiscard]] std::span<const std::byte> message() const noexcept { return {bytes.data(), size}; }
};
static_assert(sizeof(KeptMessage) == 56);

class KeptMessages {
 public:
  /// 56 bytes each. Throws SetupError.
  explicit KeptMessages(std::size_t capacity) : messages_(capacity, "kept live messages") {}

  /// False when there is no room. `message` has at most KeptMessage::kMaxBytes bytes.
  [[nodiscard]] bool push(std::uint64_t sequence, ringbuf::InstrumentId instrument,
                          std::span<const std::byte> message) noexcept {
    if (size() == messages_.size()) return false;
    KeptMessage& kept = messages_[end_ % messages_.size()];
    kept.sequence = sequence;
    kept.instrument = instrument;
    kept.size = static_cast<std::uint32_t>(message.size());
    std::memcpy(kept.bytes.data(), message.data(), message.size());
    ++end_;
    return true;
  }

  /// The oldest; until the next push() or pop(). Only when not empty.
  [[nodiscard]] const KeptMessage& front() const noexcept { return messages_[begin_ % messages_.size()]; }
  void pop() noexcept { ++begin_; }
  void clear() noexcept { begin_ = end_; }

  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }

 private:
  ZeroedArray<KeptMessage> messages_;
  std::size_t begin_ = 0;  // counts of all that ever went out and came in
  std::size_t end_ = 0;
};

}  // namespace tickplant::feedhandlers::itch50
