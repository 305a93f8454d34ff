// Capture files for tests: frames, classic pcap and pcapng in every variant the readers claim to understand, gzip,
// zstd.
//
// Everything is bytes in memory; TempDirectory::write (temp_directory.hpp) makes files of them.
// Not here: MoldUDP64 (mold_writer.hpp), what is inside a message.
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tickplant::tests {

/// Bytes as a string: easy to write, to slice and to compare.
using Bytes = std::string;

inline std::span<const std::byte> as_span(std::string_view bytes) {
  return std::as_bytes(std::span(bytes.data(), bytes.size()));
}
inline Bytes to_bytes(std::span<const std::byte> bytes) {
  return bytes.empty() ? Bytes() : Bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

/// `value` in `width` bytes.
inline Bytes integer(std::uint64_t value, int width, std::endian order) {
  Bytes out;
  for (int i = 0; i < width; ++i) {
    const int byte = order == std::endian::little ? i : width - 1 - i;
    out += static_cast<char>(value >> (8 * byte) & 0xff);
  }
  return out;
}
inline Bytes big(std::uint64_t value, int width) { return integer(value, width, std::endian::big); }

// --- frames ---------------------------------------------------------------------------------------------------------

struct UdpAddress {
  std::uint32_t address = 0;
  std::uint16_t port = 0;
};
inline constexpr UdpAddress kSender{0x0a000001, 40000};
inline constexpr UdpAddress kGroup{0xe9360c6f, 26477};  // 233.54.12.111

inline Bytes udp(std::string_view payload, UdpAddress from = kSender, UdpAddress to = kGroup) {
  return big(from.port, 2) + big(to.port, 2) + big(8 + payload.size(), 2) + big(0, 2) + Bytes(payload);
}

struct Ipv4Options {
  std::uint8_t protocol = 17;
  std::uint16_t fragment = 0x4000;  // flags and offset; 0x4000: do not fragment
  Bytes options = {};               // a multiple of four bytes
};

inline Bytes ipv4(std::string_view content, const Ipv4Options& with = {}, UdpAddress from = kSender,
                  UdpAddress to = kGroup) {
  const auto header_bytes = 20 + with.options.size();
  return big(0x40 | header_bytes / 4, 1) + big(0, 1) + big(header_bytes + content.size(), 2) + big(0, 2) +
         big(with.fragment, 2) + big(16, 1) + big(with.protocol, 1) + big(0, 2) + big(from.address, 4) +
         big(to.address, 4) + with.options + Bytes(content);
}

/// Extension headers, if any, are part of `content`.
inline Bytes ipv6(std::string_view content, std::uint8_t next_header = 17, UdpAddress from = kSender,
                  UdpAddress to = kGroup) {
  return big(0x60000000, 4) + big(content.size(), 2) + big(next_header, 1) + big(16, 1) + Bytes(12, '\xfe') +
         big(from.address, 4) + Bytes(12, '\xff') + big(to.address, 4) + Bytes(content);
}

/// An Ethernet frame; `vlan_tags` are EtherTypes of tags from the outside in. Short frames are padded to 60 bytes.
inline Bytes ethernet(std::string_view content, std::uint16_t ether_type = 0x0800,
                      std::initializer_list<std::uint16_t> vlan_tags = {}) {
  Bytes frame("\x01\x00\x5e\x36\x0c\x6f\x02\x00\x00\x00\x00\x01", 12);
  for (const auto tag : vlan_tags) frame += big(tag, 2) + big(0x008d, 2);
  frame += big(ether_type, 2) + Bytes(content);
  if (frame.size() < 60) frame.resize(60, '\0');
  return frame;
}

inline Bytes udp_frame(std::string_view payload) { return ethernet(ipv4(udp(payload))); }

// --- classic pcap ---------------------------------------------------------------------------------------------------

struct PcapWriter {
  std::endian order = std::endian::little;
  bool nanos = false;
  std::uint32_t link_type = 1;

  [[nodiscard]] Bytes header() const {
    return u32(nanos ? 0xa1b23c4d : 0xa1b2c3d4) + integer(2, 2, order) + integer(4, 2, order) + u32(0) + u32(0) +
           u32(65535) + u32(link_type);
  }
  /// `original_bytes` 0: the whole frame was captured.
  [[nodiscard]] Bytes record(std::string_view frame, std::uint32_t seconds = 1, std::uint32_t fraction = 0,
                             std::size_t original_bytes = 0) const {
    return u32(seconds) + u32(fraction) + u32(frame.size()) + u32(original_bytes == 0 ? frame.size() : original_bytes) +
           Bytes(frame);
  }
  [[nodiscard]] Bytes u32(std::uint64_t value) const { return integer(value, 4, order); }
};

/// A little-endian, microsecond, Ethernet capture of `frames`, one second apart.
inline Bytes pcap_of(std::initializer_list<Bytes> frames) {
  const PcapWriter writer;
  Bytes out = writer.header();
  std::uint32_t seconds = 0;
  for (const auto& frame : frames) out += writer.record(frame, ++seconds);
  return out;
}

// --- pcapng ---------------------------------------------------------------------------------------------------------

struct PcapngWriter {
  std::endian order = std::endian::little;

  [[nodiscard]] Bytes block(std::uint32_t type, Bytes body) const {
    body.resize((body.size() + 3) / 4 * 4, '\0');
    const auto length = u32(body.size() + 12);
    return u32(type) + length + body + length;
  }
  [[nodiscard]] Bytes option(std::uint16_t code, Bytes value) const {
    const auto bytes = value.size();
    value.resize((value.size() + 3) / 4 * 4, '\0');
    return u16(code) + u16(bytes) + value;
  }
  [[nodiscard]] Bytes section(const Bytes& options = {}) const {
    return block(0x0a0d0d0a, u32(0x1a2b3c4d) + u16(1) + u16(0) + Bytes(8, '\xff') + options);
  }
  [[nodiscard]] Bytes interface(std::uint16_t link_type = 1, std::uint32_t snap_bytes = 0,
                                const Bytes& options = {}) const {
    return block(1, u16(link_type) + u16(0) + u32(snap_bytes) + options);
  }
  [[nodiscard]] Bytes resolution(std::uint8_t if_tsresol) const { return option(9, integer(if_tsresol, 1, order)); }
  [[nodiscard]] Bytes offset(std::int64_t seconds) const {
    return option(14, integer(static_cast<std::uint64_t>(seconds), 8, order));
  }
  [[nodiscard]] Bytes enhanced(std::string_view frame, std::uint64_t stamp = 0, std::uint32_t interface_index = 0,
                               const Bytes& options = {}) const {
    return block(6, u32(interface_index) + packet(frame, stamp) + options);
  }
  [[nodiscard]] Bytes obsolete(std::string_view frame, std::uint64_t stamp, std::uint16_t interface_index = 0) const {
    return block(2, u16(interface_index) + u16(0xffff) + packet(frame, stamp));
  }
  [[nodiscard]] Bytes simple(std::string_view frame) const { return block(3, u32(frame.size()) + Bytes(frame)); }

  [[nodiscard]] Bytes u16(std::uint64_t value) const { return integer(value, 2, order); }
  [[nodiscard]] Bytes u32(std::uint64_t value) const { return integer(value, 4, order); }

 private:
  [[nodiscard]] Bytes packet(std::string_view frame, std::uint64_t stamp) const {
    Bytes padded(frame);
    padded.resize((padded.size() + 3) / 4 * 4, '\0');
    return u32(stamp >> 32) + u32(stamp & 0xffffffff) + u32(frame.size()) + u32(frame.size()) + padded;
  }
};

// --- BinaryFILE -----------------------------------------------------------------------------------------------------

inline Bytes day_record(std::string_view message) { return big(message.size(), 2) + Bytes(message); }

// --- compression ----------------------------------------------------------------------------------------------------

/// One gzip member.
inline Bytes gzip(std::string_view plain) {
  z_stream zlib{};
  if (::deflateInit2(&zlib, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflateInit2");
  Bytes out(::deflateBound(&zlib, plain.size()) + 64, '\0');
  Bytes in(plain);
  zlib.next_in = reinterpret_cast<Bytef*>(in.data());
  zlib.avail_in = static_cast<uInt>(in.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  const int result = ::deflate(&zlib, Z_FINISH);
  out.resize(zlib.total_out);
  ::deflateEnd(&zlib);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate");
  return out;
}

/// One zstd frame with a checksum.
inline Bytes zstd(std::string_view plain) {
  ZSTD_CCtx* context = ::ZSTD_createCCtx();
  ::ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  Bytes out(::ZSTD_compressBound(plain.size()), '\0');
  const std::size_t bytes = ::ZSTD_compress2(context, out.data(), out.size(), plain.data(), plain.size());
  ::ZSTD_freeCCtx(context);
  if (::ZSTD_isError(bytes) != 0) throw std::runtime_error(::ZSTD_getErrorName(bytes));
  out.resize(bytes);
  return out;
}

}  // namespace tickplant::tests
