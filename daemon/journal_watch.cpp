#include "daemon/journal_watch.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace tickplant::daemon {

namespace names = ringbuf::counter;

JournalWatch::JournalWatch(const ringbuf::CountersReader& counters, std::filesystem::path folder)
    : folder_(std::move(folder)),
      lost_(counters.find(names::kJournal, names::kLostRecords).value_or(0)),
      times_(counters.find(names::kJournal, names::kDegradations).value_or(0)) {}

std::optional<JournalNews> JournalWatch::look(const ringbuf::CountersReader& counters) {
  const auto value = [&](std::string_view name) { return counters.find(names::kJournal, name).value_or(0); };
  const bool is_degraded =
      static_cast<names::JournalState>(value(names::kJournalState)) == names::JournalState::degraded;
  const auto error = static_cast<int>(value(names::kErrorNumber));
  const std::uint64_t lost = value(names::kLostRecords), more = lost - lost_;
  const std::uint64_t times = value(names::kDegradations);
  const bool was_degraded_since = std::exchange(times_, times) != times;
  const auto text_of_error = [](int number) {
    return "degraded: journal: " + std::error_code(number, std::generic_category()).message();
  };
  if (is_degraded && (!was_degraded_ || error != error_)) {
    was_degraded_ = true;
    error_ = error;
    const std::string remedy = error == ENOSPC
                                   ? "make room in " + folder_.string() + " (journal.keep bounds what it takes)"
                                   : "look at " + folder_.string();
    return JournalNews{true, text_of_error(error) + "; nobody waits for it, it is tried again every second; " + remedy};
  }
  if (is_degraded) return std::nullopt;  // what is lost is known when it writes again
  const bool is_back = was_degraded_;
  was_degraded_ = false;
  lost_ = lost;
  const std::string missing = std::to_string(more) + (more == 1 ? " record is" : " records are") + " missing in it";
  if (is_back) return JournalNews{more != 0, "the journal is written again; " + missing};
  if (was_degraded_since) {
    return JournalNews{true, text_of_error(static_cast<int>(value(names::kLastError))) +
                                 ", between two looks; the journal is written again; " + missing};
  }
  if (more != 0) return JournalNews{true, "the journal was too slow: " + missing};
  return std::nullopt;
}

}  // namespace tickplant::daemon
