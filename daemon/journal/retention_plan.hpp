// What is to become of a journal's old segments, decided one step at a time from what is there.
//
//   younger than compress_after        as it was written
//   then                               compressed, in the archive if there is one
//   older than delete_after            results only, if those are kept longer, else gone
//   older than keep_results            gone
//   above keep, whatever its age       the oldest: into the archive; without one results only; then gone
//
// The newest segments, which the writer may have appended to and not finished, are left alone.
//
// Threads: plain values. Not here: doing it (retention.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "platform/unix_nanos.hpp"

namespace tickplant::daemon {

struct RetentionPolicy {
  std::int64_t compress_after_ns = 0;  // 0: never, like the others
  std::int64_t delete_after_ns = 0;
  std::int64_t keep_results_ns = 0;
  std::uint64_t keep_bytes = 0;  // in the journal's folder
  std::uint64_t segment_bytes = 0;
  bool has_archive = false;
};

struct RetainedSegment {
  std::uint64_t number = 0;
  platform::UnixNanos ended{};  // when the next one was begun
  std::uint64_t file_bytes = 0;
  bool is_compressed = false;
  bool is_results_only = false;
  bool is_archived = false;
};

enum class RetentionAct : std::uint8_t {
  compress,    // into the archive, if there is one
  drop_ticks,  // results only, where it is
  remove,
};

struct RetentionStep {
  RetentionAct act = RetentionAct::compress;
  std::uint64_t number = 0;
  bool is_for_size = false;  // not because of its age
};

/// The first step that is due. `segments`: all there are, the oldest first, the one that is written last.
/// `passed_over`: numbers of those with which something went wrong.
[[nodiscard]] std::optional<RetentionStep> next_step(const RetentionPolicy& policy,
                                                     const std::vector<RetainedSegment>& segments,
                                                     platform::UnixNanos now,
                                                     const std::set<std::uint64_t>& passed_over = {});

}  // namespace tickplant::daemon
