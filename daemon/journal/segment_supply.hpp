// Has the next segment of a journal ready before it is needed, so that beginning it is a rename: allocated, written
// once and on disk, since a file that grows while it is written makes each sync wait for the file system's own journal.
//
// A segment that need not be kept any longer is used again: its blocks have numbers that have been, readers know them
// from those of now. Spares left by a predecessor are used, halves are removed.
//
// Threads: take(), give_back(), error(): the writer's; they wait for nobody but each other. step(): one, its own
// between start() and stop(). Not here: what is in a segment (journal_writer.hpp), what else retention does.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "daemon/journal/journal_io.hpp"
#include "ringbuf/journal/segment_compressor.hpp"

namespace tickplant::daemon {

/// A file that may become a segment.
struct SpareSegment {
  std::string name;
  std::uint64_t bytes = 0;
};

class SegmentSupply {
 public:
  /// What a writer may have appended and not finished: the segments of that are never used again.
  static constexpr std::uint64_t kUnfinishedBytes = ringbuf::kUnfinishedBytes;

  /// `io` outlives it. `segment_bytes`: of each, a multiple of the unit. `keep_bytes`: segments beyond that are used
  /// again, the oldest first, but for the newest two and kUnfinishedBytes before them; 0: all are kept.
  SegmentSupply(JournalIo& io, std::uint64_t segment_bytes, std::uint64_t keep_bytes = 0);
  SegmentSupply(const SegmentSupply&) = delete;
  SegmentSupply& operator=(const SegmentSupply&) = delete;
  /// As stop().
  ~SegmentSupply();

  /// The one that is ready, which is the caller's from then on; the next one is begun. Nothing: not yet.
  [[nodiscard]] std::optional<SpareSegment> take();
  /// Not needed after all.
  void give_back(SpareSegment spare);
  /// errno of why none can be made; 0: none was refused last.
  [[nodiscard]] int error() const noexcept { return error_.load(std::memory_order_relaxed); }

  /// Makes one ready unless one is, and lets go of what need not be kept. True: there is one now that was not before.
  bool step();

  /// From here on a thread of its own does that, after a refusal once a second.
  void start();
  void stop() noexcept;

 private:
  void look_around();
  [[nodiscard]] std::optional<SpareSegment> one_to_use_again();
  [[nodiscard]] std::string next_name();
  void run();

  JournalIo& io_;
  std::uint64_t segment_bytes_, keep_bytes_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<SpareSegment> ready_;  // under mutex_
  bool has_looked_ = false;         // at what is there from before
  std::set<std::string> found_;     // spares then: no other has their names, whoever took one may be about to rename it
  std::uint64_t next_index_ = 0;
  std::atomic<int> error_{0};
  std::atomic<bool> is_stopping_{false};
  std::thread thread_;
};

}  // namespace tickplant::daemon
