// The messages of IEX TOPS 1.6 and DEEP 1.0, field by field, as views over the packet.
//
// Field<offset, encoding> lists a message as the specifications do; that the fields fill the message is asserted. The
// byte in front of the time stamp is the first of the encodings. What the fields mean to us is told in README.md.
//
// Threads: plain values, valid as long as the bytes they point into.
// Not here: decoding of a field (fields.hpp), telling the messages apart (parser.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "feedhandlers/iex/fields.hpp"

namespace tickplant::feedhandlers::iex {

// --- the market and its instruments: TOPS and DEEP ---

struct SystemEvent : MessageView<'S', 10, wire::Code> {
  static constexpr std::string_view kName = "system event";
  using MessageView::MessageView;
  char event_code() const noexcept { return head(); }  // O S R M E C, in the order of the day
};

struct SecurityDirectory : MessageView<'D', 31, wire::U8, Field<10, wire::Symbol>, Field<18, wire::U32>,
                                       Field<22, wire::Px4>, Field<30, wire::U8>> {
  static constexpr std::string_view kName = "security directory";
  static constexpr std::uint8_t kTestSecurity = 0x80;
  static constexpr std::uint8_t kWhenIssued = 0x40;
  static constexpr std::uint8_t kEtp = 0x20;
  using MessageView::MessageView;
  std::uint8_t flags() const noexcept { return head(); }
  std::string_view symbol() const noexcept { return get<10>(); }
  std::uint32_t round_lot_size() const noexcept { return get<18>(); }  // shares
  Price4 adjusted_poc_price() const noexcept { return get<22>(); }     // the previous official close, adjusted
  std::uint8_t luld_tier() const noexcept { return get<30>(); }        // 0 not applicable, 1, 2
};

struct TradingStatusMessage : MessageView<'H', 22, wire::Code, Field<10, wire::Symbol>, Field<18, wire::Alpha<4>>> {
  static constexpr std::string_view kName = "trading status";
  using MessageView::MessageView;
  char trading_status() const noexcept { return head(); }  // H halted, O order acceptance, P paused, T trading
  std::string_view symbol() const noexcept { return get<10>(); }
  std::array<char, 4> reason() const noexcept { return get<18>(); }
};

struct RetailLiquidityIndicator : MessageView<'I', 18, wire::Code, Field<10, wire::Symbol>> {
  static constexpr std::string_view kName = "retail liquidity indicator";
  using MessageView::MessageView;
  char indicator() const noexcept { return head(); }  // A buy, B sell, C both, space none
  std::string_view symbol() const noexcept { return get<10>(); }
};

struct OperationalHaltStatus : MessageView<'O', 18, wire::Code, Field<10, wire::Symbol>> {
  static constexpr std::string_view kName = "operational halt status";
  using MessageView::MessageView;
  char halt_status() const noexcept { return head(); }  // O halted on IEX, N not halted
  std::string_view symbol() const noexcept { return get<10>(); }
};

struct ShortSalePriceTest : MessageView<'P', 19, wire::U8, Field<10, wire::Symbol>, Field<18, wire::Code>> {
  static constexpr std::string_view kName = "short sale price test status";
  using MessageView::MessageView;
  std::uint8_t status() const noexcept { return head(); }  // 0 not in effect, 1 in effect
  std::string_view symbol() const noexcept { return get<10>(); }
  char detail() const noexcept { return get<18>(); }  // A activated, C continued, D deactivated, N or space
};

struct SecurityEvent : MessageView<'E', 18, wire::Code, Field<10, wire::Symbol>> {
  static constexpr std::string_view kName = "security event";
  using MessageView::MessageView;
  char event_code() const noexcept { return head(); }  // O opening process complete, C closing process complete
  std::string_view symbol() const noexcept { return get<10>(); }
};

// --- quotes: TOPS only ---

struct QuoteUpdate : MessageView<'Q', 42, wire::U8, Field<10, wire::Symbol>, Field<18, wire::Shares>,
                                 Field<22, wire::Px4>, Field<30, wire::Px4>, Field<38, wire::Shares>> {
  static constexpr std::string_view kName = "quote update";
  static constexpr std::uint8_t kNotAvailable = 0x80;   // halted, paused or otherwise not to be traded on IEX
  static constexpr std::uint8_t kExtendedHours = 0x40;  // pre- or post-market session
  using MessageView::MessageView;
  std::uint8_t flags() const noexcept { return head(); }
  std::string_view symbol() const noexcept { return get<10>(); }
  ringbuf::Size bid_size() const noexcept { return get<18>(); }  // 0: no bid
  Price4 bid_price() const noexcept { return get<22>(); }
  Price4 ask_price() const noexcept { return get<30>(); }
  ringbuf::Size ask_size() const noexcept { return get<38>(); }  // 0: no ask
};

// --- trades and auctions: TOPS and DEEP ---

struct TradeReport : MessageView<'T', 38, wire::U8, Field<10, wire::Symbol>, Field<18, wire::Shares>,
                                 Field<22, wire::Px4>, Field<30, wire::U64>> {
  static constexpr std::string_view kName = "trade report";
  static constexpr std::uint8_t kIntermarketSweep = 0x80;
  static constexpr std::uint8_t kExtendedHours = 0x40;  // Form T
  static constexpr std::uint8_t kOddLot = 0x20;
  static constexpr std::uint8_t kTradeThroughExempt = 0x10;
  static constexpr std::uint8_t kSinglePriceCross = 0x08;
  using MessageView::MessageView;
  std::uint8_t sale_condition() const noexcept { return head(); }
  std::string_view symbol() const noexcept { return get<10>(); }
  ringbuf::Size size() const noexcept { return get<18>(); }
  Price4 price() const noexcept { return get<22>(); }
  std::uint64_t trade_id() const noexcept { return get<30>(); }
};

struct OfficialPrice : MessageView<'X', 26, wire::Code, Field<10, wire::Symbol>, Field<18, wire::Px4>> {
  static constexpr std::string_view kName = "official price";
  using MessageView::MessageView;
  char price_type() const noexcept { return head(); }  // Q opening, M closing
  std::string_view symbol() const noexcept { return get<10>(); }
  Price4 price() const noexcept { return get<18>(); }
};

struct TradeBreak : MessageView<'B', 38, wire::U8, Field<10, wire::Symbol>, Field<18, wire::Shares>,
                                Field<22, wire::Px4>, Field<30, wire::U64>> {
  static constexpr std::string_view kName = "trade break";
  using MessageView::MessageView;
  std::uint8_t sale_condition() const noexcept { return head(); }  // as in the trade that is taken back
  std::string_view symbol() const noexcept { return get<10>(); }
  ringbuf::Size size() const noexcept { return get<18>(); }
  Price4 price() const noexcept { return get<22>(); }
  std::uint64_t trade_id() const noexcept { return get<30>(); }
};

struct AuctionInformation
    : MessageView<'A', 80, wire::Code, Field<10, wire::Symbol>, Field<18, wire::Shares>, Field<22, wire::Px4>,
                  Field<30, wire::Px4>, Field<38, wire::Shares>, Field<42, wire::Code>, Field<43, wire::U8>,
                  Field<44, wire::U32>, Field<48, wire::Px4>, Field<56, wire::Px4>, Field<64, wire::Px4>,
                  Field<72, wire::Px4>> {
  static constexpr std::string_view kName = "auction information";
  using MessageView::MessageView;
  char auction_type() const noexcept { return head(); }  // O opening, C closing, I IPO, H halt, V volatility
  std::string_view symbol() const noexcept { return get<10>(); }
  ringbuf::Size paired_shares() const noexcept { return get<18>(); }
  Price4 reference_price() const noexcept { return get<22>(); }
  Price4 indicative_clearing_price() const noexcept { return get<30>(); }  // with what rests in the continuous book
  ringbuf::Size imbalance_shares() const noexcept { return get<38>(); }
  char imbalance_side() const noexcept { return get<42>(); }            // B, S, N none
  std::uint8_t extension_number() const noexcept { return get<43>(); }  // how many times the auction was extended
  std::uint32_t scheduled_time_seconds() const noexcept { return get<44>(); }  // since 1970 UTC
  Price4 auction_book_clearing_price() const noexcept { return get<48>(); }    // with orders for the auction alone
  Price4 collar_reference_price() const noexcept { return get<56>(); }
  Price4 lower_collar() const noexcept { return get<64>(); }
  Price4 upper_collar() const noexcept { return get<72>(); }
};

// --- price levels: DEEP only ---

namespace detail {

/// The new state of one level. `Type` says on which side.
template <char Type>
struct PriceLevelUpdate
    : MessageView<Type, 30, wire::U8, Field<10, wire::Symbol>, Field<18, wire::Shares>, Field<22, wire::Px4>> {
  static constexpr std::uint8_t kEventComplete = 0x01;  // without it the book is between two states
  using Base = MessageView<Type, 30, wire::U8, Field<10, wire::Symbol>, Field<18, wire::Shares>, Field<22, wire::Px4>>;
  using Base::Base;
  std::uint8_t event_flags() const noexcept { return this->head(); }
  std::string_view symbol() const noexcept { return this->template get<10>(); }
  ringbuf::Size size() const noexcept { return this->template get<18>(); }  // 0: the level is gone
  Price4 price() const noexcept { return this->template get<22>(); }
};

}  // namespace detail

struct PriceLevelBuy : detail::PriceLevelUpdate<'8'> {
  static constexpr std::string_view kName = "price level update, buy side";
  using PriceLevelUpdate::PriceLevelUpdate;
};

struct PriceLevelSell : detail::PriceLevelUpdate<'5'> {
  static constexpr std::string_view kName = "price level update, sell side";
  using PriceLevelUpdate::PriceLevelUpdate;
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

using AllMessages = MessageList<SystemEvent, SecurityDirectory, TradingStatusMessage, RetailLiquidityIndicator,
                                OperationalHaltStatus, ShortSalePriceTest, SecurityEvent, QuoteUpdate, TradeReport,
                                OfficialPrice, TradeBreak, AuctionInformation, PriceLevelBuy, PriceLevelSell>;

/// All messages of both protocols.
inline constexpr auto& kMessageTypes = AllMessages::kTable;
inline constexpr std::size_t kMessageTypeCount = kMessageTypes.size();
static_assert(kMessageTypeCount == 14);

/// By type byte: row in kMessageTypes, kMessageTypeCount when neither specification knows it.
inline constexpr std::array<std::uint8_t, 256> kMessageIndex = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(kMessageTypeCount);
  for (std::size_t row = 0; row < kMessageTypeCount; ++row)
    table[static_cast<unsigned char>(kMessageTypes[row].type)] = static_cast<std::uint8_t>(row);
  return table;
}();

/// Row of `type` in kMessageTypes, kMessageTypeCount when it is unknown: an index for counters.
[[nodiscard]] constexpr std::size_t message_index(char type) noexcept {
  return kMessageIndex[static_cast<unsigned char>(type)];
}

/// Size of a message of `type`, 0 when it is unknown.
[[nodiscard]] constexpr std::size_t message_bytes(char type) noexcept {
  const std::size_t row = message_index(type);
  return row < kMessageTypeCount ? kMessageTypes[row].bytes : 0;
}

}  // namespace tickplant::feedhandlers::iex
