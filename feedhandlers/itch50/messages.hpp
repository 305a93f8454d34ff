// The 23 messages of NASDAQ TotalView-ITCH 5.0 (2026 layout), field by field, as views over the packet.
//
// Field<offset, encoding> lists a message as the specification does; that the fields fill the message is asserted.
// What the fields mean to us is told in README.md; the codes are the venue's own and are passed on as they are.
//
// Threads: plain values, valid as long as the bytes they point into.
// Not here: decoding of a field (fields.hpp), telling the messages apart (parser.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "feedhandlers/itch50/fields.hpp"

namespace tickplant::feedhandlers::itch50 {

struct SystemEvent : MessageView<'S', 12, Field<11, wire::Code>> {
  static constexpr std::string_view kName = "system event";
  using MessageView::MessageView;
  char event_code() const noexcept { return get<11>(); }  // O S Q M E C, in the order of the day
};

struct StockDirectory
    : MessageView<'R', 39, Field<11, wire::Stock>, Field<19, wire::Code>, Field<20, wire::Code>, Field<21, wire::U32>,
                  Field<25, wire::Code>, Field<26, wire::Code>, Field<27, wire::Alpha<2>>, Field<29, wire::Code>,
                  Field<30, wire::Code>, Field<31, wire::Code>, Field<32, wire::Code>, Field<33, wire::Code>,
                  Field<34, wire::U32>, Field<38, wire::Code>> {
  static constexpr std::string_view kName = "stock directory";
  using MessageView::MessageView;
  std::string_view stock() const noexcept { return get<11>(); }
  char market_category() const noexcept { return get<19>(); }
  char financial_status() const noexcept { return get<20>(); }
  std::uint32_t round_lot_size() const noexcept { return get<21>(); }  // shares
  char round_lots_only() const noexcept { return get<25>(); }
  char issue_classification() const noexcept { return get<26>(); }
  std::array<char, 2> issue_sub_type() const noexcept { return get<27>(); }
  char authenticity() const noexcept { return get<29>(); }  // P production, T test
  char short_sale_threshold() const noexcept { return get<30>(); }
  char ipo_flag() const noexcept { return get<31>(); }
  char luld_tier() const noexcept { return get<32>(); }
  char etp_flag() const noexcept { return get<33>(); }
  std::uint32_t etp_leverage_factor() const noexcept { return get<34>(); }
  char inverse_indicator() const noexcept { return get<38>(); }
};

struct StockTradingAction : MessageView<'H', 25, Field<11, wire::Stock>, Field<19, wire::Code>, Field<20, wire::Code>,
                                        Field<21, wire::Alpha<4>>> {
  static constexpr std::string_view kName = "stock trading action";
  using MessageView::MessageView;
  std::string_view stock() const noexcept { return get<11>(); }
  char trading_state() const noexcept { return get<19>(); }  // H halted, P paused, Q quotation only, T trading
  std::array<char, 4> reason() const noexcept { return get<21>(); }
};

struct RegShoRestriction : MessageView<'Y', 20, Field<11, wire::Stock>, Field<19, wire::Code>> {
  static constexpr std::string_view kName = "Reg SHO restriction";
  using MessageView::MessageView;
  std::string_view stock() const noexcept { return get<11>(); }
  char action() const noexcept { return get<19>(); }  // 0 none, 1 in effect, 2 remains
};

struct MarketParticipantPosition : MessageView<'L', 26, Field<11, wire::Alpha<4>>, Field<15, wire::Stock>,
                                               Field<23, wire::Code>, Field<24, wire::Code>, Field<25, wire::Code>> {
  static constexpr std::string_view kName = "market participant position";
  using MessageView::MessageView;
  std::array<char, 4> mpid() const noexcept { return get<11>(); }
  std::string_view stock() const noexcept { return get<15>(); }
  char primary_market_maker() const noexcept { return get<23>(); }  // Y or N
  char mode() const noexcept { return get<24>(); }
  char state() const noexcept { return get<25>(); }
};

struct MwcbDeclineLevels : MessageView<'V', 35, Field<11, wire::Px8>, Field<19, wire::Px8>, Field<27, wire::Px8>> {
  static constexpr std::string_view kName = "MWCB decline levels";
  using MessageView::MessageView;
  Price8 level_1() const noexcept { return get<11>(); }
  Price8 level_2() const noexcept { return get<19>(); }
  Price8 level_3() const noexcept { return get<27>(); }
};

struct MwcbStatus : MessageView<'W', 12, Field<11, wire::Code>> {
  static constexpr std::string_view kName = "MWCB status";
  using MessageView::MessageView;
  char breached_level() const noexcept { return get<11>(); }  // 1 2 3
};

struct IpoQuotingPeriod
    : MessageView<'K', 28, Field<11, wire::Stock>, Field<19, wire::U32>, Field<23, wire::Code>, Field<24, wire::Px4>> {
  static constexpr std::string_view kName = "IPO quoting period";
  using MessageView::MessageView;
  std::string_view stock() const noexcept { return get<11>(); }
  std::uint32_t release_time_seconds() const noexcept { return get<19>(); }  // since midnight in New York
  char release_qualifier() const noexcept { return get<23>(); }              // A anticipated, C cancelled or postponed
  Price4 ipo_price() const noexcept { return get<24>(); }
};

struct LuldAuctionCollar : MessageView<'J', 35, Field<11, wire::Stock>, Field<19, wire::Px4>, Field<23, wire::Px4>,
                                       Field<27, wire::Px4>, Field<31, wire::U32>> {
  static constexpr std::string_view kName = "LULD auction collar";
  using MessageView::MessageView;
  std::string_view stock() const noexcept { return get<11>(); }
  Price4 reference_price() const noexcept { return get<19>(); }
  Price4 upper_price() const noexcept { return get<23>(); }
  Price4 lower_price() const noexcept { return get<27>(); }
  std::uint32_t extension() const noexcept { return get<31>(); }  // how many times the auction was extended
};

struct OperationalHalt : MessageView<'h', 21, Field<11, wire::Stock>, Field<19, wire::Code>, Field<20, wire::Code>> {
  static constexpr std::string_view kName = "operational halt";
  using MessageView::MessageView;
  std::string_view stock() const noexcept { return get<11>(); }
  char market_code() const noexcept { return get<19>(); }  // Q Nasdaq, B Nasdaq Texas, X PSX
  char action() const noexcept { return get<20>(); }       // H halted, T resumed
};

struct AddOrder : MessageView<'A', 36, Field<11, wire::Reference>, Field<19, wire::BuySell>, Field<20, wire::Shares4>,
                              Field<24, wire::Stock>, Field<32, wire::Px4>> {
  static constexpr std::string_view kName = "add order";
  using MessageView::MessageView;
  OrderReference order_ref() const noexcept { return get<11>(); }
  ringbuf::Side side() const noexcept { return get<19>(); }
  ringbuf::Size shares() const noexcept { return get<20>(); }
  std::string_view stock() const noexcept { return get<24>(); }
  Price4 price() const noexcept { return get<32>(); }
};

struct AddOrderAttributed
    : MessageView<'F', 40, Field<11, wire::Reference>, Field<19, wire::BuySell>, Field<20, wire::Shares4>,
                  Field<24, wire::Stock>, Field<32, wire::Px4>, Field<36, wire::Alpha<4>>> {
  static constexpr std::string_view kName = "add order with attribution";
  using MessageView::MessageView;
  OrderReference order_ref() const noexcept { return get<11>(); }
  ringbuf::Side side() const noexcept { return get<19>(); }
  ringbuf::Size shares() const noexcept { return get<20>(); }
  std::string_view stock() const noexcept { return get<24>(); }
  Price4 price() const noexcept { return get<32>(); }
  std::array<char, 4> attribution() const noexcept { return get<36>(); }
};

struct OrderExecuted
    : MessageView<'E', 31, Field<11, wire::Reference>, Field<19, wire::Shares4>, Field<23, wire::Match>> {
  static constexpr std::string_view kName = "order executed";
  using MessageView::MessageView;
  OrderReference order_ref() const noexcept { return get<11>(); }
  ringbuf::Size executed_shares() const noexcept { return get<19>(); }
  MatchNumber match_number() const noexcept { return get<23>(); }
};

struct OrderExecutedWithPrice : MessageView<'C', 36, Field<11, wire::Reference>, Field<19, wire::Shares4>,
                                            Field<23, wire::Match>, Field<31, wire::Code>, Field<32, wire::Px4>> {
  static constexpr std::string_view kName = "order executed with price";
  using MessageView::MessageView;
  OrderReference order_ref() const noexcept { return get<11>(); }
  ringbuf::Size executed_shares() const noexcept { return get<19>(); }
  MatchNumber match_number() const noexcept { return get<23>(); }
  bool printable() const noexcept { return get<31>() != 'N'; }  // N: counted by a cross trade, not here
  Price4 execution_price() const noexcept { return get<32>(); }
};

struct OrderCancel : MessageView<'X', 23, Field<11, wire::Reference>, Field<19, wire::Shares4>> {
  static constexpr std::string_view kName = "order cancel";
  using MessageView::MessageView;
  OrderReference order_ref() const noexcept { return get<11>(); }
  ringbuf::Size canceled_shares() const noexcept { return get<19>(); }
};

struct OrderDelete : MessageView<'D', 19, Field<11, wire::Reference>> {
  static constexpr std::string_view kName = "order delete";
  using MessageView::MessageView;
  OrderReference order_ref() const noexcept { return get<11>(); }
};

struct OrderReplace : MessageView<'U', 35, Field<11, wire::Reference>, Field<19, wire::Reference>,
                                  Field<27, wire::Shares4>, Field<31, wire::Px4>> {
  static constexpr std::string_view kName = "order replace";
  using MessageView::MessageView;
  OrderReference original_order_ref() const noexcept { return get<11>(); }
  OrderReference new_order_ref() const noexcept { return get<19>(); }
  ringbuf::Size shares() const noexcept { return get<27>(); }
  Price4 price() const noexcept { return get<31>(); }
};

struct Trade : MessageView<'P', 44, Field<11, wire::Reference>, Field<19, wire::BuySell>, Field<20, wire::Shares4>,
                           Field<24, wire::Stock>, Field<32, wire::Px4>, Field<36, wire::Match>> {
  static constexpr std::string_view kName = "trade";
  using MessageView::MessageView;
  OrderReference order_ref() const noexcept { return get<11>(); }
  ringbuf::Side side() const noexcept { return get<19>(); }
  ringbuf::Size shares() const noexcept { return get<20>(); }
  std::string_view stock() const noexcept { return get<24>(); }
  Price4 price() const noexcept { return get<32>(); }
  MatchNumber match_number() const noexcept { return get<36>(); }
};

struct CrossTrade : MessageView<'Q', 40, Field<11, wire::Shares8>, Field<19, wire::Stock>, Field<27, wire::Px4>,
                                Field<31, wire::Match>, Field<39, wire::Code>> {
  static constexpr std::string_view kName = "cross trade";
  using MessageView::MessageView;
  ringbuf::Size shares() const noexcept { return get<11>(); }
  std::string_view stock() const noexcept { return get<19>(); }
  Price4 price() const noexcept { return get<27>(); }
  MatchNumber match_number() const noexcept { return get<31>(); }
  char cross_type() const noexcept { return get<39>(); }  // O open, C close, H halt or IPO, A extended close
};

struct BrokenTrade : MessageView<'B', 19, Field<11, wire::Match>> {
  static constexpr std::string_view kName = "broken trade";
  using MessageView::MessageView;
  MatchNumber match_number() const noexcept { return get<11>(); }
};

struct NetOrderImbalance
    : MessageView<'I', 50, Field<11, wire::Shares8>, Field<19, wire::Shares8>, Field<27, wire::Code>,
                  Field<28, wire::Stock>, Field<36, wire::Px4>, Field<40, wire::Px4>, Field<44, wire::Px4>,
                  Field<48, wire::Code>, Field<49, wire::Code>> {
  static constexpr std::string_view kName = "net order imbalance";
  using MessageView::MessageView;
  ringbuf::Size paired_shares() const noexcept { return get<11>(); }
  ringbuf::Size imbalance_shares() const noexcept { return get<19>(); }
  char imbalance_direction() const noexcept { return get<27>(); }  // B S N, O insufficient orders, P paused
  std::string_view stock() const noexcept { return get<28>(); }
  Price4 far_price() const noexcept { return get<36>(); }
  Price4 near_price() const noexcept { return get<40>(); }
  Price4 reference_price() const noexcept { return get<44>(); }
  char cross_type() const noexcept { return get<48>(); }
  char price_variation() const noexcept { return get<49>(); }
};

struct RetailPriceImprovement : MessageView<'N', 20, Field<11, wire::Stock>, Field<19, wire::Code>> {
  static constexpr std::string_view kName = "retail price improvement";
  using MessageView::MessageView;
  std::string_view stock() const noexcept { return get<11>(); }
  char interest_flag() const noexcept { return get<19>(); }  // B S, A both, N none
};

struct DirectListing
    : MessageView<'O', 48, Field<11, wire::Stock>, Field<19, wire::Code>, Field<20, wire::Px4>, Field<24, wire::Px4>,
                  Field<28, wire::Px4>, Field<32, wire::Nanos>, Field<40, wire::Px4>, Field<44, wire::Px4>> {
  static constexpr std::string_view kName = "direct listing price discovery";
  using MessageView::MessageView;
  std::string_view stock() const noexcept { return get<11>(); }
  char open_eligibility() const noexcept { return get<19>(); }  // Y or N
  Price4 minimum_price() const noexcept { return get<20>(); }
  Price4 maximum_price() const noexcept { return get<24>(); }
  Price4 near_execution_price() const noexcept { return get<28>(); }
  SinceMidnight near_execution_time() const noexcept { return get<32>(); }
  Price4 lower_collar() const noexcept { return get<40>(); }
  Price4 upper_collar() const noexcept { return get<44>(); }
};

/// One row of the table of messages.
struct MessageType {
  char type;
  std::uint8_t bytes;
  std::string_view name;
};

template <class... Messages>
struct MessageList {
  static constexpr std::array<MessageType, sizeof...(Messages)> kTable{
      MessageType{Messages::kType, Messages::kBytes, Messages::kName}...};
};

using AllMessages =
    MessageList<SystemEvent, StockDirectory, StockTradingAction, RegShoRestriction, MarketParticipantPosition,
                MwcbDeclineLevels, MwcbStatus, IpoQuotingPeriod, LuldAuctionCollar, OperationalHalt, AddOrder,
                AddOrderAttributed, OrderExecuted, OrderExecutedWithPrice, OrderCancel, OrderDelete, OrderReplace,
                Trade, CrossTrade, BrokenTrade, NetOrderImbalance, RetailPriceImprovement, DirectListing>;

/// All messages in the order of the specification.
inline constexpr auto& kMessageTypes = AllMessages::kTable;
inline constexpr std::size_t kMessageTypeCount = kMessageTypes.size();
static_assert(kMessageTypeCount == 23);

/// By type byte: row in kMessageTypes, kMessageTypeCount when the specification does not know it.
inline constexpr std::array<std::uint8_t, 256> kMessageIndex = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(kMessageTypeCount);
  for (std::size_t row = 0; row < kMessageTypeCount; ++row)
    table[static_cast<unsigned char>(kMessageTypes[row].type)] = static_cast<std::uint8_t>(row);
  return table;
}();

/// Row of `type` in kMessageTypes, kMessageTypeCount when the specification does not know it: an index for counters.
[[nodiscard]] constexpr std::size_t message_index(char type) noexcept {
  return kMessageIndex[static_cast<unsigned char>(type)];
}

/// Size of a message of `type`, 0 when the specification does not know it.
[[nodiscard]] constexpr std::size_t message_bytes(char type) noexcept {
  const std::size_t row = message_index(type);
  return row < kMessageTypeCount ? kMessageTypes[row].bytes : 0;
}

}  // namespace tickplant::feedhandlers::itch50
