// Instruments of a journal by the ids that the plant has for them now.
//
// As long as a plant keeps its directory an instrument keeps its id, and they are the same. A plant that was built anew
// may number its instruments otherwise: what was written before is then told with the ids of now, by symbol and venue.
//
// Threads: one. Memory grows with the ids that are asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ringbuf/fixed_text.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/journal/journal_knowledge.hpp"

namespace tickplant::clients {

class JournalInstruments {
 public:
  /// The plant's id of what the journal calls `id`. Nothing: the plant has no such instrument (any more). `epoch`: of
  /// the block it came from; a journal's ids change with its writer alone.
  [[nodiscard]] std::optional<ringbuf::InstrumentId> find(const ringbuf::JournalKnowledge& knowledge,
                                                          std::uint64_t epoch, ringbuf::InstrumentId id,
                                                          const ringbuf::InstrumentDirectoryReader& directory) {
    if (id == ringbuf::kNoInstrument) return id;
    if (epoch != epoch_) forget(epoch);
    if (id.value >= known_.size()) known_.resize(std::size_t{id.value} + 1, kUnknown);
    std::uint32_t& known = known_[id.value];
    if (known == kUnknown) known = look_up(knowledge, id, directory);
    if (known == kNone) return std::nullopt;
    return ringbuf::InstrumentId{known};
  }
  /// The directory is another one.
  void forget(std::uint64_t epoch = 0) noexcept {
    known_.clear();
    epoch_ = epoch;
  }

 private:
  static constexpr std::uint32_t kUnknown = 0;
  static constexpr std::uint32_t kNone = UINT32_MAX;

  [[nodiscard]] static std::uint32_t look_up(const ringbuf::JournalKnowledge& knowledge, ringbuf::InstrumentId id,
                                             const ringbuf::InstrumentDirectoryReader& directory) noexcept {
    const ringbuf::InstrumentEntry* const entry = knowledge.instrument(id);
    if (entry == nullptr) return id.value;  // the fact was lost to a damage: what else could it be?
    const ringbuf::InstrumentId found = directory.find(ringbuf::text_of(entry->symbol), ringbuf::text_of(entry->venue));
    return found == ringbuf::kNoInstrument ? kNone : found.value;
  }

  std::vector<std::uint32_t> known_;  // by the journal's id
  std::uint64_t epoch_ = 0;
};

}  // namespace tickplant::clients
