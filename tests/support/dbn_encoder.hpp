// Writes DBN files of versions 1 to 3: plain structs with one field a line, in the order of the specification, appended
// one after the other. Written apart from the views: no offset stands here.
//
// Threads: none.
// Not here: reading (feedhandlers/dbn).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickplant::tests::dbn {

using Bytes = std::vector<std::byte>;

inline constexpr std::int64_t kUndefinedPrice = 0x7fff'ffff'ffff'ffff;
inline constexpr std::uint64_t kUndefinedTime = ~std::uint64_t{0};

/// Appends what a record or header consists of.
class Out {
 public:
  explicit Out(Bytes& bytes) : bytes_(bytes) {}

  template <class Integer>
  void number(Integer value) {
    for (std::size_t i = 0; i < sizeof value; ++i)
      bytes_.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff));
  }
  void text(std::string_view text, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) bytes_.push_back(static_cast<std::byte>(i < text.size() ? text[i] : '\0'));
  }
  void zeros(std::size_t count) { bytes_.insert(bytes_.end(), count, std::byte{0}); }

 private:
  Bytes& bytes_;
};

/// How a record is written.
struct Form {
  std::uint8_t version = 3;
  bool has_ts_out = false;
  std::uint64_t ts_out = 0;
};

struct Header {
  std::uint8_t rtype = 0;
  std::uint16_t publisher = 1;
  std::uint32_t instrument = 1;
  std::uint64_t ts_event = 0;
};

struct Level {
  std::int64_t bid_price = kUndefinedPrice;
  std::int64_t ask_price = kUndefinedPrice;
  std::uint32_t bid_size = 0;
  std::uint32_t ask_size = 0;
  std::uint32_t bid_count = 0;  // of a consolidated one: the publisher
  std::uint32_t ask_count = 0;
  friend bool operator==(const Level&, const Level&) = default;
};
inline void write(Out& out, const Level& level) {
  out.number(level.bid_price);
  out.number(level.ask_price);
  out.number(level.bid_size);
  out.number(level.ask_size);
  out.number(level.bid_count);
  out.number(level.ask_count);
}

struct Mbo {
  Header header{.rtype = 0xa0};
  std::uint64_t order = 0;
  std::int64_t price = 0;
  std::uint32_t size = 0;
  std::uint8_t flags = 0x80;
  std::uint8_t channel = 0;
  char action = 'A';
  char side = 'B';
  std::uint64_t ts_recv = 0;
  std::int32_t ts_in_delta = 0;
  std::uint32_t sequence = 0;
};
inline void write(Out& out, const Mbo& m, Form) {
  out.number(m.order);
  out.number(m.price);
  out.number(m.size);
  out.number(m.flags);
  out.number(m.channel);
  out.number(m.action);
  out.number(m.side);
  out.number(m.ts_recv);
  out.number(m.ts_in_delta);
  out.number(m.sequence);
}

/// Trades have no level, MBP-1 and TBBO one, MBP-10 ten.
template <std::size_t LevelCount, std::uint8_t Rtype>
struct Mbp {
  Header header{.rtype = Rtype};
  std::int64_t price = 0;
  std::uint32_t size = 0;
  char action = 'T';
  char side = 'B';
  std::uint8_t flags = 0x80;
  std::uint8_t depth = 0;
  std::uint64_t ts_recv = 0;
  std::int32_t ts_in_delta = 0;
  std::uint32_t sequence = 0;
  std::array<Level, LevelCount> levels{};
};
using Trade = Mbp<0, 0x00>;
using Mbp1 = Mbp<1, 0x01>;
using Mbp10 = Mbp<10, 0x0a>;
template <std::size_t LevelCount, std::uint8_t Rtype>
void write(Out& out, const Mbp<LevelCount, Rtype>& m, Form) {
  out.number(m.price);
  out.number(m.size);
  out.number(m.action);
  out.number(m.side);
  out.number(m.flags);
  out.number(m.depth);
  out.number(m.ts_recv);
  out.number(m.ts_in_delta);
  out.number(m.sequence);
  for (const Level& level : m.levels) write(out, level);
}

struct Bbo {
  Header header{.rtype = 0xc3};
  std::int64_t price = 0;
  std::uint32_t size = 0;
  char side = 'N';
  std::uint8_t flags = 0x80;
  std::uint64_t ts_recv = 0;
  std::uint32_t sequence = 0;
  Level level{};
};
inline void write(Out& out, const Bbo& m, Form) {
  out.number(m.price);
  out.number(m.size);
  out.zeros(1);
  out.number(m.side);
  out.number(m.flags);
  out.zeros(1);
  out.number(m.ts_recv);
  out.zeros(4);
  out.number(m.sequence);
  write(out, m.level);
}

struct Cmbp1 {
  Header header{.rtype = 0xb1};
  std::int64_t price = 0;
  std::uint32_t size = 0;
  char action = 'A';
  char side = 'B';
  std::uint8_t flags = 0x80;
  std::uint64_t ts_recv = 0;
  std::int32_t ts_in_delta = 0;
  Level level{};
};
inline void write(Out& out, const Cmbp1& m, Form) {
  out.number(m.price);
  out.number(m.size);
  out.number(m.action);
  out.number(m.side);
  out.number(m.flags);
  out.zeros(1);
  out.number(m.ts_recv);
  out.number(m.ts_in_delta);
  out.zeros(4);
  write(out, m.level);
}

struct Cbbo {
  Header header{.rtype = 0xc0};
  std::int64_t price = 0;
  std::uint32_t size = 0;
  char side = 'N';
  std::uint8_t flags = 0x80;
  std::uint64_t ts_recv = 0;
  Level level{};
};
inline void write(Out& out, const Cbbo& m, Form) {
  out.number(m.price);
  out.number(m.size);
  out.zeros(1);
  out.number(m.side);
  out.number(m.flags);
  out.zeros(1);
  out.number(m.ts_recv);
  out.zeros(8);
  write(out, m.level);
}

struct Ohlcv {
  Header header{.rtype = 0x21};
  std::array<std::int64_t, 4> prices{};
  std::uint64_t volume = 0;
};
inline void write(Out& out, const Ohlcv& m, Form) {
  for (const std::int64_t price : m.prices) out.number(price);
  out.number(m.volume);
}

struct Status {
  Header header{.rtype = 0x12};
  std::uint64_t ts_recv = 0;
  std::uint16_t action = 7;
  std::uint16_t reason = 0;
  std::uint16_t trading_event = 0;
  char is_trading = '~';
  char is_quoting = '~';
  char is_short_sell_restricted = '~';
};
inline void write(Out& out, const Status& m, Form) {
  out.number(m.ts_recv);
  out.number(m.action);
  out.number(m.reason);
  out.number(m.trading_event);
  out.number(m.is_trading);
  out.number(m.is_quoting);
  out.number(m.is_short_sell_restricted);
  out.zeros(7);
}

struct Imbalance {
  Header header{.rtype = 0x14};
  std::uint64_t ts_recv = 0;
  std::int64_t reference_price = kUndefinedPrice;
  std::uint64_t auction_time = kUndefinedTime;
  std::int64_t book_clearing_price = kUndefinedPrice;
  std::int64_t auction_clearing_price = kUndefinedPrice;
  std::int64_t ssr_filling_price = kUndefinedPrice;
  std::int64_t indicative_match_price = kUndefinedPrice;
  std::int64_t upper_collar = kUndefinedPrice;
  std::int64_t lower_collar = kUndefinedPrice;
  std::uint32_t paired_size = 0;
  std::uint32_t total_imbalance_size = 0;
  std::uint32_t market_imbalance_size = 0;
  std::uint32_t unpaired_size = 0;
  char auction_type = 'O';
  char side = 'N';
  std::uint8_t auction_status = 0;
  std::uint8_t freeze_status = 0;
  std::uint8_t extensions = 0;
  char unpaired_side = 'N';
  char significant = '~';
};
inline void write(Out& out, const Imbalance& m, Form) {
  out.number(m.ts_recv);
  out.number(m.reference_price);
  out.number(m.auction_time);
  out.number(m.book_clearing_price);
  out.number(m.auction_clearing_price);
  out.number(m.ssr_filling_price);
  out.number(m.indicative_match_price);
  out.number(m.upper_collar);
  out.number(m.lower_collar);
  out.number(m.paired_size);
  out.number(m.total_imbalance_size);
  out.number(m.market_imbalance_size);
  out.number(m.unpaired_size);
  out.number(m.auction_type);
  out.number(m.side);
  out.number(m.auction_status);
  out.number(m.freeze_status);
  out.number(m.extensions);
  out.number(m.unpaired_side);
  out.number(m.significant);
  out.zeros(1);
}

struct Statistics {
  Header header{.rtype = 0x18};
  std::uint64_t ts_recv = 0;
  std::uint64_t ts_ref = 0;
  std::int64_t price = 0;
  std::int64_t quantity = 0;  // of 32 bits before version 3
  std::uint32_t sequence = 0;
  std::int32_t ts_in_delta = 0;
  std::uint16_t type = 0;
  std::uint16_t channel = 0;
  std::uint8_t update_action = 1;
  std::uint8_t stat_flags = 0;
};
inline void write(Out& out, const Statistics& m, Form form) {
  out.number(m.ts_recv);
  out.number(m.ts_ref);
  out.number(m.price);
  if (form.version < 3)
    out.number(static_cast<std::int32_t>(m.quantity));
  else
    out.number(m.quantity);
  out.number(m.sequence);
  out.number(m.ts_in_delta);
  out.number(m.type);
  out.number(m.channel);
  out.number(m.update_action);
  out.number(m.stat_flags);
  out.zeros(form.version < 3 ? 6 : 18);
}

struct Mapping {
  Header header{.rtype = 0x16};
  std::uint8_t stype_in = 1;
  std::string symbol_in{};
  std::uint8_t stype_out = 1;
  std::string symbol_out{};
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};
inline void write(Out& out, const Mapping& m, Form form) {
  if (form.version == 1) {
    out.text(m.symbol_in, 22);
    out.text(m.symbol_out, 22);
    out.zeros(4);
  } else {
    out.number(m.stype_in);
    out.text(m.symbol_in, 71);
    out.number(m.stype_out);
    out.text(m.symbol_out, 71);
  }
  out.number(m.begin);
  out.number(m.end);
}

struct Error {
  Header header{.rtype = 0x15};
  std::string text{};
  std::uint8_t code = 255;
  std::uint8_t is_last = 1;
};
inline void write(Out& out, const Error& m, Form form) {
  if (form.version == 1) return out.text(m.text, 64);
  out.text(m.text, 302);
  out.number(m.code);
  out.number(m.is_last);
}

struct System {
  Header header{.rtype = 0x17};
  std::string text{};
  std::uint8_t code = 0;
};
inline void write(Out& out, const System& m, Form form) {
  if (form.version == 1) return out.text(m.text, 64);
  out.text(m.text, 303);
  out.number(m.code);
}

/// The fields that say something to us have names; the others are written as zeros of their width.
struct Definition {
  Header header{.rtype = 0x13};
  std::uint64_t ts_recv = 0;
  std::int64_t min_price_increment = kUndefinedPrice;
  std::uint64_t expiration = kUndefinedTime;
  std::int64_t strike_price = kUndefinedPrice;
  std::int32_t round_lot = 0;
  std::string currency{};
  std::string raw_symbol{};
  std::string security_type{};
  char instrument_class = 'K';
  char update_action = 'A';
};
inline void write(Out& out, const Definition& m, Form form) {
  const int v = form.version;
  out.number(m.ts_recv);
  out.number(m.min_price_increment);
  out.zeros(8);  // display factor
  out.number(m.expiration);
  out.zeros(8);             // activation
  out.zeros(8 * 3);         // limits, variation
  if (v < 3) out.zeros(8);  // trading reference price
  out.zeros(8 * 3);         // unit of measure, increment amount, price ratio
  if (v > 1) out.number(m.strike_price);
  if (v == 3) out.zeros(8 * 3);  // raw instrument id, leg price, leg delta
  out.zeros(4 * 2);              // attributes, underlying id
  if (v < 3) out.zeros(4);       // raw instrument id
  out.zeros(4 * 6);              // depths, segment, largest volume, lots
  out.number(m.round_lot);
  out.zeros(4);                  // smallest volume
  if (v == 1) out.zeros(4);      // reserved
  out.zeros(4 * 3);              // multiplier, decay, original size
  if (v == 1) out.zeros(4);      // reserved
  if (v == 3) out.zeros(4 * 6);  // legs: id, four ratios, underlying
  if (v < 3) out.zeros(2);       // trading reference date
  out.zeros(2 * 4);              // application, year, decay date, channel
  if (v == 3) out.zeros(2 * 2);  // leg count, leg index
  out.text(m.currency, 4);
  out.zeros(4 + 6);  // settlement currency, sub-type
  out.text(m.raw_symbol, v == 1 ? 22 : 71);
  out.zeros(21 + 5 + (v == 3 ? 11 : 7) + 7);  // group, exchange, asset, classification
  out.text(m.security_type, 7);
  out.zeros(31 + 21 + 4);     // unit, underlying, currency of the strike
  if (v == 3) out.zeros(71);  // leg symbol
  out.number(m.instrument_class);
  if (v == 1) {
    out.zeros(2);
    out.number(m.strike_price);
    out.zeros(6);
  }
  out.zeros(v == 3 ? 5 : 7);  // from the match algorithm to the underlying product
  out.number(m.update_action);
  out.zeros(7);                                  // maturity, user-defined, unit, schedule, tick rule
  out.zeros(v == 1 ? 3 : v == 2 ? 10 : 2 + 17);  // class and side of the leg; reserved
}

/// One record, its length byte first.
template <class Record>
[[nodiscard]] Bytes encoded(const Record& record, Form form = {}) {
  Bytes bytes;
  Out out(bytes);
  out.zeros(1);
  out.number(record.header.rtype);
  out.number(record.header.publisher);
  out.number(record.header.instrument);
  out.number(record.header.ts_event);
  write(out, record, form);
  if (form.has_ts_out) out.number(form.ts_out);
  bytes[0] = static_cast<std::byte>(bytes.size() / 4);
  return bytes;
}

struct Interval {
  std::uint32_t start_date = 0;
  std::uint32_t end_date = 0;
  std::string symbol{};
};
struct FileHeader {
  std::string dataset = "GLBX.MDP3";
  std::uint16_t schema = 0;
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t limit = 0;
  std::uint8_t stype_in = 1;
  std::uint8_t stype_out = 0;
  std::vector<std::string> symbols{};
  std::vector<std::string> partial{};
  std::vector<std::string> not_found{};
  std::vector<std::pair<std::string, std::vector<Interval>>> mappings{};
};

[[nodiscard]] inline Bytes encoded_header(const FileHeader& header, Form form = {}) {
  const std::size_t symbol_bytes = form.version == 1 ? 22 : 71;
  Bytes rest;
  Out out(rest);
  out.text(header.dataset, 16);
  out.number(header.schema);
  out.number(header.start);
  out.number(header.end);
  out.number(header.limit);
  if (form.version == 1) out.number(kUndefinedTime);  // record count: not known
  out.number(header.stype_in);
  out.number(header.stype_out);
  out.number(static_cast<std::uint8_t>(form.has_ts_out ? 1 : 0));
  if (form.version > 1) out.number(static_cast<std::uint16_t>(symbol_bytes));
  out.zeros(form.version == 1 ? 47 : 53);
  out.number(std::uint32_t{0});  // schema definition
  for (const auto* list : {&header.symbols, &header.partial, &header.not_found}) {
    out.number(static_cast<std::uint32_t>(list->size()));
    for (const std::string& symbol : *list) out.text(symbol, symbol_bytes);
  }
  out.number(static_cast<std::uint32_t>(header.mappings.size()));
  for (const auto& [symbol, intervals] : header.mappings) {
    out.text(symbol, symbol_bytes);
    out.number(static_cast<std::uint32_t>(intervals.size()));
    for (const Interval& interval : intervals) {
      out.number(interval.start_date);
      out.number(interval.end_date);
      out.text(interval.symbol, symbol_bytes);
    }
  }
  if (form.version == 3) out.zeros((8 - rest.size() % 8) % 8);

  Bytes file;
  Out prelude(file);
  prelude.text("DBN", 3);
  prelude.number(form.version);
  prelude.number(static_cast<std::uint32_t>(rest.size()));
  file.insert(file.end(), rest.begin(), rest.end());
  return file;
}

inline void append(Bytes& file, const Bytes& more) { file.insert(file.end(), more.begin(), more.end()); }

}  // namespace tickplant::tests::dbn
