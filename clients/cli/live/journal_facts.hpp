// What a plant's journal is doing, for status and health.
//
// Threads: one, the plant's.
#pragma once

#include <optional>
#include <string>

#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/plant_facts.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::cli {

/// nullopt: nothing is kept.
[[nodiscard]] std::optional<JournalFacts> journal_facts(const ringbuf::CountersReader& counters);

/// One line for people.
[[nodiscard]] std::string journal_text(const JournalFacts& facts);
[[nodiscard]] Json journal_json(const JournalFacts& facts);

/// "degraded: journal: No space left on device".
[[nodiscard]] std::string degraded_text(const JournalFacts& facts);

}  // namespace tickplant::cli
