// What analytics must know of an instrument before its first tick: the part of its directory entry that never changes.
//
// Threads: looked up by the shard's, once an instrument.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ringbuf/fixed_text.hpp"
#include "ringbuf/instruments_layout.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::analytics {

struct InstrumentFacts {
  std::string symbol;
  std::string venue;
  ringbuf::FeedId feed{};
  std::int64_t price_unit = 1;  // 1e-9
  std::int8_t size_scale = 0;
  std::uint32_t lot = 0;  // round lot; 0: unknown
};

/// As the directory has it.
[[nodiscard]] inline InstrumentFacts facts_of(const ringbuf::InstrumentEntry& entry) {
  return {std::string(ringbuf::text_of(entry.symbol)),
          std::string(ringbuf::text_of(entry.venue)),
          entry.feed,
          entry.price_unit,
          entry.size_scale,
          entry.lot};
}

class InstrumentLookup {
 public:
  virtual ~InstrumentLookup() = default;
  /// nullopt: not defined.
  [[nodiscard]] virtual std::optional<InstrumentFacts> find(ringbuf::InstrumentId id) const = 0;
};

}  // namespace tickplant::analytics
