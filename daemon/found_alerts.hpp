// Alerts that a predecessor's shards had said and that its ring of alerts does not have: out of derived rings that are
// replaced, or out of the journal where memory is gone.
//
// In a journal a result comes before the alert that repeats it, and an alert names the results that had been looked
// through by then. So what is left is found in one pass: results that are alerts, less those that an alert behind them
// covers. The pass need not begin far back: shards wait for the stage of alerts, which is never a ring behind.
//
// Threads: set-up. Not here: where the stage goes on then (plant_analytics.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ringbuf/alert_ring.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::daemon {

/// A result that is an alert, and of which shard.
struct FoundAlert {
  std::size_t shard = 0;
  ringbuf::DerivedRecord record;  // header.stamp: its sequence there
};

struct AlertsInRing {
  std::vector<FoundAlert> found;
  std::uint64_t lost = 0;  // results that it had no more
};
/// In a derived ring that nobody writes, behind `looked_through` and up to `last`.
[[nodiscard]] AlertsInRing find_alerts_in_ring(std::span<const std::byte> payload, std::uint64_t slot_count,
                                               std::size_t shard, std::uint64_t looked_through, ringbuf::Sequence last);

struct AlertsInJournal {
  std::vector<FoundAlert> found;  // in the order of the journal; of a shard in that of its ring
  ringbuf::AlertPlaces next{};    // by shard: behind the last result that was seen; 0: none was
};
/// `places`: what is known to have been looked through. `ends`: by name of ring, behind what the journal has of it, as
/// far as was known when it was opened. Throws SetupError: no journal there.
[[nodiscard]] AlertsInJournal find_alerts_in_journal(const std::filesystem::path& folder,
                                                     const std::optional<ringbuf::AlertPlaces>& places,
                                                     const std::map<std::string, std::uint64_t>& ends);

}  // namespace tickplant::daemon
