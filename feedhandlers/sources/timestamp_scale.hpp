// Time stamps of a pcapng interface in nanoseconds: the interface says in which unit it counts, and from where.
//
// if_tsresol: one byte. Top bit clear: units of 10^-n seconds; set: units of 2^-n seconds. if_tsoffset: seconds added.
// Threads: a value. A stamp that does not fit (the year 2262) becomes kNoTime.
#pragma once

#include <cstdint>

#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::sources {

class TimestampScale {
 public:
  /// Microseconds since 1970: what holds for an interface that says nothing.
  constexpr TimestampScale() noexcept { set_resolution(6); }

  constexpr void set_resolution(std::uint8_t if_tsresol) noexcept {
    digits_ = if_tsresol & 0x7fU;
    binary_ = (if_tsresol & 0x80U) != 0;
    multiplier_ = divisor_ = 1;
    for (unsigned i = digits_; i < 9; ++i) multiplier_ *= 10;
    for (unsigned i = 9; i < digits_; ++i) divisor_ = divisor_ > kMaxDivisor ? 0 : divisor_ * 10;
  }
  constexpr void set_offset_seconds(std::int64_t if_tsoffset) noexcept { offset_seconds_ = if_tsoffset; }

  [[nodiscard]] constexpr platform::UnixNanos to_unix(std::uint64_t stamp) const noexcept {
    constexpr std::uint64_t kSecond = platform::kNanosPerSecond;
    Wide nanos = 0;
    if (binary_) {
      nanos = (Wide{stamp} * kSecond) >> digits_;  // 64 bits + 30 bits: exact
    } else if (divisor_ != 0) {
      nanos = Wide{stamp / divisor_} * multiplier_;
    }
    std::int64_t offset = 0;
    std::int64_t sum = 0;
    if (nanos > Wide{INT64_MAX} || __builtin_mul_overflow(offset_seconds_, platform::kNanosPerSecond, &offset) ||
        __builtin_add_overflow(static_cast<std::int64_t>(nanos), offset, &sum))
      return platform::kNoTime;
    return {sum};
  }

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr std::uint64_t kMaxDivisor = UINT64_MAX / 10;

  bool binary_ = false;
  unsigned digits_ = 6;
  std::uint64_t multiplier_ = 1;
  std::uint64_t divisor_ = 1;  // 0: units so small that no 64-bit count of them is a nanosecond
  std::int64_t offset_seconds_ = 0;
};

}  // namespace tickplant::feedhandlers::sources
