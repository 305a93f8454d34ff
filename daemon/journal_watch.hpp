// Notices when the journal is degraded or writes again, and has a line for the log.
//
// Threads: the housekeeping's; it only reads counters.
// Not here: writing the counters (stages/journal_stage.cpp), the log (log.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "ringbuf/counter_names.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

struct JournalNews {
  bool is_bad = false;
  std::string text;
};

class JournalWatch {
 public:
  /// Told by a predecessor: no news. `folder`: the journal's.
  JournalWatch(const ringbuf::CountersReader& counters, std::filesystem::path folder);

  /// News since the last look, if any.
  [[nodiscard]] std::optional<JournalNews> look(const ringbuf::CountersReader& counters);

 private:
  std::filesystem::path folder_;
  bool was_degraded_ = false;
  int error_ = 0;
  std::uint64_t lost_ = 0, times_ = 0;
};

}  // namespace tickplant::daemon
