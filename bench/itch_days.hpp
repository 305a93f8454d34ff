// The ITCH 5.0 days that the suites `itch` and `book` read: one that the simulated exchange writes, and real ones where
// they are. Whole in memory, framed as a day file has them, so that no file is read while something is measured.
//
// Threads: one. Private captures are looked for in $TICKPLANT_SHARED_DATA, else in ../shared/data beside the sources.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "feedhandlers/byte_order.hpp"

namespace tickplant::bench {

using ItchMessage = std::span<const std::byte>;

/// As many as DayFileSource gives at a time.
inline constexpr std::size_t kItchBatch = 512;

struct ItchDay {
  std::string name;
  std::vector<std::byte> bytes;  // u16 length, message; again
  std::uint64_t messages = 0;
  std::uint32_t symbols = 0;  // highest stock locate
};

/// A day of the simulated exchange: `tickplant-venue --write`, always the same. Throws SetupError.
[[nodiscard]] ItchDay written_day(std::uint32_t symbols, std::uint64_t messages);

/// Where a private capture is; empty: it is absent here.
[[nodiscard]] std::filesystem::path private_capture(const std::string& relative_path);

/// A real day file. What is cut at its end is left out.
[[nodiscard]] ItchDay real_day(const std::string& name, const std::filesystem::path& file);

/// Cuts a day into messages, up to kItchBatch at a time.
template <class OnBatch>
void for_each_batch(const ItchDay& day, OnBatch&& on_batch) {
  const std::span<const std::byte> bytes = day.bytes;
  std::array<ItchMessage, kItchBatch> batch;
  std::size_t count = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = feedhandlers::load_big<std::uint16_t>(bytes.data() + at);
    batch[count++] = bytes.subspan(at + 2, length);
    at += 2 + length;
    if (count == kItchBatch || at == bytes.size())
      on_batch(std::span<const ItchMessage>{batch.data(), count}), count = 0;
  }
}

}  // namespace tickplant::bench
