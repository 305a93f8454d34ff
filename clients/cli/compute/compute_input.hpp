// What `tickplant compute` reads: records in order, and whom they are about.
//
// Threads: one.
// Not here: trades as text (tick_csv.hpp), captures (capture_input.hpp); bars are no records (bar_csv.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "analytics/instrument_facts.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::cli {

inline constexpr ringbuf::FeedId kInputFeed{1};

class ComputeInput : public analytics::InstrumentLookup {
 public:
  /// All of it, once. Throws SetupError.
  virtual void read(const std::function<void(const ringbuf::Record&)>& on_record) = 0;

  /// What results call an instrument that a record was about.
  [[nodiscard]] virtual const std::string& symbol(ringbuf::InstrumentId id) const = 0;
  [[nodiscard]] virtual std::size_t symbol_count() const = 0;
  /// What results call the record with this cause sequence (1: the first); one past the last: the end of input.
  [[nodiscard]] virtual std::uint64_t seq_of(std::uint64_t cause) const noexcept = 0;
  /// Why the input ended before it should have; empty: it did not. After read().
  [[nodiscard]] virtual std::string problem() const { return {}; }
};

}  // namespace tickplant::cli
