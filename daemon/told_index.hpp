// Where a feed stood when a segment of the journal began, out of the segment's index: what was told of it until then,
// as few records that say the same.
//
//   session, then of each instrument that was defined that day: definition, status, an add for each open order
//
// A restart reads the journal from there and not from where the day began: as long as one segment, or a few, however
// long the day was.
//
// Threads: set-up. Memory: one instrument's book.
// Not here: what is told behind it (told_feeds.hpp), how an index comes about (ringbuf/journal/index_builder.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::daemon {

struct ToldIndex {
  std::uint64_t segment = 0;  // what follows is told from its beginning on
  std::uint64_t instruments = 0, orders = 0;
};

/// Passes on where `feed` stood when the newest segment began whose index says so. Nothing: none does, or what it says
/// is not all that was told: a gap, a loss, an instrument that has another number in `directory`; then what was passed
/// on counts for nothing. Throws SetupError: the folder cannot be read.
[[nodiscard]] std::optional<ToldIndex> tell_from_index(const std::filesystem::path& journal, const std::string& ring,
                                                       const std::string& feed,
                                                       const ringbuf::InstrumentDirectoryReader& directory,
                                                       const std::function<void(const ringbuf::Record&)>& take);

}  // namespace tickplant::daemon
