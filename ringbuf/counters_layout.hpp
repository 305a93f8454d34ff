// Counters: what happened how often, readable from outside and after a crash. Behind the segment header (one page),
// little-endian, n = capacity:
//
//   offset            bytes  field         written by
//   0x1000                8  count         registration   descriptors below it are complete and never change again
//   0x1008                8  capacity      creator
//   0x1010               48  reserved
//   0x1040            256*n  descriptors   registration
//   0x1040 + 256*n     64*n  values        one thread each line
//
// A descriptor:
//   offset  bytes  field
//        0     64  name         text, zero-padded: "packets_received"
//       64    128  meaning      one line for a person
//      192     16  unit         "packets", "bytes", "ns"
//      208     32  owner        the stage or thread that writes the value
//      240      4  value_index  u64 at the start of the values + 8 * value_index
//      244      4  kind         CounterKind
//      248      8  reserved
//
// A line of values (64 bytes, eight counters) holds counters of one owner only, so two threads never share one. There
// are as many lines as counters, so lines never run out.
//
// Version rule: segment_layout.hpp.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ringbuf/segment_layout.hpp"

namespace tickplant::ringbuf {

enum class CounterKind : std::uint32_t {
  total = 1,  // only grows, across restarts of the daemon too
  level = 2,  // goes up and down: a fill level, a longest cycle
};

struct CounterControl {
  std::atomic<std::uint64_t> count;
  std::uint64_t capacity;
  std::array<std::byte, 48> reserved;
};

struct CounterDescriptor {
  std::array<char, 64> name{};
  std::array<char, 128> meaning{};
  std::array<char, 16> unit{};
  std::array<char, 32> owner{};
  std::uint32_t value_index = 0;
  CounterKind kind = CounterKind::total;
  std::array<std::byte, 8> reserved{};
};

inline constexpr std::size_t kCounterDescriptorBytes = 256;
inline constexpr std::size_t kCountersPerLine = platform::kCacheLineBytes / 8;

static_assert(sizeof(CounterControl) == 0x40 && offsetof(CounterControl, capacity) == 0x08);
static_assert(sizeof(CounterDescriptor) == kCounterDescriptorBytes && std::is_standard_layout_v<CounterDescriptor>);
static_assert(offsetof(CounterDescriptor, meaning) == 64 && offsetof(CounterDescriptor, unit) == 192);
static_assert(offsetof(CounterDescriptor, owner) == 208 && offsetof(CounterDescriptor, value_index) == 240);
static_assert(offsetof(CounterDescriptor, kind) == 244);

[[nodiscard]] constexpr std::uint64_t counters_values_offset(std::uint64_t capacity) noexcept {
  return sizeof(CounterControl) + kCounterDescriptorBytes * capacity;
}

inline constexpr std::uint64_t kCountersSchema =
    schema_hash_of("counters/1 count,capacity name,meaning,unit,owner,value_index,kind values");

}  // namespace tickplant::ringbuf
