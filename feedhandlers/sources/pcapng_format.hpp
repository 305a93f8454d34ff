// Numbers of the pcapng format that its reader and its writer share. Source: draft-ietf-opsawg-pcapng,
// sections 4.1-4.3.
#pragma once

#include <cstdint>

namespace tickplant::feedhandlers::sources::pcapng {

inline constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;  // the same in both byte orders
inline constexpr std::uint32_t kInterface = 1;
inline constexpr std::uint32_t kEnhancedPacket = 6;
inline constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;

}  // namespace tickplant::feedhandlers::sources::pcapng
