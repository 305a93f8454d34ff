// A capture queue and what a file recorded from it holds, for tests of the packet recorder.
//
// Threads: one; those who share the queue make their own ends over `bytes()`.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "feedhandlers/sources/packet_capture_file.hpp"
#include "feedhandlers/sources/packet_capture_queue.hpp"
#include "feedhandlers/sources/pcap_source.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/capture_writer.hpp"

namespace tickplant::tests {

/// A packet with its payload.
struct KeptPacket {
  Bytes payload;
  std::int64_t ts_recv = 0;
  std::uint32_t source_address = 0, destination_address = 0;
  std::uint16_t source_port = 0, destination_port = 0;

  friend bool operator==(const KeptPacket&, const KeptPacket&) = default;
};

inline KeptPacket kept(const feedhandlers::Packet& packet) {
  return {.payload = to_bytes(packet.payload),
          .ts_recv = packet.ts_recv.value,
          .source_address = packet.source_address,
          .destination_address = packet.destination_address,
          .source_port = packet.source_port,
          .destination_port = packet.destination_port};
}

inline feedhandlers::Packet packet_of(std::string_view payload, std::int64_t ts_recv = 1,
                                      feedhandlers::Line line = feedhandlers::Line::a) {
  return {.payload = as_span(payload),
          .ts_recv = {ts_recv},
          .source_address = kSender.address,
          .destination_address = kGroup.address,
          .source_port = kSender.port,
          .destination_port = kGroup.port,
          .line = line};
}

/// Memory for a queue, and both its ends for a test of one thread.
class CaptureQueueInMemory {
 public:
  explicit CaptureQueueInMemory(std::uint64_t ring_bytes)
      : ring_bytes_(ring_bytes), memory_(feedhandlers::sources::capture_queue_bytes(ring_bytes)) {}

  [[nodiscard]] feedhandlers::sources::PacketCapture capture() {
    return feedhandlers::sources::PacketCapture::over(memory_.bytes(), ring_bytes_);
  }
  [[nodiscard]] feedhandlers::sources::CapturedPackets packets() {
    return feedhandlers::sources::CapturedPackets::over(memory_.bytes(), ring_bytes_);
  }

 private:
  std::uint64_t ring_bytes_;
  ringbuf::PrivatePayload memory_;
};

inline feedhandlers::sources::CaptureFileSettings capture_settings(const std::filesystem::path& folder) {
  feedhandlers::sources::CaptureFileSettings settings;
  settings.folder = folder.string();
  settings.name = "test";
  settings.interfaces = {{{"test.a", "239.192.1.1:26400 on lo"}, {"test.b", ""}, {"test.recovery", ""}}};
  settings.hardware = "a machine";
  settings.application = "tickplant test";
  settings.sync = feedhandlers::sources::CaptureSync::never;
  return settings;
}

struct ReadCapture {
  std::vector<KeptPacket> packets;
  feedhandlers::sources::SourceStatus status{};
  feedhandlers::sources::CaptureCounters counters;
};

inline ReadCapture read_capture(feedhandlers::sources::ByteStream stream) {
  ReadCapture result;
  feedhandlers::sources::PcapSource source(std::move(stream));
  feedhandlers::Packet packet;
  while ((result.status = source.next(packet)) == feedhandlers::sources::SourceStatus::packet)
    result.packets.push_back(kept(packet));
  result.counters = source.counters();
  return result;
}
inline ReadCapture read_capture(const std::filesystem::path& file) {
  return read_capture(feedhandlers::sources::ByteStream::open(file));
}

inline Bytes content_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace tickplant::tests
