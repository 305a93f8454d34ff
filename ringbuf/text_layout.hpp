// Text segment: a circle of bytes for text too long for a slot. Behind the segment header (one page), little-endian:
//
//   offset    bytes  field              written by   read by
//   0x1000        8  reserved_through   the writer   readers, after copying: what may be overwritten by now
//   0x1008        8  capacity_bytes     creator      size of the circle, a power of two
//   0x1010        4  generation         creator      one for each circle that started at offset 0; never 0
//   0x1014       44  reserved
//   0x1040        8  published_through  the writer   readers, before copying: what is complete
//   0x1048       56  reserved
//   0x1080        n  words              the writer   readers
//
// Offsets count bytes since the circle began and only grow; byte o lies at 0x1080 + o mod n. A text starts at a
// multiple of 8 and is padded with zeros to the next one. A text at offset o with b bytes is intact as long as
// reserved_through <= o + n.
//
// Protocol and its orderings: text_segment.hpp. Version rule: segment_layout.hpp.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ringbuf/segment_layout.hpp"

namespace tickplant::ringbuf {

template <template <class> class Atomic = std::atomic>
struct TextControl {
  alignas(64) Atomic<std::uint64_t> reserved_through;
  std::uint64_t capacity_bytes;
  std::uint32_t generation;
  std::array<std::byte, 44> reserved_0;
  alignas(64) Atomic<std::uint64_t> published_through;
  std::array<std::byte, 56> reserved_1;
};

static_assert(sizeof(TextControl<>) == 0x80 && std::is_standard_layout_v<TextControl<>>);
static_assert(offsetof(TextControl<>, capacity_bytes) == 0x08 && offsetof(TextControl<>, generation) == 0x10);
static_assert(offsetof(TextControl<>, published_through) == 0x40);

inline constexpr std::uint64_t kTextSchema =
    schema_hash_of("text/1 reserved_through,capacity_bytes,generation published_through words");

/// Where a text is; records carry it in these widths (records/source.hpp, CommandBody).
//  +0 offset 8   +8 bytes 4   +12 generation 4
struct TextReference {
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;
  std::uint32_t generation = 0;

  friend constexpr bool operator==(const TextReference&, const TextReference&) = default;
};
static_assert(sizeof(TextReference) == 16 && offsetof(TextReference, bytes) == 8);

}  // namespace tickplant::ringbuf
