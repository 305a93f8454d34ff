// Packets that wait to be written to the connection: two buffers of a fixed size, one being filled, one in the hands of
// whoever writes it.
//
// Threads: one. Memory is taken at construction.
// Not here: what is said when (client_session.hpp, server_session.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "feedhandlers/soupbintcp/framing.hpp"

namespace tickplant::feedhandlers::soupbintcp {

class Outbox {
 public:
  /// `capacity`: bytes of packets that can wait.
  explicit Outbox(std::size_t capacity) : capacity_(capacity) {
    filled_.reserve(capacity);
    taken_.reserve(capacity);
  }

  /// False where there is no room, or where no packet is so long: then nothing was added.
  bool add(PacketType type, std::span<const std::byte> payload = {}) noexcept {
    if (payload.size() > kMaxPayloadBytes || kHeaderBytes + payload.size() > capacity_ - filled_.size()) return false;
    const std::size_t length = 1 + payload.size();
    const std::array<std::byte, kHeaderBytes> header{
        static_cast<std::byte>(length >> 8), static_cast<std::byte>(length & 0xff), static_cast<std::byte>(type)};
    filled_.insert(filled_.end(), header.begin(), header.end());
    filled_.insert(filled_.end(), payload.begin(), payload.end());
    return true;
  }

  /// All that waits, oldest first; valid until the next take() or clear().
  [[nodiscard]] std::span<const std::byte> take() noexcept {
    std::swap(filled_, taken_);
    filled_.clear();
    return taken_;
  }
  void clear() noexcept {
    filled_.clear();
    taken_.clear();
  }

  [[nodiscard]] bool empty() const noexcept { return filled_.empty(); }

 private:
  std::size_t capacity_;
  std::vector<std::byte> filled_;
  std::vector<std::byte> taken_;
};

}  // namespace tickplant::feedhandlers::soupbintcp
