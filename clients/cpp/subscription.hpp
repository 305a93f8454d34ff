// What a subscriber wants: rings, symbols, record types, where to begin, and what becomes of what it was too slow for.
//
// Threads: plain values. Not here: carrying it out (subscriber.hpp).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "ringbuf/records/record.hpp"

namespace tickplant::clients {

/// A set of record types.
class RecordTypes {
 public:
  constexpr RecordTypes() noexcept = default;  // none
  constexpr RecordTypes(std::initializer_list<ringbuf::RecordType> types) noexcept {
    for (const ringbuf::RecordType type : types) bits_ |= bit(type);
  }
  /// All that say something. Not padding, which stands for a sequence that a killed writer had taken and not filled:
  /// who wants to see every sequence adds it.
  [[nodiscard]] static constexpr RecordTypes all() noexcept {
    RecordTypes set;
    set.bits_ = ~bit(ringbuf::RecordType::padding);
    return set;
  }
  constexpr void add(ringbuf::RecordType type) noexcept { bits_ |= bit(type); }
  [[nodiscard]] constexpr bool has(ringbuf::RecordType type) const noexcept { return (bits_ & bit(type)) != 0; }

 private:
  static constexpr std::uint32_t bit(ringbuf::RecordType type) noexcept {
    return std::uint32_t{1} << (static_cast<std::uint32_t>(type) & 31u);
  }
  std::uint32_t bits_ = 0;
};

enum class Join : std::uint8_t {
  image,   // the image of each chosen instrument, then every record that is not in it yet
  newest,  // what is published from now on
  oldest,  // what the ring still holds; of a ring that has gone around, the newest seven eighths
};

/// What a subscriber does that was lapped: the writer has re-used slots before it read them. In each case it goes on
/// behind what it lost, and says exactly what that was.
enum class OnOverrun : std::uint8_t {
  report,    // calls on_lost with the range of sequences
  raise,     // poll() throws OverrunError
  conflate,  // tells per changed instrument its image and how much is merged in it; also where it lags too far
};

struct Subscription {
  std::vector<std::string> rings = {};    // by name; empty: all rings of ticks, also those that come later
  std::vector<std::string> symbols = {};  // "AAPL@XNAS", or "AAPL" at every venue; empty: all. Unknown: waited for
  RecordTypes types = RecordTypes::all();
  Join join = Join::newest;
  bool market_wide = true;  // records about no single instrument (gap, heartbeat, session, market status)
  OnOverrun on_overrun = OnOverrun::report;
  std::uint64_t lag_max = 0;  // conflates when further behind, in records; 0: three quarters of the ring
};

}  // namespace tickplant::clients
