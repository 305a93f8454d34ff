#include "daemon/journal/retention_plan.hpp"

#include <algorithm>

#include "ringbuf/journal/segment_compressor.hpp"

namespace tickplant::daemon {
namespace {

/// So far below `keep` the size is held, that the supply of segments seldom has to let go of anything itself.
constexpr std::uint64_t kSegmentsOfRoom = 2;

bool is_older(std::int64_t age, std::int64_t bound) noexcept { return bound != 0 && age > bound; }

std::optional<RetentionAct> act_by_age(const RetentionPolicy& policy, const RetainedSegment& segment,
                                       std::int64_t age) noexcept {
  const bool keeps_results = policy.keep_results_ns > policy.delete_after_ns;
  if (is_older(age, policy.delete_after_ns)) {
    if (!keeps_results || age > policy.keep_results_ns) return RetentionAct::remove;
    if (!segment.is_results_only) return RetentionAct::drop_ticks;
  }
  if (segment.is_results_only && is_older(age, policy.keep_results_ns)) return RetentionAct::remove;
  const bool is_in_place = segment.is_compressed && (segment.is_archived || !policy.has_archive);
  if (is_older(age, policy.compress_after_ns) && !is_in_place) return RetentionAct::compress;
  return std::nullopt;
}

}  // namespace

std::optional<RetentionStep> next_step(const RetentionPolicy& policy, const std::vector<RetainedSegment>& segments,
                                       platform::UnixNanos now, const std::set<std::uint64_t>& passed_over) {
  const std::size_t untouched = ringbuf::untouched_segments(policy.segment_bytes);
  if (segments.size() <= untouched) return std::nullopt;
  const auto old = std::span(segments).first(segments.size() - untouched);
  for (const RetainedSegment& segment : old) {
    if (passed_over.contains(segment.number)) continue;
    const auto act = act_by_age(policy, segment, now - segment.ended);
    if (act) return RetentionStep{*act, segment.number};
  }
  const bool outlives_ticks = policy.has_archive || policy.keep_results_ns != 0;
  if (policy.keep_bytes == 0 || !outlives_ticks) return std::nullopt;  // the supply lets go of them
  std::uint64_t bytes = kSegmentsOfRoom * policy.segment_bytes;
  for (const RetainedSegment& segment : segments) bytes += segment.is_archived ? 0 : segment.file_bytes;
  if (bytes <= policy.keep_bytes) return std::nullopt;
  for (const RetainedSegment& segment : old) {
    const bool is_left = passed_over.contains(segment.number) || segment.is_archived;
    if (is_left || (segment.is_results_only && !policy.has_archive)) continue;
    return RetentionStep{policy.has_archive ? RetentionAct::compress : RetentionAct::drop_ticks, segment.number, true};
  }
  for (const RetainedSegment& segment : old) {
    if (!segment.is_archived && !passed_over.contains(segment.number)) {
      return RetentionStep{RetentionAct::remove, segment.number, true};
    }
  }
  return std::nullopt;
}

}  // namespace tickplant::daemon
