// CRC32C (Castagnoli; RFC 3720 appendix B.4): finds any changed byte in a stored block.
//
// Threads: any. About 8 bytes a cycle where the processor has the instruction (x86-64-v2, ARMv8 with crc), a third of
// that below 1 KiB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tickplant::platform {

/// The checksum of `bytes`. To go on over several pieces pass the last result: crc32c(b, crc32c(a)) == crc32c(ab).
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t previous = 0) noexcept;

/// The same, by table, one byte at a time: for processors without the instruction, and the oracle of its test.
[[nodiscard]] std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t previous = 0) noexcept;

}  // namespace tickplant::platform
