#include "clients/cli/live/feed_status.hpp"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"

namespace tickplant::cli {
namespace {

constexpr std::size_t kWidth = 100;

/// What stands between two commas.
struct Item {
  std::string text;
  Look look = Look::plain;
};

/// One fact of several items, which go on below each other where a line is full.
class Fact {
 public:
  explicit Fact(std::string name) : name_(std::move(name)) {}

  Fact& add(std::string text, Look look = Look::plain) {
    items_.push_back({std::move(text), look});
    return *this;
  }
  /// Only what happened.
  Fact& add_if(std::uint64_t count, std::string text, Look look = Look::plain) {
    return count > 0 ? add(std::move(text), look) : *this;
  }

  /// Empty without items.
  [[nodiscard]] std::string text(const Style& style) const {
    std::string out, line;
    std::size_t columns = kIndent;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const bool is_last = i + 1 == items_.size();
      const std::size_t wanted = columns_of(items_[i].text) + (is_last ? 0 : 1);
      if (!line.empty() && columns + 1 + wanted > kWidth) {
        out += fact_line(out.empty() ? name_ : "", line);
        line.clear();
        columns = kIndent;
      }
      columns += wanted + (line.empty() ? 0 : 1);
      line += (line.empty() ? "" : " ") + style.as(items_[i].look, items_[i].text) + (is_last ? "" : ",");
    }
    return items_.empty() ? out : out + fact_line(out.empty() ? name_ : "", line);
  }

 private:
  static constexpr std::size_t kIndent = 15;  // of fact_line()
  std::string name_;
  std::vector<Item> items_;
};

std::string ago_text(const PlantFacts& facts, platform::UnixNanos time) {
  return duration_text(std::max<std::int64_t>(facts.now - time, 0)) + " ago";
}

Fact source_fact(const PlantFacts& facts, const FeedFacts& feed) {
  const FeedState state = state_of(facts, feed);
  Fact fact("source");
  fact.add(std::string(name_of(state)), look_of(state));
  fact.add(feed.last_packet ? "last packet " + ago_text(facts, *feed.last_packet) : "no packet yet");
  if (feed.hours) fact.add("trading hours " + feed.hours->text());
  return fact;
}

Fact delivered_fact(const FeedFacts& feed) {
  Fact fact("delivered");
  fact.add(count_text(feed.messages, "message")).add(count_text(feed.records, "record"));
  fact.add_if(feed.next_sequence, "next is " + count_text(feed.next_sequence));
  if (feed.delay.count > 0) {
    fact.add("delay p50 " + duration_text(feed.delay.p50)).add("p99 " + duration_text(feed.delay.p99));
  }
  return fact;
}

std::string line_text(const char* line, std::uint64_t packets) {
  return line + (packets == 0 ? std::string(" none") : ' ' + count_text(packets, "packet"));
}

Fact lines_fact(const FeedFacts& feed) {
  Fact fact("lines");
  fact.add(line_text("A", feed.packets_line_a)).add(line_text("B", feed.packets_line_b));
  fact.add_if(feed.kernel_drops, count_text(feed.kernel_drops) + " dropped by the kernel", Look::warning);
  fact.add_if(feed.card_stamps, count_text(feed.card_stamps) + " stamped by the card");
  return fact.add_if(feed.venue_heartbeats, count_text(feed.venue_heartbeats, "heartbeat"));
}

Fact received_fact(const FeedFacts& feed) {
  Fact fact(feed.reconnects ? "connection" : "file");
  fact.add(feed.reconnects ? bytes_text(feed.bytes) : count_text(feed.packets, "packet"));
  if (feed.reconnects) {
    fact.add(*feed.reconnects == 0 ? "never lost" : "lost or refused " + count_text(*feed.reconnects, "time"),
             *feed.reconnects == 0 ? Look::plain : Look::warning);
  }
  return fact;
}

Fact server_fact(const PlantFacts& facts, const ServerFacts& server) {
  using ringbuf::counter::ServerState;
  Fact fact("server");
  const std::string since =
      server.since ? " for " + duration_text(std::max<std::int64_t>(facts.now - *server.since, 0)) : std::string();
  const std::string why = as_text(server.failure);
  switch (server.state) {
    case ServerState::down:
      return fact.add("down" + since, Look::warning)
          .add(why, Look::warning)
          .add(std::string(remedy_for(server.failure)));
    case ServerState::up: fact.add("up" + since); break;
    case ServerState::ended: fact.add("session ended"); break;
    case ServerState::idle: fact.add("not asked"); break;
  }
  return server.failure.reason == ringbuf::counter::ServerReason::none ? fact : fact.add("last failure: " + why);
}

Fact arbitration_fact(const FeedFacts& feed) {
  Fact fact("arbitration");
  if (!feed.has_lines && feed.duplicate_messages == 0) return fact;
  fact.add(count_text(feed.duplicate_messages, "duplicate message"));
  if (!feed.has_lines) return fact;
  fact.add(count_text(feed.held_packets, "packet") + " held");
  if (feed.compared_packets == 0) return fact;
  return fact.add(count_text(feed.compared_packets) + " compared")
      .add(feed.differing_packets == 0 ? "lines agree"
                                       : count_text(feed.differing_packets) + " differ between the lines",
           feed.differing_packets == 0 ? Look::plain : Look::warning);
}

Fact requests_fact(const FeedFacts& feed) {
  Fact fact("re-requests");
  if (feed.requests == 0 && feed.packets_recovered == 0) return fact;
  return fact.add(count_text(feed.requests) + " sent").add(count_text(feed.packets_recovered, "packet") + " recovered");
}

Fact gaps_fact(const FeedFacts& feed) {
  Fact fact("gaps");
  if (feed.gaps == 0) return fact.add("none");
  return fact.add(count_text(feed.gaps), Look::warning)
      .add(count_text(feed.missed_messages, "message") + " missed", Look::warning);
}

Fact snapshots_fact(const SnapshotFacts& snapshots) {
  Fact fact("snapshots");
  fact.add(count_text(snapshots.attempts, "attempt"));
  fact.add_if(snapshots.failures, count_text(snapshots.failures) + " failed", Look::warning);
  fact.add_if(snapshots.complete, count_text(snapshots.complete) + " told");
  fact.add_if(snapshots.rebuilt_books, count_text(snapshots.rebuilt_books, "book") + " rebuilt");
  return fact.add_if(snapshots.differing_books, count_text(snapshots.differing_books, "book") + " found different",
                     Look::warning);
}

Fact books_fact(const FeedFacts& feed) {
  Fact fact("books");
  const std::string doubt = doubt_text(feed);
  return doubt.empty() ? fact.add("none in doubt") : fact.add(doubt, Look::warning);
}

Fact not_understood_fact(const FeedFacts& feed) {
  Fact fact("passed over");
  fact.add_if(feed.damaged_packets, count_text(feed.damaged_packets, "damaged packet"), Look::warning);
  fact.add_if(feed.foreign_packets, count_text(feed.foreign_packets, "foreign packet"), Look::warning);
  fact.add_if(feed.bad_messages, count_text(feed.bad_messages, "bad message"), Look::warning);
  return fact.add_if(feed.unknown_orders, count_text(feed.unknown_orders, "message") + " about unknown orders",
                     Look::warning);
}

Fact capture_fact(const CaptureFacts& capture) {
  Fact fact("capture");
  fact.add(count_text(capture.packets, "packet")).add(bytes_text(capture.bytes));
  fact.add(count_text(capture.files, "file") + " finished");
  fact.add_if(capture.not_captured, count_text(capture.not_captured, "packet") + " not captured", Look::warning);
  const std::string error = disk_error_text(capture);
  return error.empty() ? fact : fact.add(error, Look::warning);
}

Json snapshots_json(const SnapshotFacts& snapshots) {
  return {{"attempts", snapshots.attempts},
          {"failures", snapshots.failures},
          {"complete", snapshots.complete},
          {"rebuilt_books", snapshots.rebuilt_books},
          {"differing_books", snapshots.differing_books},
          {"books_in_doubt", name_of(snapshots.in_doubt)}};
}

Json server_json(const ServerFacts& server) {
  const bool has_failed = server.failure.reason != ringbuf::counter::ServerReason::none;
  return {{"state", name_of(server.state)},
          {"since", time_json(server.since)},
          {"last_failure", has_failed ? Json(name_of(server.failure)) : Json(nullptr)},
          {"detail", has_failed ? Json(server.failure.detail) : Json(nullptr)},
          {"text", has_failed ? Json(as_text(server.failure)) : Json(nullptr)},
          {"remedy", has_failed ? Json(remedy_for(server.failure)) : Json(nullptr)}};
}

Json capture_json(const CaptureFacts& capture) {
  return {{"packets", capture.packets},           {"bytes", capture.bytes},   {"files", capture.files},
          {"not_captured", capture.not_captured}, {"errors", capture.errors}, {"errno", capture.error}};
}

Json hours_json(const PlantFacts& facts, const TradingHours& hours) {
  return {{"open_minutes", hours.open.count()},
          {"close_minutes", hours.close.count()},
          {"time_zone", hours.time_zone},
          {"is_open", open_since(hours, facts.now).has_value()}};
}

/// Of sources that have lines.
Json lines_json(const FeedFacts& feed) {
  return {{"packets_a", feed.packets_line_a},
          {"packets_b", feed.packets_line_b},
          {"packets_recovered", feed.packets_recovered},
          {"kernel_drops", feed.kernel_drops},
          {"card_stamps", feed.card_stamps},
          {"compared_packets", feed.compared_packets},
          {"differing_packets", feed.differing_packets},
          {"held_packets", feed.held_packets},
          {"requests", feed.requests}};
}

}  // namespace

Look look_of(FeedState state) noexcept {
  switch (state) {
    case FeedState::live: return Look::rise;
    case FeedState::failed: return Look::fall;
    case FeedState::unknown:
    case FeedState::closed: return Look::plain;
    default: return Look::warning;
  }
}

std::string doubt_text(const FeedFacts& feed) {
  if (!feed.snapshots || feed.snapshots->in_doubt == BooksInDoubt::none) return "";
  if (feed.snapshots->in_doubt == BooksInDoubt::single) return "single books in doubt";
  return "all books in doubt" + (feed.missed_messages > 0
                                     ? ", " + count_text(feed.missed_messages, "message") + " lost so far"
                                     : std::string());
}

std::string disk_error_text(const CaptureFacts& capture) {
  if (capture.error == 0) return "";
  return "the capture's disk refuses: " + std::error_code(capture.error, std::generic_category()).message();
}

Json delay_json(const DelayFacts& delay) {
  if (delay.count == 0) return nullptr;
  return {{"records", delay.count}, {"p50_ns", delay.p50}, {"p99_ns", delay.p99}, {"p999_ns", delay.p999}};
}

std::string feed_status_text(const PlantFacts& facts, const FeedFacts& feed, const Style& style) {
  std::string out = style.bold(printable(feed.name)) + "  " + printable(feed.protocol) + " of " +
                    printable(feed.venue) + " into ring " + printable(feed.ring) + '\n';
  std::vector<Fact> ladder{
      source_fact(facts, feed), delivered_fact(feed), feed.has_lines ? lines_fact(feed) : received_fact(feed),
      arbitration_fact(feed),   requests_fact(feed),  gaps_fact(feed)};
  if (feed.server && !feed.snapshots) ladder.insert(ladder.begin() + 1, server_fact(facts, *feed.server));
  if (feed.snapshots) {
    ladder.push_back(snapshots_fact(*feed.snapshots));
    if (feed.server) ladder.push_back(server_fact(facts, *feed.server));
    ladder.push_back(books_fact(feed));
  }
  ladder.push_back(not_understood_fact(feed));
  if (feed.capture) ladder.push_back(capture_fact(*feed.capture));
  for (const Fact& fact : ladder) out += fact.text(style);
  return out;
}

Json feed_status_json(const PlantFacts& facts, const FeedFacts& feed) {
  return {{"name", feed.name},
          {"protocol", feed.protocol},
          {"venue", feed.venue},
          {"ring", feed.ring},
          {"state", feed.source ? Json(name_of(state_of(facts, feed))) : Json(nullptr)},
          {"last_packet", time_json(feed.last_packet)},
          {"trading_hours", feed.hours ? hours_json(facts, *feed.hours) : Json(nullptr)},
          {"packets", feed.packets},
          {"bytes", feed.bytes},
          {"messages", feed.messages},
          {"records", feed.records},
          {"venue_heartbeats", feed.venue_heartbeats},
          {"next_sequence", feed.next_sequence},
          {"duplicate_messages", feed.duplicate_messages},
          {"gaps", feed.gaps},
          {"missed_messages", feed.missed_messages},
          {"damaged_packets", feed.damaged_packets},
          {"foreign_packets", feed.foreign_packets},
          {"bad_messages", feed.bad_messages},
          {"unknown_orders", feed.unknown_orders},
          {"lines", feed.has_lines ? lines_json(feed) : Json(nullptr)},
          {"reconnects", feed.reconnects ? Json(*feed.reconnects) : Json(nullptr)},
          {"snapshots", feed.snapshots ? snapshots_json(*feed.snapshots) : Json(nullptr)},
          {"server", feed.server ? server_json(*feed.server) : Json(nullptr)},
          {"capture", feed.capture ? capture_json(*feed.capture) : Json(nullptr)},
          {"publish_delay", delay_json(feed.delay)}};
}

}  // namespace tickplant::cli
