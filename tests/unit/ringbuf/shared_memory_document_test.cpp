// docs/shared-memory.md against the code: every table of it is read here, so that neither moves without the other.
//
//   <!-- layout: NAME at BASE size BYTES -->   rows | offset | bytes | field | ..., without holes; "–" is padding
//   <!-- enum: NAME -->                        rows | value | name | ...
//   <!-- table: schemas -->                    rows | kind | name | schema_hash |
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/catalog_layout.hpp"
#include "ringbuf/clock_layout.hpp"
#include "ringbuf/counters_layout.hpp"
#include "ringbuf/depth_layout.hpp"
#include "ringbuf/derived_image_layout.hpp"
#include "ringbuf/functions_layout.hpp"
#include "ringbuf/image_layout.hpp"
#include "ringbuf/instruments_layout.hpp"
#include "ringbuf/newest_table.hpp"
#include "ringbuf/queue_layout.hpp"
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
#include "ringbuf/text_layout.hpp"

namespace tickplant::ringbuf {
namespace {

struct Field {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::string name;
  friend bool operator==(const Field&, const Field&) = default;
  friend void PrintTo(const Field& field, std::ostream* out) {
    *out << field.name << " at " << field.offset << ", " << field.bytes << " bytes";
  }
};

struct Layout {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::vector<Field> fields;
};

using EnumValue = std::pair<std::uint64_t, std::string>;
using Schema = std::tuple<std::uint64_t, std::string, std::uint64_t>;

struct Document {
  std::map<std::string, Layout> layouts;
  std::map<std::string, std::vector<EnumValue>> enums;
  std::vector<Schema> schemas;
};

std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells;
  std::istringstream in(row.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const auto begin = cell.find_first_not_of(' ');
    cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, cell.find_last_not_of(' ') - begin + 1));
  }
  return cells;
}

std::uint64_t number(const std::string& text) {
  std::size_t used = 0;
  const std::uint64_t value = std::stoull(text, &used, 0);
  if (used != text.size()) throw std::runtime_error("not a number: " + text);
  return value;
}

Document read_document() {
  std::ifstream in(TICKPLANT_SOURCE_DIR "/docs/shared-memory.md");
  if (!in) throw std::runtime_error("docs/shared-memory.md is missing");
  Document document;
  std::string kind;
  std::string name;
  int rows_to_skip = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("<!-- ", 0) == 0) {
      std::istringstream words(line.substr(5));
      std::string at, base, size, bytes;
      words >> kind >> name >> at >> base >> size >> bytes;
      if (kind == "layout:") document.layouts[name] = {number(base), number(bytes), {}};
      if (kind == "enum:") document.enums[name] = {};
      rows_to_skip = 2;  // the table's head and the line under it
      continue;
    }
    if (line.empty() || line.front() != '|') {
      kind.clear();
      continue;
    }
    if (kind.empty() || rows_to_skip-- > 0) continue;
    const std::vector<std::string> cells = cells_of(line);
    if (kind == "layout:") document.layouts[name].fields.push_back({number(cells[0]), number(cells[1]), cells[2]});
    if (kind == "enum:") document.enums[name].emplace_back(number(cells[0]), cells[1]);
    if (kind == "table:") document.schemas.emplace_back(number(cells[0]), cells[1], number(cells[2]));
  }
  return document;
}

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): offsetof needs the member's name
#define FIELD(Struct, member) \
  Field { offsetof(Struct, member), sizeof(Struct::member), #member }

std::map<std::string, Layout> layouts_of_the_code() {
  using Broadcast = BroadcastControl<>;
  using Queue = QueueControl<>;
  using Text = TextControl<>;
  using Line = platform::ClockParameters;
  const auto in_line = [](Field field) {
    field.offset += offsetof(ClockEntry, line);
    return field;
  };
  using H = SegmentHeader;
  using I = ImageEntry;
  using N = InstrumentEntry;
  return {
      {"SegmentHeader",
       {0,
        sizeof(H),
        {FIELD(H, magic),
         FIELD(H, layout_major),
         FIELD(H, layout_minor),
         FIELD(H, endian_probe),
         FIELD(H, header_bytes),
         FIELD(H, cache_line_bytes),
         FIELD(H, kind),
         FIELD(H, reserved_0),
         FIELD(H, schema_hash),
         FIELD(H, segment_bytes),
         FIELD(H, slot_bytes),
         FIELD(H, slot_count),
         FIELD(H, plant_name),
         FIELD(H, segment_name),
         FIELD(H, state),
         FIELD(H, writer_pid),
         FIELD(H, writer_start_time),
         FIELD(H, epoch),
         FIELD(H, created_at),
         FIELD(H, reserved_1),
         FIELD(H, heartbeat),
         FIELD(H, heartbeat_count),
         FIELD(H, reserved_2),
         FIELD(H, wake_word),
         FIELD(H, reserved_3)}}},
      {"CatalogControl",
       {0x1000,
        sizeof(CatalogControl),
        {FIELD(CatalogControl, version), FIELD(CatalogControl, feed_count), FIELD(CatalogControl, segment_count),
         FIELD(CatalogControl, reserved)}}},
      {"FeedEntry",
       {0,
        sizeof(FeedEntry),
        {FIELD(FeedEntry, stamp), FIELD(FeedEntry, id), FIELD(FeedEntry, reserved), FIELD(FeedEntry, venue),
         FIELD(FeedEntry, name), FIELD(FeedEntry, protocol), FIELD(FeedEntry, time_zone), FIELD(FeedEntry, ring),
         FIELD(FeedEntry, entitlement_folder)}}},
      {"SegmentEntry",
       {0,
        sizeof(SegmentEntry),
        {FIELD(SegmentEntry, stamp), FIELD(SegmentEntry, kind), FIELD(SegmentEntry, feed),
         FIELD(SegmentEntry, reserved), FIELD(SegmentEntry, slot_bytes), FIELD(SegmentEntry, slot_count),
         FIELD(SegmentEntry, epoch), FIELD(SegmentEntry, name), FIELD(SegmentEntry, file)}}},
      {"BroadcastControl",
       {0x1000,
        sizeof(Broadcast),
        {FIELD(Broadcast, published), FIELD(Broadcast, image_complete_through), FIELD(Broadcast, durable),
         FIELD(Broadcast, first_sequence), FIELD(Broadcast, claimed), FIELD(Broadcast, reserved)}}},
      {"SequencerRun",
       {0,
        sizeof(SequencerRun),
        {FIELD(SequencerRun, stamp), FIELD(SequencerRun, watermark), FIELD(SequencerRun, cause_seq),
         FIELD(SequencerRun, ring), FIELD(SequencerRun, kind), FIELD(SequencerRun, reserved),
         FIELD(SequencerRun, body)}}},
      {"InstrumentsControl",
       {0x1000,
        sizeof(InstrumentsControl),
        {FIELD(InstrumentsControl, count), FIELD(InstrumentsControl, version), FIELD(InstrumentsControl, refused),
         FIELD(InstrumentsControl, capacity), FIELD(InstrumentsControl, index_slots),
         FIELD(InstrumentsControl, reserved)}}},
      {"InstrumentEntry",
       {0,
        sizeof(N),
        {FIELD(N, stamp), FIELD(N, id), FIELD(N, feed), FIELD(N, size_scale), FIELD(N, reserved_0),
         FIELD(N, price_unit), FIELD(N, venue), FIELD(N, symbol), FIELD(N, next_same_symbol), FIELD(N, reserved_1),
         FIELD(N, lot), FIELD(N, status), FIELD(N, kind), FIELD(N, reserved_2), FIELD(N, currency), FIELD(N, name),
         FIELD(N, sector), FIELD(N, reserved_3)}}},
      {"ImageEntry",
       {0,
        sizeof(I),
        {FIELD(I, stamp),
         FIELD(I, ts_event),
         FIELD(I, bid_price),
         FIELD(I, ask_price),
         FIELD(I, bid_size),
         FIELD(I, ask_size),
         FIELD(I, trading_status),
         FIELD(I, short_sale),
         FIELD(I, reserved_0),
         FIELD(I, quality),
         FIELD(I, ts_recv),
         FIELD(I, last_price),
         FIELD(I, last_size),
         FIELD(I, last_trade_time),
         FIELD(I, last_trade_id),
         FIELD(I, volume),
         FIELD(I, notional_low),
         FIELD(I, notional_high),
         FIELD(I, trade_count),
         FIELD(I, open),
         FIELD(I, high),
         FIELD(I, low),
         FIELD(I, previous_close),
         FIELD(I, trading_date),
         FIELD(I, reserved_1),
         FIELD(I, band_reference),
         FIELD(I, band_upper),
         FIELD(I, band_lower),
         FIELD(I, auction_paired),
         FIELD(I, auction_imbalance),
         FIELD(I, auction_reference),
         FIELD(I, auction_near),
         FIELD(I, auction_far),
         FIELD(I, auction_side),
         FIELD(I, reserved_2)}}},
      {"NewestEntry",
       {0,
        sizeof(NewestEntry),
        {FIELD(NewestEntry, stamp), FIELD(NewestEntry, update_count), FIELD(NewestEntry, trade_count),
         FIELD(NewestEntry, volume)}}},
      {"DepthEntry",
       {0,
        sizeof(DepthEntry),
        {FIELD(DepthEntry, stamp), FIELD(DepthEntry, ts_event), FIELD(DepthEntry, bid_count),
         FIELD(DepthEntry, ask_count), FIELD(DepthEntry, flags), FIELD(DepthEntry, reserved), FIELD(DepthEntry, bid),
         FIELD(DepthEntry, ask)}}},
      {"DepthLevel",
       {0,
        sizeof(DepthLevel),
        {FIELD(DepthLevel, price), FIELD(DepthLevel, size), FIELD(DepthLevel, order_count),
         FIELD(DepthLevel, reserved)}}},
      {"TextControl",
       {0x1000,
        sizeof(Text),
        {FIELD(Text, reserved_through), FIELD(Text, capacity_bytes), FIELD(Text, generation), FIELD(Text, reserved_0),
         FIELD(Text, published_through), FIELD(Text, reserved_1)}}},
      {"CounterControl",
       {0x1000,
        sizeof(CounterControl),
        {FIELD(CounterControl, count), FIELD(CounterControl, capacity), FIELD(CounterControl, reserved)}}},
      {"CounterDescriptor",
       {0,
        sizeof(CounterDescriptor),
        {FIELD(CounterDescriptor, name), FIELD(CounterDescriptor, meaning), FIELD(CounterDescriptor, unit),
         FIELD(CounterDescriptor, owner), FIELD(CounterDescriptor, value_index), FIELD(CounterDescriptor, kind),
         FIELD(CounterDescriptor, reserved)}}},
      {"ClockEntry",
       {0x1000,
        sizeof(ClockEntry),
        {FIELD(ClockEntry, stamp), in_line(FIELD(Line, tsc_base)), in_line(FIELD(Line, unix_nanos_base)),
         in_line(FIELD(Line, multiplier)), in_line(FIELD(Line, shift)), in_line(FIELD(Line, source)),
         in_line(FIELD(Line, error_nanos)), in_line(FIELD(Line, error_multiplier)), in_line(FIELD(Line, step_count))}}},
      {"QueueControl", {0x1000, sizeof(Queue), {FIELD(Queue, tail), FIELD(Queue, head), FIELD(Queue, reserved)}}},
      {"Record",
       {0,
        sizeof(Record),
        {FIELD(RecordHeader, stamp), FIELD(RecordHeader, ts_event), FIELD(RecordHeader, ts_recv),
         FIELD(RecordHeader, instrument), FIELD(RecordHeader, type), FIELD(RecordHeader, flags),
         FIELD(RecordHeader, publish_delay), FIELD(Record, body)}}},
      {"TradeBody",
       {0,
        sizeof(TradeBody),
        {FIELD(TradeBody, price), FIELD(TradeBody, size), FIELD(TradeBody, trade_id), FIELD(TradeBody, side),
         FIELD(TradeBody, kind), FIELD(TradeBody, eligibility), FIELD(TradeBody, reserved),
         FIELD(TradeBody, condition)}}},
      {"TradeCancelBody",
       {0,
        sizeof(TradeCancelBody),
        {FIELD(TradeCancelBody, trade_id), FIELD(TradeCancelBody, price), FIELD(TradeCancelBody, size),
         FIELD(TradeCancelBody, kind), FIELD(TradeCancelBody, reserved)}}},
      {"QuoteBody",
       {0,
        sizeof(QuoteBody),
        {FIELD(QuoteBody, bid_price), FIELD(QuoteBody, ask_price), FIELD(QuoteBody, bid_size),
         FIELD(QuoteBody, ask_size)}}},
      {"OrderBody",
       {0,
        sizeof(OrderBody),
        {FIELD(OrderBody, order_id), FIELD(OrderBody, price), FIELD(OrderBody, size), FIELD(OrderBody, action),
         FIELD(OrderBody, side), FIELD(OrderBody, reason), FIELD(OrderBody, reserved), FIELD(OrderBody, attribution)}}},
      {"LevelBody",
       {0,
        sizeof(LevelBody),
        {FIELD(LevelBody, price), FIELD(LevelBody, size), FIELD(LevelBody, order_count), FIELD(LevelBody, index),
         FIELD(LevelBody, side), FIELD(LevelBody, reserved)}}},
      {"BookClearBody", {0, sizeof(BookClearBody), {FIELD(BookClearBody, reason), FIELD(BookClearBody, reserved)}}},
      {"StatusBody",
       {0,
        sizeof(StatusBody),
        {FIELD(StatusBody, trading_status), FIELD(StatusBody, kind), FIELD(StatusBody, code), FIELD(StatusBody, detail),
         FIELD(StatusBody, reason), FIELD(StatusBody, price)}}},
      {"ImbalanceBody",
       {0,
        sizeof(ImbalanceBody),
        {FIELD(ImbalanceBody, paired_size), FIELD(ImbalanceBody, imbalance_size), FIELD(ImbalanceBody, reference_price),
         FIELD(ImbalanceBody, side), FIELD(ImbalanceBody, direction), FIELD(ImbalanceBody, auction),
         FIELD(ImbalanceBody, variation), FIELD(ImbalanceBody, reserved)}}},
      {"AuctionPricesBody",
       {0,
        sizeof(AuctionPricesBody),
        {FIELD(AuctionPricesBody, price), FIELD(AuctionPricesBody, kind), FIELD(AuctionPricesBody, auction),
         FIELD(AuctionPricesBody, eligibility), FIELD(AuctionPricesBody, reserved)}}},
      {"GapBody",
       {0,
        sizeof(GapBody),
        {FIELD(GapBody, first), FIELD(GapBody, last), FIELD(GapBody, session), FIELD(GapBody, feed),
         FIELD(GapBody, reason), FIELD(GapBody, line), FIELD(GapBody, reserved)}}},
      {"SourcePositionBody",
       {0,
        sizeof(SourcePositionBody),
        {FIELD(SourcePositionBody, next_sequence), FIELD(SourcePositionBody, byte_offset),
         FIELD(SourcePositionBody, session), FIELD(SourcePositionBody, feed), FIELD(SourcePositionBody, message_count),
         FIELD(SourcePositionBody, line), FIELD(SourcePositionBody, reserved)}}},
      {"HeartbeatBody",
       {0,
        sizeof(HeartbeatBody),
        {FIELD(HeartbeatBody, tsc), FIELD(HeartbeatBody, idle_nanos), FIELD(HeartbeatBody, clock_error_nanos),
         FIELD(HeartbeatBody, feed), FIELD(HeartbeatBody, reserved)}}},
      {"SessionBody",
       {0,
        sizeof(SessionBody),
        {FIELD(SessionBody, trading_date), FIELD(SessionBody, utc_offset_seconds), FIELD(SessionBody, session),
         FIELD(SessionBody, feed), FIELD(SessionBody, reserved)}}},
      {"DefinitionBody",
       {0,
        sizeof(DefinitionBody),
        {FIELD(DefinitionBody, directory_stamp), FIELD(DefinitionBody, feed), FIELD(DefinitionBody, venue_key),
         FIELD(DefinitionBody, reserved)}}},
      {"CommandBody",
       {0,
        sizeof(CommandBody),
        {FIELD(CommandBody, command), FIELD(CommandBody, reserved), FIELD(CommandBody, owner),
         FIELD(CommandBody, argument), FIELD(CommandBody, text_offset), FIELD(CommandBody, text_bytes),
         FIELD(CommandBody, text_generation)}}},
      {"FunctionsControl",
       {0x1000,
        sizeof(FunctionsControl),
        {FIELD(FunctionsControl, count), FIELD(FunctionsControl, config_hash), FIELD(FunctionsControl, capacity),
         FIELD(FunctionsControl, shard_count), FIELD(FunctionsControl, reserved_0), FIELD(FunctionsControl, build),
         FIELD(FunctionsControl, file), FIELD(FunctionsControl, reserved_1)}}},
      {"FunctionEntry",
       {0,
        sizeof(FunctionEntry),
        {FIELD(FunctionEntry, id), FIELD(FunctionEntry, kind), FIELD(FunctionEntry, window_place),
         FIELD(FunctionEntry, window), FIELD(FunctionEntry, output), FIELD(FunctionEntry, size),
         FIELD(FunctionEntry, slide), FIELD(FunctionEntry, set), FIELD(FunctionEntry, name),
         FIELD(FunctionEntry, parameters)}}},
      {"DerivedImageEntry",
       {0,
        sizeof(DerivedImageEntry),
        {FIELD(DerivedImageEntry, stamp), FIELD(DerivedImageEntry, sequence), FIELD(DerivedImageEntry, cause_seq),
         FIELD(DerivedImageEntry, ts_event), FIELD(DerivedImageEntry, instrument), FIELD(DerivedImageEntry, shard),
         FIELD(DerivedImageEntry, trend), FIELD(DerivedImageEntry, reserved), FIELD(DerivedImageEntry, quality),
         FIELD(DerivedImageEntry, first_indicator), FIELD(DerivedImageEntry, indicator_count),
         FIELD(DerivedImageEntry, average_5min), FIELD(DerivedImageEntry, indicator_end),
         FIELD(DerivedImageEntry, window), FIELD(DerivedImageEntry, cross), FIELD(DerivedImageEntry, signal),
         FIELD(DerivedImageEntry, indicator)}}},
      {"DerivedWindow",
       {0,
        sizeof(DerivedWindow),
        {FIELD(DerivedWindow, start), FIELD(DerivedWindow, end), FIELD(DerivedWindow, open), FIELD(DerivedWindow, high),
         FIELD(DerivedWindow, low), FIELD(DerivedWindow, close), FIELD(DerivedWindow, volume),
         FIELD(DerivedWindow, vwap), FIELD(DerivedWindow, average), FIELD(DerivedWindow, deviation),
         FIELD(DerivedWindow, count), FIELD(DerivedWindow, quality), FIELD(DerivedWindow, revision),
         FIELD(DerivedWindow, function), FIELD(DerivedWindow, kind), FIELD(DerivedWindow, is_volatile)}}},
      {"DerivedSignal",
       {0,
        sizeof(DerivedSignal),
        {FIELD(DerivedSignal, time), FIELD(DerivedSignal, price), FIELD(DerivedSignal, value),
         FIELD(DerivedSignal, function), FIELD(DerivedSignal, what), FIELD(DerivedSignal, status),
         FIELD(DerivedSignal, basis), FIELD(DerivedSignal, reserved)}}},
      {"WindowRowBody",
       {0, sizeof(WindowRowBody), {FIELD(WindowRowBody, start),          FIELD(WindowRowBody, end),
                                   FIELD(WindowRowBody, count),          FIELD(WindowRowBody, open),
                                   FIELD(WindowRowBody, high),           FIELD(WindowRowBody, low),
                                   FIELD(WindowRowBody, close),          FIELD(WindowRowBody, volume),
                                   FIELD(WindowRowBody, notional),       FIELD(WindowRowBody, sum),
                                   FIELD(WindowRowBody, sum_of_squares), FIELD(WindowRowBody, first_time),
                                   FIELD(WindowRowBody, last_time),      FIELD(WindowRowBody, vwap),
                                   FIELD(WindowRowBody, average),        FIELD(WindowRowBody, deviation),
                                   FIELD(WindowRowBody, average_5min),   FIELD(WindowRowBody, price_unit),
                                   FIELD(WindowRowBody, watermark),      FIELD(WindowRowBody, kind),
                                   FIELD(WindowRowBody, trend),          FIELD(WindowRowBody, is_volatile),
                                   FIELD(WindowRowBody, reserved),       FIELD(WindowRowBody, index)}}},
      {"IndicatorValuesBody",
       {0,
        sizeof(IndicatorValuesBody),
        {FIELD(IndicatorValuesBody, start), FIELD(IndicatorValuesBody, end), FIELD(IndicatorValuesBody, first_output),
         FIELD(IndicatorValuesBody, count), FIELD(IndicatorValuesBody, bar_index), FIELD(IndicatorValuesBody, affected),
         FIELD(IndicatorValuesBody, reserved), FIELD(IndicatorValuesBody, value)}}},
      {"SignalBody",
       {0,
        sizeof(SignalBody),
        {FIELD(SignalBody, start), FIELD(SignalBody, end), FIELD(SignalBody, index), FIELD(SignalBody, price),
         FIELD(SignalBody, value), FIELD(SignalBody, what), FIELD(SignalBody, status), FIELD(SignalBody, is_edge),
         FIELD(SignalBody, fired), FIELD(SignalBody, bound_count), FIELD(SignalBody, bound)}}},
      {"CorrectionBody",
       {0,
        sizeof(CorrectionBody),
        {FIELD(CorrectionBody, trade_id), FIELD(CorrectionBody, trade_time), FIELD(CorrectionBody, old_price),
         FIELD(CorrectionBody, old_size), FIELD(CorrectionBody, new_price), FIELD(CorrectionBody, new_size),
         FIELD(CorrectionBody, kind), FIELD(CorrectionBody, window_count), FIELD(CorrectionBody, reserved_0),
         FIELD(CorrectionBody, start), FIELD(CorrectionBody, function), FIELD(CorrectionBody, reserved_1)}}},
      {"DerivedRecord",
       {0,
        sizeof(DerivedRecord),
        {FIELD(DerivedHeader, stamp), FIELD(DerivedHeader, ts_event), FIELD(DerivedHeader, cause_seq),
         FIELD(DerivedHeader, input_first), FIELD(DerivedHeader, input_last), FIELD(DerivedHeader, instrument),
         FIELD(DerivedHeader, function), FIELD(DerivedHeader, type), FIELD(DerivedHeader, basis),
         FIELD(DerivedHeader, revision), FIELD(DerivedHeader, quality), FIELD(DerivedHeader, ts_recv),
         FIELD(DerivedRecord, body)}}},
  };
}

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
        VALUE(DerivedType, signal), VALUE(DerivedType, correction)}},
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
      {"CorrectionKind",
       {VALUE(CorrectionKind, cancelled), VALUE(CorrectionKind, corrected), VALUE(CorrectionKind, late),
        VALUE(CorrectionKind, unknown)}},
      {"GapReason", {VALUE(GapReason, lost), VALUE(GapReason, internal_reader), VALUE(GapReason, restart)}},
  };
}

const Document& document() {
  static const Document read = read_document();
  return read;
}

TEST(SharedMemoryDocument, ShowsEveryFieldWhereTheCodeHasIt) {
  const auto code = layouts_of_the_code();
  for (const auto& [name, layout] : code) {
    SCOPED_TRACE(name);
    const auto found = document().layouts.find(name);
    ASSERT_NE(found, document().layouts.end()) << "no table";
    EXPECT_EQ(found->second.base, layout.base);
    EXPECT_EQ(found->second.size, layout.size);
    std::vector<Field> shown;
    for (Field field : found->second.fields) {
      field.offset -= layout.base;
      if (field.name != "–") shown.push_back(field);
    }
    EXPECT_THAT(shown, testing::ElementsAreArray(layout.fields));
  }
  EXPECT_EQ(document().layouts.size(), code.size()) << "a table about a struct that this test does not know";
}

TEST(SharedMemoryDocument, LeavesNoByteOut) {
  for (const auto& [name, layout] : document().layouts) {
    SCOPED_TRACE(name);
    std::uint64_t next = layout.base;
    for (const Field& field : layout.fields) {
      EXPECT_EQ(field.offset, next) << field.name;
      next = field.offset + field.bytes;
    }
    EXPECT_EQ(next, layout.base + layout.size);
  }
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

TEST(SharedMemoryDocument, KnowsEverySchema) {
  const auto schema = [](SegmentKind kind, std::uint64_t hash) {
    return Schema(static_cast<std::uint64_t>(kind), name_of(kind), hash);
  };
  EXPECT_THAT(
      document().schemas,
      testing::ElementsAre(
          schema(SegmentKind::catalog, kCatalogSchema), schema(SegmentKind::broadcast, kBroadcastSchema),
          schema(SegmentKind::sequencer, kSequencerSchema), schema(SegmentKind::spsc_queue, kQueueSchema),
          schema(SegmentKind::mpmc_queue, kQueueSchema), schema(SegmentKind::instruments, kInstrumentsSchema),
          schema(SegmentKind::image, kImageSchema), schema(SegmentKind::newest, kNewestSchema),
          schema(SegmentKind::depth, kDepthSchema), schema(SegmentKind::text, kTextSchema),
          schema(SegmentKind::counters, kCountersSchema), schema(SegmentKind::clock, kClockSchema),
          schema(SegmentKind::functions, kFunctionsSchema), schema(SegmentKind::derived_image, kDerivedImageSchema)));
}

TEST(SharedMemoryDocument, IsAboutThisVersionOfTheLayout) {
  std::ifstream in(TICKPLANT_SOURCE_DIR "/docs/shared-memory.md");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  EXPECT_THAT(text, testing::HasSubstr("| layout_major | " + std::to_string(kLayoutMajor) + ". "));
  EXPECT_THAT(text, testing::HasSubstr("| layout_minor | " + std::to_string(kLayoutMinor) + ". "));
}

}  // namespace
}  // namespace tickplant::ringbuf
