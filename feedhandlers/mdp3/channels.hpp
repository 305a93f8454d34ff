// Which channel a packet belongs to: packets do not say, the multicast groups of the lines do.
//
// Threads: one. Fixed after construction.
// Not here: where each channel stands in its numbers (mdp3_feed.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/packet.hpp"

namespace tickplant::feedhandlers::mdp3 {

/// Where a line sends to.
struct Endpoint {
  std::uint32_t address = 0;  // IPv4, host order
  std::uint16_t port = 0;     // 0: no such line
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// A channel and the groups of its lines.
struct ChannelLines {
  std::uint16_t number = 0;  // the venue's: 314
  Endpoint a;
  Endpoint b;
};

class Channels {
 public:
  static constexpr std::size_t kNone = ~std::size_t{0};

  /// None given: all packets are of one channel with number 0.
  explicit Channels(std::span<const ChannelLines> lines) : lines_(lines.begin(), lines.end()) {
    takes_all_ = lines_.empty();
    if (takes_all_) lines_.emplace_back();
  }

  [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }
  [[nodiscard]] std::uint16_t number(std::size_t index) const noexcept { return lines_[index].number; }

  /// kNone for an address that is not one of the lines'.
  [[nodiscard]] std::size_t find(const Packet& packet) const noexcept {
    if (takes_all_) return 0;
    const Endpoint endpoint{packet.destination_address, packet.destination_port};
    for (std::size_t i = 0; i < lines_.size(); ++i)  // a plant has few: a line of the cache holds three
      if (endpoint.port != 0 && (lines_[i].a == endpoint || lines_[i].b == endpoint)) return i;
    return kNone;
  }

  /// The number as a session of gap and position records: decimal digits, zero-padded.
  [[nodiscard]] std::array<char, 10> session_text(std::size_t index) const noexcept {
    std::array<char, 10> text{};
    std::array<char, 5> digits{};
    std::size_t count = 0;
    for (unsigned rest = number(index); rest != 0 || count == 0; rest /= 10)
      digits[count++] = static_cast<char>('0' + rest % 10);
    for (std::size_t i = 0; i < count; ++i) text[i] = digits[count - 1 - i];
    return text;
  }

 private:
  std::vector<ChannelLines> lines_;
  bool takes_all_ = false;
};

}  // namespace tickplant::feedhandlers::mdp3
