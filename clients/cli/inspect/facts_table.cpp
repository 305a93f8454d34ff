#include "clients/cli/inspect/facts_table.hpp"

#include <algorithm>

#include "clients/cli/number_text.hpp"
#include "feedhandlers/itch50/messages.hpp"

namespace tickplant::cli {
namespace {

std::string padded(const std::string& text, int width) {
  const auto wanted = static_cast<std::size_t>(width < 0 ? -width : width);
  if (text.size() >= wanted) return text;
  const std::string blanks(wanted - text.size(), ' ');
  return width < 0 ? text + blanks : blanks + text;
}

std::string line(const char* name, const std::string& value) { return padded(name, -15) + value + '\n'; }

std::string messages_table(const Facts& facts, const Style& style) {
  std::string out = style.bold("messages       " + count_text(facts.messages)) + '\n';
  for (const auto& row : feedhandlers::itch50::kMessageTypes) {
    const auto found = facts.messages_by_type.find(row.type);
    if (found == facts.messages_by_type.end()) continue;
    out += "  " + std::string(1, row.type) + "  " + padded(std::string(row.name), -32) +
           padded(count_text(found->second), 14);
    const auto unknown = facts.unknown_references_by_type.find(row.type);
    if (unknown != facts.unknown_references_by_type.end()) {
      out += style.warning("   " + count_text(unknown->second) + " about an order never seen");
    }
    out += '\n';
  }
  return out;
}

std::string warnings(const Facts& facts, const Style& style) {
  std::string out;
  const auto warn = [&](std::uint64_t count, const char* text) {
    if (count > 0) out += style.warning("  ! " + count_text(count) + ' ' + text) + '\n';
  };
  if (facts.truncated_tail)
    out += style.warning("  ! the file is cut: " + facts.problem) + '\n';
  else if (!facts.problem.empty())
    out += style.warning("  ! " + facts.problem) + '\n';
  if (!facts.trading_date) {
    out += style.warning("  ! trading date unknown: give --date YYYY-MM-DD for times in UTC") + '\n';
  }
  warn(facts.bad_lengths, "messages of a wrong length");
  warn(facts.unknown_types, "messages of an unknown type");
  warn(facts.damaged_packets, "damaged packets");
  warn(facts.skipped_frames, "frames that carry no UDP we can read");
  warn(facts.unsequenced_packets, "packets without a sequence number: gaps cannot be seen");
  warn(facts.refused_orders, "orders refused (repeated reference, no shares, or no room)");
  warn(facts.over_executions, "executions or cancels of more than was open");
  warn(facts.unknown_instruments, "messages about an instrument that could not be named");
  warn(facts.backward_times, "time stamps before the one ahead of them");
  warn(facts.crossed_after_add, "orders that left the book locked or crossed");
  for (std::size_t i = 0; i < std::min<std::size_t>(facts.gaps.size(), 5); ++i) {
    const GapFacts& gap = facts.gaps[i];
    out += style.warning("  ! gap in session " + gap.session + ": " + std::to_string(gap.first) + " to " +
                         std::to_string(gap.last) + ", " + count_text(gap.last - gap.first + 1) + " messages") +
           '\n';
  }
  if (facts.gaps.size() > 5) out += style.warning("  ! and " + count_text(facts.gaps.size() - 5) + " more gaps") + '\n';
  return out;
}

std::string quote_text(ringbuf::Price price, std::uint64_t size) {
  return ringbuf::is_present(price) ? price_text(price) + " x " + std::to_string(size) : "-";
}

std::string instruments_table(const Facts& facts, std::size_t most, const Style& style) {
  std::vector<const InstrumentFacts*> order;
  for (const InstrumentFacts& one : facts.instruments) order.push_back(&one);
  std::stable_sort(order.begin(), order.end(), [](const InstrumentFacts* a, const InstrumentFacts* b) {
    return a->shares != b->shares ? a->shares > b->shares : a->open_orders > b->open_orders;
  });
  std::string out = style.bold(padded("symbol", -9) + padded("trades", 9) + padded("shares", 13) + padded("vwap", 14) +
                               padded("last", 11) + padded("high", 11) + padded("low", 11) + padded("bid", 18) +
                               padded("ask", 18) + padded("orders", 9)) +
                    '\n';
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i) {
    const InstrumentFacts& one = *order[i];
    out += padded(one.symbol, -9) + padded(count_text(one.trades), 9) + padded(count_text(one.shares), 13) +
           padded(rounded_price_text(one.vwap(), 6), 14) + padded(price_text(one.last), 11) +
           padded(price_text(one.high), 11) + padded(price_text(one.low), 11) +
           padded(quote_text(one.best_bid, one.best_bid_size), 18) +
           padded(quote_text(one.best_ask, one.best_ask_size), 18) + padded(count_text(one.open_orders), 9);
    if (one.maybe_bad_book) out += style.warning("  book incomplete");
    out += '\n';
  }
  if (order.size() > most) {
    out +=
        style.dim("and " + count_text(order.size() - most) + " more instruments (--all shows them, --json too)") + '\n';
  }
  return out;
}

}  // namespace

std::string to_table(const Facts& facts, std::size_t most_instruments, const Style& style) {
  std::string out;
  out += line("file", facts.file);
  out += line("format", facts.format + (facts.compression == "none" ? "" : ", " + facts.compression));
  const std::string date = facts.trading_date ? platform::to_string(*facts.trading_date) : "unknown";
  out += line("trading date", date + (facts.trading_date ? " (" + facts.trading_date_from + ")" : ""));
  if (facts.first_time) {
    out += line("time", time_of_day_text(*facts.first_time) + " - " + time_of_day_text(*facts.last_time) + ' ' +
                            facts.time_zone);
  }
  if (facts.is_capture)
    out += line("packets", count_text(facts.packets) + ", " + count_text(facts.heartbeats) + " heartbeats");
  for (const SessionFacts& one : facts.sessions) {
    out += line("session",
                (one.session.empty() ? "(blank)" : one.session) + ", messages " + std::to_string(one.first_sequence) +
                    " to " + std::to_string(one.next_sequence - 1) + (one.missed_messages > 0 ? "" : ", no gap") +
                    (one.duplicate_messages > 0 ? ", " + count_text(one.duplicate_messages) + " duplicates" : ""));
  }
  out += messages_table(facts, style);
  out += warnings(facts, style);
  out += line("open orders", count_text(facts.open_orders));
  out += line("records", count_text(facts.records) + " published");
  if (!facts.instruments.empty()) out += '\n' + instruments_table(facts, most_instruments, style);
  return out;
}

}  // namespace tickplant::cli
