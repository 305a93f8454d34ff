// What kind of file this is, from its first bytes after decompression; names and endings are not asked.
//
// pcap and pcapng have magic numbers. A day file has none, so its first records are looked at: do length and content
// fit the protocol? What fits, a predicate of the protocol says; no protocol is known here.
//
// Threads: any. Looks at the stream without consuming, so that the same stream then goes to the source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "feedhandlers/sources/byte_stream.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::sources {

enum class Container : std::uint8_t { unknown, pcap, pcapng, day_file };

/// Whether `message` (not empty) has a type of the protocol and the length that goes with it.
using PlausibleMessage = bool (*)(std::span<const std::byte> message) noexcept;

/// Day file: most of the first 16 whole records are plausible, so that one odd message does not hide a good file.
[[nodiscard]] Container detect_container(ByteStream& stream, PlausibleMessage plausible) noexcept;

/// For `unknown`: says what was found in `file_name`, first bytes in hex, and what is supported.
[[nodiscard]] platform::SetupError unknown_format(ByteStream& stream, const std::string& file_name);

}  // namespace tickplant::feedhandlers::sources
