#include "clients/cli/journal/dbn_export.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "feedhandlers/dbn/messages.hpp"
#include "feedhandlers/dbn/publishers.hpp"
#include "platform/calendar_date.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_scanner.hpp"

namespace tickplant::cli {
namespace {

namespace dbn = feedhandlers::dbn;
using namespace ringbuf;
using platform::UnixNanos;

constexpr std::size_t kSymbolBytes = 71;

/// Numbers of the wire, little-endian, one behind the other.
class Bytes {
 public:
  template <class Integer>
  Bytes& number(Integer value) {
    for (std::size_t i = 0; i < sizeof value; ++i) {
      bytes_.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff));
    }
    return *this;
  }
  Bytes& text(std::string_view text, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) bytes_.push_back(i < text.size() ? text[i] : '\0');
    return *this;
  }
  Bytes& time(UnixNanos time) {
    return number(time == platform::kNoTime ? ~std::uint64_t{0} : static_cast<std::uint64_t>(time.value));
  }
  void pad_to(std::size_t multiple) { bytes_.resize((bytes_.size() + multiple - 1) / multiple * multiple, '\0'); }
  void append(const Bytes& other) { bytes_.insert(bytes_.end(), other.bytes_.begin(), other.bytes_.end()); }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  void write(std::FILE* out) const { std::fwrite(bytes_.data(), 1, bytes_.size(), out); }

 private:
  std::vector<char> bytes_;
};

/// The header of a record of so many bytes.
Bytes record_of(std::size_t bytes, std::uint8_t rtype, std::uint16_t publisher, std::uint32_t instrument,
                UnixNanos ts_event) {
  Bytes out;
  out.number(static_cast<std::uint8_t>(bytes / 4)).number(rtype).number(publisher).number(instrument).time(ts_event);
  return out;
}

/// The venue's number in the first dataset that has it; 0: it has none, the dataset's name says it.
std::uint16_t publisher_of(std::string_view venue) noexcept {
  const auto found = std::find(dbn::kVenues.begin() + 1, dbn::kVenues.end(), venue);
  return found == dbn::kVenues.end() ? std::uint16_t{0} : static_cast<std::uint16_t>(found - dbn::kVenues.begin());
}

std::string venue_in(const std::string& name) {
  const std::size_t at = name.rfind('@');
  return at == std::string::npos ? "" : name.substr(at + 1);
}

std::uint8_t flags_of(RecordFlags flags) noexcept {
  const auto bit_if = [&](RecordFlags ours, dbn::Flag theirs) {
    return has(flags, ours) ? static_cast<unsigned>(theirs) : 0u;
  };
  return static_cast<std::uint8_t>(bit_if(RecordFlags::end_of_event, dbn::Flag::last) |
                                   bit_if(RecordFlags::snapshot, dbn::Flag::snapshot) |
                                   bit_if(RecordFlags::bad_clock, dbn::Flag::bad_ts_recv) |
                                   bit_if(RecordFlags::maybe_bad_book, dbn::Flag::maybe_bad_book));
}

char code_of(Side side) noexcept { return side == Side::bid ? 'B' : side == Side::ask ? 'A' : 'N'; }
/// Of the aggressor, where `side` rests.
char aggressor_of(Side side) noexcept { return side == Side::bid ? 'A' : side == Side::ask ? 'B' : 'N'; }

bool fits(Size size) noexcept { return size.value < dbn::kUndefinedSize; }
std::uint32_t low_half(std::uint64_t value) noexcept { return static_cast<std::uint32_t>(value); }

std::int32_t day_of(UnixNanos time, int days_later) noexcept {
  constexpr std::int64_t kDay = 86'400 * platform::kNanosPerSecond;
  const std::int64_t day = time.value / kDay + days_later;
  return platform::to_yyyymmdd(
      platform::date_of_days(static_cast<std::int32_t>(std::clamp<std::int64_t>(day, 0, 1'000'000))));
}

}  // namespace

DbnExportSetup dbn_export_of(const std::filesystem::path& folder, const std::string& ring, dbn::Schema schema,
                             const std::function<bool(const InstrumentEntry&)>& likes) {
  DbnExportSetup setup;
  setup.schema = schema;
  JournalKnowledge knowledge;
  JournalScanner scanner(folder);
  while (const auto block = scanner.next(Payloads::facts)) {
    if (block->header.kind == BlockKind::facts) {
      FactsReader facts(block->payload);
      while (const auto fact = facts.next()) {
        knowledge.apply(*fact);
        if (fact->kind != FactKind::instrument) continue;
        const auto entry = fact->as<InstrumentEntry>();
        if (!likes || likes(entry)) setup.instruments.emplace(name_of(entry), text_of(entry.symbol));
      }
      continue;
    }
    if (block->header.kind != BlockKind::ticks) continue;
    const RingFact* const its = knowledge.ring(block->header.ring);
    if (its == nullptr || text_of(its->name) != ring) continue;
    const UnixNanos first{block->header.first_event}, last{block->header.last_event};
    if (first > UnixNanos{0} && (setup.first == platform::kNoTime || first < setup.first)) setup.first = first;
    if (setup.last == platform::kNoTime || last > setup.last) setup.last = last;
  }
  return setup;
}

DbnExport::DbnExport(const DbnExportSetup& setup, std::FILE* out) : schema_(setup.schema), out_(out) {
  std::uint32_t number = 0;
  for (const auto& [name, symbol] : setup.instruments)
    instruments_[name] = {++number, publisher_of(venue_in(name)), {}};
  write_header(setup);
}

void DbnExport::write_header(const DbnExportSetup& setup) {
  const bool is_empty = setup.first == platform::kNoTime;
  const UnixNanos first = is_empty ? UnixNanos{0} : setup.first, last = is_empty ? UnixNanos{0} : setup.last;
  const std::string venue = setup.instruments.empty() ? "" : venue_in(setup.instruments.begin()->first);
  const auto count = static_cast<std::uint32_t>(setup.instruments.size());
  Bytes rest;
  rest.text((venue.empty() ? "TICKPLANT" : venue + ".TICKPLANT").substr(0, 16), 16);
  rest.number(static_cast<std::uint16_t>(setup.schema));
  rest.time(first).time(last + 1).number(std::uint64_t{0});
  rest.number(dbn::stype::kRawSymbol).number(dbn::stype::kInstrumentId).number(std::uint8_t{0});
  rest.number(static_cast<std::uint16_t>(kSymbolBytes)).text("", 53).number(std::uint32_t{0});
  rest.number(count);
  for (const auto& [name, symbol] : setup.instruments) rest.text(symbol, kSymbolBytes);
  rest.number(std::uint32_t{0}).number(std::uint32_t{0});  // resolved for some days, for none
  rest.number(count);
  for (const auto& [name, symbol] : setup.instruments) {
    rest.text(symbol, kSymbolBytes).number(std::uint32_t{1});
    rest.number(day_of(first, 0)).number(day_of(last, 1));
    rest.text(std::to_string(instruments_.at(name).number), kSymbolBytes);
  }
  rest.pad_to(8);
  Bytes prelude;
  prelude.text("DBN", 3).number(dbn::kNewestVersion).number(static_cast<std::uint32_t>(rest.size()));
  prelude.append(rest);
  prelude.write(out_);
}

DbnExport::Instrument* DbnExport::whose(InstrumentId id, const JournalKnowledge& knowledge) {
  const InstrumentEntry* const entry = knowledge.instrument(id);
  if (entry == nullptr) return nullptr;
  const auto found = instruments_.find(name_of(*entry));
  return found == instruments_.end() ? nullptr : &found->second;
}

void DbnExport::take(const JournalRecords& records, const JournalKnowledge& knowledge) {
  if (records.kind != BlockKind::ticks) return;
  for (std::size_t i = 0; i < records.count(); ++i) {
    const auto record = records.as<Record>(i);
    if (record.header.type == RecordType::book_clear && record.header.instrument == kNoInstrument) {
      for (const auto& [name, each] : instruments_) clear(record, each);
      continue;
    }
    if (Instrument* const instrument = whose(record.header.instrument, knowledge)) take(record, *instrument);
  }
}

void DbnExport::take(const Record& record, Instrument& instrument) {
  const bool is_mbo = schema_ == dbn::Schema::mbo;
  switch (record.header.type) {
    case RecordType::order:
      if (is_mbo) take(record, instrument, record.as<OrderBody>());
      break;
    case RecordType::trade: take(record, instrument, record.as<TradeBody>()); break;
    case RecordType::quote:
      if (schema_ == dbn::Schema::mbp_1) take(record, instrument, record.as<QuoteBody>());
      break;
    case RecordType::book_clear: clear(record, instrument); break;
    default: break;
  }
}

void DbnExport::take(const Record& record, Instrument& instrument, const OrderBody& order) {
  const std::uint8_t flags = flags_of(record.header.flags);
  switch (order.action) {
    case OrderAction::add: return write_order(record, instrument, order, 'A', flags);
    case OrderAction::cancel: return write_order(record, instrument, order, 'C', flags);
    case OrderAction::modify: return write_order(record, instrument, order, 'M', flags);
    case OrderAction::execute: {
      // A fill says nothing of the book; what it takes off is a cancel, which ends the event.
      constexpr auto kLast = static_cast<std::uint8_t>(dbn::Flag::last);
      write_order(record, instrument, order, 'F', static_cast<std::uint8_t>(flags & ~kLast));
      return write_order(record, instrument, order, 'C', flags);
    }
  }
}

void DbnExport::write_order(const Record& record, const Instrument& instrument, const OrderBody& order, char action,
                            std::uint8_t flags) {
  if (!fits(order.size)) {
    ++left_out_;
    return;
  }
  const RecordHeader& header = record.header;
  Bytes out = record_of(dbn::Mbo::kBytes, dbn::rtype::kMbo, instrument.publisher, instrument.number, header.ts_event);
  out.number(order.order_id).number(order.price.value).number(low_half(order.size.value));
  out.number(flags).number(std::uint8_t{0}).number(action).number(code_of(order.side));
  out.time(header.ts_recv).number(std::int32_t{0}).number(low_half(header.stamp));
  out.write(out_);
  ++records_;
}

void DbnExport::clear(const Record& record, const Instrument& instrument) {
  if (schema_ != dbn::Schema::mbo) return;
  OrderBody none;
  none.price = kNoPrice;
  write_order(record, instrument, none, 'R', flags_of(record.header.flags));
}

void DbnExport::take(const Record& record, Instrument& instrument, const TradeBody& trade) {
  if (!fits(trade.size)) {
    ++left_out_;
    return;
  }
  if (schema_ != dbn::Schema::mbo) return write_price_record(record, instrument, 'T', trade);
  const RecordHeader& header = record.header;
  Bytes out = record_of(dbn::Mbo::kBytes, dbn::rtype::kMbo, instrument.publisher, instrument.number, header.ts_event);
  out.number(std::uint64_t{0}).number(trade.price.value).number(low_half(trade.size.value));
  out.number(flags_of(header.flags)).number(std::uint8_t{0}).number('T').number(aggressor_of(trade.side));
  out.time(header.ts_recv).number(std::int32_t{0}).number(low_half(trade.trade_id));
  out.write(out_);
  ++records_;
}

void DbnExport::take(const Record& record, Instrument& instrument, const QuoteBody& quote) {
  if (!fits(quote.bid_size) || !fits(quote.ask_size)) {
    ++left_out_;
    return;
  }
  instrument.quote = quote;
  TradeBody none;
  none.price = kNoPrice;
  none.trade_id = record.header.stamp;
  write_price_record(record, instrument, 'M', none);
}

void DbnExport::write_price_record(const Record& record, const Instrument& instrument, char action,
                                   const TradeBody& trade) {
  const RecordHeader& header = record.header;
  const bool has_level = schema_ == dbn::Schema::mbp_1;
  Bytes out =
      record_of(has_level ? dbn::Mbp1::kBytes : dbn::Trade::kBytes, has_level ? dbn::rtype::kMbp1 : dbn::rtype::kTrade,
                instrument.publisher, instrument.number, header.ts_event);
  out.number(trade.price.value).number(low_half(trade.size.value)).number(action).number(aggressor_of(trade.side));
  out.number(flags_of(header.flags)).number(std::uint8_t{0});
  out.time(header.ts_recv).number(std::int32_t{0}).number(low_half(trade.trade_id));
  if (has_level) {
    const QuoteBody& quote = instrument.quote;
    out.number(quote.bid_price.value).number(quote.ask_price.value);
    out.number(low_half(quote.bid_size.value)).number(low_half(quote.ask_size.value));
    out.number(std::uint32_t{0}).number(std::uint32_t{0});  // how many orders: nobody told
  }
  out.write(out_);
  ++records_;
}

}  // namespace tickplant::cli
