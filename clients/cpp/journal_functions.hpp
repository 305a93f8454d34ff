// Functions of a journal by the ids that the plant has for them now: JournalInstruments, for what is computed.
//
// Threads: one. Memory grows with the ids that are asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ringbuf/fixed_text.hpp"
#include "ringbuf/functions_table.hpp"
#include "ringbuf/journal/journal_knowledge.hpp"

namespace tickplant::clients {

class JournalFunctions {
 public:
  /// The plant's id of what the journal calls `id`. Nothing: the plant has no function of that name and set (any more).
  /// `epoch`: of the block it came from.
  [[nodiscard]] std::optional<ringbuf::FunctionId> find(const ringbuf::JournalKnowledge& knowledge, std::uint64_t epoch,
                                                        ringbuf::FunctionId id,
                                                        const ringbuf::FunctionsReader& functions) {
    if (epoch != epoch_) forget(epoch);
    if (id.value >= known_.size()) known_.resize(std::size_t{id.value} + 1);
    Known& known = known_[id.value];
    if (!known.is_looked_up) known = look_up(knowledge, id, functions);
    return known.id;
  }
  /// The table is another one, or has more.
  void forget(std::uint64_t epoch = 0) noexcept {
    known_.clear();
    epoch_ = epoch;
  }

 private:
  struct Known {
    bool is_looked_up = false;
    std::optional<ringbuf::FunctionId> id;
  };

  [[nodiscard]] static Known look_up(const ringbuf::JournalKnowledge& knowledge, ringbuf::FunctionId id,
                                     const ringbuf::FunctionsReader& functions) noexcept {
    const ringbuf::FunctionEntry* const entry = knowledge.function(id);
    if (entry == nullptr) return {true, id};  // the fact was lost to a damage: what else could it be?
    return {true, functions.find(ringbuf::text_of(entry->name), ringbuf::text_of(entry->set))};
  }

  std::vector<Known> known_;  // by the journal's id
  std::uint64_t epoch_ = 0;
};

}  // namespace tickplant::clients
