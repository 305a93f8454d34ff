// docs/shared-memory.md against the code: every value of every enum in shared memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "ringbuf/clock_layout.hpp"
#include "ringbuf/counters_layout.hpp"
#include "ringbuf/functions_layout.hpp"
#include "ringbuf/instruments_layout.hpp"
#include "ringbuf/records/derived.hpp"
#include "ringbuf/records/imbalance.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/status.hpp"
#include "ringbuf/records/trade.hpp"
#include "ringbuf/segment.hpp"
#include "ringbuf/sequencer_layout.hpp"
#include "tests/unit/ringbuf/shared_memory_document.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): the name as text
#define VALUE(Enum, name) \
  EnumValue { static_cast<std::uint64_t>(Enum::name), #name }

std::map<std::string, std::vector<EnumValue>> enums_of_the_code() {
  using Reason = BookClearBody::Reason;
  using K = InstrumentKind;
  using T = RecordType;
  using F = RecordFlags;
  using S = StatusKind;
  using Q = Quality;
  return {
      {"SegmentState", {VALUE(SegmentState, building), VALUE(SegmentState, live), VALUE(SegmentState, closed)}},
      {"RunKind", {VALUE(RunKind, none), VALUE(RunKind, records), VALUE(RunKind, command), VALUE(RunKind, pause)}},
      {"InstrumentStatus",
       {VALUE(InstrumentStatus, unknown), VALUE(InstrumentStatus, active), VALUE(InstrumentStatus, suspended),
        VALUE(InstrumentStatus, delisted)}},
      {"InstrumentKind",
       {VALUE(K, unknown), VALUE(K, equity), VALUE(K, fund), VALUE(K, warrant), VALUE(K, right), VALUE(K, bond),
        VALUE(K, future), VALUE(K, option), VALUE(K, currency_pair), VALUE(K, crypto_spot), VALUE(K, crypto_future),
        VALUE(K, index), VALUE(K, consolidated)}},
      {"Quality",
       {VALUE(Q, none), VALUE(Q, gap_inside), VALUE(Q, stale_input), VALUE(Q, partial_window), VALUE(Q, late_merged),
        VALUE(Q, conflated_input), VALUE(Q, clock_suspect), VALUE(Q, recovering), VALUE(Q, unverified_book),
        VALUE(Q, provisional)}},
      {"CounterKind", {VALUE(CounterKind, total), VALUE(CounterKind, level)}},
      {"ClockSource", {VALUE(platform::ClockSource, tsc), VALUE(platform::ClockSource, system)}},
      {"RecordType",
       {VALUE(T, none), VALUE(T, trade), VALUE(T, quote), VALUE(T, order), VALUE(T, level), VALUE(T, book_clear),
        VALUE(T, status), VALUE(T, imbalance), VALUE(T, auction_prices), VALUE(T, trade_cancel), VALUE(T, gap),
        VALUE(T, source_position), VALUE(T, heartbeat), VALUE(T, session), VALUE(T, definition), VALUE(T, command),
        VALUE(T, padding)}},
      {"RecordFlags",
       {VALUE(F, none), VALUE(F, end_of_event), VALUE(F, snapshot), VALUE(F, bad_clock), VALUE(F, maybe_bad_book),
        VALUE(F, possible_duplicate), VALUE(F, late), VALUE(F, correction), VALUE(F, delayed)}},
      {"Side", {VALUE(Side, none), VALUE(Side, bid), VALUE(Side, ask)}},
      {"TradeKind",
       {VALUE(TradeKind, unknown), VALUE(TradeKind, execution), VALUE(TradeKind, hidden), VALUE(TradeKind, cross),
        VALUE(TradeKind, off_book)}},
      {"TradeEligibility",
       {VALUE(TradeEligibility, none), VALUE(TradeEligibility, volume), VALUE(TradeEligibility, open_high_low),
        VALUE(TradeEligibility, last), VALUE(TradeEligibility, all)}},
      {"TradeCancelKind", {VALUE(TradeCancelKind, cancelled), VALUE(TradeCancelKind, corrected)}},
      {"OrderAction",
       {VALUE(OrderAction, add), VALUE(OrderAction, cancel), VALUE(OrderAction, execute), VALUE(OrderAction, modify)}},
      {"OrderReason", {VALUE(OrderReason, plain), VALUE(OrderReason, replaced), VALUE(OrderReason, deleted)}},
      {"BookClearReason",
       {VALUE(Reason, session), VALUE(Reason, snapshot), VALUE(Reason, recovery), VALUE(Reason, venue)}},
      {"TradingStatus",
       {VALUE(TradingStatus, unknown), VALUE(TradingStatus, pre_open), VALUE(TradingStatus, trading),
        VALUE(TradingStatus, halted), VALUE(TradingStatus, paused), VALUE(TradingStatus, quote_only),
        VALUE(TradingStatus, auction), VALUE(TradingStatus, closed)}},
      {"StatusKind",
       {VALUE(S, trading_action), VALUE(S, operational), VALUE(S, system_event), VALUE(S, short_sale),
        VALUE(S, price_band), VALUE(S, circuit_breaker_levels), VALUE(S, circuit_breaker), VALUE(S, market_maker),
        VALUE(S, ipo_quotation), VALUE(S, retail_interest)}},
      {"AuctionPricesKind",
       {VALUE(AuctionPricesKind, indicative), VALUE(AuctionPricesKind, allowable), VALUE(AuctionPricesKind, collar)}},
      {"FunctionKind",
       {VALUE(FunctionKind, none), VALUE(FunctionKind, window), VALUE(FunctionKind, indicator),
        VALUE(FunctionKind, signal), VALUE(FunctionKind, pattern)}},
      {"DerivedType",
       {VALUE(DerivedType, none), VALUE(DerivedType, window_row), VALUE(DerivedType, indicator_values),
        VALUE(DerivedType, signal), VALUE(DerivedType, correction), VALUE(DerivedType, gap),
        VALUE(DerivedType, alert)}},
      {"Basis", {VALUE(Basis, tick), VALUE(Basis, first), VALUE(Basis, final)}},
      {"RowKind",
       {VALUE(RowKind, on_time), VALUE(RowKind, late), VALUE(RowKind, provisional), VALUE(RowKind, carried),
        VALUE(RowKind, final)}},
      {"Trend", {VALUE(Trend, neutral), VALUE(Trend, bullish), VALUE(Trend, bearish)}},
      {"SignalValue",
       {VALUE(SignalValue, golden), VALUE(SignalValue, death), VALUE(SignalValue, up), VALUE(SignalValue, down),
        VALUE(SignalValue, swing), VALUE(SignalValue, volume), VALUE(SignalValue, match)}},
      {"SignalStatus",
       {VALUE(SignalStatus, stands), VALUE(SignalStatus, provisional), VALUE(SignalStatus, confirmed),
        VALUE(SignalStatus, withdrawn)}},
      {"AlertSeverity", {VALUE(AlertSeverity, info), VALUE(AlertSeverity, warning), VALUE(AlertSeverity, critical)}},
      {"CorrectionKind",
       {VALUE(CorrectionKind, cancelled), VALUE(CorrectionKind, corrected), VALUE(CorrectionKind, late),
        VALUE(CorrectionKind, unknown)}},
      {"GapReason", {VALUE(GapReason, lost), VALUE(GapReason, internal_reader), VALUE(GapReason, restart)}},
  };
}

TEST(SharedMemoryDocument, NamesEveryValueOfEveryEnum) {
  const auto code = enums_of_the_code();
  for (const auto& [name, values] : code) {
    SCOPED_TRACE(name);
    const auto found = document().enums.find(name);
    ASSERT_NE(found, document().enums.end()) << "no table";
    EXPECT_THAT(found->second, testing::ElementsAreArray(values));
  }
  EXPECT_EQ(document().enums.size(), code.size()) << "a table about an enum that this test does not know";
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
