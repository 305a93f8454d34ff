#include "clients/cli/inspect/facts_json.hpp"

#include <cstdlib>

#include "clients/cli/json.hpp"
#include "clients/cli/number_text.hpp"

namespace tickplant::cli {
namespace {

/// A decimal number that reads back as the nearest double of the exact decimal text.
Json price(ringbuf::Price value) {
  return ringbuf::is_present(value) ? Json(std::strtod(price_text(value).c_str(), nullptr)) : Json(nullptr);
}

Json vwap(ringbuf::Price value) {
  return ringbuf::is_present(value) ? Json(std::strtod(rounded_price_text(value, 6).c_str(), nullptr)) : Json(nullptr);
}

Json size_at(ringbuf::Price at, std::uint64_t size) { return ringbuf::is_present(at) ? Json(size) : Json(nullptr); }

Json instrument(const InstrumentFacts& facts) {
  return {{"trades", facts.trades},
          {"shares", facts.shares},
          {"vwap", vwap(facts.vwap())},
          {"first", price(facts.first)},
          {"last", price(facts.last)},
          {"high", price(facts.high)},
          {"low", price(facts.low)},
          {"crosses", facts.crosses},
          {"cross_shares", facts.cross_shares},
          {"vwap_with_crosses", vwap(facts.vwap_with_crosses())},
          {"non_printable", facts.non_printable},
          {"non_printable_shares", facts.non_printable_shares},
          {"open_orders", facts.open_orders},
          {"bid_levels", facts.bid_levels},
          {"ask_levels", facts.ask_levels},
          {"best_bid", price(facts.best_bid)},
          {"best_bid_size", size_at(facts.best_bid, facts.best_bid_size)},
          {"best_ask", price(facts.best_ask)},
          {"best_ask_size", size_at(facts.best_ask, facts.best_ask_size)},
          {"maybe_bad_book", facts.maybe_bad_book}};
}

Json session(const SessionFacts& facts) {
  return {{"session", facts.session},
          {"first_sequence", facts.first_sequence},
          {"next_sequence", facts.next_sequence},
          {"packets", facts.packets},
          {"messages", facts.messages},
          {"duplicate_messages", facts.duplicate_messages},
          {"missed_messages", facts.missed_messages},
          {"late_messages", facts.late_messages}};
}

Json time_text(const std::optional<std::int64_t>& nanos) {
  return nanos ? Json(time_of_day_text(*nanos)) : Json(nullptr);
}

Json utc(const Facts& facts, const std::optional<std::int64_t>& nanos) {
  return nanos && facts.trading_date ? Json(facts.midnight.value + *nanos) : Json(nullptr);
}

}  // namespace

std::string to_json(const Facts& facts) {
  Json out{{"file", facts.file}, {"format", facts.format}, {"compression", facts.compression}};
  out["trading_date"] = facts.trading_date ? Json(platform::to_string(*facts.trading_date)) : Json(nullptr);
  out["trading_date_from"] = facts.trading_date ? Json(facts.trading_date_from) : Json(nullptr);
  out["time_zone"] = facts.time_zone;
  out["messages"] = facts.messages;
  out["messages_by_type"] = Json(facts.messages_by_type);
  out["actions"] = Json(facts.actions);
  out["bad_lengths"] = facts.bad_lengths;
  out["unknown_types"] = facts.unknown_types;
  out["truncated_tail"] = facts.truncated_tail;
  out["problem"] = facts.problem.empty() ? Json(nullptr) : Json(facts.problem);
  out["unknown_references_by_type"] = Json(facts.unknown_references_by_type);
  out["refused_orders"] = facts.refused_orders;
  out["over_executions"] = facts.over_executions;
  out["locked_or_crossed_after_add"] = facts.crossed_after_add;
  out["backward_times"] = facts.backward_times;
  out["unknown_instruments"] = facts.unknown_instruments;
  out["first_time"] = time_text(facts.first_time);
  out["last_time"] = time_text(facts.last_time);
  out["first_time_utc_ns"] = utc(facts, facts.first_time);
  out["last_time_utc_ns"] = utc(facts, facts.last_time);
  out["packets"] = facts.is_capture ? Json(facts.packets) : Json(nullptr);
  out["skipped_frames"] = facts.skipped_frames;
  out["damaged_packets"] = facts.damaged_packets;
  out["heartbeats"] = facts.heartbeats;
  out["unsequenced_packets"] = facts.unsequenced_packets;
  out["reordered_packets"] = facts.reordered_packets;
  out["left_out_packets"] = facts.left_out_packets;
  out["sessions"] = Json::array();
  for (const SessionFacts& one : facts.sessions) out["sessions"].push_back(session(one));
  out["gaps"] = Json::array();
  for (const GapFacts& gap : facts.gaps) {
    out["gaps"].push_back(
        {{"session", gap.session}, {"first", gap.first}, {"last", gap.last}, {"count", gap.last - gap.first + 1}});
  }
  out["open_orders"] = facts.open_orders;
  out["records"] = facts.records;
  out["instruments"] = Json::object();
  for (const InstrumentFacts& one : facts.instruments) out["instruments"][one.symbol] = instrument(one);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace tickplant::cli
