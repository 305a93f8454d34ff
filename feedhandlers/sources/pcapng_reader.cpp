#include "feedhandlers/sources/pcapng_reader.hpp"

#include <algorithm>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/sources/pcapng_format.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

constexpr std::uint32_t kObsoletePacket = 2;
constexpr std::uint32_t kSimplePacket = 3;

constexpr std::uint32_t kMinBlockBytes = 12;
constexpr std::size_t kTrailerBytes = 4;           // the total length once more
constexpr std::size_t kPacketHeaderBytes = 28;     // type, length, interface, stamp (2), captured, original
constexpr std::size_t kSimpleHeaderBytes = 12;     // type, length, original
constexpr std::size_t kInterfaceHeaderBytes = 16;  // type, length, link type, reserved, snapshot length

constexpr std::uint16_t kOptionEnd = 0;
constexpr std::uint16_t kOptionResolution = 9;
constexpr std::uint16_t kOptionOffset = 14;

constexpr const char* kCutInBlock = "the capture stops inside a block";
constexpr LinkType kUnknownInterface{0xffff};

}  // namespace

bool is_pcapng_magic(std::span<const std::byte, 4> start) noexcept {
  return load_little<std::uint32_t>(start.data()) == pcapng::kSectionHeader;
}

std::uint16_t PcapngReader::u16(Block block, std::size_t at) const noexcept {
  return load<std::uint16_t>(block.data() + at, order_);
}
std::uint32_t PcapngReader::u32(Block block, std::size_t at) const noexcept {
  return load<std::uint32_t>(block.data() + at, order_);
}

SourceStatus PcapngReader::stop(SourceStatus status, const char* problem) noexcept {
  problem_ = problem;
  return status;
}

SourceStatus PcapngReader::next(ByteStream& stream, CapturedFrame& frame) noexcept {
  for (;;) {
    const Block start = stream.peek(kMinBlockBytes);
    if (start.empty()) return SourceStatus::end;
    if (start.size() < kMinBlockBytes) return stop(SourceStatus::truncated_tail, kCutInBlock);
    const auto type = u32(start, 0);
    if (type == pcapng::kSectionHeader) {
      if (const auto status = begin_section(start); status != SourceStatus::packet) return status;
    } else if (!in_section_) {
      return stop(SourceStatus::corrupt, "a block comes before the first section header");
    }
    const auto total_bytes = u32(start, 4);
    if (total_bytes < kMinBlockBytes || total_bytes % 4 != 0)
      return stop(SourceStatus::corrupt, "a block has an impossible length");

    if (type != pcapng::kInterface && type != kObsoletePacket && type != kSimplePacket &&
        type != pcapng::kEnhancedPacket) {
      if (const auto status = skip_block(stream, total_bytes); status != SourceStatus::packet) return status;
      continue;
    }
    if (total_bytes > ByteStream::kMaxPeekBytes) return stop(SourceStatus::corrupt, "a block is larger than 384 KiB");
    Block block = stream.peek(total_bytes);
    if (block.size() < total_bytes) return stop(SourceStatus::truncated_tail, kCutInBlock);
    block = block.first(total_bytes);
    if (u32(block, total_bytes - kTrailerBytes) != total_bytes)
      return stop(SourceStatus::corrupt, "the two lengths of a block differ");

    SourceStatus status = SourceStatus::packet;
    switch (type) {
      case pcapng::kInterface: status = read_interface(block); break;
      case kSimplePacket: status = read_simple_packet(block, frame); break;
      case kObsoletePacket: status = read_packet(block, u16(block, 8), frame); break;
      default: status = read_packet(block, u32(block, 8), frame); break;
    }
    if (status != SourceStatus::packet) return status;
    stream.consume(total_bytes);
    if (type != pcapng::kInterface) return SourceStatus::packet;
  }
}

SourceStatus PcapngReader::begin_section(Block start) noexcept {
  if (load_little<std::uint32_t>(start.data() + 8) == pcapng::kByteOrderMagic)
    order_ = std::endian::little;
  else if (load_big<std::uint32_t>(start.data() + 8) == pcapng::kByteOrderMagic)
    order_ = std::endian::big;
  else
    return stop(SourceStatus::corrupt, "a section header lacks the byte order magic");
  in_section_ = true;
  interface_count_ = 0;
  return SourceStatus::packet;
}

SourceStatus PcapngReader::skip_block(ByteStream& stream, std::uint32_t total_bytes) noexcept {
  const auto body_bytes = total_bytes - kTrailerBytes;
  if (stream.skip(body_bytes) < body_bytes) return stop(SourceStatus::truncated_tail, kCutInBlock);
  const Block trailer = stream.peek(kTrailerBytes);
  if (trailer.size() < kTrailerBytes) return stop(SourceStatus::truncated_tail, kCutInBlock);
  if (u32(trailer, 0) != total_bytes) return stop(SourceStatus::corrupt, "the two lengths of a block differ");
  stream.consume(kTrailerBytes);
  return SourceStatus::packet;
}

SourceStatus PcapngReader::read_interface(Block block) noexcept {
  if (block.size() < kInterfaceHeaderBytes + kTrailerBytes)
    return stop(SourceStatus::corrupt, "an interface block is too short");
  Interface described{.link_type = LinkType{u16(block, 8)}, .snap_bytes = u32(block, 12), .scale = {}};

  // Options: code u16, length u16, value, padded to four bytes.
  Block options = block.subspan(kInterfaceHeaderBytes, block.size() - kInterfaceHeaderBytes - kTrailerBytes);
  while (options.size() >= 4) {
    const auto code = u16(options, 0);
    const std::size_t value_bytes = u16(options, 2);
    if (code == kOptionEnd) break;
    const std::size_t option_bytes = 4 + (value_bytes + 3) / 4 * 4;
    if (option_bytes > options.size()) return stop(SourceStatus::corrupt, "an option runs past its block");
    if (code == kOptionResolution && value_bytes == 1)
      described.scale.set_resolution(std::to_integer<std::uint8_t>(options[4]));
    if (code == kOptionOffset && value_bytes == 8)
      described.scale.set_offset_seconds(static_cast<std::int64_t>(load<std::uint64_t>(options.data() + 4, order_)));
    options = options.subspan(option_bytes);
  }
  if (interface_count_ < kMaxInterfaces) interfaces_[interface_count_] = described;
  ++interface_count_;
  return SourceStatus::packet;
}

SourceStatus PcapngReader::read_packet(Block block, std::uint32_t interface_index, CapturedFrame& frame) noexcept {
  if (block.size() < kPacketHeaderBytes + kTrailerBytes)
    return stop(SourceStatus::corrupt, "a packet block is too short");
  const auto captured_bytes = u32(block, 20);
  if (captured_bytes > block.size() - kPacketHeaderBytes - kTrailerBytes)
    return stop(SourceStatus::corrupt, "a frame runs past its block");
  frame.bytes = block.subspan(kPacketHeaderBytes, captured_bytes);
  frame.snapped = captured_bytes < u32(block, 24);
  describe(interface_index, std::uint64_t{u32(block, 12)} << 32 | u32(block, 16), frame);
  return SourceStatus::packet;
}

SourceStatus PcapngReader::read_simple_packet(Block block, CapturedFrame& frame) noexcept {
  if (block.size() < kSimpleHeaderBytes + kTrailerBytes)
    return stop(SourceStatus::corrupt, "a packet block is too short");
  const auto original_bytes = u32(block, 8);
  std::size_t captured_bytes = std::min<std::size_t>(original_bytes, block.size() - kSimpleHeaderBytes - kTrailerBytes);
  if (interface_count_ > 0 && interfaces_[0].snap_bytes != 0)
    captured_bytes = std::min<std::size_t>(captured_bytes, interfaces_[0].snap_bytes);
  frame.bytes = block.subspan(kSimpleHeaderBytes, captured_bytes);
  frame.snapped = captured_bytes < original_bytes;
  describe(0, 0, frame);
  frame.ts_recv = platform::kNoTime;
  return SourceStatus::packet;
}

void PcapngReader::describe(std::uint32_t interface_index, std::uint64_t stamp, CapturedFrame& frame) const noexcept {
  if (interface_index >= std::min<std::uint32_t>(interface_count_, kMaxInterfaces)) {
    frame.link_type = kUnknownInterface;
    frame.ts_recv = platform::kNoTime;
    return;
  }
  frame.link_type = interfaces_[interface_index].link_type;
  frame.ts_recv = interfaces_[interface_index].scale.to_unix(stamp);
}

}  // namespace tickplant::feedhandlers::sources
