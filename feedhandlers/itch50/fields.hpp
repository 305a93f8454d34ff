// What lies inside an ITCH 5.0 message: big-endian integers, space-padded text, prices with implied decimals; and the
// view that reads them in place.
//
// A message is never copied and never cast to a struct: a view is one pointer, each accessor one unaligned load and one
// bswap, done only when asked for.
//
// Threads: plain values. A view is valid as long as the packet it points into.
// Not here: which message has which field (messages.hpp), whether the bytes are there (parser.hpp).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/order_reference.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::feedhandlers::itch50 {

/// The venue's number of an instrument: dense, valid for one day. 0 = the message is about no single instrument.
struct StockLocate {
  std::uint16_t value = 0;
  friend constexpr auto operator<=>(StockLocate, StockLocate) = default;
};

/// The venue's internal number of the event; messages of one event share it.
struct TrackingNumber {
  std::uint16_t value = 0;
  friend constexpr auto operator<=>(TrackingNumber, TrackingNumber) = default;
};

/// Nanoseconds since midnight in New York: needs the trading date and its UTC offset to become a point in time.
struct SinceMidnight {
  std::uint64_t nanos = 0;
  friend constexpr auto operator<=>(SinceMidnight, SinceMidnight) = default;
};

/// Names an execution or cross, so that a broken trade can point back at it.
struct MatchNumber {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(MatchNumber, MatchNumber) = default;
};

/// Four implied decimals.
struct Price4 {
  std::uint32_t raw = 0;
  friend constexpr auto operator<=>(Price4, Price4) = default;
};

/// Eight implied decimals.
struct Price8 {
  std::uint64_t raw = 0;
  friend constexpr auto operator<=>(Price8, Price8) = default;
};

/// 200,000.0000, which stands for "market order" in some auction fields.
inline constexpr Price4 kMarketOrderPrice{2'000'000'000};

[[nodiscard]] constexpr ringbuf::Price to_price(Price4 price) noexcept {
  return {static_cast<std::int64_t>(price.raw) * (ringbuf::kPriceScale / 10'000)};
}

/// kNoPrice above 9.2 billion, where 64 bits end.
[[nodiscard]] constexpr ringbuf::Price to_price(Price8 price) noexcept {
  constexpr std::int64_t factor = ringbuf::kPriceScale / 100'000'000;
  constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max() / factor;
  if (price.raw > largest) return ringbuf::kNoPrice;
  return {static_cast<std::int64_t>(price.raw) * factor};
}

/// The encodings: how many bytes, and what they become.
namespace wire {

template <class Unsigned, class Value = Unsigned>
struct Number {
  static constexpr std::size_t kBytes = sizeof(Unsigned);
  static Value load(const std::byte* bytes) noexcept { return Value{load_big<Unsigned>(bytes)}; }
};
using U32 = Number<std::uint32_t>;
using U64 = Number<std::uint64_t>;
using Shares4 = Number<std::uint32_t, ringbuf::Size>;
using Shares8 = Number<std::uint64_t, ringbuf::Size>;
using Reference = Number<std::uint64_t, OrderReference>;
using Match = Number<std::uint64_t, MatchNumber>;
using Px4 = Number<std::uint32_t, Price4>;
using Px8 = Number<std::uint64_t, Price8>;
using Nanos = Number<std::uint64_t, SinceMidnight>;

struct Code {
  static constexpr std::size_t kBytes = 1;
  static char load(const std::byte* bytes) noexcept { return static_cast<char>(*bytes); }
};

/// B buys and rests on the bid, S sells and rests on the ask; `none` for what the specification does not know.
struct BuySell {
  static constexpr std::size_t kBytes = 1;
  static ringbuf::Side load(const std::byte* bytes) noexcept {
    const char code = Code::load(bytes);
    if (code == 'B') return ringbuf::Side::bid;
    return code == 'S' ? ringbuf::Side::ask : ringbuf::Side::none;
  }
};

/// As on the wire, with its spaces.
template <std::size_t Length>
struct Alpha {
  static constexpr std::size_t kBytes = Length;
  static std::array<char, Length> load(const std::byte* bytes) noexcept {
    std::array<char, Length> text;
    std::memcpy(text.data(), bytes, Length);
    return text;
  }
};

/// A symbol without the spaces on its right. Points into the message.
struct Stock {
  static constexpr std::size_t kBytes = 8;
  static std::string_view load(const std::byte* bytes) noexcept {
    std::array<char, kBytes> text;
    std::memcpy(text.data(), bytes, kBytes);
    std::size_t length = kBytes;
    while (length > 0 && text[length - 1] == ' ') --length;
    return {static_cast<const char*>(static_cast<const void*>(bytes)), length};
  }
};

}  // namespace wire

/// `Encoding` at `Offset` from the start of the message.
template <std::size_t Offset, class Encoding>
struct Field {
  static constexpr std::size_t kBegin = Offset;
  static constexpr std::size_t kEnd = Offset + Encoding::kBytes;
  static auto load(const std::byte* message) noexcept { return Encoding::load(message + Offset); }
};

/// The one of the fields that begins at `Offset`. Does not compile where none does.
template <std::size_t Offset, class First, class... Rest>
struct FieldAt : FieldAt<Offset, Rest...> {};
template <std::size_t Offset, class Encoding, class... Rest>
struct FieldAt<Offset, Field<Offset, Encoding>, Rest...> : Field<Offset, Encoding> {};

/// Every message begins with type 1, stock locate 2, tracking number 2, time stamp 6.
inline constexpr std::size_t kCommonHeaderBytes = 11;

/// True when the fields follow each other without hole or overlap, from the common header to the last byte.
template <std::size_t Bytes, class... Fields>
[[nodiscard]] consteval bool fields_fill() {
  std::size_t next = kCommonHeaderBytes;
  bool contiguous = true;
  ((contiguous = contiguous && Fields::kBegin == next, next = Fields::kEnd), ...);
  return contiguous && next == Bytes;
}

/// A message of `Bytes` bytes that starts with `Type` and has `Fields` after the common header. One pointer.
template <char Type, std::size_t Bytes, class... Fields>
class MessageView {
  static_assert(fields_fill<Bytes, Fields...>(), "a hole, an overlap or a wrong size");

 public:
  static constexpr char kType = Type;
  static constexpr std::size_t kBytes = Bytes;

  /// `bytes` points at the type byte; kBytes bytes are there.
  explicit constexpr MessageView(const std::byte* bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] StockLocate stock_locate() const noexcept { return {load_big<std::uint16_t>(bytes_ + 1)}; }
  [[nodiscard]] TrackingNumber tracking_number() const noexcept { return {load_big<std::uint16_t>(bytes_ + 3)}; }
  [[nodiscard]] SinceMidnight timestamp() const noexcept {
    return {load_big<std::uint64_t>(bytes_ + 3) & 0xffff'ffff'ffff};  // 48 bits; the two above are the tracking number
  }
  [[nodiscard]] std::span<const std::byte, Bytes> bytes() const noexcept {
    return std::span<const std::byte, Bytes>{bytes_, Bytes};
  }

 protected:
  template <std::size_t Offset>
  [[nodiscard]] auto get() const noexcept {
    return FieldAt<Offset, Fields...>::load(bytes_);
  }

 private:
  const std::byte* bytes_;
};

}  // namespace tickplant::feedhandlers::itch50
