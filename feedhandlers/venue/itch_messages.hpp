// The 23 messages of ITCH 5.0 as plain structs: what a venue means to say, before it becomes bytes.
//
// Written from the specification and apart from itch50/messages.hpp, which reads them, so that each finds the other's
// mistakes: the tests pair the two. `fields` lists what follows the common header, in the order of the wire; widths are
// those of the wire.
//
// Threads: plain values.
// Not here: bytes (itch_encoder.hpp), which messages make a valid day (market.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "feedhandlers/itch50/fields.hpp"

namespace tickplant::feedhandlers::venue {

using itch50::MatchNumber;
using itch50::Price4;
using itch50::Price8;
using itch50::SinceMidnight;
using itch50::StockLocate;
using itch50::TrackingNumber;
using ringbuf::Side;

template <std::size_t Length>
using Alpha = std::array<char, Length>;
using Symbol = Alpha<8>;

/// `text`, left-justified and padded with spaces; what does not fit is cut off.
template <std::size_t Length>
[[nodiscard]] constexpr Alpha<Length> padded(std::string_view text) noexcept {
  Alpha<Length> alpha;
  alpha.fill(' ');
  std::copy_n(text.begin(), std::min(text.size(), Length), alpha.begin());
  return alpha;
}
[[nodiscard]] constexpr Symbol symbol(std::string_view text) noexcept { return padded<8>(text); }

struct Header {
  StockLocate stock_locate{};
  TrackingNumber tracking_number{};
  SinceMidnight timestamp{};
  friend bool operator==(const Header&, const Header&) = default;
};

struct SystemEvent {
  static constexpr char kType = 'S';
  Header header{};
  char event_code = 'O';
  static auto fields(auto& m) { return std::tie(m.event_code); }
  friend bool operator==(const SystemEvent&, const SystemEvent&) = default;
};

struct StockDirectory {
  static constexpr char kType = 'R';
  Header header{};
  Symbol stock{};
  char market_category = 'Q';
  char financial_status = 'N';
  std::uint32_t round_lot_size = 100;
  char round_lots_only = 'N';
  char issue_classification = 'C';
  Alpha<2> issue_sub_type = padded<2>("Z");
  char authenticity = 'P';
  char short_sale_threshold = 'N';
  char ipo_flag = 'N';
  char luld_tier = '1';
  char etp_flag = 'N';
  std::uint32_t etp_leverage_factor = 0;
  char inverse_indicator = 'N';
  static auto fields(auto& m) {
    return std::tie(m.stock, m.market_category, m.financial_status, m.round_lot_size, m.round_lots_only,
                    m.issue_classification, m.issue_sub_type, m.authenticity, m.short_sale_threshold, m.ipo_flag,
                    m.luld_tier, m.etp_flag, m.etp_leverage_factor, m.inverse_indicator);
  }
  friend bool operator==(const StockDirectory&, const StockDirectory&) = default;
};

struct StockTradingAction {
  static constexpr char kType = 'H';
  Header header{};
  Symbol stock{};
  char trading_state = 'T';
  char reserved = ' ';
  Alpha<4> reason = padded<4>("");
  static auto fields(auto& m) { return std::tie(m.stock, m.trading_state, m.reserved, m.reason); }
  friend bool operator==(const StockTradingAction&, const StockTradingAction&) = default;
};

struct RegShoRestriction {
  static constexpr char kType = 'Y';
  Header header{};
  Symbol stock{};
  char action = '0';
  static auto fields(auto& m) { return std::tie(m.stock, m.action); }
  friend bool operator==(const RegShoRestriction&, const RegShoRestriction&) = default;
};

struct MarketParticipantPosition {
  static constexpr char kType = 'L';
  Header header{};
  Alpha<4> mpid{};
  Symbol stock{};
  char primary_market_maker = 'Y';
  char mode = 'N';
  char state = 'A';
  static auto fields(auto& m) { return std::tie(m.mpid, m.stock, m.primary_market_maker, m.mode, m.state); }
  friend bool operator==(const MarketParticipantPosition&, const MarketParticipantPosition&) = default;
};

struct MwcbDeclineLevels {
  static constexpr char kType = 'V';
  Header header{};
  Price8 level_1{};
  Price8 level_2{};
  Price8 level_3{};
  static auto fields(auto& m) { return std::tie(m.level_1, m.level_2, m.level_3); }
  friend bool operator==(const MwcbDeclineLevels&, const MwcbDeclineLevels&) = default;
};

struct MwcbStatus {
  static constexpr char kType = 'W';
  Header header{};
  char breached_level = '1';
  static auto fields(auto& m) { return std::tie(m.breached_level); }
  friend bool operator==(const MwcbStatus&, const MwcbStatus&) = default;
};

struct IpoQuotingPeriod {
  static constexpr char kType = 'K';
  Header header{};
  Symbol stock{};
  std::uint32_t release_time_seconds = 0;
  char release_qualifier = 'A';
  Price4 ipo_price{};
  static auto fields(auto& m) { return std::tie(m.stock, m.release_time_seconds, m.release_qualifier, m.ipo_price); }
  friend bool operator==(const IpoQuotingPeriod&, const IpoQuotingPeriod&) = default;
};

struct LuldAuctionCollar {
  static constexpr char kType = 'J';
  Header header{};
  Symbol stock{};
  Price4 reference_price{};
  Price4 upper_price{};
  Price4 lower_price{};
  std::uint32_t extension = 0;
  static auto fields(auto& m) {
    return std::tie(m.stock, m.reference_price, m.upper_price, m.lower_price, m.extension);
  }
  friend bool operator==(const LuldAuctionCollar&, const LuldAuctionCollar&) = default;
};

struct OperationalHalt {
  static constexpr char kType = 'h';
  Header header{};
  Symbol stock{};
  char market_code = 'Q';
  char action = 'T';
  static auto fields(auto& m) { return std::tie(m.stock, m.market_code, m.action); }
  friend bool operator==(const OperationalHalt&, const OperationalHalt&) = default;
};

struct AddOrder {
  static constexpr char kType = 'A';
  Header header{};
  OrderReference order_ref{};
  Side side = Side::bid;
  std::uint32_t shares = 0;
  Symbol stock{};
  Price4 price{};
  static auto fields(auto& m) { return std::tie(m.order_ref, m.side, m.shares, m.stock, m.price); }
  friend bool operator==(const AddOrder&, const AddOrder&) = default;
};

struct AddOrderAttributed {
  static constexpr char kType = 'F';
  Header header{};
  OrderReference order_ref{};
  Side side = Side::bid;
  std::uint32_t shares = 0;
  Symbol stock{};
  Price4 price{};
  Alpha<4> attribution{};
  static auto fields(auto& m) { return std::tie(m.order_ref, m.side, m.shares, m.stock, m.price, m.attribution); }
  friend bool operator==(const AddOrderAttributed&, const AddOrderAttributed&) = default;
};

struct OrderExecuted {
  static constexpr char kType = 'E';
  Header header{};
  OrderReference order_ref{};
  std::uint32_t executed_shares = 0;
  MatchNumber match_number{};
  static auto fields(auto& m) { return std::tie(m.order_ref, m.executed_shares, m.match_number); }
  friend bool operator==(const OrderExecuted&, const OrderExecuted&) = default;
};

struct OrderExecutedWithPrice {
  static constexpr char kType = 'C';
  Header header{};
  OrderReference order_ref{};
  std::uint32_t executed_shares = 0;
  MatchNumber match_number{};
  char printable = 'Y';
  Price4 execution_price{};
  static auto fields(auto& m) {
    return std::tie(m.order_ref, m.executed_shares, m.match_number, m.printable, m.execution_price);
  }
  friend bool operator==(const OrderExecutedWithPrice&, const OrderExecutedWithPrice&) = default;
};

struct OrderCancel {
  static constexpr char kType = 'X';
  Header header{};
  OrderReference order_ref{};
  std::uint32_t canceled_shares = 0;
  static auto fields(auto& m) { return std::tie(m.order_ref, m.canceled_shares); }
  friend bool operator==(const OrderCancel&, const OrderCancel&) = default;
};

struct OrderDelete {
  static constexpr char kType = 'D';
  Header header{};
  OrderReference order_ref{};
  static auto fields(auto& m) { return std::tie(m.order_ref); }
  friend bool operator==(const OrderDelete&, const OrderDelete&) = default;
};

struct OrderReplace {
  static constexpr char kType = 'U';
  Header header{};
  OrderReference original_order_ref{};
  OrderReference new_order_ref{};
  std::uint32_t shares = 0;
  Price4 price{};
  static auto fields(auto& m) { return std::tie(m.original_order_ref, m.new_order_ref, m.shares, m.price); }
  friend bool operator==(const OrderReplace&, const OrderReplace&) = default;
};

struct Trade {
  static constexpr char kType = 'P';
  Header header{};
  OrderReference order_ref{};
  Side side = Side::bid;
  std::uint32_t shares = 0;
  Symbol stock{};
  Price4 price{};
  MatchNumber match_number{};
  static auto fields(auto& m) { return std::tie(m.order_ref, m.side, m.shares, m.stock, m.price, m.match_number); }
  friend bool operator==(const Trade&, const Trade&) = default;
};

struct CrossTrade {
  static constexpr char kType = 'Q';
  Header header{};
  std::uint64_t shares = 0;
  Symbol stock{};
  Price4 price{};
  MatchNumber match_number{};
  char cross_type = 'O';
  static auto fields(auto& m) { return std::tie(m.shares, m.stock, m.price, m.match_number, m.cross_type); }
  friend bool operator==(const CrossTrade&, const CrossTrade&) = default;
};

struct BrokenTrade {
  static constexpr char kType = 'B';
  Header header{};
  MatchNumber match_number{};
  static auto fields(auto& m) { return std::tie(m.match_number); }
  friend bool operator==(const BrokenTrade&, const BrokenTrade&) = default;
};

struct NetOrderImbalance {
  static constexpr char kType = 'I';
  Header header{};
  std::uint64_t paired_shares = 0;
  std::uint64_t imbalance_shares = 0;
  char imbalance_direction = 'N';
  Symbol stock{};
  Price4 far_price{};
  Price4 near_price{};
  Price4 reference_price{};
  char cross_type = 'O';
  char price_variation = 'L';
  static auto fields(auto& m) {
    return std::tie(m.paired_shares, m.imbalance_shares, m.imbalance_direction, m.stock, m.far_price, m.near_price,
                    m.reference_price, m.cross_type, m.price_variation);
  }
  friend bool operator==(const NetOrderImbalance&, const NetOrderImbalance&) = default;
};

struct RetailPriceImprovement {
  static constexpr char kType = 'N';
  Header header{};
  Symbol stock{};
  char interest_flag = 'N';
  static auto fields(auto& m) { return std::tie(m.stock, m.interest_flag); }
  friend bool operator==(const RetailPriceImprovement&, const RetailPriceImprovement&) = default;
};

struct DirectListing {
  static constexpr char kType = 'O';
  Header header{};
  Symbol stock{};
  char open_eligibility = 'Y';
  Price4 minimum_price{};
  Price4 maximum_price{};
  Price4 near_execution_price{};
  SinceMidnight near_execution_time{};
  Price4 lower_collar{};
  Price4 upper_collar{};
  static auto fields(auto& m) {
    return std::tie(m.stock, m.open_eligibility, m.minimum_price, m.maximum_price, m.near_execution_price,
                    m.near_execution_time, m.lower_collar, m.upper_collar);
  }
  friend bool operator==(const DirectListing&, const DirectListing&) = default;
};

}  // namespace tickplant::feedhandlers::venue
