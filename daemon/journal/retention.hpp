// What becomes of a journal's old segments: compressed, put into the archive, without their ticks, gone. In the
// background, one segment at a time, at low priority; the writer never waits for it.
//
// The same thread keeps the indexes of the segments (segment_indexing.hpp).
//
// A new file is complete, on disk and read back before the old one goes: a kill at any instant leaves a journal that
// can be read. What goes wrong is logged and counted, the segment stays as it was, and is tried again after an hour.
//
// Threads: step(): one, its own between start() and stop(). Not here: what is due (retention_plan.hpp), how a segment
// is compressed (ringbuf/journal/segment_compressor.hpp), using files again (segment_supply.hpp).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "config/plant_config.hpp"
#include "daemon/journal/retention_plan.hpp"
#include "daemon/journal/segment_indexing.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

class Retention {
 public:
  static constexpr std::int64_t kRetryNanos = 3600 * platform::kNanosPerSecond;

  struct Setup {
    std::filesystem::path folder;
    const config::JournalSection& config;
    std::string plant;
    std::uint64_t journal_id = 0;  // whose segments they are
    ringbuf::CountersWriter& counters;
  };
  /// Removes what a predecessor left half done, and sees to it that the archive is found in the journal's folder.
  explicit Retention(const Setup& setup);
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;
  /// As stop().
  ~Retention();

  /// Does what is due first. True: there may be more.
  bool step(platform::UnixNanos now);

  /// From here on a thread of its own does that, whenever something may be due, and keeps the indexes. `clock` is asked
  /// by that thread.
  void start(std::function<platform::UnixNanos()> clock);
  void stop() noexcept;

 private:
  void find_archive(const Setup& setup);
  void remove_halves(const std::filesystem::path& folder) const;
  void do_step(const RetentionStep& step, platform::UnixNanos now);
  void compress(const RetentionStep& step, platform::UnixNanos now);
  void remove(std::uint64_t number) const;
  void run(const std::function<platform::UnixNanos()>& clock);

  std::filesystem::path folder_, archive_;  // archive_: empty: there is none
  std::uint64_t journal_id_;
  RetentionPolicy policy_;
  ringbuf::Counter compressed_, saved_, dropped_, errors_;
  std::map<std::uint64_t, platform::UnixNanos> failed_;  // segment, and when it is tried again
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::atomic<bool> is_stopping_{false};
  SegmentIndexing indexing_;
  std::thread thread_;
};

}  // namespace tickplant::daemon
