// The C structs have the bytes of the C++ ones: sizes, places and numbers, each against what ringbuf/ says.
#include <gtest/gtest.h>

#include <cstddef>
#include <type_traits>

#include "clients/c/tickplant.h"
#include "clients/control/control_client.hpp"
#include "clients/cpp/plant.hpp"
#include "ringbuf/depth_layout.hpp"
#include "ringbuf/functions_layout.hpp"
#include "ringbuf/image_layout.hpp"
#include "ringbuf/records/derived.hpp"
#include "ringbuf/records/with_body.hpp"

namespace tickplant::this_file {
namespace {

using namespace ringbuf;

template <auto CValue, class Enum>
constexpr bool is_same_number(Enum value) {
  return static_cast<std::underlying_type_t<Enum>>(value) == CValue;
}

#define SAME_PLACE(CStruct, c_field, Struct, field)                      \
  static_assert(offsetof(CStruct, c_field) == offsetof(Struct, field) && \
                sizeof(CStruct::c_field) == sizeof(Struct::field))
#define SAME_FIELD(CStruct, Struct, field) SAME_PLACE(CStruct, field, Struct, field)

// A tick and its bodies.
static_assert(sizeof(tickplant_record) == sizeof(Record) && sizeof(tickplant_record::body) == kRecordBodyBytes);
static_assert(offsetof(tickplant_record, body) == offsetof(Record, body) &&
              std::is_trivially_copyable_v<tickplant_record>);
SAME_PLACE(tickplant_record, sequence, RecordHeader, stamp);
SAME_FIELD(tickplant_record, RecordHeader, ts_event);
SAME_FIELD(tickplant_record, RecordHeader, ts_recv);
SAME_FIELD(tickplant_record, RecordHeader, instrument);
SAME_FIELD(tickplant_record, RecordHeader, type);
SAME_FIELD(tickplant_record, RecordHeader, flags);
SAME_FIELD(tickplant_record, RecordHeader, publish_delay);

static_assert(sizeof(tickplant_trade) == sizeof(TradeBody));
SAME_FIELD(tickplant_trade, TradeBody, price);
SAME_FIELD(tickplant_trade, TradeBody, size);
SAME_FIELD(tickplant_trade, TradeBody, trade_id);
SAME_FIELD(tickplant_trade, TradeBody, side);
SAME_FIELD(tickplant_trade, TradeBody, kind);
SAME_FIELD(tickplant_trade, TradeBody, eligibility);
SAME_FIELD(tickplant_trade, TradeBody, condition);

static_assert(sizeof(tickplant_quote) == sizeof(QuoteBody));
SAME_FIELD(tickplant_quote, QuoteBody, bid_price);
SAME_FIELD(tickplant_quote, QuoteBody, ask_price);
SAME_FIELD(tickplant_quote, QuoteBody, bid_size);
SAME_FIELD(tickplant_quote, QuoteBody, ask_size);

static_assert(sizeof(tickplant_order) == sizeof(OrderBody));
SAME_FIELD(tickplant_order, OrderBody, order_id);
SAME_FIELD(tickplant_order, OrderBody, price);
SAME_FIELD(tickplant_order, OrderBody, size);
SAME_FIELD(tickplant_order, OrderBody, action);
SAME_FIELD(tickplant_order, OrderBody, side);
SAME_FIELD(tickplant_order, OrderBody, reason);
SAME_FIELD(tickplant_order, OrderBody, attribution);

static_assert(sizeof(tickplant_level) == sizeof(LevelBody));
SAME_FIELD(tickplant_level, LevelBody, price);
SAME_FIELD(tickplant_level, LevelBody, size);
SAME_FIELD(tickplant_level, LevelBody, order_count);
SAME_FIELD(tickplant_level, LevelBody, index);
SAME_FIELD(tickplant_level, LevelBody, side);

static_assert(sizeof(tickplant_book_clear) == sizeof(BookClearBody));
SAME_FIELD(tickplant_book_clear, BookClearBody, reason);

static_assert(sizeof(tickplant_status) == sizeof(StatusBody));
SAME_FIELD(tickplant_status, StatusBody, trading_status);
SAME_FIELD(tickplant_status, StatusBody, kind);
SAME_FIELD(tickplant_status, StatusBody, code);
SAME_FIELD(tickplant_status, StatusBody, detail);
SAME_FIELD(tickplant_status, StatusBody, reason);
SAME_FIELD(tickplant_status, StatusBody, price);

static_assert(sizeof(tickplant_imbalance) == sizeof(ImbalanceBody));
SAME_FIELD(tickplant_imbalance, ImbalanceBody, paired_size);
SAME_FIELD(tickplant_imbalance, ImbalanceBody, imbalance_size);
SAME_FIELD(tickplant_imbalance, ImbalanceBody, reference_price);
SAME_FIELD(tickplant_imbalance, ImbalanceBody, side);
SAME_FIELD(tickplant_imbalance, ImbalanceBody, direction);
SAME_FIELD(tickplant_imbalance, ImbalanceBody, auction);
SAME_FIELD(tickplant_imbalance, ImbalanceBody, variation);

static_assert(sizeof(tickplant_auction_prices) == sizeof(AuctionPricesBody));
SAME_FIELD(tickplant_auction_prices, AuctionPricesBody, price);
SAME_FIELD(tickplant_auction_prices, AuctionPricesBody, kind);
SAME_FIELD(tickplant_auction_prices, AuctionPricesBody, auction);
SAME_FIELD(tickplant_auction_prices, AuctionPricesBody, eligibility);

static_assert(sizeof(tickplant_trade_cancel) == sizeof(TradeCancelBody));
SAME_FIELD(tickplant_trade_cancel, TradeCancelBody, trade_id);
SAME_FIELD(tickplant_trade_cancel, TradeCancelBody, price);
SAME_FIELD(tickplant_trade_cancel, TradeCancelBody, size);
SAME_FIELD(tickplant_trade_cancel, TradeCancelBody, kind);

static_assert(sizeof(tickplant_gap) == sizeof(GapBody));
SAME_FIELD(tickplant_gap, GapBody, first);
SAME_FIELD(tickplant_gap, GapBody, last);
SAME_FIELD(tickplant_gap, GapBody, session);
SAME_FIELD(tickplant_gap, GapBody, feed);
SAME_FIELD(tickplant_gap, GapBody, reason);
SAME_FIELD(tickplant_gap, GapBody, line);

static_assert(sizeof(tickplant_source_position) == sizeof(SourcePositionBody));
SAME_FIELD(tickplant_source_position, SourcePositionBody, next_sequence);
SAME_FIELD(tickplant_source_position, SourcePositionBody, byte_offset);
SAME_FIELD(tickplant_source_position, SourcePositionBody, session);
SAME_FIELD(tickplant_source_position, SourcePositionBody, feed);
SAME_FIELD(tickplant_source_position, SourcePositionBody, message_count);
SAME_FIELD(tickplant_source_position, SourcePositionBody, line);

static_assert(sizeof(tickplant_heartbeat) == sizeof(HeartbeatBody));
SAME_FIELD(tickplant_heartbeat, HeartbeatBody, tsc);
SAME_FIELD(tickplant_heartbeat, HeartbeatBody, idle_nanos);
SAME_FIELD(tickplant_heartbeat, HeartbeatBody, clock_error_nanos);
SAME_FIELD(tickplant_heartbeat, HeartbeatBody, feed);

static_assert(sizeof(tickplant_session) == sizeof(SessionBody));
SAME_FIELD(tickplant_session, SessionBody, trading_date);
SAME_FIELD(tickplant_session, SessionBody, utc_offset_seconds);
SAME_FIELD(tickplant_session, SessionBody, session);
SAME_FIELD(tickplant_session, SessionBody, feed);

static_assert(sizeof(tickplant_definition) == sizeof(DefinitionBody));
SAME_FIELD(tickplant_definition, DefinitionBody, directory_stamp);
SAME_FIELD(tickplant_definition, DefinitionBody, feed);
SAME_FIELD(tickplant_definition, DefinitionBody, venue_key);

static_assert(sizeof(tickplant_command) == sizeof(CommandBody));
SAME_FIELD(tickplant_command, CommandBody, command);
SAME_FIELD(tickplant_command, CommandBody, count);
SAME_FIELD(tickplant_command, CommandBody, owner);
SAME_FIELD(tickplant_command, CommandBody, argument);
SAME_FIELD(tickplant_command, CommandBody, text_offset);
SAME_FIELD(tickplant_command, CommandBody, text_bytes);
SAME_FIELD(tickplant_command, CommandBody, text_generation);

// A result and its bodies.
static_assert(sizeof(tickplant_result) == sizeof(DerivedRecord) && sizeof(tickplant_result::body) == kDerivedBodyBytes);
static_assert(offsetof(tickplant_result, body) == offsetof(DerivedRecord, body));
SAME_PLACE(tickplant_result, sequence, DerivedHeader, stamp);
SAME_FIELD(tickplant_result, DerivedHeader, ts_event);
SAME_FIELD(tickplant_result, DerivedHeader, cause_seq);
SAME_FIELD(tickplant_result, DerivedHeader, input_first);
SAME_FIELD(tickplant_result, DerivedHeader, input_last);
SAME_FIELD(tickplant_result, DerivedHeader, instrument);
SAME_FIELD(tickplant_result, DerivedHeader, function);
SAME_FIELD(tickplant_result, DerivedHeader, type);
SAME_FIELD(tickplant_result, DerivedHeader, basis);
SAME_FIELD(tickplant_result, DerivedHeader, revision);
SAME_FIELD(tickplant_result, DerivedHeader, quality);
SAME_FIELD(tickplant_result, DerivedHeader, ts_recv);

static_assert(sizeof(tickplant_window_row) == sizeof(WindowRowBody));
SAME_FIELD(tickplant_window_row, WindowRowBody, start);
SAME_FIELD(tickplant_window_row, WindowRowBody, end);
SAME_FIELD(tickplant_window_row, WindowRowBody, count);
SAME_FIELD(tickplant_window_row, WindowRowBody, open);
SAME_FIELD(tickplant_window_row, WindowRowBody, high);
SAME_FIELD(tickplant_window_row, WindowRowBody, low);
SAME_FIELD(tickplant_window_row, WindowRowBody, close);
SAME_FIELD(tickplant_window_row, WindowRowBody, volume);
SAME_FIELD(tickplant_window_row, WindowRowBody, notional);
SAME_FIELD(tickplant_window_row, WindowRowBody, sum);
SAME_FIELD(tickplant_window_row, WindowRowBody, sum_of_squares);
SAME_FIELD(tickplant_window_row, WindowRowBody, first_time);
SAME_FIELD(tickplant_window_row, WindowRowBody, last_time);
SAME_FIELD(tickplant_window_row, WindowRowBody, vwap);
SAME_FIELD(tickplant_window_row, WindowRowBody, average);
SAME_FIELD(tickplant_window_row, WindowRowBody, deviation);
SAME_FIELD(tickplant_window_row, WindowRowBody, average_5min);
SAME_FIELD(tickplant_window_row, WindowRowBody, price_unit);
SAME_FIELD(tickplant_window_row, WindowRowBody, watermark);
SAME_FIELD(tickplant_window_row, WindowRowBody, kind);
SAME_FIELD(tickplant_window_row, WindowRowBody, trend);
SAME_FIELD(tickplant_window_row, WindowRowBody, is_volatile);
SAME_FIELD(tickplant_window_row, WindowRowBody, index);

static_assert(sizeof(tickplant_indicator_values) == sizeof(IndicatorValuesBody));
SAME_FIELD(tickplant_indicator_values, IndicatorValuesBody, start);
SAME_FIELD(tickplant_indicator_values, IndicatorValuesBody, end);
SAME_FIELD(tickplant_indicator_values, IndicatorValuesBody, first_output);
SAME_FIELD(tickplant_indicator_values, IndicatorValuesBody, count);
SAME_FIELD(tickplant_indicator_values, IndicatorValuesBody, bar_index);
SAME_FIELD(tickplant_indicator_values, IndicatorValuesBody, affected);
SAME_FIELD(tickplant_indicator_values, IndicatorValuesBody, value);

static_assert(sizeof(tickplant_signal) == sizeof(SignalBody));
SAME_FIELD(tickplant_signal, SignalBody, start);
SAME_FIELD(tickplant_signal, SignalBody, end);
SAME_FIELD(tickplant_signal, SignalBody, index);
SAME_FIELD(tickplant_signal, SignalBody, price);
SAME_FIELD(tickplant_signal, SignalBody, value);
SAME_FIELD(tickplant_signal, SignalBody, what);
SAME_FIELD(tickplant_signal, SignalBody, status);
SAME_FIELD(tickplant_signal, SignalBody, is_edge);
SAME_FIELD(tickplant_signal, SignalBody, fired);
SAME_FIELD(tickplant_signal, SignalBody, bound_count);
SAME_FIELD(tickplant_signal, SignalBody, bound);

static_assert(sizeof(tickplant_result_correction) == sizeof(CorrectionBody));
SAME_FIELD(tickplant_result_correction, CorrectionBody, trade_id);
SAME_FIELD(tickplant_result_correction, CorrectionBody, trade_time);
SAME_FIELD(tickplant_result_correction, CorrectionBody, old_price);
SAME_FIELD(tickplant_result_correction, CorrectionBody, old_size);
SAME_FIELD(tickplant_result_correction, CorrectionBody, new_price);
SAME_FIELD(tickplant_result_correction, CorrectionBody, new_size);
SAME_FIELD(tickplant_result_correction, CorrectionBody, kind);
SAME_FIELD(tickplant_result_correction, CorrectionBody, window_count);
SAME_FIELD(tickplant_result_correction, CorrectionBody, start);
SAME_FIELD(tickplant_result_correction, CorrectionBody, function);

static_assert(sizeof(tickplant_result_gap) == sizeof(ResultGapBody));
SAME_FIELD(tickplant_result_gap, ResultGapBody, first);
SAME_FIELD(tickplant_result_gap, ResultGapBody, count);
SAME_FIELD(tickplant_result_gap, ResultGapBody, shard);

// Tables.
static_assert(sizeof(tickplant_image) == sizeof(ImageEntry));
SAME_PLACE(tickplant_image, sequence, ImageEntry, stamp);
SAME_FIELD(tickplant_image, ImageEntry, ts_event);
SAME_FIELD(tickplant_image, ImageEntry, bid_price);
SAME_FIELD(tickplant_image, ImageEntry, ask_price);
SAME_FIELD(tickplant_image, ImageEntry, bid_size);
SAME_FIELD(tickplant_image, ImageEntry, ask_size);
SAME_FIELD(tickplant_image, ImageEntry, trading_status);
SAME_FIELD(tickplant_image, ImageEntry, short_sale);
SAME_FIELD(tickplant_image, ImageEntry, quality);
SAME_FIELD(tickplant_image, ImageEntry, ts_recv);
SAME_FIELD(tickplant_image, ImageEntry, last_price);
SAME_FIELD(tickplant_image, ImageEntry, last_size);
SAME_FIELD(tickplant_image, ImageEntry, last_trade_time);
SAME_FIELD(tickplant_image, ImageEntry, last_trade_id);
SAME_FIELD(tickplant_image, ImageEntry, volume);
static_assert(offsetof(tickplant_image, notional) == offsetof(ImageEntry, notional_low));
SAME_FIELD(tickplant_image, ImageEntry, trade_count);
SAME_FIELD(tickplant_image, ImageEntry, open);
SAME_FIELD(tickplant_image, ImageEntry, high);
SAME_FIELD(tickplant_image, ImageEntry, low);
SAME_FIELD(tickplant_image, ImageEntry, previous_close);
SAME_FIELD(tickplant_image, ImageEntry, trading_date);
SAME_FIELD(tickplant_image, ImageEntry, band_reference);
SAME_FIELD(tickplant_image, ImageEntry, band_upper);
SAME_FIELD(tickplant_image, ImageEntry, band_lower);
SAME_FIELD(tickplant_image, ImageEntry, auction_paired);
SAME_FIELD(tickplant_image, ImageEntry, auction_imbalance);
SAME_FIELD(tickplant_image, ImageEntry, auction_reference);
SAME_FIELD(tickplant_image, ImageEntry, auction_near);
SAME_FIELD(tickplant_image, ImageEntry, auction_far);
SAME_FIELD(tickplant_image, ImageEntry, auction_side);

static_assert(sizeof(tickplant_depth) == sizeof(DepthEntry) && sizeof(tickplant_depth_level) == sizeof(DepthLevel));
SAME_PLACE(tickplant_depth, sequence, DepthEntry, stamp);
SAME_FIELD(tickplant_depth, DepthEntry, ts_event);
SAME_FIELD(tickplant_depth, DepthEntry, bid_count);
SAME_FIELD(tickplant_depth, DepthEntry, ask_count);
SAME_FIELD(tickplant_depth, DepthEntry, flags);
SAME_FIELD(tickplant_depth, DepthEntry, bid);
SAME_FIELD(tickplant_depth, DepthEntry, ask);
SAME_FIELD(tickplant_depth_level, DepthLevel, price);
SAME_FIELD(tickplant_depth_level, DepthLevel, size);
SAME_FIELD(tickplant_depth_level, DepthLevel, order_count);

// Numbers: the last of each list, so that a new one is missed here, and those in between that matter.
static_assert(is_same_number<TICKPLANT_TRADE>(RecordType::trade) &&
              is_same_number<TICKPLANT_QUOTE>(RecordType::quote) &&
              is_same_number<TICKPLANT_ORDER>(RecordType::order) &&
              is_same_number<TICKPLANT_LEVEL>(RecordType::level) &&
              is_same_number<TICKPLANT_BOOK_CLEAR>(RecordType::book_clear) &&
              is_same_number<TICKPLANT_STATUS>(RecordType::status) &&
              is_same_number<TICKPLANT_IMBALANCE>(RecordType::imbalance) &&
              is_same_number<TICKPLANT_AUCTION_PRICES>(RecordType::auction_prices) &&
              is_same_number<TICKPLANT_TRADE_CANCEL>(RecordType::trade_cancel) &&
              is_same_number<TICKPLANT_GAP>(RecordType::gap) &&
              is_same_number<TICKPLANT_SOURCE_POSITION>(RecordType::source_position) &&
              is_same_number<TICKPLANT_HEARTBEAT>(RecordType::heartbeat) &&
              is_same_number<TICKPLANT_SESSION>(RecordType::session) &&
              is_same_number<TICKPLANT_DEFINITION>(RecordType::definition) &&
              is_same_number<TICKPLANT_COMMAND>(RecordType::command) &&
              is_same_number<TICKPLANT_PADDING>(RecordType::padding));
static_assert(is_same_number<TICKPLANT_END_OF_EVENT>(RecordFlags::end_of_event) &&
              is_same_number<TICKPLANT_SNAPSHOT>(RecordFlags::snapshot) &&
              is_same_number<TICKPLANT_BAD_CLOCK>(RecordFlags::bad_clock) &&
              is_same_number<TICKPLANT_MAYBE_BAD_BOOK>(RecordFlags::maybe_bad_book) &&
              is_same_number<TICKPLANT_POSSIBLE_DUPLICATE>(RecordFlags::possible_duplicate) &&
              is_same_number<TICKPLANT_LATE>(RecordFlags::late) &&
              is_same_number<TICKPLANT_CORRECTION>(RecordFlags::correction) &&
              is_same_number<TICKPLANT_DELAYED>(RecordFlags::delayed));
static_assert(TICKPLANT_NO_PRICE == kNoPrice.value && TICKPLANT_PRICES_PER_UNIT == kPriceScale &&
              TICKPLANT_DEPTH_LEVELS == kDepthLevels && TICKPLANT_DEPTH_MAYBE_BAD == DepthEntry::kMaybeBad);
static_assert(is_same_number<TICKPLANT_ASK>(Side::ask) &&
              is_same_number<TICKPLANT_TRADE_OFF_BOOK>(TradeKind::off_book) &&
              is_same_number<TICKPLANT_FOR_LAST>(TradeEligibility::last) &&
              is_same_number<TICKPLANT_ORDER_MODIFY>(OrderAction::modify) &&
              is_same_number<TICKPLANT_ORDER_DELETED>(OrderReason::deleted) &&
              is_same_number<TICKPLANT_STATUS_CLOSED>(TradingStatus::closed) &&
              is_same_number<TICKPLANT_STATUS_RETAIL_INTEREST>(StatusKind::retail_interest));
static_assert(is_same_number<TICKPLANT_RESULT_GAP>(DerivedType::gap) &&
              is_same_number<TICKPLANT_BASIS_FINAL>(Basis::final) &&
              is_same_number<TICKPLANT_ROW_FINAL>(RowKind::final) &&
              is_same_number<TICKPLANT_TREND_BEARISH>(Trend::bearish) &&
              is_same_number<TICKPLANT_SIGNAL_MATCH>(SignalValue::match) &&
              is_same_number<TICKPLANT_SIGNAL_WITHDRAWN>(SignalStatus::withdrawn) &&
              is_same_number<TICKPLANT_PROVISIONAL>(Quality::provisional) &&
              is_same_number<TICKPLANT_UNVERIFIED_BOOK>(Quality::unverified_book));
static_assert(is_same_number<TICKPLANT_FUNCTION_PATTERN>(FunctionKind::pattern) &&
              is_same_number<TICKPLANT_INSTRUMENT_DELISTED>(InstrumentStatus::delisted) &&
              is_same_number<TICKPLANT_KIND_CONSOLIDATED>(InstrumentKind::consolidated) &&
              is_same_number<TICKPLANT_CLOSED>(clients::PlantState::closed) &&
              is_same_number<TICKPLANT_ROLE_ADMIN>(clients::ControlRole::admin));

// Structs that grow: what a program was built with stays where it is.
static_assert(sizeof(tickplant_info) == 64 + 64 + 512 && offsetof(tickplant_info, name) == 57);
static_assert(sizeof(tickplant_ticks_options) == 88 && offsetof(tickplant_ticks_options, lag_max) == 80);
static_assert(sizeof(tickplant_results_options) == 96 && offsetof(tickplant_results_options, on_overrun) == 88);
static_assert(sizeof(tickplant_event) == 120 + 256 && offsetof(tickplant_event, image) == 120);

TEST(CRecords, AreThoseOfTheRings) { SUCCEED() << "or this file would not compile"; }

}  // namespace
}  // namespace tickplant::this_file
