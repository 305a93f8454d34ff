// Keeps the indexes beside a journal's segments: makes those of complete ones, removes those whose segments are gone.
// What goes wrong is logged and counted, and tried again after a minute; questions about the past are slower meanwhile.
//
// Threads: one. Not here: the thread, which is retention's (retention.hpp); what an index says
// (ringbuf/journal/index_layout.hpp).
#pragma once

#include <filesystem>
#include <functional>

#include "platform/unix_nanos.hpp"
#include "ringbuf/counters.hpp"
#include "ringbuf/journal/journal_indexer.hpp"

namespace tickplant::daemon {

class SegmentIndexing {
 public:
  static constexpr std::int64_t kRetryNanos = 60 * platform::kNanosPerSecond;

  /// `makes_indexes`: journal.index. `errors` counts what went wrong. `is_stopping` is asked often.
  SegmentIndexing(std::filesystem::path folder, bool makes_indexes, ringbuf::Counter errors,
                  std::function<bool()> is_stopping);

  /// Makes the next index that is missing. True: there may be more.
  bool step(platform::UnixNanos now);

 private:
  void remove_orphans() const;

  std::filesystem::path folder_;
  bool makes_indexes_;
  ringbuf::Counter errors_;
  std::function<bool()> is_stopping_;
  ringbuf::JournalIndexer indexer_;
  platform::UnixNanos again_at_{};
};

}  // namespace tickplant::daemon
