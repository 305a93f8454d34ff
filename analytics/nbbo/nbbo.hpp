// The best bid and offer over the venues of one symbol, and where they stand.
//
// Threads: plain values; the lookup is asked by the shard's thread, once an instrument.
// Not here: how it comes about (nbbo_builder.hpp), the instrument SYMBOL@NBBO in the directory (the daemon's).
#pragma once

#include <cstdint>
#include <optional>

#include "analytics/quotes/quote_values.hpp"
#include "analytics/state_archive.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::analytics {

/// A bit a venue.
using VenueSet = std::uint32_t;
inline constexpr std::size_t kMaxVenues = 32;

struct Nbbo {
  ringbuf::InstrumentId instrument{};  // the consolidated one
  VenueSet bid_venues = 0;             // that show the best bid
  VenueSet ask_venues = 0;
  QuoteState state = QuoteState::empty;  // locked, crossed: between venues, or on one
  QuoteBody quote{};                     // best prices; sizes summed over these venues
  friend bool operator==(const Nbbo&, const Nbbo&) = default;
};

/// What part an instrument, a symbol at a venue, has in a consolidated one.
struct NbboPart {
  ringbuf::InstrumentId consolidated{};
  std::uint8_t venue = 0;             // number of the venue, below NbboRules::venues
  std::uint64_t size_multiplier = 1;  // from its size scale to the consolidated one's, which is the finest

  void archive(StateArchive& archive) { archive(consolidated, venue, size_multiplier); }
};

class NbboLookup {
 public:
  virtual ~NbboLookup() = default;
  /// nullopt: it is part of none. Asked once an instrument, with its first record.
  [[nodiscard]] virtual std::optional<NbboPart> find(ringbuf::InstrumentId id) const noexcept = 0;
};

}  // namespace tickplant::analytics
