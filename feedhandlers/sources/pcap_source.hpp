// UDP packets from a capture file, classic pcap or pcapng, in the order of the file.
//
//   ByteStream -> PcapReader or PcapngReader (frames) -> frame_decoder (UDP payload) -> Packet
//
// What is not UDP over IP is counted by reason and stepped over, never silently.
//
// Threads: one. `next` neither allocates nor throws.
// Not here: whether the file is a capture at all (detect_format.hpp), pacing (a replay waits or does not, elsewhere).
#pragma once

#include <cstdint>

#include "feedhandlers/packet.hpp"
#include "feedhandlers/sources/byte_stream.hpp"
#include "feedhandlers/sources/frame_decoder.hpp"
#include "feedhandlers/sources/packet_source.hpp"
#include "feedhandlers/sources/pcap_reader.hpp"
#include "feedhandlers/sources/pcapng_reader.hpp"

namespace tickplant::feedhandlers::sources {

/// `frames` is the sum of all the others.
struct CaptureCounters {
  std::uint64_t frames = 0;            /// records in the file
  std::uint64_t packets = 0;           /// delivered
  std::uint64_t not_ip = 0;            /// other protocols above the link layer
  std::uint64_t not_udp = 0;           /// other protocols above IP
  std::uint64_t fragments = 0;         /// parts of fragmented datagrams
  std::uint64_t bad_lengths = 0;       /// headers whose lengths contradict each other
  std::uint64_t snapped = 0;           /// the capture kept too little of it to deliver the payload
  std::uint64_t unsupported_link = 0;  /// link types we do not read, or an interface the file does not describe
};

class PcapSource {
 public:
  /// `stream` stands at the start of a capture; anything else makes `next` answer `corrupt`.
  explicit PcapSource(ByteStream stream) noexcept;

  /// The next UDP packet, or why there is none; that answer then stays. The payload is valid until the next call.
  [[nodiscard]] SourceStatus next(Packet& packet) noexcept;

  [[nodiscard]] const CaptureCounters& counters() const noexcept { return counters_; }
  /// One line for a person about truncated_tail or corrupt, empty otherwise; static text.
  [[nodiscard]] const char* problem() const noexcept { return problem_; }
  /// Where in the decompressed bytes reading stands: with a problem, the start of the record it is in or near.
  [[nodiscard]] std::uint64_t position() const noexcept { return stream_.position(); }

 private:
  enum class Kind : std::uint8_t { neither, pcap, pcapng };

  SourceStatus next_frame(CapturedFrame& frame) noexcept;
  void count(FrameContent content) noexcept;

  ByteStream stream_;
  Kind kind_ = Kind::neither;
  PcapReader pcap_;
  PcapngReader pcapng_;
  SourceStatus status_ = SourceStatus::packet;  // the final answer, once there is one
  CaptureCounters counters_;
  const char* problem_ = "";
};

static_assert(PacketSource<PcapSource>);

}  // namespace tickplant::feedhandlers::sources
