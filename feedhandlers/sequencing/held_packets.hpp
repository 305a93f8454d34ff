// Copies of packets that came too early, in the order of their sequence numbers.
//
// Payloads lie in one circle of bytes in the order in which they came; a block is free again when all that came before
// it are. Packets leave nearly in the order in which they came, so little is lost by that.
//
// Threads: one. All memory is taken at construction; every loop has a limit.
// Not here: when they leave (reorder_buffer.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "feedhandlers/packet.hpp"
#include "feedhandlers/sequencing/sequence_range.hpp"

namespace tickplant::feedhandlers::sequencing {

class HeldPackets {
 public:
  struct Held {
    SequenceRange range;
    Packet packet;  // its payload lies here
  };

  /// `bytes`: of payloads, with 8 more and rounding for each.
  HeldPackets(std::size_t bytes, std::size_t packets);

  /// Keeps a copy behind all packets that begin where it does or before. False: no room.
  [[nodiscard]] bool hold(const Packet& packet, SequenceRange range) noexcept;

  /// True if a packet with these bytes is held for this place.
  [[nodiscard]] bool has(const Packet& packet, SequenceRange range) const noexcept;

  [[nodiscard]] bool empty() const noexcept { return first_ == last_; }
  [[nodiscard]] std::size_t size() const noexcept { return last_ - first_; }
  /// The first in sequence; valid until the next pop_front() or hold().
  [[nodiscard]] const Held& front() const noexcept { return held_[first_]; }
  void pop_front() noexcept;

 private:
  struct Block {
    std::uint32_t bytes;  // with this header; the next block follows
    std::uint32_t is_free;
  };

  [[nodiscard]] std::byte* take(std::size_t payload_bytes) noexcept;
  void give_back(const std::byte* payload) noexcept;
  void put_block(std::size_t bytes, bool is_free) noexcept;
  [[nodiscard]] Block block_at(std::size_t offset) const noexcept;

  std::vector<std::byte> circle_;
  std::size_t begin_ = 0;  // of the oldest block
  std::size_t end_ = 0;    // of the newest one
  std::size_t used_ = 0;

  // Twice as long as packets are allowed: so moving them to the front is rare.
  std::vector<Held> held_;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
};

}  // namespace tickplant::feedhandlers::sequencing
