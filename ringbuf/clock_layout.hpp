// Clock page: the line that turns TSC ticks into UTC. Behind the segment header (one page), little-endian:
//
//   offset    bytes  field            written by
//   0x1000        8  stamp            housekeeping   number of the calibration, 1 and up (stamped_entry.hpp)
//   0x1008        8  tsc_base         housekeeping   ticks
//   0x1010        8  unix_nanos_base  housekeeping   ns UTC at tsc_base
//   0x1018        8  multiplier       housekeeping   ns per tick * 2^shift
//   0x1020        4  shift            housekeeping
//   0x1024        4  source           housekeeping   1 = use the line; 2 = TSC unusable, ask clock_gettime
//   0x1028        8  error_nanos      housekeeping   bound on the error at tsc_base
//   0x1030        8  error_multiplier housekeeping   growth of the bound: ns per tick * 2^shift
//   0x1038        8  step_count       housekeeping   calibrations that missed the bound before
//
//   unix_nanos(tsc) = unix_nanos_base + (tsc - tsc_base) * multiplier / 2^shift, the product in 128 bits, signed,
//   the division rounding down.
//
// Version rule: segment_layout.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "platform/clock_parameters.hpp"
#include "ringbuf/segment_layout.hpp"

namespace tickplant::ringbuf {

/// As copied out from under the stamp.
struct ClockEntry {
  std::uint64_t stamp = 0;
  platform::ClockParameters line;
};

static_assert(sizeof(ClockEntry) == platform::kCacheLineBytes && std::is_trivially_copyable_v<ClockEntry>);
static_assert(offsetof(ClockEntry, line) == 8 && offsetof(platform::ClockParameters, tsc_base) == 0);
static_assert(offsetof(platform::ClockParameters, unix_nanos_base) == 0x08 &&
              offsetof(platform::ClockParameters, multiplier) == 0x10);
static_assert(offsetof(platform::ClockParameters, shift) == 0x18 &&
              offsetof(platform::ClockParameters, source) == 0x1c);
static_assert(offsetof(platform::ClockParameters, error_nanos) == 0x20 &&
              offsetof(platform::ClockParameters, error_multiplier) == 0x28);
static_assert(offsetof(platform::ClockParameters, step_count) == 0x30);

inline constexpr std::uint64_t kClockSchema = schema_hash_of(
    "clock/1 stamp,tsc_base,unix_nanos_base,multiplier,shift,source,error_nanos,error_multiplier,step_count");

}  // namespace tickplant::ringbuf
