// The volumes of the last bars of one instrument, in order of time and in order of size, with their sum and sum of
// squares: what the next bar's volume is measured against.
//
// Its bytes are laid out in memory of the caller, 8-byte aligned: bytes(20) = 352. All zero: nothing seen yet. They
// hold no pointers and are copied as they are.
//
//   offset     bytes       field
//   0             32       Header
//   32           8*N       the volumes as they came, a ring
//   32 + 8*N     8*N       the same, ascending: the first `count` of them
//
// Volumes count up to 2^56 - 1; a larger one is taken for that. Below it all sums are exact with 256 bars.
// Threads: one at a time per instrument.
// Not here: what makes a volume unusual (volume_anomaly.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "platform/int128.hpp"

namespace tickplant::analytics {

inline constexpr std::uint32_t kLookbackMax = 256;
inline constexpr std::uint64_t kVolumeMax = (std::uint64_t{1} << 56) - 1;

class VolumeBaseline {
 public:
  struct Header {
    std::uint64_t sum = 0;  // 256 x 2^56 = 2^64
    std::uint64_t squares_low = 0, squares_high = 0;
    std::uint32_t count = 0;
    std::uint32_t next = 0;  // where in the ring the next volume goes
  };
  static_assert(sizeof(Header) == 32 && std::has_unique_object_representations_v<Header>);

  [[nodiscard]] static constexpr std::size_t bytes(std::uint32_t lookback) noexcept {
    return sizeof(Header) + std::size_t{lookback} * 2 * sizeof(std::int64_t);
  }
  [[nodiscard]] static constexpr std::int64_t counted(std::uint64_t volume) noexcept {
    return static_cast<std::int64_t>(std::min(volume, kVolumeMax));
  }

  VolumeBaseline(const std::byte* state, std::uint32_t lookback) noexcept
      : header_(reinterpret_cast<const Header*>(state)),
        sorted_(reinterpret_cast<const std::int64_t*>(state + sizeof(Header)) + lookback) {}

  [[nodiscard]] std::uint32_t count() const noexcept { return header_->count; }
  [[nodiscard]] std::uint64_t sum() const noexcept { return header_->sum; }
  [[nodiscard]] platform::Uint128 sum_of_squares() const noexcept {
    return platform::Uint128{header_->squares_high} << 64 | header_->squares_low;
  }
  /// Ascending, count() of them.
  [[nodiscard]] const std::int64_t* sorted() const noexcept { return sorted_; }

 private:
  const Header* header_;
  const std::int64_t* sorted_;
};

/// The same, to be written.
class VolumeRing {
 public:
  VolumeRing(std::byte* state, std::uint32_t lookback) noexcept
      : header_(reinterpret_cast<VolumeBaseline::Header*>(state)),
        ring_(reinterpret_cast<std::int64_t*>(state + sizeof(VolumeBaseline::Header))),
        lookback_(lookback) {}

  /// Takes a volume, and once full drops the oldest for it.
  void push(std::uint64_t volume) noexcept {
    const std::int64_t value = VolumeBaseline::counted(volume);
    std::int64_t& slot = ring_[header_->next];
    if (header_->count == lookback_) {
      replace(slot, value);
    } else {
      insert(value);
    }
    slot = value;
    header_->next = header_->next + 1 == lookback_ ? 0 : header_->next + 1;
  }

 private:
  void insert(std::int64_t value) noexcept {
    std::int64_t* const all = ring_ + lookback_;
    std::size_t at = header_->count;
    for (; at != 0 && all[at - 1] > value; --at) all[at] = all[at - 1];
    all[at] = value;
    ++header_->count;
    header_->sum += static_cast<std::uint64_t>(value);
    add_squares(square(value));
  }

  void replace(std::int64_t oldest, std::int64_t value) noexcept {
    std::int64_t* const all = ring_ + lookback_;
    std::size_t from = 0, to = 0;
    for (std::size_t i = 0; i < lookback_; ++i) {  // counted rather than searched: no branch to guess, and vectors
      from += static_cast<std::size_t>(all[i] < oldest);
      to += static_cast<std::size_t>(all[i] < value);
    }
    if (from < to) {  // what lies between moves down; `to` has counted the oldest, too
      std::memmove(all + from, all + from + 1, (to - 1 - from) * sizeof(std::int64_t));
      all[to - 1] = value;
    } else {
      std::memmove(all + to + 1, all + to, (from - to) * sizeof(std::int64_t));
      all[to] = value;
    }
    header_->sum += static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(oldest);
    add_squares(square(value) - square(oldest));
  }

  static platform::Uint128 square(std::int64_t value) noexcept {
    return platform::Uint128{static_cast<std::uint64_t>(value)} * static_cast<std::uint64_t>(value);
  }
  void add_squares(platform::Uint128 change) noexcept {  // modulo 2^128: what is taken away has been added before
    const platform::Uint128 squares = (platform::Uint128{header_->squares_high} << 64 | header_->squares_low) + change;
    header_->squares_low = static_cast<std::uint64_t>(squares);
    header_->squares_high = static_cast<std::uint64_t>(squares >> 64);
  }

  VolumeBaseline::Header* header_;
  std::int64_t* ring_;
  std::uint32_t lookback_;
};

}  // namespace tickplant::analytics
