#include "feedhandlers/sources/pcap_reader.hpp"

#include "feedhandlers/byte_order.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

constexpr std::uint32_t kMagicMicros = 0xa1b2c3d4;
constexpr std::uint32_t kMagicNanos = 0xa1b23c4d;
constexpr std::size_t kFileHeaderBytes = 24;
constexpr std::size_t kRecordHeaderBytes = 16;

}  // namespace

bool is_pcap_magic(std::span<const std::byte, 4> start) noexcept {
  for (const auto order : {std::endian::little, std::endian::big}) {
    const auto magic = load<std::uint32_t>(start.data(), order);
    if (magic == kMagicMicros || magic == kMagicNanos) return true;
  }
  return false;
}

SourceStatus PcapReader::read_file_header(ByteStream& stream) noexcept {
  const auto header = stream.peek(kFileHeaderBytes);
  if (header.size() < kFileHeaderBytes) {
    problem_ = "the capture stops inside its file header";
    return SourceStatus::truncated_tail;
  }
  const auto big = load_big<std::uint32_t>(header.data());
  order_ = big == kMagicMicros || big == kMagicNanos ? std::endian::big : std::endian::little;
  const auto magic = load<std::uint32_t>(header.data(), order_);
  // The upper half of the link type field says something about frame check sequences.
  link_type_ = LinkType{static_cast<std::uint16_t>(load<std::uint32_t>(header.data() + 20, order_))};
  nanos_per_fraction_ = magic == kMagicNanos ? 1 : 1'000;
  stream.consume(kFileHeaderBytes);
  return SourceStatus::packet;
}

SourceStatus PcapReader::next(ByteStream& stream, CapturedFrame& frame) noexcept {
  if (nanos_per_fraction_ == 0) {
    if (const auto status = read_file_header(stream); status != SourceStatus::packet) return status;
  }
  auto record = stream.peek(kRecordHeaderBytes);
  if (record.empty()) return SourceStatus::end;
  if (record.size() < kRecordHeaderBytes) {
    problem_ = "the capture stops inside a record header";
    return SourceStatus::truncated_tail;
  }
  const auto captured_bytes = load<std::uint32_t>(record.data() + 8, order_);
  if (captured_bytes > kMaxFrameBytes) {
    problem_ = "a record claims a frame of more than 256 KiB";
    return SourceStatus::corrupt;
  }
  record = stream.peek(kRecordHeaderBytes + captured_bytes);
  if (record.size() < kRecordHeaderBytes + captured_bytes) {
    problem_ = "the capture stops inside a frame";
    return SourceStatus::truncated_tail;
  }
  const auto seconds = load<std::uint32_t>(record.data(), order_);
  const std::uint64_t fraction = load<std::uint32_t>(record.data() + 4, order_);
  frame.bytes = record.subspan(kRecordHeaderBytes, captured_bytes);
  frame.ts_recv.value =
      std::int64_t{seconds} * platform::kNanosPerSecond + static_cast<std::int64_t>(fraction * nanos_per_fraction_);
  frame.link_type = link_type_;
  frame.snapped = captured_bytes < load<std::uint32_t>(record.data() + 12, order_);
  stream.consume(kRecordHeaderBytes + captured_bytes);
  return SourceStatus::packet;
}

}  // namespace tickplant::feedhandlers::sources
