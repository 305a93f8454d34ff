// What a book's own arithmetic says against it. One finding is enough to quarantine a book, alone: its records are
// flagged maybe-bad until a snapshot, a new session or a venue's clear, while the feed goes on.
//
// Locked or crossed is a finding only while the instrument is known to trade continuously: then an order that could
// trade would have. In a halt, before an auction, or where nobody has said, orders may lie across each other.
//
// Threads: the feed's own. All memory is taken at construction.
// Not here: the flag (order_book.hpp), who looks (the normaliser of each protocol).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::feedhandlers {

enum class AuditFinding : std::uint8_t {
  crossed,              // the best bid above the best ask when an event was complete
  locked,               // equal
  over_execution,       // more taken off an order than was open
  level_mismatch,       // an order left a price level that did not hold it
  unknown_reference,    // a message about an order that is not open
  duplicate_reference,  // an order under a reference that is open already
  refused_order,        // no shares, no side, no room: the venue has an order that we have not
  snapshot_mismatch,    // another book than the snapshot says
  copies_differ,        // lines brought different copies of a message about it
};
inline constexpr std::size_t kAuditFindings = 9;

using AuditCounters = std::array<std::uint64_t, kAuditFindings>;  // by AuditFinding

class BookAudit {
 public:
  explicit BookAudit(std::size_t instrument_count) : trades_continuously_(instrument_count) {}

  void start_anew() noexcept { trades_continuously_.assign(trades_continuously_.size(), 0); }
  void set_trading(ringbuf::InstrumentId id, bool continuously) noexcept {
    if (id.value < trades_continuously_.size()) trades_continuously_[id.value] = continuously ? 1 : 0;
  }
  [[nodiscard]] bool is_trading(ringbuf::InstrumentId id) const noexcept { return trades_continuously_[id.value] != 0; }

  void count(AuditFinding finding) noexcept { ++counters_[static_cast<std::size_t>(finding)]; }
  [[nodiscard]] const AuditCounters& counters() const noexcept { return counters_; }

 private:
  std::vector<std::uint8_t> trades_continuously_;
  AuditCounters counters_{};
};

}  // namespace tickplant::feedhandlers
