// What a subscriber to results wants: instruments, types, functions, and where to begin.
//
// Threads: plain values. Not here: carrying it out (derived_subscriber.hpp).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "ringbuf/records/derived.hpp"

namespace tickplant::clients {

/// A set of types of derived records.
class DerivedTypes {
 public:
  constexpr DerivedTypes() noexcept = default;  // none
  constexpr DerivedTypes(std::initializer_list<ringbuf::DerivedType> types) noexcept {
    for (const ringbuf::DerivedType type : types) add(type);
  }
  [[nodiscard]] static constexpr DerivedTypes all() noexcept {
    using enum ringbuf::DerivedType;
    return {window_row, indicator_values, signal, correction, gap, alert};
  }
  constexpr void add(ringbuf::DerivedType type) noexcept { bits_ |= bit(type); }
  [[nodiscard]] constexpr bool has(ringbuf::DerivedType type) const noexcept { return (bits_ & bit(type)) != 0; }

 private:
  static constexpr std::uint32_t bit(ringbuf::DerivedType type) noexcept {
    return std::uint32_t{1} << (static_cast<std::uint32_t>(type) & 31u);
  }
  std::uint32_t bits_ = 0;
};

enum class DerivedJoin : std::uint8_t {
  newest,  // what is published from now on
  oldest,  // what the ring still holds; of a ring that has gone around, the newest seven eighths
};

struct DerivedSubscription {
  std::vector<std::string> rings = {};      // by name: "derived.1"; empty: those of all shards
  std::vector<std::string> symbols = {};    // "AAPL@XNAS", or "AAPL" at every venue; empty: all. Unknown: waited for
  std::vector<std::string> functions = {};  // names, with * and ? for anything: "T60", "T60.*"; empty: all
  DerivedTypes types = DerivedTypes::all();
  DerivedJoin join = DerivedJoin::newest;
};

}  // namespace tickplant::clients
