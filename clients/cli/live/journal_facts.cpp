#include "clients/cli/live/journal_facts.hpp"

#include <system_error>

#include "clients/cli/live/counter_owner.hpp"
#include "clients/cli/number_text.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::cli {
namespace {

namespace names = ringbuf::counter;
using names::JournalState;

std::string word_of_state(JournalState state) {
  switch (state) {
    case JournalState::preparing: return "preparing its first file";
    case JournalState::writing: return "writing";
    case JournalState::degraded: return "degraded";
    case JournalState::closed: return "closed";
  }
  return "unknown";
}

}  // namespace

std::optional<JournalFacts> journal_facts(const ringbuf::CountersReader& counters) {
  const CounterOwner journal(counters, std::string(names::kJournal));
  const auto state = journal.find(names::kJournalState);
  if (!state) return std::nullopt;
  JournalFacts facts;
  facts.state = static_cast<JournalState>(*state);
  facts.error = static_cast<int>(journal.value(names::kErrorNumber));
  facts.records = journal.value(names::kRecords);
  facts.lost_records = journal.value(names::kLostRecords);
  facts.bytes = journal.value(names::kBytes);
  facts.segment = journal.value(names::kSegment);
  facts.newest_block = journal.value(names::kNewestBlock);
  facts.durable_block = journal.value(names::kDurableBlock);
  facts.behind_ns = static_cast<std::int64_t>(journal.value(names::kBehind));
  return facts;
}

std::string journal_text(const JournalFacts& facts) {
  return word_of_state(facts.state) + ", file " + count_text(facts.segment) + ", " +
         count_text(facts.records, "record") + ", block " + count_text(facts.newest_block) + ", on disk up to " +
         count_text(facts.durable_block) +
         (facts.behind_ns > 0 ? ", " + duration_text(facts.behind_ns) + " behind" : "");
}

Json journal_json(const JournalFacts& facts) {
  return {{"state", word_of_state(facts.state)},
          {"errno", facts.error},
          {"records", facts.records},
          {"lost_records", facts.lost_records},
          {"bytes", facts.bytes},
          {"segment", facts.segment},
          {"newest_block", facts.newest_block},
          {"durable_block", facts.durable_block},
          {"behind_ns", facts.behind_ns}};
}

std::string degraded_text(const JournalFacts& facts) {
  return "degraded: journal: " + std::error_code(facts.error, std::generic_category()).message();
}

}  // namespace tickplant::cli
