// The packets of the udp suite, made before the run: a stream of ITCH 5.0 orders in MoldUDP64, encoded by the simulated
// venue's encoder. Each packet adds orders and deletes as many, three in ten of them any that rest, the others new
// ones: the books stay as deep as they are, and all packets are of one size, as UDP segmentation offload wants.
//
// Threads: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tickplant::bench {

struct UdpShape {
  std::uint32_t symbols = 400;
  std::uint32_t live_orders = 40'000;
  std::uint32_t pairs = 1;  // of an add and a delete, in each packet
  std::size_t packets = 0;
};

class UdpPackets {
 public:
  explicit UdpPackets(const UdpShape& shape);

  [[nodiscard]] std::size_t count() const noexcept { return bytes_.size() / packet_bytes_; }
  [[nodiscard]] std::size_t packet_bytes() const noexcept { return packet_bytes_; }
  [[nodiscard]] std::size_t messages_per_packet() const noexcept { return messages_per_packet_; }
  [[nodiscard]] const UdpShape& shape() const noexcept { return shape_; }

  /// One behind the other, each packet_bytes() long.
  [[nodiscard]] std::span<const std::byte> range(std::size_t first, std::size_t count) const noexcept {
    return std::span{bytes_}.subspan(first * packet_bytes_, count * packet_bytes_);
  }
  /// Packets that come before them and fill the books.
  [[nodiscard]] const std::vector<std::vector<std::byte>>& warm_up() const noexcept { return warm_up_; }
  /// A heartbeat of the session, with which a run ends.
  [[nodiscard]] std::span<const std::byte> heartbeat() const noexcept { return heartbeat_; }
  [[nodiscard]] static bool is_heartbeat(std::span<const std::byte> packet) noexcept;

 private:
  UdpShape shape_;
  std::vector<std::vector<std::byte>> warm_up_;
  std::vector<std::byte> bytes_;
  std::vector<std::byte> heartbeat_;
  std::size_t packet_bytes_ = 0;
  std::size_t messages_per_packet_ = 0;
};

}  // namespace tickplant::bench
