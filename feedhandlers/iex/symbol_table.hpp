// The instrument of a symbol as it stands in a message: IEX names instruments by eight characters, never by a number.
//
// Open addressing over the eight bytes as one word, half full at most, so a look-up is one or two cache lines.
//
// Threads: one. All memory is taken at construction.
// Not here: what a symbol stands for beyond this feed (ringbuf/instrument_directory.hpp).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::feedhandlers::iex {

class SymbolTable {
 public:
  /// Holds up to `capacity` symbols.
  explicit SymbolTable(std::size_t capacity)
      : capacity_(capacity), slots_(std::bit_ceil(2 * std::max<std::size_t>(capacity, 1))) {}

  /// kNoInstrument: not entered. `symbol` has at most eight characters.
  [[nodiscard]] ringbuf::InstrumentId find(std::string_view symbol) const noexcept {
    const std::uint64_t key = key_of(symbol);
    if (key == 0) return ringbuf::kNoInstrument;
    std::size_t at = first_of(key);
    while (slots_[at].key != key && slots_[at].key != 0) at = (at + 1) & (slots_.size() - 1);
    return slots_[at].id;
  }

  /// Sets the instrument of a symbol. False: no room, or no symbol.
  bool enter(std::string_view symbol, ringbuf::InstrumentId id) noexcept {
    const std::uint64_t key = key_of(symbol);
    if (key == 0) return false;
    std::size_t at = first_of(key);
    while (slots_[at].key != key && slots_[at].key != 0) at = (at + 1) & (slots_.size() - 1);
    if (slots_[at].key == 0) {
      if (size_ == capacity_) return false;
      ++size_;
    }
    slots_[at] = {key, id};
    return true;
  }

  void clear() noexcept {
    std::fill(slots_.begin(), slots_.end(), Slot{});
    size_ = 0;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;  // 0: free
    ringbuf::InstrumentId id = ringbuf::kNoInstrument;
  };

  [[nodiscard]] static std::uint64_t key_of(std::string_view symbol) noexcept {
    std::uint64_t key = 0;
    std::memcpy(&key, symbol.data(), std::min(symbol.size(), sizeof key));
    return key;
  }
  [[nodiscard]] std::size_t first_of(std::uint64_t key) const noexcept {
    key *= 0x9e37'79b9'7f4a'7c15;
    return (key ^ key >> 32) & (slots_.size() - 1);
  }

  std::size_t capacity_;
  std::size_t size_ = 0;
  std::vector<Slot> slots_;
};

}  // namespace tickplant::feedhandlers::iex
