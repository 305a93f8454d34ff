#include "clients/cli/inspect/inspected.hpp"

#include <algorithm>

#include "config/text_kinds.hpp"
#include "feedhandlers/trading_date.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::Price;
using ringbuf::Record;
using ringbuf::RecordType;

void count_trade(InstrumentFacts& facts, const ringbuf::TradeBody& trade) {
  const ringbuf::Int128 notional =
      static_cast<ringbuf::Int128>(trade.price.value) * static_cast<ringbuf::Int128>(trade.size.value);
  if (trade.kind == ringbuf::TradeKind::cross) {
    ++facts.crosses;
    facts.cross_shares += trade.size.value;
    facts.cross_notional += notional;
    return;
  }
  if (!has(trade.eligibility, ringbuf::TradeEligibility::volume)) {
    ++facts.non_printable;
    facts.non_printable_shares += trade.size.value;
    return;
  }
  ++facts.trades;
  facts.shares += trade.size.value;
  facts.notional += notional;
  if (facts.trades == 1) facts.first = facts.high = facts.low = trade.price;
  facts.last = trade.price;
  facts.high = std::max(facts.high, trade.price);
  facts.low = std::min(facts.low, trade.price);
}

std::string session_text(const std::array<char, 10>& session) {
  std::string text(session.data(), session.size());
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.pop_back();
  return text;
}

}  // namespace

Inspected::Inspected(std::string path, const InspectOptions& options, const char* time_zone, std::size_t order_capacity)
    : plant(order_capacity), path_(std::move(path)), options_(options), zone_(options.time_zone.value_or(time_zone)) {
  if (options.venue && !config::is_mic(*options.venue)) {
    throw platform::SetupError{"the venue is '" + *options.venue + "', not a MIC",
                               "give four capital letters or digits, like XNAS"};
  }
  facts.file = path_;
  facts.time_zone = options.time_zone.value_or(time_zone);
}

feedhandlers::TradingDay Inspected::find_day(std::optional<platform::UnixNanos> captured) {
  if (options_.trading_date) {
    facts.trading_date = options_.trading_date;
    facts.trading_date_from = "option";
  } else if (captured && *captured > platform::UnixNanos{0}) {
    facts.trading_date = zone_.local_date(*captured);
    facts.trading_date_from = "capture time";
  } else if (const auto guess = feedhandlers::guess_trading_date(path_)) {
    facts.trading_date = guess->date;
    facts.trading_date_from = feedhandlers::describe(guess->rule);
  }
  facts.midnight = facts.trading_date ? zone_.local_midnight(*facts.trading_date) : platform::UnixNanos{};
  feedhandlers::TradingDay day{.midnight = facts.midnight, .date = 0, .utc_offset_seconds = 0};
  if (!facts.trading_date) return day;
  day.date = platform::to_yyyymmdd(*facts.trading_date);
  day.utc_offset_seconds = static_cast<std::int32_t>(zone_.utc_offset_nanos(day.midnight) / platform::kNanosPerSecond);
  return day;
}

void Inspected::after_batch(std::uint64_t messages) {
  plant.drain([this](const Record& record) {
    count(record);
    if (options_.on_record) options_.on_record(record, plant.directory().reader());
  });
  if (options_.on_progress) options_.on_progress(messages);
}

void Inspected::count(const Record& record) {
  ++facts.records;
  switch (record.header.type) {
    case RecordType::definition: facts_of(record.header.instrument); break;
    case RecordType::trade: count_trade(facts_of(record.header.instrument), record.as<ringbuf::TradeBody>()); break;
    case RecordType::gap: {
      const auto gap = record.as<ringbuf::GapBody>();
      facts.gaps.push_back({session_text(gap.session), gap.first, gap.last});
      break;
    }
    default: break;
  }
}

InstrumentFacts& Inspected::facts_of(ringbuf::InstrumentId id) {
  while (facts.instruments.size() < id.value) {
    const ringbuf::InstrumentId next{static_cast<std::uint32_t>(facts.instruments.size() + 1)};
    const std::string text = plant.directory().reader().symbol_of(next);
    facts.instruments.emplace_back().symbol = text.substr(0, text.rfind('@'));
  }
  return facts.instruments[id.value - 1];
}

void Inspected::set_times(platform::UnixNanos first, platform::UnixNanos last) {
  if (first == platform::kNoTime) return;
  facts.first_time = first - facts.midnight;
  facts.last_time = last - facts.midnight;
}

void Inspected::collect_sessions(const feedhandlers::sequencing::SessionTable& sessions) {
  facts.unsequenced_packets = sessions.unsequenced().packets;
  for (const auto& session : sessions.sessions()) {
    const auto& counters = session.tracker.counters();
    facts.sessions.push_back({session.id.text(), session.tracker.first(), session.tracker.next_expected(),
                              counters.packets, counters.messages, counters.duplicate_messages,
                              counters.missed_messages, counters.late_messages});
  }
  std::sort(facts.sessions.begin(), facts.sessions.end(),
            [](const SessionFacts& a, const SessionFacts& b) { return a.session < b.session; });
}

void Inspected::show_depth(std::uint64_t message, platform::UnixNanos time, char type, ringbuf::InstrumentId id) {
  ringbuf::DepthEntry depth;
  if (!options_.on_depth || id == ringbuf::kNoInstrument) return;
  if (plant.depth().read(id, depth) != ringbuf::TableRead::value) depth = {};
  options_.on_depth({message, time - facts.midnight, type, &symbol_of(id), &depth});
}

void Inspected::collect_books() {
  const feedhandlers::OrderBook& book = plant.book();
  facts.open_orders = book.open_orders();
  for (std::size_t i = 0; i < facts.instruments.size(); ++i) {
    const ringbuf::InstrumentId id{static_cast<std::uint32_t>(i + 1)};
    InstrumentFacts& one = facts.instruments[i];
    one.open_orders = book.open_orders(id);
    one.bid_levels = book.level_count(id, ringbuf::Side::bid);
    one.ask_levels = book.level_count(id, ringbuf::Side::ask);
    const ringbuf::QuoteBody bbo = one.bid_levels + one.ask_levels > 0 ? book.bbo(id) : plant.quote(id);
    one.best_bid = bbo.bid_price;
    one.best_ask = bbo.ask_price;
    one.best_bid_size = bbo.bid_size.value;
    one.best_ask_size = bbo.ask_size.value;
    one.maybe_bad_book = book.is_maybe_bad(id);
  }
}

}  // namespace tickplant::cli
