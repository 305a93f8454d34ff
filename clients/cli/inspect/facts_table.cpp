#include "clients/cli/inspect/facts_table.hpp"

#include <algorithm>

#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"

namespace tickplant::cli {
namespace {

std::string messages_table(const Facts& facts, const Style& style) {
  std::string out = style.bold("messages       " + count_text(facts.messages)) + '\n';
  std::size_t width = 1;
  for (const MessageType& row : facts.message_types) width = std::max(width, row.type.size());
  for (const MessageType& row : facts.message_types) {
    const auto found = facts.messages_by_type.find(row.type);
    if (found == facts.messages_by_type.end()) continue;
    out += "  " + to_left(row.type, width + 2) + to_left(row.meaning, 32) + to_right(count_text(found->second), 14);
    const auto unknown = facts.unknown_references_by_type.find(row.type);
    if (unknown != facts.unknown_references_by_type.end()) {
      out += style.warning("   " + count_text(unknown->second) + " about an order never seen");
    }
    out += '\n';
  }
  std::string actions;
  for (const auto& [action, count] : facts.actions)
    actions += (actions.empty() ? "" : ", ") + action + ' ' + count_text(count);
  if (!actions.empty()) out += fact_line("actions", actions);
  return out;
}

std::string warnings(const Facts& facts, const Style& style) {
  std::string out;
  const auto warn = [&](std::uint64_t count, const char* thing, const char* rest) {
    if (count > 0) out += style.warning("  ! " + count_text(count, thing) + ' ' + rest) + '\n';
  };
  if (facts.truncated_tail)
    out += style.warning("  ! the file is cut: " + facts.problem) + '\n';
  else if (!facts.problem.empty())
    out += style.warning("  ! " + facts.problem) + '\n';
  if (!facts.trading_date) {
    out += style.warning("  ! trading date unknown: give --date YYYY-MM-DD for times in UTC") + '\n';
  }
  warn(facts.bad_lengths, "message", "of a wrong length");
  warn(facts.unknown_types, "message", "of an unknown type");
  warn(facts.damaged_packets, "packet", "with broken framing");
  warn(facts.skipped_frames, "frame", "without UDP that we can read");
  warn(facts.unsequenced_packets, "packet", "without a sequence number: gaps cannot be seen");
  warn(facts.left_out_packets, "packet", "of a session left before, or with an impossible number: left out");
  warn(facts.refused_orders, "order", "refused (repeated reference, no shares, or no room)");
  warn(facts.over_executions, "execution or cancel", "of more than was open");
  warn(facts.unknown_instruments, "message", "about an instrument that could not be named");
  warn(facts.backward_times, "time stamp", "before the one ahead of it");
  warn(facts.crossed_after_add, "order", "that left the book locked or crossed");
  for (std::size_t i = 0; i < std::min<std::size_t>(facts.gaps.size(), 5); ++i) {
    const GapFacts& gap = facts.gaps[i];
    out +=
        style.warning("  ! gap in session " + printable(gap.session) + ": " + std::to_string(gap.first) + " to " +
                      std::to_string(gap.last) + ", " + count_text(gap.last - gap.first + 1, facts.numbered.c_str())) +
        '\n';
  }
  if (facts.gaps.size() > 5) out += style.warning("  ! and " + count_text(facts.gaps.size() - 5, "more gap")) + '\n';
  return out;
}

std::string quote_text(ringbuf::Price price, std::uint64_t size) {
  return ringbuf::is_present(price) ? price_text(price) + " x " + std::to_string(size) : "-";
}

std::vector<Cell> row_of(const InstrumentFacts& one) {
  return {printable(one.symbol),
          count_text(one.trades),
          count_text(one.shares),
          rounded_price_text(one.vwap(), 6),
          price_text(one.last),
          price_text(one.high),
          price_text(one.low),
          quote_text(one.best_bid, one.best_bid_size),
          quote_text(one.best_ask, one.best_ask_size),
          count_text(one.open_orders)};
}

std::string instruments_table(const Facts& facts, std::size_t most, const Style& style) {
  std::vector<const InstrumentFacts*> order;
  for (const InstrumentFacts& one : facts.instruments) order.push_back(&one);
  std::stable_sort(order.begin(), order.end(), [](const InstrumentFacts* a, const InstrumentFacts* b) {
    return a->shares != b->shares ? a->shares > b->shares : a->open_orders > b->open_orders;
  });
  order.resize(std::min(most, order.size()));

  TextTable table(
      {{"symbol", true}, {"trades"}, {"shares"}, {"vwap"}, {"last"}, {"high"}, {"low"}, {"bid"}, {"ask"}, {"orders"}});
  for (const InstrumentFacts* one : order) table.add(row_of(*one), one->maybe_bad_book ? "book incomplete" : "");
  std::string out = table.text(style);
  if (const std::size_t rest = facts.instruments.size() - order.size(); rest > 0) {
    out += style.dim("and " + count_text(rest, "more instrument") + " (--all shows them, --json too)") + '\n';
  }
  return out;
}

std::string session_text(const SessionFacts& one, const std::string& numbered) {
  std::string text = one.session.empty() ? "(blank)" : printable(one.session);
  if (one.next_sequence == one.first_sequence) {
    text += ", no " + numbered + "s, next " + std::to_string(one.next_sequence);
  } else {
    text +=
        ", " + numbered + "s " + std::to_string(one.first_sequence) + " to " + std::to_string(one.next_sequence - 1);
  }
  text += one.missed_messages > 0 ? ", missed " + count_text(one.missed_messages) : ", no gap";
  if (one.late_messages > 0) text += ", of these came too late " + count_text(one.late_messages);
  if (one.duplicate_messages > 0) text += ", " + count_text(one.duplicate_messages, "duplicate");
  return text;
}

}  // namespace

std::string to_table(const Facts& facts, std::size_t most_instruments, const Style& style) {
  std::string out;
  out += fact_line("file", facts.file);
  out += fact_line("format", facts.format + (facts.compression == "none" ? "" : ", " + facts.compression));
  const std::string date = facts.trading_date ? platform::to_string(*facts.trading_date) : "unknown";
  out += fact_line("trading date", date + (facts.trading_date ? " (" + facts.trading_date_from + ")" : ""));
  if (facts.first_time) {
    out += fact_line("time", time_of_day_text(*facts.first_time) + " - " + time_of_day_text(*facts.last_time) + ' ' +
                                 facts.time_zone);
  }
  if (facts.is_capture)
    out += fact_line("packets", count_text(facts.packets) + ", " + count_text(facts.heartbeats, "heartbeat"));
  for (const SessionFacts& one : facts.sessions) out += fact_line("session", session_text(one, facts.numbered));
  out += messages_table(facts, style);
  out += warnings(facts, style);
  out += fact_line("open orders", count_text(facts.open_orders));
  out += fact_line("records", count_text(facts.records) + " published");
  if (!facts.instruments.empty()) out += '\n' + instruments_table(facts, most_instruments, style);
  return out;
}

}  // namespace tickplant::cli
