// Any bytes as a capture or a day file, compressed or not: every reader ends, within its buffer, with an answer that
// stays.
//
// The first byte of the input chooses how many bytes arrive at a time; the rest is the file.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "feedhandlers/sources/day_file_source.hpp"
#include "feedhandlers/sources/detect_format.hpp"
#include "feedhandlers/sources/pcap_source.hpp"
#include "platform/check.hpp"

namespace {

using namespace tickplant::feedhandlers::sources;

volatile unsigned sink;

/// Touches each byte, so that the sanitizer sees a view that points elsewhere.
void touch(std::span<const std::byte> bytes) {
  unsigned sum = 0;
  for (const std::byte byte : bytes) sum += std::to_integer<unsigned>(byte);
  sink = sum;
}

bool plausible(std::span<const std::byte> message) noexcept { return message.size() >= 12 && message.size() <= 50; }

void read_capture(ByteStream stream) {
  PcapSource source(std::move(stream));
  tickplant::feedhandlers::Packet packet;
  SourceStatus status = SourceStatus::packet;
  while ((status = source.next(packet)) == SourceStatus::packet) touch(packet.payload);
  TP_CHECK(source.next(packet) == status);
  const CaptureCounters& counted = source.counters();
  TP_CHECK(counted.frames == counted.packets + counted.not_ip + counted.not_udp + counted.fragments +
                                 counted.bad_lengths + counted.snapped + counted.unsupported_link);
}

void read_day_file(ByteStream stream) {
  DayFileSource source(std::move(stream));
  MessageBatch batch;
  DayFileStatus status = DayFileStatus::messages;
  while ((status = source.next(batch)) == DayFileStatus::messages) {
    TP_CHECK(!batch.messages.empty());
    for (const MessageView& message : batch.messages) touch(message);
  }
  TP_CHECK(source.next(batch) == status && batch.messages.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t chunk_bytes = std::size_t{1} << (data[0] % 20);
  const auto file = std::as_bytes(std::span(data, size)).subspan(1);
  auto stream = ByteStream::over(file, chunk_bytes);
  if (detect_container(stream, plausible) == Container::unknown) (void)unknown_format(stream, "input");
  read_capture(ByteStream::over(file, chunk_bytes));
  read_day_file(std::move(stream));
  return 0;
}
