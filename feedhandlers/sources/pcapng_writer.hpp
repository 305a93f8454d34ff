// Blocks of a pcapng file into a buffer: what a packet recorder writes and Wireshark, tcpdump and PcapSource read.
//
//   section header, an interface for each line, then a block a packet, statistics at the end
//
// A receiver is given payload, addresses, ports and time; headers are rebuilt around them. Link type IPV4 (228), a bare
// packet: Ethernet would need addresses of cards that nobody told us, and of the older RAW (101) libpcap takes one
// interface only, since its own number for it is another ("an interface has a type 101 different from ...").
// What was never known has fixed values: identification 0, do not fragment, time to live 64, no options. Both checksums
// are right, so that a reader can tell whether the file still holds what was written; they are not those of the wire.
//
// Format: draft-ietf-opsawg-pcapng; RFC 791, 768, 1071. Little-endian, times in nanoseconds (if_tsresol 9).
// Threads: one. Neither allocates nor throws.
// Not here: files (packet_capture_file.hpp), reading (pcapng_reader.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "feedhandlers/packet.hpp"

namespace tickplant::feedhandlers::sources {

/// What fits behind the headers of IPv4 and UDP in 65,535 bytes.
inline constexpr std::size_t kMaxCapturedPayloadBytes = 65'507;

/// The stamp of a packet without time, or from before 1970: beyond every real one, so that PcapSource answers kNoTime.
inline constexpr std::uint64_t kNoTimeStamp = UINT64_MAX;

/// Texts longer than this are cut, at the byte.
inline constexpr std::size_t kMaxCaptureTextBytes = 1024;

/// Where and by what a file was written. Empty texts are left out.
struct CaptureSection {
  std::string_view hardware = {};
  std::string_view operating_system = {};
  std::string_view application = {};
};

/// Of one section, from its beginning to the block.
struct CaptureStatistics {
  std::uint64_t packets = 0;
  std::uint64_t not_captured = 0;  /// all of it; what packet blocks have told of is part
  std::uint64_t not_told = 0;      /// of these, lost behind the last packet block
};

class PcapngWriter {
 public:
  /// The largest block of a packet: its payload, 28 bytes of headers, 32 of the block, 104 of options at most.
  static constexpr std::size_t kMaxPacketBlockBytes = kMaxCapturedPayloadBytes + 1 + 28 + 32 + 104;

  /// Blocks go to the front of `buffer`, which must outlive the writer.
  explicit PcapngWriter(std::span<std::byte> buffer) noexcept : buffer_(buffer) {}

  /// Each appends one block and answers true; or the block does not fit, and nothing has changed.
  [[nodiscard]] bool section(const CaptureSection& section) noexcept;
  /// The first interface of a section is number 0, and so on. `description` may be empty.
  [[nodiscard]] bool interface(std::string_view name, std::string_view description) noexcept;
  /// `not_captured`: packets of any interface lost between the packet block before and this one; told in the block as
  /// drop count and as comment. False, too, for a payload above kMaxCapturedPayloadBytes.
  [[nodiscard]] bool packet(std::uint32_t interface_index, const Packet& packet, std::uint64_t not_captured) noexcept;
  /// Of the whole section, under interface 0.
  [[nodiscard]] bool statistics(platform::UnixNanos now, const CaptureStatistics& statistics) noexcept;

  /// The blocks so far.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return buffer_.first(size_); }
  void clear() noexcept { size_ = 0; }
  /// Takes blocks off the end; `bytes` is a size that they had before.
  void shorten(std::size_t bytes) noexcept { size_ = bytes; }

 private:
  std::span<std::byte> buffer_;
  std::size_t size_ = 0;
};

}  // namespace tickplant::feedhandlers::sources
