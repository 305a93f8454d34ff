// Frames of a classic pcap file.
//
//   file header, 24 bytes   magic u32, version u16 u16, zone i32, accuracy u32, snapshot length u32, link type u32
//   record header, 16       seconds u32, fraction u32, captured bytes u32, original bytes u32; then the captured bytes
//
// The magic tells the byte order (that of the capturing machine) and the unit of the fraction, microseconds or
// nanoseconds. Format: draft-ietf-opsawg-pcap.
//
// Threads: one. Not here: pcapng (pcapng_reader.hpp), what a frame holds (frame_decoder.hpp).
#pragma once

#include <bit>
#include <cstdint>

#include "feedhandlers/sources/byte_stream.hpp"
#include "feedhandlers/sources/captured_frame.hpp"
#include "feedhandlers/sources/packet_source.hpp"

namespace tickplant::feedhandlers::sources {

/// Whether a file that starts with these four bytes is a classic pcap.
[[nodiscard]] bool is_pcap_magic(std::span<const std::byte, 4> start) noexcept;

class PcapReader {
 public:
  /// The next frame, or why there is none; that answer then stays.
  [[nodiscard]] SourceStatus next(ByteStream& stream, CapturedFrame& frame) noexcept;
  /// One line about truncated_tail or corrupt, static text.
  [[nodiscard]] const char* problem() const noexcept { return problem_; }

 private:
  SourceStatus read_file_header(ByteStream& stream) noexcept;

  std::endian order_ = std::endian::little;
  std::uint32_t nanos_per_fraction_ = 0;  // 0: the file header has not been read
  LinkType link_type_ = LinkType::ethernet;
  const char* problem_ = "";
};

}  // namespace tickplant::feedhandlers::sources
