// Blocks of a little-endian pcapng, taken apart by the letter of the draft: for tests of the writer, apart from our
// reader, which steps over most of what a writer can say.
//
// Threads: any. Throws where the bytes are not whole blocks: a test then fails.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/capture_writer.hpp"

namespace tickplant::tests {

inline std::uint64_t little(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i)
    value |= std::uint64_t{static_cast<std::uint8_t>(bytes.at(at + i))} << (8 * i);
  return value;
}

inline constexpr std::uint32_t kSectionBlock = 0x0a0d0d0a;
inline constexpr std::uint32_t kInterfaceBlock = 1;
inline constexpr std::uint32_t kStatisticsBlock = 5;
inline constexpr std::uint32_t kPacketBlock = 6;

struct PcapngBlock {
  std::uint32_t type = 0;
  Bytes fixed;  // the body before the options; of a packet block without the frame
  Bytes frame;
  std::vector<std::pair<std::uint16_t, Bytes>> options;

  [[nodiscard]] std::optional<Bytes> option(std::uint16_t code) const {
    for (const auto& [each, value] : options)
      if (each == code) return value;
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::uint64_t> number(std::uint16_t code) const {
    const auto value = option(code);
    return value ? std::optional(little(*value, 0, value->size())) : std::nullopt;
  }
};

inline std::vector<PcapngBlock> pcapng_blocks(std::string_view file) {
  std::vector<PcapngBlock> blocks;
  while (!file.empty()) {
    const std::size_t total = little(file, 4, 4);
    if (total < 12 || total % 4 != 0 || total > file.size() || little(file, total - 4, 4) != total)
      throw std::runtime_error("not a whole block");
    PcapngBlock block{.type = static_cast<std::uint32_t>(little(file, 0, 4)), .fixed = {}, .frame = {}, .options = {}};
    std::string_view rest = file.substr(8, total - 12);
    file.remove_prefix(total);
    std::size_t fixed_bytes = 0;
    switch (block.type) {
      case kSectionBlock: fixed_bytes = 16; break;
      case kInterfaceBlock: fixed_bytes = 8; break;
      case kStatisticsBlock: fixed_bytes = 12; break;
      case kPacketBlock: fixed_bytes = 20; break;
      default: throw std::runtime_error("a block that we do not write");
    }
    block.fixed = rest.substr(0, fixed_bytes);
    rest.remove_prefix(fixed_bytes);
    if (block.type == kPacketBlock) {
      const std::size_t bytes = little(block.fixed, 12, 4);
      block.frame = rest.substr(0, bytes);
      rest.remove_prefix((bytes + 3) / 4 * 4);
    }
    bool ended = rest.empty();
    while (!rest.empty()) {
      const auto code = static_cast<std::uint16_t>(little(rest, 0, 2));
      const std::size_t bytes = little(rest, 2, 2);
      const std::size_t padded = 4 + (bytes + 3) / 4 * 4;
      if (ended || padded > rest.size()) throw std::runtime_error("options that do not end");
      if (code == 0) ended = true;
      if (code != 0) block.options.emplace_back(code, Bytes(rest.substr(4, bytes)));
      rest.remove_prefix(padded);
    }
    if (!ended) throw std::runtime_error("options without their end");
    blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace tickplant::tests
