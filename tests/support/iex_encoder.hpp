// TOPS and DEEP messages as plain structs, and these to bytes; IEX-TP segments around them, and every lie a header can
// tell. Written from the specifications, apart from the views of the plant.
//
// Threads: any; no state.
// Not here: the way back (iex_decoder.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "tests/support/capture_writer.hpp"

namespace tickplant::tests::iex {

using Symbol = std::array<char, 8>;
using Reason = std::array<char, 4>;

/// Padded with spaces on the right, longer texts are cut.
[[nodiscard]] constexpr Symbol symbol(std::string_view text) noexcept {
  Symbol padded{};
  for (std::size_t i = 0; i < padded.size(); ++i) padded[i] = i < text.size() ? text[i] : ' ';
  return padded;
}

/// Dollars to the wire's price.
[[nodiscard]] constexpr std::int64_t dollars(double amount) noexcept {
  return static_cast<std::int64_t>(amount * 10'000 + (amount < 0 ? -0.5 : 0.5));
}

// Each lists its fields behind the type byte, in the order of the wire.

struct SystemEvent {
  static constexpr char kType = 'S';
  char event_code = 'O';
  std::int64_t timestamp = 0;
  static auto fields(auto& m) { return std::tie(m.event_code, m.timestamp); }
  friend bool operator==(const SystemEvent&, const SystemEvent&) = default;
};

struct SecurityDirectory {
  static constexpr char kType = 'D';
  std::uint8_t flags = 0;
  std::int64_t timestamp = 0;
  Symbol symbol{};
  std::uint32_t round_lot_size = 100;
  std::int64_t adjusted_poc_price = 0;
  std::uint8_t luld_tier = 0;
  static auto fields(auto& m) {
    return std::tie(m.flags, m.timestamp, m.symbol, m.round_lot_size, m.adjusted_poc_price, m.luld_tier);
  }
  friend bool operator==(const SecurityDirectory&, const SecurityDirectory&) = default;
};

struct TradingStatusMessage {
  static constexpr char kType = 'H';
  char trading_status = 'T';
  std::int64_t timestamp = 0;
  Symbol symbol{};
  Reason reason{' ', ' ', ' ', ' '};
  static auto fields(auto& m) { return std::tie(m.trading_status, m.timestamp, m.symbol, m.reason); }
  friend bool operator==(const TradingStatusMessage&, const TradingStatusMessage&) = default;
};

struct RetailLiquidityIndicator {
  static constexpr char kType = 'I';
  char indicator = ' ';
  std::int64_t timestamp = 0;
  Symbol symbol{};
  static auto fields(auto& m) { return std::tie(m.indicator, m.timestamp, m.symbol); }
  friend bool operator==(const RetailLiquidityIndicator&, const RetailLiquidityIndicator&) = default;
};

struct OperationalHaltStatus {
  static constexpr char kType = 'O';
  char halt_status = 'N';
  std::int64_t timestamp = 0;
  Symbol symbol{};
  static auto fields(auto& m) { return std::tie(m.halt_status, m.timestamp, m.symbol); }
  friend bool operator==(const OperationalHaltStatus&, const OperationalHaltStatus&) = default;
};

struct ShortSalePriceTest {
  static constexpr char kType = 'P';
  std::uint8_t status = 0;
  std::int64_t timestamp = 0;
  Symbol symbol{};
  char detail = ' ';
  static auto fields(auto& m) { return std::tie(m.status, m.timestamp, m.symbol, m.detail); }
  friend bool operator==(const ShortSalePriceTest&, const ShortSalePriceTest&) = default;
};

struct SecurityEvent {
  static constexpr char kType = 'E';
  char event_code = 'O';
  std::int64_t timestamp = 0;
  Symbol symbol{};
  static auto fields(auto& m) { return std::tie(m.event_code, m.timestamp, m.symbol); }
  friend bool operator==(const SecurityEvent&, const SecurityEvent&) = default;
};

struct QuoteUpdate {
  static constexpr char kType = 'Q';
  std::uint8_t flags = 0;
  std::int64_t timestamp = 0;
  Symbol symbol{};
  std::uint32_t bid_size = 0;
  std::int64_t bid_price = 0;
  std::int64_t ask_price = 0;
  std::uint32_t ask_size = 0;
  static auto fields(auto& m) {
    return std::tie(m.flags, m.timestamp, m.symbol, m.bid_size, m.bid_price, m.ask_price, m.ask_size);
  }
  friend bool operator==(const QuoteUpdate&, const QuoteUpdate&) = default;
};

template <char Type>
struct TradeFields {
  static constexpr char kType = Type;
  std::uint8_t sale_condition = 0;
  std::int64_t timestamp = 0;
  Symbol symbol{};
  std::uint32_t size = 0;
  std::int64_t price = 0;
  std::uint64_t trade_id = 0;
  static auto fields(auto& m) { return std::tie(m.sale_condition, m.timestamp, m.symbol, m.size, m.price, m.trade_id); }
  friend bool operator==(const TradeFields&, const TradeFields&) = default;
};
using TradeReport = TradeFields<'T'>;
using TradeBreak = TradeFields<'B'>;

struct OfficialPrice {
  static constexpr char kType = 'X';
  char price_type = 'Q';
  std::int64_t timestamp = 0;
  Symbol symbol{};
  std::int64_t price = 0;
  static auto fields(auto& m) { return std::tie(m.price_type, m.timestamp, m.symbol, m.price); }
  friend bool operator==(const OfficialPrice&, const OfficialPrice&) = default;
};

struct AuctionInformation {
  static constexpr char kType = 'A';
  char auction_type = 'C';
  std::int64_t timestamp = 0;
  Symbol symbol{};
  std::uint32_t paired_shares = 0;
  std::int64_t reference_price = 0;
  std::int64_t indicative_clearing_price = 0;
  std::uint32_t imbalance_shares = 0;
  char imbalance_side = 'N';
  std::uint8_t extension_number = 0;
  std::uint32_t scheduled_time_seconds = 0;
  std::int64_t auction_book_clearing_price = 0;
  std::int64_t collar_reference_price = 0;
  std::int64_t lower_collar = 0;
  std::int64_t upper_collar = 0;
  static auto fields(auto& m) {
    return std::tie(m.auction_type, m.timestamp, m.symbol, m.paired_shares, m.reference_price,
                    m.indicative_clearing_price, m.imbalance_shares, m.imbalance_side, m.extension_number,
                    m.scheduled_time_seconds, m.auction_book_clearing_price, m.collar_reference_price, m.lower_collar,
                    m.upper_collar);
  }
  friend bool operator==(const AuctionInformation&, const AuctionInformation&) = default;
};

template <char Type>
struct PriceLevel {
  static constexpr char kType = Type;
  std::uint8_t event_flags = 1;
  std::int64_t timestamp = 0;
  Symbol symbol{};
  std::uint32_t size = 0;
  std::int64_t price = 0;
  static auto fields(auto& m) { return std::tie(m.event_flags, m.timestamp, m.symbol, m.size, m.price); }
  friend bool operator==(const PriceLevel&, const PriceLevel&) = default;
};
using PriceLevelBuy = PriceLevel<'8'>;
using PriceLevelSell = PriceLevel<'5'>;

namespace detail {

template <class Value>
Bytes wire(const Value& value) {
  if constexpr (std::is_integral_v<Value>) {
    return integer(static_cast<std::uint64_t>(value), sizeof value, std::endian::little);
  } else {
    return Bytes(value.data(), value.size());
  }
}

}  // namespace detail

/// One message without its frame.
template <class Message>
[[nodiscard]] Bytes encode(const Message& message) {
  Bytes out(1, Message::kType);
  std::apply([&out](const auto&... field) { ((out += detail::wire(field)), ...); }, Message::fields(message));
  return out;
}

// --- IEX-TP ---

inline constexpr std::uint16_t kTops = 0x8003;
inline constexpr std::uint16_t kDeep = 0x8004;

struct SegmentHeader {
  std::uint8_t version = 1;
  std::uint16_t protocol = kDeep;
  std::uint32_t channel = 1;
  std::uint32_t session = 0x43fc0000;
  std::uint16_t payload_bytes = 0;
  std::uint16_t message_count = 0;
  std::uint64_t stream_offset = 0;
  std::uint64_t first_sequence = 1;
  std::int64_t send_time = 0;
};

[[nodiscard]] inline Bytes encode_header(const SegmentHeader& header) {
  using detail::wire;
  return wire(header.version) + Bytes(1, '\0') + wire(header.protocol) + wire(header.channel) + wire(header.session) +
         wire(header.payload_bytes) + wire(header.message_count) + wire(header.stream_offset) +
         wire(header.first_sequence) + wire(header.send_time);
}

[[nodiscard]] inline Bytes block(std::string_view message) {
  return detail::wire(static_cast<std::uint16_t>(message.size())) + Bytes(message);
}

/// `header` with the lengths and counts of what follows it.
[[nodiscard]] inline Bytes segment(SegmentHeader header, const std::vector<Bytes>& messages) {
  Bytes payload;
  for (const Bytes& message : messages) payload += block(message);
  header.payload_bytes = static_cast<std::uint16_t>(payload.size());
  header.message_count = static_cast<std::uint16_t>(messages.size());
  return encode_header(header) + payload;
}

}  // namespace tickplant::tests::iex
