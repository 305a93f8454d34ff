// Frames of a pcapng file: sections of blocks, each block  type u32, total length u32, body, total length u32.
//
//   0x0a0d0d0a  section header     byte order; forgets the interfaces of the section before
//   1           interface          link type, snapshot length, unit and origin of its time stamps
//   6, 2        packet             enhanced and obsolete: interface, stamp, captured and original bytes, frame
//   3           simple packet      original bytes, frame; interface 0, no time stamp
//   others      names, statistics, keys, custom: stepped over
//
// Format: draft-ietf-opsawg-pcapng.
// Threads: one. Not here: pcap_reader.hpp (classic), what a frame holds (frame_decoder.hpp).
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "feedhandlers/sources/byte_stream.hpp"
#include "feedhandlers/sources/captured_frame.hpp"
#include "feedhandlers/sources/packet_source.hpp"
#include "feedhandlers/sources/timestamp_scale.hpp"

namespace tickplant::feedhandlers::sources {

/// Whether a file that starts with these four bytes is a pcapng.
[[nodiscard]] bool is_pcapng_magic(std::span<const std::byte, 4> start) noexcept;

class PcapngReader {
 public:
  /// Interfaces of one section beyond this many are not kept; their frames have an unknown link type.
  static constexpr std::size_t kMaxInterfaces = 256;

  /// The next frame, or why there is none; that answer then stays.
  [[nodiscard]] SourceStatus next(ByteStream& stream, CapturedFrame& frame) noexcept;
  /// One line about truncated_tail or corrupt, static text.
  [[nodiscard]] const char* problem() const noexcept { return problem_; }

 private:
  struct Interface {
    LinkType link_type = LinkType::ethernet;
    std::uint32_t snap_bytes = 0;  // 0: no limit
    TimestampScale scale;
  };
  using Block = std::span<const std::byte>;

  SourceStatus stop(SourceStatus status, const char* problem) noexcept;
  SourceStatus begin_section(Block start) noexcept;
  SourceStatus skip_block(ByteStream& stream, std::uint32_t total_bytes) noexcept;
  SourceStatus read_interface(Block block) noexcept;
  SourceStatus read_packet(Block block, std::uint32_t interface_index, CapturedFrame& frame) noexcept;
  SourceStatus read_simple_packet(Block block, CapturedFrame& frame) noexcept;
  void describe(std::uint32_t interface_index, std::uint64_t stamp, CapturedFrame& frame) const noexcept;
  [[nodiscard]] std::uint16_t u16(Block block, std::size_t at) const noexcept;
  [[nodiscard]] std::uint32_t u32(Block block, std::size_t at) const noexcept;

  std::array<Interface, kMaxInterfaces> interfaces_;
  std::uint32_t interface_count_ = 0;  // of this section, kept or not
  std::endian order_ = std::endian::little;
  bool in_section_ = false;
  const char* problem_ = "";
};

}  // namespace tickplant::feedhandlers::sources
