// Packets that wait for their time to leave, first in, first out.
//
// Threads: one. Takes memory only to grow: slots double when all are taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/venue/since_start.hpp"

namespace tickplant::feedhandlers::venue {

struct QueuedPacket {
  SinceStart due;
  std::span<std::byte> bytes;  // valid until the next push or pop
};

class PacketQueue {
 public:
  /// `packet_bytes`: the longest packet. `slots`: a power of two.
  explicit PacketQueue(std::size_t packet_bytes, std::size_t slots = 256);

  /// At the end; `bytes` must not be the queue's own.
  void push(std::span<const std::byte> bytes, SinceStart due);
  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - begin_); }
  /// `index` 0 is the oldest; below size().
  [[nodiscard]] QueuedPacket at(std::size_t index) noexcept;
  /// The oldest `count` go.
  void pop(std::size_t count) noexcept;

 private:
  struct Slot {
    SinceStart due;
    std::uint32_t size = 0;
  };
  void grow();
  [[nodiscard]] std::size_t slot_of(std::uint64_t number) const noexcept { return number & (slots_.size() - 1); }

  std::size_t packet_bytes_;
  std::vector<Slot> slots_;
  std::vector<std::byte> bytes_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace tickplant::feedhandlers::venue
