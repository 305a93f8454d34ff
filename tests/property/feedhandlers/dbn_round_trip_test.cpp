// parse(encode(x)) == x, for every record kind in every version. Encoder and views were written apart from the same
// tables, the one by order, the other by offset.
#include <gtest/gtest.h>

#include <string>

#include "feedhandlers/dbn/metadata.hpp"
#include "feedhandlers/dbn/parser.hpp"
#include "tests/support/dbn_encoder.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::dbn::this_file {
namespace {

namespace product = feedhandlers::dbn;

/// Any value that the wire can carry.
class AnyValue {
 public:
  explicit AnyValue(std::uint64_t seed) : random_(seed) {}

  template <class Integer>
  requires std::is_integral_v<Integer>
  void fill(Integer& value) { value = static_cast<Integer>(random_.next()); }
  void fill(Level& level) {
    fill(level.bid_price), fill(level.ask_price), fill(level.bid_size), fill(level.ask_size);
    fill(level.bid_count), fill(level.ask_count);
  }
  std::string text(std::uint32_t length_max) {
    std::string text(random_.below(length_max + 1), ' ');
    for (char& c : text) c = static_cast<char>('!' + random_.below(94));
    return text;
  }
  void fill(Header& header) { fill(header.publisher), fill(header.instrument), fill(header.ts_event); }
  template <class... Values>
  void all(Values&... values) {
    (fill(values), ...);
  }

 private:
  Random random_;
};

template <class View>
void expect_header(const View& view, const Header& header) {
  EXPECT_EQ(view.rtype(), header.rtype);
  EXPECT_EQ(view.publisher().value, header.publisher);
  EXPECT_EQ(view.instrument().value, header.instrument);
  EXPECT_EQ(view.ts_event(), product::to_time(header.ts_event));
}
void expect_price(ringbuf::Price price, std::int64_t raw) { EXPECT_EQ(price.value, raw); }
void expect_time(platform::UnixNanos time, std::uint64_t raw) { EXPECT_EQ(time, product::to_time(raw)); }
void expect_level(product::LevelPair pair, const Level& level) {
  EXPECT_EQ((Level{pair.bid_price().value, pair.ask_price().value, pair.bid_size(), pair.ask_size(), pair.bid_count(),
                   pair.ask_count()}),
            level);
  EXPECT_EQ(pair.bid_publisher().value, static_cast<std::uint16_t>(level.bid_count));
  EXPECT_EQ(pair.ask_publisher().value, static_cast<std::uint16_t>(level.ask_count));
}

/// `compare(view)` with the one view that the record becomes.
template <class Compare>
struct Comparing {
  Compare compare;
  int called = 0;
  template <class Message>
  void on(const Message& message) {
    if constexpr (std::is_invocable_v<Compare&, const Message&>) {
      compare(message);
      ++called;
    }
  }
};

class DbnRoundTrip : public testing::TestWithParam<std::uint8_t> {
 protected:
  template <class Record, class Compare>
  void check(const Record& record, Compare compare) {
    const Bytes bytes = encoded(record, {.version = GetParam()});
    Comparing<Compare> handler{compare};
    ASSERT_EQ(product::parse(bytes, {GetParam(), false}, handler), product::ParseOutcome::ok);
    EXPECT_EQ(handler.called, 1);
  }

  static constexpr int kRounds = 200;
  AnyValue any_{test_seed()};
};

TEST_P(DbnRoundTrip, Orders) {
  for (int round = 0; round < kRounds; ++round) {
    Mbo m;
    any_.all(m.header, m.order, m.price, m.size, m.flags, m.channel, m.action, m.side, m.ts_recv, m.ts_in_delta,
             m.sequence);
    check(m, [&](const product::Mbo& view) {
      expect_header(view, m.header);
      EXPECT_EQ(view.order().value, m.order);
      expect_price(view.price(), m.price);
      EXPECT_EQ(view.size(), m.size);
      EXPECT_EQ(view.flags().bits, m.flags);
      EXPECT_EQ(view.channel(), m.channel);
      EXPECT_EQ(view.action(), m.action);
      EXPECT_EQ(view.side(), m.side);
      expect_time(view.ts_recv(), m.ts_recv);
      EXPECT_EQ(view.ts_in_delta(), m.ts_in_delta);
      EXPECT_EQ(view.sequence(), m.sequence);
    });
  }
}

template <class View, class Record>
void expect_market_by_price(const View& view, const Record& m) {
  expect_header(view, m.header);
  expect_price(view.price(), m.price);
  EXPECT_EQ(view.size(), m.size);
  EXPECT_EQ(view.action(), m.action);
  EXPECT_EQ(view.side(), m.side);
  EXPECT_EQ(view.flags().bits, m.flags);
  EXPECT_EQ(view.depth(), m.depth);
  expect_time(view.ts_recv(), m.ts_recv);
  EXPECT_EQ(view.ts_in_delta(), m.ts_in_delta);
  EXPECT_EQ(view.sequence(), m.sequence);
}

TEST_P(DbnRoundTrip, TradesAndLevels) {
  const auto any = [&]<class Record>(Record m) {
    any_.all(m.header, m.price, m.size, m.action, m.side, m.flags, m.depth, m.ts_recv, m.ts_in_delta, m.sequence);
    for (Level& level : m.levels) any_.fill(level);
    return m;
  };
  for (int round = 0; round < kRounds; ++round) {
    const Trade trade = any(Trade{});
    check(trade, [&](const product::Trade& view) { expect_market_by_price(view, trade); });
    const Mbp1 one = any(Mbp1{});
    check(one, [&](const product::Mbp1& view) {
      expect_market_by_price(view, one);
      expect_level(view.level(), one.levels[0]);
    });
    const Mbp10 ten = any(Mbp10{});
    check(ten, [&](const product::Mbp10& view) {
      expect_market_by_price(view, ten);
      for (std::size_t i = 0; i < 10; ++i) expect_level(view.level(i), ten.levels[i]);
    });
  }
}

TEST_P(DbnRoundTrip, SampledAndConsolidatedBestPrices) {
  const auto expect_common = [](const auto& view, const auto& m) {
    expect_header(view, m.header);
    expect_price(view.price(), m.price);
    EXPECT_EQ(view.size(), m.size);
    EXPECT_EQ(view.side(), m.side);
    EXPECT_EQ(view.flags().bits, m.flags);
    expect_time(view.ts_recv(), m.ts_recv);
    expect_level(view.level(), m.level);
  };
  for (int round = 0; round < kRounds; ++round) {
    Bbo bbo;
    any_.all(bbo.header, bbo.price, bbo.size, bbo.side, bbo.flags, bbo.ts_recv, bbo.sequence, bbo.level);
    check(bbo, [&](const product::Bbo& view) {
      expect_common(view, bbo);
      EXPECT_EQ(view.sequence(), bbo.sequence);
    });
    Cbbo cbbo;
    any_.all(cbbo.header, cbbo.price, cbbo.size, cbbo.side, cbbo.flags, cbbo.ts_recv, cbbo.level);
    check(cbbo, [&](const product::Cbbo& view) { expect_common(view, cbbo); });
    Cmbp1 cmbp;
    any_.all(cmbp.header, cmbp.price, cmbp.size, cmbp.action, cmbp.side, cmbp.flags, cmbp.ts_recv, cmbp.ts_in_delta,
             cmbp.level);
    check(cmbp, [&](const product::Cmbp1& view) {
      expect_common(view, cmbp);
      EXPECT_EQ(view.action(), cmbp.action);
      EXPECT_EQ(view.ts_in_delta(), cmbp.ts_in_delta);
    });
  }
}

TEST_P(DbnRoundTrip, BarsStatusesAndImbalances) {
  for (int round = 0; round < kRounds; ++round) {
    Ohlcv bar;
    any_.all(bar.header, bar.prices[0], bar.prices[1], bar.prices[2], bar.prices[3], bar.volume);
    check(bar, [&](const product::Ohlcv& view) {
      expect_header(view, bar.header);
      EXPECT_EQ((std::array{view.open().value, view.high().value, view.low().value, view.close().value}), bar.prices);
      EXPECT_EQ(view.volume(), bar.volume);
    });
    Status status;
    any_.all(status.header, status.ts_recv, status.action, status.reason, status.trading_event, status.is_trading,
             status.is_quoting, status.is_short_sell_restricted);
    check(status, [&](const product::Status& view) {
      expect_header(view, status.header);
      expect_time(view.ts_recv(), status.ts_recv);
      EXPECT_EQ(view.action(), status.action);
      EXPECT_EQ(view.reason(), status.reason);
      EXPECT_EQ(view.trading_event(), status.trading_event);
      EXPECT_EQ(view.is_trading(), status.is_trading);
      EXPECT_EQ(view.is_quoting(), status.is_quoting);
      EXPECT_EQ(view.is_short_sell_restricted(), status.is_short_sell_restricted);
    });
    Imbalance m;
    any_.all(m.header, m.ts_recv, m.reference_price, m.auction_time, m.book_clearing_price, m.auction_clearing_price,
             m.ssr_filling_price, m.indicative_match_price, m.upper_collar, m.lower_collar, m.paired_size,
             m.total_imbalance_size, m.market_imbalance_size, m.unpaired_size, m.auction_type, m.side, m.auction_status,
             m.freeze_status, m.extensions, m.unpaired_side, m.significant);
    check(m, [&](const product::Imbalance& view) {
      expect_header(view, m.header);
      expect_time(view.ts_recv(), m.ts_recv);
      expect_price(view.reference_price(), m.reference_price);
      expect_time(view.auction_time(), m.auction_time);
      expect_price(view.book_clearing_price(), m.book_clearing_price);
      expect_price(view.auction_clearing_price(), m.auction_clearing_price);
      expect_price(view.ssr_filling_price(), m.ssr_filling_price);
      expect_price(view.indicative_match_price(), m.indicative_match_price);
      expect_price(view.upper_collar(), m.upper_collar);
      expect_price(view.lower_collar(), m.lower_collar);
      EXPECT_EQ(view.paired_size(), m.paired_size);
      EXPECT_EQ(view.total_imbalance_size(), m.total_imbalance_size);
      EXPECT_EQ(view.market_imbalance_size(), m.market_imbalance_size);
      EXPECT_EQ(view.unpaired_size(), m.unpaired_size);
      EXPECT_EQ(view.auction_type(), m.auction_type);
      EXPECT_EQ(view.side(), m.side);
      EXPECT_EQ(view.auction_status(), m.auction_status);
      EXPECT_EQ(view.freeze_status(), m.freeze_status);
      EXPECT_EQ(view.extensions(), m.extensions);
      EXPECT_EQ(view.unpaired_side(), m.unpaired_side);
      EXPECT_EQ(view.significant(), m.significant);
    });
  }
}

/// Any of the views that a record has in the versions.
template <class View, class... Views>
concept OneOf = (std::is_same_v<View, Views> || ...);

TEST_P(DbnRoundTrip, Statistics) {
  for (int round = 0; round < kRounds; ++round) {
    struct Statistics m;
    any_.all(m.header, m.ts_recv, m.ts_ref, m.price, m.quantity, m.sequence, m.ts_in_delta, m.type, m.channel,
             m.update_action, m.stat_flags);
    if (GetParam() < 3) m.quantity = static_cast<std::int32_t>(m.quantity);
    check(m, [&]<OneOf<product::StatisticsV1, product::StatisticsV3> View>(const View& view) {
      expect_header(view, m.header);
      expect_time(view.ts_recv(), m.ts_recv);
      expect_time(view.ts_ref(), m.ts_ref);
      expect_price(view.price(), m.price);
      EXPECT_EQ(view.quantity(), m.quantity);
      EXPECT_EQ(view.sequence(), m.sequence);
      EXPECT_EQ(view.ts_in_delta(), m.ts_in_delta);
      EXPECT_EQ(view.type(), m.type);
      EXPECT_EQ(view.channel(), m.channel);
      EXPECT_EQ(view.update_action(), m.update_action);
      EXPECT_EQ(view.stat_flags(), m.stat_flags);
    });
  }
}

TEST_P(DbnRoundTrip, MappingsAndTexts) {
  const bool is_v1 = GetParam() == 1;
  for (int round = 0; round < kRounds; ++round) {
    Mapping m;
    any_.all(m.header, m.stype_in, m.stype_out, m.begin, m.end);
    m.symbol_in = any_.text(is_v1 ? 22 : 71);
    m.symbol_out = any_.text(is_v1 ? 22 : 71);
    check(m, [&]<OneOf<product::SymbolMappingV1, product::SymbolMappingV2> View>(const View& view) {
      expect_header(view, m.header);
      EXPECT_EQ(view.symbol_in(), m.symbol_in);
      EXPECT_EQ(view.symbol_out(), m.symbol_out);
      expect_time(view.begin(), m.begin);
      expect_time(view.end(), m.end);
      if constexpr (std::is_same_v<View, product::SymbolMappingV2>) {
        EXPECT_EQ(view.stype_in(), m.stype_in);
        EXPECT_EQ(view.stype_out(), m.stype_out);
      }
    });
    Error error;
    any_.all(error.header, error.code, error.is_last);
    error.text = any_.text(is_v1 ? 64 : 302);
    check(error, [&]<OneOf<product::ErrorV1, product::ErrorV2> View>(const View& view) {
      EXPECT_EQ(view.text(), error.text);
      if constexpr (std::is_same_v<View, product::ErrorV2>) {
        EXPECT_EQ(view.code(), error.code);
        EXPECT_EQ(view.is_last(), error.is_last);
      }
    });
    System system;
    any_.all(system.header, system.code);
    system.text = any_.text(is_v1 ? 64 : 303);
    check(system, [&]<OneOf<product::SystemV1, product::SystemV2> View>(const View& view) {
      EXPECT_EQ(view.text(), system.text);
      if constexpr (std::is_same_v<View, product::SystemV2>) {
        EXPECT_EQ(view.code(), system.code);
      }
    });
  }
}

TEST_P(DbnRoundTrip, Definitions) {
  for (int round = 0; round < kRounds; ++round) {
    Definition m;
    any_.all(m.header, m.ts_recv, m.min_price_increment, m.expiration, m.strike_price, m.round_lot, m.instrument_class,
             m.update_action);
    m.currency = any_.text(4);
    m.raw_symbol = any_.text(GetParam() == 1 ? 22 : 71);
    m.security_type = any_.text(7);
    check(m, [&]<OneOf<product::DefinitionV1, product::DefinitionV2, product::DefinitionV3> View>(const View& view) {
      expect_header(view, m.header);
      expect_time(view.ts_recv(), m.ts_recv);
      expect_price(view.min_price_increment(), m.min_price_increment);
      expect_time(view.expiration(), m.expiration);
      expect_price(view.strike_price(), m.strike_price);
      EXPECT_EQ(view.round_lot(), m.round_lot);
      EXPECT_EQ(view.currency(), m.currency);
      EXPECT_EQ(view.raw_symbol(), m.raw_symbol);
      EXPECT_EQ(view.security_type(), m.security_type);
      EXPECT_EQ(view.instrument_class(), m.instrument_class);
      EXPECT_EQ(view.update_action(), m.update_action);
    });
  }
}

TEST_P(DbnRoundTrip, Headers) {
  for (int round = 0; round < kRounds; ++round) {
    const std::uint32_t symbol_bytes = GetParam() == 1 ? 22 : 71;
    FileHeader header;
    any_.all(header.schema, header.start, header.end, header.limit, header.stype_in, header.stype_out);
    header.dataset = any_.text(16);
    std::uint32_t many = 0;
    any_.fill(many);
    for (auto* list : {&header.symbols, &header.partial, &header.not_found}) {
      for (std::uint32_t i = 0; i < (many >>= 3) % 4; ++i) list->push_back(any_.text(symbol_bytes));
    }
    for (std::uint32_t i = 0; i < (many >>= 3) % 4; ++i) {
      auto& [symbol, intervals] = header.mappings.emplace_back();
      symbol = any_.text(symbol_bytes);
      for (std::uint32_t k = 0; k < (many >> 3) % 3; ++k) {
        Interval& interval = intervals.emplace_back();
        any_.all(interval.start_date, interval.end_date);
        interval.symbol = any_.text(symbol_bytes);
      }
    }
    const bool has_ts_out = (many & 1) != 0;
    const Bytes file = encoded_header(header, {.version = GetParam(), .has_ts_out = has_ts_out});
    EXPECT_TRUE(GetParam() != 3 || file.size() % 8 == 0);

    product::Metadata read;
    ASSERT_EQ(product::MetadataReader(std::span(file).subspan(8)).read(GetParam(), read), product::MetadataOutcome::ok);
    product::Metadata wanted;
    wanted.version = GetParam();
    wanted.dataset = header.dataset;
    wanted.schema = static_cast<product::Schema>(header.schema);
    wanted.start = product::to_time(header.start);
    wanted.end = header.end == 0 ? platform::kNoTime : product::to_time(header.end);
    wanted.limit = header.limit;
    wanted.stype_in = header.stype_in;
    wanted.stype_out = header.stype_out;
    wanted.ts_out = has_ts_out;
    wanted.symbol_bytes = symbol_bytes;
    wanted.symbols = header.symbols;
    wanted.partial = header.partial;
    wanted.not_found = header.not_found;
    for (const auto& [symbol, intervals] : header.mappings) {
      product::SymbolMapping& mapping = wanted.mappings.emplace_back();
      mapping.symbol = symbol;
      for (const Interval& i : intervals) mapping.intervals.push_back({i.start_date, i.end_date, i.symbol});
    }
    EXPECT_EQ(read, wanted);
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, DbnRoundTrip, testing::Values(1, 2, 3));

}  // namespace
}  // namespace tickplant::tests::dbn::this_file
