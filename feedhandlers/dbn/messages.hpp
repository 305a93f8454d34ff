// The records of DBN versions 1 to 3, field by field, as views over the bytes.
//
// Field<offset, encoding> lists a record as the specification does; that the fields fill the record is asserted. Where
// versions differ there is a view for each layout, named after the first version that has it. Views of one record share
// the names of their accessors, so that one template reads them all.
//
// Threads: plain values, valid as long as the bytes they point into.
// Not here: decoding of a field (fields.hpp), telling the records apart (parser.hpp), definitions (definitions.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "feedhandlers/dbn/fields.hpp"

namespace tickplant::feedhandlers::dbn {

/// Types of records, the second byte of each.
namespace rtype {
inline constexpr std::uint8_t kTrade = 0x00;
inline constexpr std::uint8_t kMbp1 = 0x01;
inline constexpr std::uint8_t kMbp10 = 0x0a;
inline constexpr std::uint8_t kOhlcvDeprecated = 0x11;
inline constexpr std::uint8_t kStatus = 0x12;
inline constexpr std::uint8_t kDefinition = 0x13;
inline constexpr std::uint8_t kImbalance = 0x14;
inline constexpr std::uint8_t kError = 0x15;
inline constexpr std::uint8_t kSymbolMapping = 0x16;
inline constexpr std::uint8_t kSystem = 0x17;
inline constexpr std::uint8_t kStatistics = 0x18;
inline constexpr std::uint8_t kOhlcv1s = 0x20;
inline constexpr std::uint8_t kOhlcv1m = 0x21;
inline constexpr std::uint8_t kOhlcv1h = 0x22;
inline constexpr std::uint8_t kOhlcv1d = 0x23;
inline constexpr std::uint8_t kOhlcvEod = 0x24;
inline constexpr std::uint8_t kMbo = 0xa0;
inline constexpr std::uint8_t kCmbp1 = 0xb1;
inline constexpr std::uint8_t kCbbo1s = 0xc0;
inline constexpr std::uint8_t kCbbo1m = 0xc1;
inline constexpr std::uint8_t kTcbbo = 0xc2;
inline constexpr std::uint8_t kBbo1s = 0xc3;
inline constexpr std::uint8_t kBbo1m = 0xc4;
}  // namespace rtype

/// The best, or the n-th best, of both sides. A consolidated one has venues where this has counts of orders.
class LevelPair {
 public:
  static constexpr std::size_t kBytes = 32;
  explicit constexpr LevelPair(const std::byte* bytes) noexcept : bytes_(bytes) {}

  ringbuf::Price bid_price() const noexcept { return wire::Px::load(bytes_); }
  ringbuf::Price ask_price() const noexcept { return wire::Px::load(bytes_ + 8); }
  std::uint32_t bid_size() const noexcept { return wire::U32::load(bytes_ + 16); }
  std::uint32_t ask_size() const noexcept { return wire::U32::load(bytes_ + 20); }
  std::uint32_t bid_count() const noexcept { return wire::U32::load(bytes_ + 24); }
  std::uint32_t ask_count() const noexcept { return wire::U32::load(bytes_ + 28); }
  PublisherId bid_publisher() const noexcept { return {wire::U16::load(bytes_ + 24)}; }
  PublisherId ask_publisher() const noexcept { return {wire::U16::load(bytes_ + 28)}; }

 private:
  const std::byte* bytes_;
};

struct Mbo : RecordView<56, Field<16, wire::Reference>, Field<24, wire::Px>, Field<32, wire::U32>,
                        Field<36, wire::FlagBits>, Field<37, wire::U8>, Field<38, wire::Code>, Field<39, wire::Code>,
                        Field<40, wire::Time>, Field<48, wire::I32>, Field<52, wire::U32>> {
  using RecordView::RecordView;
  OrderReference order() const noexcept { return get<16>(); }
  ringbuf::Price price() const noexcept { return get<24>(); }
  std::uint32_t size() const noexcept { return get<32>(); }
  Flags flags() const noexcept { return get<36>(); }
  std::uint8_t channel() const noexcept { return get<37>(); }
  char action() const noexcept { return get<38>(); }  // A C M R T F N
  char side() const noexcept { return get<39>(); }    // of the resting order; of the aggressor where the action is T
  platform::UnixNanos ts_recv() const noexcept { return get<40>(); }
  std::int32_t ts_in_delta() const noexcept { return get<48>(); }  // ts_recv - sending time of the venue, ns
  std::uint32_t sequence() const noexcept { return get<52>(); }    // the venue's
};

/// What trades, MBP-1 and MBP-10 have in common, of `Bytes` bytes with `LevelCount` levels behind it.
template <std::size_t Bytes, class... LevelFields>
struct MarketByPrice : RecordView<Bytes, Field<16, wire::Px>, Field<24, wire::U32>, Field<28, wire::Code>,
                                  Field<29, wire::Code>, Field<30, wire::FlagBits>, Field<31, wire::U8>,
                                  Field<32, wire::Time>, Field<40, wire::I32>, Field<44, wire::U32>, LevelFields...> {
  using MarketByPrice::RecordView::RecordView;
  ringbuf::Price price() const noexcept { return this->template get<16>(); }
  std::uint32_t size() const noexcept { return this->template get<24>(); }
  char action() const noexcept { return this->template get<28>(); }
  char side() const noexcept { return this->template get<29>(); }  // trades: of the aggressor
  Flags flags() const noexcept { return this->template get<30>(); }
  std::uint8_t depth() const noexcept { return this->template get<31>(); }  // of the level that changed
  platform::UnixNanos ts_recv() const noexcept { return this->template get<32>(); }
  std::int32_t ts_in_delta() const noexcept { return this->template get<40>(); }
  std::uint32_t sequence() const noexcept { return this->template get<44>(); }
};

struct Trade : MarketByPrice<48> {
  using MarketByPrice::MarketByPrice;
};

/// MBP-1; TBBO too: then of a trade, with the best prices before it.
struct Mbp1 : MarketByPrice<80, Field<48, wire::Levels<1>>> {
  using MarketByPrice::MarketByPrice;
  LevelPair level() const noexcept { return LevelPair{get<48>()}; }
};

struct Mbp10 : MarketByPrice<368, Field<48, wire::Levels<10>>> {
  static constexpr std::size_t kLevels = 10;
  using MarketByPrice::MarketByPrice;
  LevelPair level(std::size_t index) const noexcept { return LevelPair{get<48>() + LevelPair::kBytes * index}; }
};

/// BBO-1s and BBO-1m: the best prices at the end of each interval; price, size and side are those of the last trade.
struct Bbo
    : RecordView<80, Field<16, wire::Px>, Field<24, wire::U32>, Field<28, wire::Reserved<1>>, Field<29, wire::Code>,
                 Field<30, wire::FlagBits>, Field<31, wire::Reserved<1>>, Field<32, wire::Time>,
                 Field<40, wire::Reserved<4>>, Field<44, wire::U32>, Field<48, wire::Levels<1>>> {
  using RecordView::RecordView;
  ringbuf::Price price() const noexcept { return get<16>(); }
  std::uint32_t size() const noexcept { return get<24>(); }
  char side() const noexcept { return get<29>(); }
  Flags flags() const noexcept { return get<30>(); }
  platform::UnixNanos ts_recv() const noexcept { return get<32>(); }
  std::uint32_t sequence() const noexcept { return get<44>(); }
  LevelPair level() const noexcept { return LevelPair{get<48>()}; }
};

/// Consolidated MBP-1; TCBBO too: then of a trade, with the best prices before it. Without a sequence.
struct Cmbp1 : RecordView<80, Field<16, wire::Px>, Field<24, wire::U32>, Field<28, wire::Code>, Field<29, wire::Code>,
                          Field<30, wire::FlagBits>, Field<31, wire::Reserved<1>>, Field<32, wire::Time>,
                          Field<40, wire::I32>, Field<44, wire::Reserved<4>>, Field<48, wire::Levels<1>>> {
  using RecordView::RecordView;
  ringbuf::Price price() const noexcept { return get<16>(); }
  std::uint32_t size() const noexcept { return get<24>(); }
  char action() const noexcept { return get<28>(); }
  char side() const noexcept { return get<29>(); }
  Flags flags() const noexcept { return get<30>(); }
  platform::UnixNanos ts_recv() const noexcept { return get<32>(); }
  std::int32_t ts_in_delta() const noexcept { return get<40>(); }
  LevelPair level() const noexcept { return LevelPair{get<48>()}; }
};

/// CBBO-1s and CBBO-1m, as Bbo.
struct Cbbo : RecordView<80, Field<16, wire::Px>, Field<24, wire::U32>, Field<28, wire::Reserved<1>>,
                         Field<29, wire::Code>, Field<30, wire::FlagBits>, Field<31, wire::Reserved<1>>,
                         Field<32, wire::Time>, Field<40, wire::Reserved<8>>, Field<48, wire::Levels<1>>> {
  using RecordView::RecordView;
  ringbuf::Price price() const noexcept { return get<16>(); }
  std::uint32_t size() const noexcept { return get<24>(); }
  char side() const noexcept { return get<29>(); }
  Flags flags() const noexcept { return get<30>(); }
  platform::UnixNanos ts_recv() const noexcept { return get<32>(); }
  LevelPair level() const noexcept { return LevelPair{get<48>()}; }
};

/// A bar; ts_event is the start of its interval, which the record's type tells.
struct Ohlcv : RecordView<56, Field<16, wire::Px>, Field<24, wire::Px>, Field<32, wire::Px>, Field<40, wire::Px>,
                          Field<48, wire::U64>> {
  using RecordView::RecordView;
  ringbuf::Price open() const noexcept { return get<16>(); }
  ringbuf::Price high() const noexcept { return get<24>(); }
  ringbuf::Price low() const noexcept { return get<32>(); }
  ringbuf::Price close() const noexcept { return get<40>(); }
  std::uint64_t volume() const noexcept { return get<48>(); }
};

struct Status
    : RecordView<40, Field<16, wire::Time>, Field<24, wire::U16>, Field<26, wire::U16>, Field<28, wire::U16>,
                 Field<30, wire::Code>, Field<31, wire::Code>, Field<32, wire::Code>, Field<33, wire::Reserved<7>>> {
  using RecordView::RecordView;
  platform::UnixNanos ts_recv() const noexcept { return get<16>(); }
  std::uint16_t action() const noexcept { return get<24>(); }
  std::uint16_t reason() const noexcept { return get<26>(); }
  std::uint16_t trading_event() const noexcept { return get<28>(); }
  char is_trading() const noexcept { return get<30>(); }  // Y, N or ~ for "not told", as the next two
  char is_quoting() const noexcept { return get<31>(); }
  char is_short_sell_restricted() const noexcept { return get<32>(); }
};

struct Imbalance : RecordView<112, Field<16, wire::Time>, Field<24, wire::Px>, Field<32, wire::Time>,
                              Field<40, wire::Px>, Field<48, wire::Px>, Field<56, wire::Px>, Field<64, wire::Px>,
                              Field<72, wire::Px>, Field<80, wire::Px>, Field<88, wire::U32>, Field<92, wire::U32>,
                              Field<96, wire::U32>, Field<100, wire::U32>, Field<104, wire::Code>,
                              Field<105, wire::Code>, Field<106, wire::U8>, Field<107, wire::U8>, Field<108, wire::U8>,
                              Field<109, wire::Code>, Field<110, wire::Code>, Field<111, wire::Reserved<1>>> {
  using RecordView::RecordView;
  platform::UnixNanos ts_recv() const noexcept { return get<16>(); }
  ringbuf::Price reference_price() const noexcept { return get<24>(); }
  platform::UnixNanos auction_time() const noexcept { return get<32>(); }
  ringbuf::Price book_clearing_price() const noexcept { return get<40>(); }     // of auction and continuous orders
  ringbuf::Price auction_clearing_price() const noexcept { return get<48>(); }  // of auction orders alone
  ringbuf::Price ssr_filling_price() const noexcept { return get<56>(); }
  ringbuf::Price indicative_match_price() const noexcept { return get<64>(); }
  ringbuf::Price upper_collar() const noexcept { return get<72>(); }
  ringbuf::Price lower_collar() const noexcept { return get<80>(); }
  std::uint32_t paired_size() const noexcept { return get<88>(); }
  std::uint32_t total_imbalance_size() const noexcept { return get<92>(); }
  std::uint32_t market_imbalance_size() const noexcept { return get<96>(); }
  std::uint32_t unpaired_size() const noexcept { return get<100>(); }
  char auction_type() const noexcept { return get<104>(); }
  char side() const noexcept { return get<105>(); }  // of the total imbalance
  std::uint8_t auction_status() const noexcept { return get<106>(); }
  std::uint8_t freeze_status() const noexcept { return get<107>(); }
  std::uint8_t extensions() const noexcept { return get<108>(); }
  char unpaired_side() const noexcept { return get<109>(); }
  char significant() const noexcept { return get<110>(); }
};

/// Versions 1 and 2.
struct StatisticsV1
    : RecordView<64, Field<16, wire::Time>, Field<24, wire::Time>, Field<32, wire::Px>, Field<40, wire::I32>,
                 Field<44, wire::U32>, Field<48, wire::I32>, Field<52, wire::U16>, Field<54, wire::U16>,
                 Field<56, wire::U8>, Field<57, wire::U8>, Field<58, wire::Reserved<6>>> {
  using RecordView::RecordView;
  platform::UnixNanos ts_recv() const noexcept { return get<16>(); }
  platform::UnixNanos ts_ref() const noexcept { return get<24>(); }
  ringbuf::Price price() const noexcept { return get<32>(); }
  std::int64_t quantity() const noexcept { return get<40>(); }  // INT32_MAX: none
  std::uint32_t sequence() const noexcept { return get<44>(); }
  std::int32_t ts_in_delta() const noexcept { return get<48>(); }
  std::uint16_t type() const noexcept { return get<52>(); }
  std::uint16_t channel() const noexcept { return get<54>(); }
  std::uint8_t update_action() const noexcept { return get<56>(); }
  std::uint8_t stat_flags() const noexcept { return get<57>(); }
};

/// Version 3: a wider quantity.
struct StatisticsV3
    : RecordView<80, Field<16, wire::Time>, Field<24, wire::Time>, Field<32, wire::Px>, Field<40, wire::I64>,
                 Field<48, wire::U32>, Field<52, wire::I32>, Field<56, wire::U16>, Field<58, wire::U16>,
                 Field<60, wire::U8>, Field<61, wire::U8>, Field<62, wire::Reserved<18>>> {
  using RecordView::RecordView;
  platform::UnixNanos ts_recv() const noexcept { return get<16>(); }
  platform::UnixNanos ts_ref() const noexcept { return get<24>(); }
  ringbuf::Price price() const noexcept { return get<32>(); }
  std::int64_t quantity() const noexcept { return get<40>(); }  // INT64_MAX: none
  std::uint32_t sequence() const noexcept { return get<48>(); }
  std::int32_t ts_in_delta() const noexcept { return get<52>(); }
  std::uint16_t type() const noexcept { return get<56>(); }
  std::uint16_t channel() const noexcept { return get<58>(); }
  std::uint8_t update_action() const noexcept { return get<60>(); }
  std::uint8_t stat_flags() const noexcept { return get<61>(); }
};

/// Version 1: which kinds of symbols these are is told in the file's header only.
struct SymbolMappingV1 : RecordView<80, Field<16, wire::Text<22>>, Field<38, wire::Text<22>>,
                                    Field<60, wire::Reserved<4>>, Field<64, wire::Time>, Field<72, wire::Time>> {
  using RecordView::RecordView;
  std::string_view symbol_in() const noexcept { return get<16>(); }
  std::string_view symbol_out() const noexcept { return get<38>(); }
  platform::UnixNanos begin() const noexcept { return get<64>(); }
  platform::UnixNanos end() const noexcept { return get<72>(); }
};

struct SymbolMappingV2 : RecordView<176, Field<16, wire::U8>, Field<17, wire::Text<71>>, Field<88, wire::U8>,
                                    Field<89, wire::Text<71>>, Field<160, wire::Time>, Field<168, wire::Time>> {
  using RecordView::RecordView;
  std::uint8_t stype_in() const noexcept { return get<16>(); }
  std::string_view symbol_in() const noexcept { return get<17>(); }  // what was asked for
  std::uint8_t stype_out() const noexcept { return get<88>(); }
  std::string_view symbol_out() const noexcept { return get<89>(); }
  platform::UnixNanos begin() const noexcept { return get<160>(); }
  platform::UnixNanos end() const noexcept { return get<168>(); }
};

struct ErrorV1 : RecordView<80, Field<16, wire::Text<64>>> {
  using RecordView::RecordView;
  std::string_view text() const noexcept { return get<16>(); }
};
struct ErrorV2 : RecordView<320, Field<16, wire::Text<302>>, Field<318, wire::U8>, Field<319, wire::U8>> {
  using RecordView::RecordView;
  std::string_view text() const noexcept { return get<16>(); }
  std::uint8_t code() const noexcept { return get<318>(); }
  std::uint8_t is_last() const noexcept { return get<319>(); }
};

struct SystemV1 : RecordView<80, Field<16, wire::Text<64>>> {
  using RecordView::RecordView;
  std::string_view text() const noexcept { return get<16>(); }
};
struct SystemV2 : RecordView<320, Field<16, wire::Text<303>>, Field<319, wire::U8>> {
  using RecordView::RecordView;
  std::string_view text() const noexcept { return get<16>(); }
  std::uint8_t code() const noexcept { return get<319>(); }
};

}  // namespace tickplant::feedhandlers::dbn
