#include "clients/cli/live/status_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "clients/cli/live/analytics_facts.hpp"
#include "clients/cli/live/feed_status.hpp"
#include "clients/cli/live/journal_facts.hpp"
#include "clients/cli/live/record_context.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"

namespace tickplant::cli {
namespace {

double rate_of(const PlantFacts& before, const PlantFacts& now, const RingFacts& ring) noexcept {
  const RingFacts* earlier = ring_in(before, ring.name);
  return earlier == nullptr ? 0 : per_second(earlier->published, ring.published, now.now - before.now);
}

/// Seconds that the ring holds at that rate; none while nothing comes.
std::optional<double> held_seconds(const RingFacts& ring, double rate) noexcept {
  if (rate <= 0) return std::nullopt;
  return static_cast<double>(ring.slots) / rate;
}

std::string percent(double share) {
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "%.0f%%", share * 100);
  return text.data();
}

std::string delay_text(const DelayFacts& delay, std::int64_t nanos) {
  return delay.count == 0 ? "-" : duration_text(nanos);
}

std::string feeds_table(const PlantFacts& facts, const Style& style) {
  TextTable table({{"feed", true},
                   {"state", true},
                   {"packets A"},
                   {"packets B"},
                   {"messages"},
                   {"records"},
                   {"gaps"},
                   {"missed"},
                   {"last packet"},
                   {"delay p50"},
                   {"p99"}});
  for (const FeedFacts& feed : facts.feeds) {
    const FeedState state = state_of(facts, feed);
    table.add(
        {printable(feed.name),
         {feed.source ? std::string(name_of(state)) : "-", look_of(state)},
         count_text(feed.packets_line_a),
         count_text(feed.packets_line_b),
         count_text(feed.messages),
         count_text(feed.records),
         {count_text(feed.gaps), feed.gaps > 0 ? Look::warning : Look::plain},
         {count_text(feed.missed_messages), feed.missed_messages > 0 ? Look::warning : Look::plain},
         feed.last_packet ? duration_text(std::max<std::int64_t>(facts.now - *feed.last_packet, 0)) + " ago" : "-",
         delay_text(feed.delay, feed.delay.p50),
         delay_text(feed.delay, feed.delay.p99)});
  }
  return table.empty() ? style.dim("no feeds") + '\n' : table.text(style);
}

std::string threads_table(const PlantFacts& before, const PlantFacts& now, const Style& style) {
  TextTable table({{"thread", true}, {"core"}, {"idle", true}, {"busy"}, {"longest cycle"}});
  for (const ThreadFacts& thread : now.threads) {
    table.add({printable(thread.name), thread.core ? std::to_string(*thread.core) : "any", thread.idle,
               percent(busy_share(before, now, thread)), duration_text(thread.longest_cycle_ns)});
  }
  return table.empty() ? style.dim("no threads") + '\n' : table.text(style);
}

std::vector<std::string> feed_warnings(const FeedFacts& feed) {
  std::vector<std::string> out;
  if (std::string doubt = doubt_text(feed); !doubt.empty()) out.push_back(std::move(doubt));
  if (!feed.capture) return out;
  if (std::string error = disk_error_text(*feed.capture); !error.empty()) out.push_back(std::move(error));
  if (feed.capture->not_captured > 0) out.push_back(count_text(feed.capture->not_captured, "packet") + " not captured");
  return out;
}

std::string warnings(const PlantFacts& facts, const Style& style) {
  std::string out;
  const auto warn = [&](const std::string& text) { out += style.warning("  ! " + text) + '\n'; };
  if (facts.stalled_threads > 0) warn(count_text(facts.stalled_threads, "thread") + " stalled");
  if (facts.numbers_at_risk) warn("sequence numbers may come twice after a reboot; the daemon's log says why");
  if (facts.own_uid_clients > 0) {
    warn(count_text(facts.own_uid_clients, "client") +
         " under the daemon's own user, who could write in its memory: another user, in plant.readers_group");
  }
  if (facts.recorder && facts.recorder->error != 0) {
    warn("the recorder's disk refuses: " + std::error_code(facts.recorder->error, std::generic_category()).message());
  }
  if (facts.recorder && facts.recorder->lost_records > 0) {
    warn(count_text(facts.recorder->lost_records, "record") + " missing in the recorder's copy");
  }
  if (facts.journal && facts.journal->state == ringbuf::counter::JournalState::degraded) {
    warn(degraded_text(*facts.journal));
  }
  if (facts.journal && facts.journal->lost_records > 0) {
    warn(count_text(facts.journal->lost_records, "record") + " missing in the journal");
  }
  if (facts.analytics && facts.analytics->lost_records > 0) {
    warn(count_text(facts.analytics->lost_records, "record") + " overwritten before analytics took them");
  }
  for (const FeedFacts& feed : facts.feeds) {
    for (const std::string& text : feed_warnings(feed)) warn("feed " + printable(feed.name) + ": " + text);
  }
  for (const MemoryWishFacts& wish : facts.memory_wishes) {
    if (!wish.is_refused()) continue;
    warn("memory." + wish.wish + (wish.ring.empty() ? "" : " of " + printable(wish.ring)) + ": " +
         std::string(reason_of(wish.outcome)) + " (" + std::string(remedy_for(wish.outcome)) + ")");
  }
  return out;
}

Json memory_wishes_json(const PlantFacts& facts) {
  Json out = Json::array();
  for (const MemoryWishFacts& wish : facts.memory_wishes) {
    const std::string_view remedy = remedy_for(wish.outcome);
    out.push_back({{"wish", wish.wish},
                   {"ring", wish.ring.empty() ? Json(nullptr) : Json(wish.ring)},
                   {"granted", !wish.is_refused()},
                   {"reason", reason_of(wish.outcome)},
                   {"remedy", remedy.empty() ? Json(nullptr) : Json(remedy)}});
  }
  return out;
}

Json feed_json(const PlantFacts& facts, const FeedFacts& feed) {
  return {{"name", feed.name},
          {"protocol", feed.protocol},
          {"venue", feed.venue},
          {"ring", feed.ring},
          {"state", feed.source ? Json(name_of(state_of(facts, feed))) : Json(nullptr)},
          {"packets", feed.packets},
          {"packets_line_a", feed.packets_line_a},
          {"packets_line_b", feed.packets_line_b},
          {"packets_recovered", feed.packets_recovered},
          {"messages", feed.messages},
          {"records", feed.records},
          {"gaps", feed.gaps},
          {"missed_messages", feed.missed_messages},
          {"kernel_drops", feed.kernel_drops},
          {"damaged_packets", feed.damaged_packets},
          {"last_packet", time_json(feed.last_packet)},
          {"publish_delay", delay_json(feed.delay)}};
}

}  // namespace

std::string rate_text(double rate) {
  if (rate <= 0) return "0";
  if (rate >= 10) return count_text(static_cast<std::uint64_t>(std::llround(rate)));
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "%.1f", rate);
  return text.data();
}

double busy_share(const PlantFacts& before, const PlantFacts& now, const ThreadFacts& thread) noexcept {
  const auto same = std::find_if(before.threads.begin(), before.threads.end(),
                                 [&](const ThreadFacts& other) { return other.name == thread.name; });
  const std::int64_t nanos = now.now - before.now;
  if (same == before.threads.end() || nanos <= 0) return 0;
  const std::uint64_t busy = thread.busy_ns - std::min(same->busy_ns, thread.busy_ns);
  return std::min(1.0, static_cast<double>(busy) / static_cast<double>(nanos));
}

std::string rings_text(const PlantFacts& before, const PlantFacts& now, const Style& style) {
  TextTable table({{"ring", true}, {"slots"}, {"slot bytes"}, {"published"}, {"records/s"}, {"holds"}});
  for (const RingFacts& ring : now.rings) {
    const double rate = rate_of(before, now, ring);
    const auto held = held_seconds(ring, rate);
    table.add({printable(ring.name), count_text(ring.slots), count_text(ring.slot_bytes), count_text(ring.published),
               rate_text(rate), held ? duration_text(static_cast<std::int64_t>(std::min(*held, 1e9) * 1e9)) : "-"});
  }
  return table.empty() ? style.dim("no rings") + '\n' : table.text(style);
}

std::string status_text(const PlantFacts& before, const PlantFacts& now, const Style& style) {
  WallClock utc("UTC");
  const platform::UnixNanos since = now.ready_at.value_or(now.created_at);
  const bool live = now.state == clients::PlantState::live;
  const std::string state(clients::name_of(now.state));
  std::string out = fact_line(
      "plant", style.bold(printable(now.name)) + ", " + (live ? style.as(Look::rise, state) : style.warning(state)));
  out += fact_line("daemon", "pid " + std::to_string(now.pid) + ", since " + utc.date_time_text(since) + " UTC" +
                                 (live ? " (" + duration_text(std::max<std::int64_t>(now.now - since, 0)) + ")" : "") +
                                 ", epoch " + std::to_string(now.epoch) + (now.ready_at ? "" : ", not ready yet"));
  out += fact_line("folder", now.folder);
  out += fact_line("memory", bytes_text(now.memory_bytes) + " in " + count_text(now.segments, "segment"));
  out += fact_line("instruments", count_text(now.instruments) + " of at most " + count_text(now.instrument_capacity));
  if (now.analytics) out += fact_line("analytics", analytics_text(*now.analytics));
  if (now.journal) out += fact_line("journal", journal_text(*now.journal));
  if (now.clock_error_ns)
    out += fact_line("clock", "within " + duration_text(*now.clock_error_ns) + " of the system's");
  out += warnings(now, style);
  out +=
      '\n' + feeds_table(now, style) + '\n' + threads_table(before, now, style) + '\n' + rings_text(before, now, style);
  return out;
}

Json rings_json(const PlantFacts& before, const PlantFacts& now) {
  Json out = Json::array();
  for (const RingFacts& ring : now.rings) {
    const double rate = rate_of(before, now, ring);
    const auto held = held_seconds(ring, rate);
    out.push_back({{"name", ring.name},
                   {"slots", ring.slots},
                   {"slot_bytes", ring.slot_bytes},
                   {"first_sequence", ring.first},
                   {"published", ring.published},
                   {"records_per_second", rate},
                   {"holds_seconds", held ? Json(*held) : Json(nullptr)},
                   {"publish_delay", delay_json(ring.delay)}});
  }
  return out;
}

Json status_json(const PlantFacts& before, const PlantFacts& now) {
  Json out{{"plant", now.name},
           {"state", clients::name_of(now.state)},
           {"pid", now.pid},
           {"epoch", now.epoch},
           {"folder", now.folder},
           {"created_at", now.created_at.value},
           {"ready_at", time_json(now.ready_at)},
           {"heartbeat", now.heartbeat.value},
           {"now", now.now.value},
           {"memory_bytes", now.memory_bytes},
           {"segments", now.segments},
           {"instruments", now.instruments},
           {"instrument_capacity", now.instrument_capacity},
           {"clock_error_ns", now.clock_error_ns ? Json(*now.clock_error_ns) : Json(nullptr)},
           {"stalled_threads", now.stalled_threads},
           {"own_uid_clients", now.own_uid_clients},
           {"numbers_at_risk", now.numbers_at_risk},
           {"memory_wishes", memory_wishes_json(now)},
           {"recorder", now.recorder ? Json{{"records", now.recorder->records},
                                            {"lost_records", now.recorder->lost_records},
                                            {"errno", now.recorder->error}}
                                     : Json(nullptr)},
           {"journal", now.journal ? journal_json(*now.journal) : Json(nullptr)},
           {"analytics", now.analytics ? analytics_json(*now.analytics) : Json(nullptr)},
           {"messages_per_second", per_second(messages_of(before), messages_of(now), now.now - before.now)},
           {"records_per_second", per_second(records_of(before), records_of(now), now.now - before.now)}};
  out["feeds"] = Json::array();
  for (const FeedFacts& feed : now.feeds) out["feeds"].push_back(feed_json(now, feed));
  out["threads"] = Json::array();
  for (const ThreadFacts& thread : now.threads) {
    out["threads"].push_back({{"name", thread.name},
                              {"core", thread.core ? Json(*thread.core) : Json(nullptr)},
                              {"idle", thread.idle},
                              {"cycles", thread.cycles},
                              {"busy_share", busy_share(before, now, thread)},
                              {"longest_cycle_ns", thread.longest_cycle_ns}});
  }
  out["rings"] = rings_json(before, now);
  return out;
}

}  // namespace tickplant::cli
