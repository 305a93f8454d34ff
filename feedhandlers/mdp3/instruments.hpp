// The instruments of the feed by the venue's security id: an open hash table, taken at start.
//
// Threads: one. No allocation after construction; every loop is bounded by the table.
// Not here: the directory that all processes share (ringbuf/instrument_directory.hpp).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/mdp3/continuity.hpp"
#include "ringbuf/records/instrument_id.hpp"
#include "ringbuf/records/quote.hpp"

namespace tickplant::feedhandlers::mdp3 {

/// What a book is made of.
enum class BookForm : std::uint8_t {
  none,    // nothing heard of it yet
  levels,  // price levels of template 46; orders pass through
  orders,  // only orders are told (template 47)
};

struct Instrument {
  SecurityId security;
  ringbuf::InstrumentId id = ringbuf::kNoInstrument;
  std::uint32_t channel = 0;  // index
  Continuity continuity;
  std::uint32_t orders_complete_at = 0;  // the channel's count of losses at which its orders are all known
  BookForm form = BookForm::none;
  bool orders_broken = false;
  bool touched = false;       // by the event that is open
  bool quote_is_due = false;  // at its end, changed or not
  ringbuf::QuoteBody quote;

  /// What it is stays, what happened to it goes.
  void forget_day() noexcept {
    const Instrument known = *this;
    *this = {};
    security = known.security;
    id = known.id;
    channel = known.channel;
  }
};

class Instruments {
 public:
  explicit Instruments(std::size_t capacity)
      : slots_(std::bit_ceil(2 * capacity + 2)), mask_(slots_.size() - 1), instruments_() {
    instruments_.reserve(capacity);
  }

  /// Index of the instrument in all(), or kNone.
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  [[nodiscard]] std::uint32_t find(SecurityId security) const noexcept {
    for (std::size_t slot = slot_of(security);; slot = (slot + 1) & mask_) {
      if (slots_[slot] == 0) return kNone;  // at most half of the slots are taken
      if (instruments_[slots_[slot] - 1].security == security) return slots_[slot] - 1;
    }
  }

  /// One that find() does not know, of at most `capacity`. Its index.
  std::uint32_t add(SecurityId security, ringbuf::InstrumentId id, std::uint32_t channel) noexcept {
    std::size_t slot = slot_of(security);
    while (slots_[slot] != 0) slot = (slot + 1) & mask_;
    Instrument instrument;
    instrument.security = security;
    instrument.id = id;
    instrument.channel = channel;
    instruments_.push_back(instrument);  // reserved: does not allocate
    slots_[slot] = static_cast<std::uint32_t>(instruments_.size());
    return slots_[slot] - 1;
  }

  [[nodiscard]] std::span<Instrument> all() noexcept { return instruments_; }
  [[nodiscard]] std::span<const Instrument> all() const noexcept { return instruments_; }

 private:
  [[nodiscard]] std::size_t slot_of(SecurityId security) const noexcept {
    const std::uint32_t mixed = static_cast<std::uint32_t>(security.value) * 0x9e37'79b1U;
    return (mixed ^ mixed >> 15) & mask_;
  }

  std::vector<std::uint32_t> slots_;  // index + 1, 0 = free
  std::size_t mask_;
  std::vector<Instrument> instruments_;
};

}  // namespace tickplant::feedhandlers::mdp3
