#include "feedhandlers/sources/detect_format.hpp"

#include <algorithm>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/sources/pcap_reader.hpp"
#include "feedhandlers/sources/pcapng_reader.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

constexpr std::size_t kLookBytes = std::size_t{64} * 1024;
constexpr int kRecordsToLookAt = 16;
constexpr std::size_t kHexBytes = 16;

bool is_day_file(std::span<const std::byte> bytes, PlausibleMessage plausible) noexcept {
  int records = 0;
  int plausible_records = 0;
  while (records < kRecordsToLookAt && bytes.size() > 2) {
    const std::size_t length = load_big<std::uint16_t>(bytes.data());
    if (length == 0 || bytes.size() < 2 + length) break;
    ++records;
    if (plausible(bytes.subspan(2, length))) ++plausible_records;
    bytes = bytes.subspan(2 + length);
  }
  return plausible_records * 2 > records;
}

const char* name_of(Compression compression) noexcept {
  switch (compression) {
    case Compression::gzip: return "gzip";
    case Compression::zstd: return "zstd";
    case Compression::none: break;
  }
  return "no";
}

}  // namespace

Container detect_container(ByteStream& stream, PlausibleMessage plausible) noexcept {
  const auto bytes = stream.peek(kLookBytes);
  if (bytes.size() >= 4) {
    if (is_pcap_magic(bytes.first<4>())) return Container::pcap;
    if (is_pcapng_magic(bytes.first<4>())) return Container::pcapng;
  }
  return is_day_file(bytes.first(std::min(bytes.size(), kLookBytes)), plausible) ? Container::day_file
                                                                                 : Container::unknown;
}

platform::SetupError unknown_format(ByteStream& stream, const std::string& file_name) {
  const auto bytes = stream.peek(kHexBytes);
  std::string found;
  for (const std::byte byte : bytes.first(std::min(bytes.size(), kHexBytes))) {
    constexpr char kDigits[] = "0123456789abcdef";
    found += found.empty() ? "" : " ";
    found += kDigits[std::to_integer<unsigned>(byte) >> 4];
    found += kDigits[std::to_integer<unsigned>(byte) & 0xf];
  }
  std::string problem = "'" + file_name + "' is of no format known here: " + name_of(stream.compression()) +
                        " compression, first bytes " + (found.empty() ? "none" : found);
  if (bytes.size() < kHexBytes && stream.problem()[0] != '\0') problem += std::string("; ") + stream.problem();
  return {problem, "give a pcap or pcapng capture or a BinaryFILE day file of ITCH messages, plain, .gz or .zst"};
}

}  // namespace tickplant::feedhandlers::sources
