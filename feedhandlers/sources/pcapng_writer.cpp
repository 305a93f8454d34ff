#include "feedhandlers/sources/pcapng_writer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/sources/captured_frame.hpp"
#include "feedhandlers/sources/pcapng_format.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are stored in the machine's order");

constexpr std::uint32_t kStatistics = 5;
constexpr std::uint64_t kUnknownLength = UINT64_MAX;  // of a section: it ends with the file
constexpr std::uint32_t kSnapBytes = 65'535;          // nothing is ever cut

// The same number means another thing in another block.
enum class Option : std::uint16_t {
  end = 0,
  comment = 1,
  section_hardware = 2,
  section_operating_system = 3,
  section_application = 4,
  interface_name = 2,
  interface_description = 3,
  interface_resolution = 9,
  packet_drop_count = 4,
  statistics_drops = 5,
  statistics_delivered = 8,
};

constexpr std::uint8_t kNanoseconds = 9;

constexpr std::size_t kIpv4Bytes = 20;
constexpr std::size_t kUdpBytes = 8;

/// Text of a comment, put together without allocating.
class Comment {
 public:
  Comment& operator<<(std::string_view text) noexcept {
    const std::size_t bytes = std::min(text.size(), text_.size() - size_);
    std::memcpy(text_.data() + size_, text.data(), bytes);
    size_ += bytes;
    return *this;
  }
  Comment& operator<<(std::uint64_t number) noexcept {
    const auto end = std::to_chars(text_.data() + size_, text_.data() + text_.size(), number);
    if (end.ec == std::errc{}) size_ = static_cast<std::size_t>(end.ptr - text_.data());
    return *this;
  }
  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 80> text_{};
  std::size_t size_ = 0;
};

/// One block behind what the buffer holds. It counts for nothing until `finish` says that all of it had room.
class Block {
 public:
  Block(std::span<std::byte> room, std::uint32_t type) noexcept : room_(room) {
    u32(type);
    u32(0);  // the length, once it is known
  }

  void bytes(const void* from, std::size_t count) noexcept {
    if (count > room_.size() - size_) fits_ = false;
    if (!fits_ || count == 0) return;
    std::memcpy(room_.data() + size_, from, count);
    size_ += count;
  }
  void u8(std::uint8_t value) noexcept { bytes(&value, sizeof value); }
  void u16(std::uint16_t value) noexcept { bytes(&value, sizeof value); }
  void u32(std::uint32_t value) noexcept { bytes(&value, sizeof value); }
  void u64(std::uint64_t value) noexcept { bytes(&value, sizeof value); }
  void pad() noexcept {
    constexpr std::array<std::byte, 4> kZeros{};
    bytes(kZeros.data(), (4 - size_ % 4) % 4);
  }
  /// A stamp: the upper half comes first, in either byte order.
  void stamp(std::uint64_t value) noexcept {
    u32(static_cast<std::uint32_t>(value >> 32));
    u32(static_cast<std::uint32_t>(value));
  }

  void option(Option code, std::uint64_t value) noexcept {
    u16(static_cast<std::uint16_t>(code));
    u16(sizeof value);
    u64(value);
    has_options_ = true;
  }
  /// Left out when empty.
  void option(Option code, std::string_view text) noexcept {
    if (text.empty()) return;
    text = text.substr(0, kMaxCaptureTextBytes);
    u16(static_cast<std::uint16_t>(code));
    u16(static_cast<std::uint16_t>(text.size()));
    bytes(text.data(), text.size());
    pad();
    has_options_ = true;
  }

  /// Bytes of the whole block, 0: it has no room.
  [[nodiscard]] std::size_t finish() noexcept {
    if (has_options_) {
      u16(static_cast<std::uint16_t>(Option::end));
      u16(0);
    }
    const auto total = static_cast<std::uint32_t>(size_ + sizeof(std::uint32_t));
    u32(total);
    if (!fits_) return 0;
    std::memcpy(room_.data() + 4, &total, sizeof total);
    return size_;
  }

 private:
  std::span<std::byte> room_;
  std::size_t size_ = 0;
  bool fits_ = true;
  bool has_options_ = false;
};

void store_big(std::byte* at, std::uint16_t value) noexcept {
  value = swap_bytes(value);
  std::memcpy(at, &value, sizeof value);
}
void store_big(std::byte* at, std::uint32_t value) noexcept {
  value = swap_bytes(value);
  std::memcpy(at, &value, sizeof value);
}

/// The sum of RFC 1071 in the order in which the bytes lie: it is the same in either, once it is stored the same way.
std::uint64_t sum_words(std::span<const std::byte> bytes) noexcept {
  std::uint64_t sum = 0;
  for (; bytes.size() >= 4; bytes = bytes.subspan(4)) sum += load_little<std::uint32_t>(bytes.data());
  std::uint32_t rest = 0;
  if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
  return sum + rest;
}
std::uint16_t checksum(std::uint64_t sum) noexcept {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

using Headers = std::array<std::byte, kIpv4Bytes + kUdpBytes>;

Headers rebuilt_headers(const Packet& packet) noexcept {
  Headers headers{};
  std::byte* const ip = headers.data();
  std::byte* const udp = ip + kIpv4Bytes;
  const auto udp_bytes = static_cast<std::uint16_t>(kUdpBytes + packet.payload.size());

  ip[0] = std::byte{0x45};  // version 4, five words
  store_big(ip + 2, static_cast<std::uint16_t>(kIpv4Bytes + udp_bytes));
  store_big(ip + 6, std::uint16_t{0x4000});  // do not fragment
  ip[8] = std::byte{64};                     // time to live
  ip[9] = std::byte{kProtocolUdp};
  store_big(ip + 12, packet.source_address);
  store_big(ip + 16, packet.destination_address);
  const std::span<const std::byte> whole{headers};
  const std::uint16_t ip_sum = checksum(sum_words(whole.first(kIpv4Bytes)));
  std::memcpy(ip + 10, &ip_sum, sizeof ip_sum);

  store_big(udp, packet.source_port);
  store_big(udp + 2, packet.destination_port);
  store_big(udp + 4, udp_bytes);
  // The pseudo header: both addresses, the protocol, the length once more.
  const std::uint64_t pseudo =
      sum_words(whole.subspan(12, 8)) + swap_bytes(std::uint16_t{kProtocolUdp}) + std::uint64_t{swap_bytes(udp_bytes)};
  std::uint16_t udp_sum = checksum(pseudo + sum_words(whole.subspan(kIpv4Bytes)) + sum_words(packet.payload));
  if (udp_sum == 0) udp_sum = 0xffff;  // 0 would say that there is none
  std::memcpy(udp + 6, &udp_sum, sizeof udp_sum);
  return headers;
}

}  // namespace

bool PcapngWriter::section(const CaptureSection& section) noexcept {
  Block block(buffer_.subspan(size_), pcapng::kSectionHeader);
  block.u32(pcapng::kByteOrderMagic);
  block.u16(1);  // version 1.0
  block.u16(0);
  block.u64(kUnknownLength);
  block.option(Option::section_hardware, section.hardware);
  block.option(Option::section_operating_system, section.operating_system);
  block.option(Option::section_application, section.application);
  const std::size_t bytes = block.finish();
  size_ += bytes;
  return bytes != 0;
}

bool PcapngWriter::interface(std::string_view name, std::string_view description) noexcept {
  constexpr char kResolution = kNanoseconds;
  Block block(buffer_.subspan(size_), pcapng::kInterface);
  block.u16(static_cast<std::uint16_t>(LinkType::ipv4));
  block.u16(0);
  block.u32(kSnapBytes);
  block.option(Option::interface_name, name);
  block.option(Option::interface_description, description);
  block.option(Option::interface_resolution, std::string_view(&kResolution, 1));
  const std::size_t bytes = block.finish();
  size_ += bytes;
  return bytes != 0;
}

bool PcapngWriter::packet(std::uint32_t interface_index, const Packet& packet, std::uint64_t not_captured) noexcept {
  if (packet.payload.size() > kMaxCapturedPayloadBytes) return false;
  const Headers headers = rebuilt_headers(packet);
  const auto frame_bytes = static_cast<std::uint32_t>(headers.size() + packet.payload.size());
  const bool has_time = packet.ts_recv.value >= 0;
  Block block(buffer_.subspan(size_), pcapng::kEnhancedPacket);
  block.u32(interface_index);
  block.stamp(has_time ? static_cast<std::uint64_t>(packet.ts_recv.value) : kNoTimeStamp);
  block.u32(frame_bytes);  // captured
  block.u32(frame_bytes);  // original
  block.bytes(headers.data(), headers.size());
  block.bytes(packet.payload.data(), packet.payload.size());
  block.pad();
  if (not_captured != 0) {
    Comment comment;
    comment << not_captured << " packets before this one were not captured";
    block.option(Option::packet_drop_count, not_captured);
    block.option(Option::comment, comment.text());
  }
  if (!has_time) block.option(Option::comment, "no receive time");
  const std::size_t bytes = block.finish();
  size_ += bytes;
  return bytes != 0;
}

bool PcapngWriter::statistics(platform::UnixNanos now, const CaptureStatistics& statistics) noexcept {
  Block block(buffer_.subspan(size_), kStatistics);
  block.u32(0);
  block.stamp(now.value >= 0 ? static_cast<std::uint64_t>(now.value) : kNoTimeStamp);
  if (statistics.not_told != 0) {
    Comment comment;
    comment << statistics.not_told << " packets after the last one were not captured";
    block.option(Option::comment, comment.text());
  }
  block.option(Option::statistics_drops, statistics.not_captured);
  block.option(Option::statistics_delivered, statistics.packets);
  const std::size_t bytes = block.finish();
  size_ += bytes;
  return bytes != 0;
}

}  // namespace tickplant::feedhandlers::sources
