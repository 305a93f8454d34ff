#include "clients/cli/live/health.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

#include "clients/cli/live/feed_status.hpp"
#include "clients/cli/live/journal_facts.hpp"
#include "clients/cli/number_text.hpp"

namespace tickplant::cli {
namespace {

using clients::PlantState;

using ringbuf::counter::SourceState;

std::string error_text(int error) { return std::error_code(error, std::generic_category()).message(); }

void judge_state(const PlantFacts& facts, std::vector<HealthReason>& reasons) {
  const std::string since = " for " + duration_text(facts.now - facts.heartbeat);
  switch (facts.state) {
    case PlantState::live: break;
    case PlantState::stalled: reasons.push_back({"stalled", "", "no sign of life" + since}); break;
    case PlantState::dead: reasons.push_back({"dead", "", "the daemon was killed"}); break;
    case PlantState::closed: reasons.push_back({"stopped", "", "stopped in order"}); break;
  }
  if (facts.state == PlantState::live && !facts.ready_at) reasons.push_back({"starting", "", "not ready yet"});
  if (facts.stalled_threads > 0) {
    reasons.push_back({"thread_stalled", "", count_text(facts.stalled_threads, "thread") + " without a cycle"});
  }
}

/// How long the feed has been silent: since its last packet, or since the daemon could have had one, or since the venue
/// opened. None: it is closed.
std::optional<std::int64_t> silence(const PlantFacts& facts, const FeedFacts& feed) {
  platform::UnixNanos since = facts.ready_at.value_or(facts.created_at);
  if (feed.last_packet) since = std::max(since, *feed.last_packet);
  if (feed.hours) {
    const auto opened = open_since(*feed.hours, facts.now);
    if (!opened) return std::nullopt;
    since = std::max(since, *opened);
  }
  return facts.now - since;
}

std::string silence_text(const PlantFacts& facts, const FeedFacts& feed, std::int64_t silent) {
  const std::string text = feed.last_packet ? "no packet for " + duration_text(facts.now - *feed.last_packet)
                                            : "no packet since the plant is up, " + duration_text(silent);
  return feed.hours ? "stale: " + text + " in its trading hours" : text;
}

void judge_capture(const FeedFacts& feed, std::vector<HealthReason>& reasons) {
  if (const std::string error = disk_error_text(*feed.capture); !error.empty()) {
    reasons.push_back({"capture", feed.name, error});
  }
  if (feed.capture->not_captured > 0) {
    reasons.push_back(
        {"capture_lost", feed.name,
         count_text(feed.capture->not_captured, "packet") + " missing in the capture: its disk was too slow"});
  }
}

void judge_feed(const PlantFacts& facts, const FeedFacts& feed, const HealthLimits& limits,
                std::vector<HealthReason>& reasons) {
  const auto add = [&](const char* key, const std::string& text) { reasons.push_back({key, feed.name, text}); };
  if (feed.source == SourceState::failed) add("feed_failed", "its source failed; the daemon's log says why");
  if (feed.source == SourceState::stopped)
    add("feed_stopped", "an admin stopped it; tickplant feed start lets it go on");
  const bool should_speak =
      feed.source != SourceState::failed && feed.source != SourceState::ended && feed.source != SourceState::stopped;
  if (facts.state == PlantState::live && should_speak) {
    const auto silent = silence(facts, feed);
    if (silent && *silent > limits.silent_ns) add("feed_silent", silence_text(facts, feed, *silent));
  }
  if (const std::string doubt = doubt_text(feed); !doubt.empty()) add("books_in_doubt", doubt);
  if (feed.gaps > 0) {
    add("gaps", count_text(feed.gaps, "gap") + ", " + count_text(feed.missed_messages, "message") + " missed");
  }
  if (feed.differing_packets > 0) {
    add("lines_differ", count_text(feed.differing_packets, "packet") + " with different contents on its lines");
  }
  if (feed.kernel_drops > 0) {
    add("kernel_drops", count_text(feed.kernel_drops, "datagram") + " dropped by the kernel: the sockets were full");
  }
  if (feed.capture) judge_capture(feed, reasons);
}

}  // namespace

std::vector<std::string> health_reason_keys() {
  return {"stalled",         "dead",        "stopped",        "starting",       "thread_stalled",
          "feed_failed",     "feed_silent", "books_in_doubt", "gaps",           "lines_differ",
          "kernel_drops",    "capture",     "capture_lost",   "clock",          "recorder",
          "recorder_lost",   "journal",     "journal_lost",   "analytics_lost", "numbers",
          "instruments_full"};
}

std::vector<HealthReason> reasons_against(const PlantFacts& facts, const HealthLimits& limits) {
  std::vector<HealthReason> reasons;
  judge_state(facts, reasons);
  for (const FeedFacts& feed : facts.feeds) judge_feed(facts, feed, limits, reasons);
  if (facts.clock_error_ns && *facts.clock_error_ns > limits.clock_error_ns) {
    reasons.push_back(
        {"clock", "", "the clock is unsynchronised: UTC only within " + duration_text(*facts.clock_error_ns)});
  }
  if (facts.recorder && facts.recorder->error != 0) {
    reasons.push_back({"recorder", "", "the recorder's disk refuses: " + error_text(facts.recorder->error)});
  }
  if (facts.recorder && facts.recorder->lost_records > 0) {
    reasons.push_back(
        {"recorder_lost", "",
         count_text(facts.recorder->lost_records, "record") + " missing in the copy: the disk was too slow"});
  }
  if (facts.journal && facts.journal->state == ringbuf::counter::JournalState::degraded) {
    reasons.push_back({"journal", "", degraded_text(*facts.journal)});
  }
  if (facts.journal && facts.journal->lost_records > 0) {
    reasons.push_back(
        {"journal_lost", "", count_text(facts.journal->lost_records, "record") + " missing in the journal"});
  }
  if (facts.analytics && facts.analytics->lost_records > 0) {
    reasons.push_back({"analytics_lost", "",
                       count_text(facts.analytics->lost_records, "record") +
                           " overwritten before analytics took them: windows they belong to say gap_inside"});
  }
  if (facts.analytics && facts.analytics->lost_for_alerts > 0) {
    reasons.push_back({"alerts_lost", "",
                       count_text(facts.analytics->lost_for_alerts, "result") +
                           " overwritten before alerts among them were in the ring of alerts"});
  }
  if (facts.numbers_at_risk) {
    reasons.push_back(
        {"numbers", "", "sequence numbers taken are not on disk: after a reboot some may come twice; see the log"});
  }
  if (facts.instruments_refused > 0) {
    reasons.push_back(
        {"instruments_full", "", count_text(facts.instruments_refused, "instrument") + " found the directory full"});
  }
  return reasons;
}

}  // namespace tickplant::cli
