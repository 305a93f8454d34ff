// What lies inside a TOPS or DEEP message: little-endian integers, space-padded symbols, prices with four implied
// decimals; and the view that reads them in place.
//
// A message is never copied and never cast to a struct: a view is one pointer, each accessor one unaligned load, done
// only when asked for.
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
#include "platform/unix_nanos.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::feedhandlers::iex {

/// Four implied decimals, signed.
struct Price4 {
  std::int64_t raw = 0;
  friend constexpr auto operator<=>(Price4, Price4) = default;
};

/// kNoPrice beyond 9.2 billion, where 64 bits end.
[[nodiscard]] constexpr ringbuf::Price to_price(Price4 price) noexcept {
  constexpr std::int64_t factor = ringbuf::kPriceScale / 10'000;
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max() / factor;
  if (price.raw > largest || price.raw < -largest) return ringbuf::kNoPrice;
  return {price.raw * factor};
}

/// Prices of 0 in quotes, auctions and official prices mean "none".
[[nodiscard]] constexpr ringbuf::Price price_or_none(Price4 price) noexcept {
  return price.raw == 0 ? ringbuf::kNoPrice : to_price(price);
}

/// The encodings: how many bytes, and what they become.
namespace wire {

template <class Unsigned, class Value = Unsigned>
struct Number {
  static constexpr std::size_t kBytes = sizeof(Unsigned);
  static Value load(const std::byte* bytes) noexcept { return Value{load_little<Unsigned>(bytes)}; }
};
using U32 = Number<std::uint32_t>;
using U64 = Number<std::uint64_t>;
using Shares = Number<std::uint32_t, ringbuf::Size>;

struct U8 {
  static constexpr std::size_t kBytes = 1;
  static std::uint8_t load(const std::byte* bytes) noexcept { return std::to_integer<std::uint8_t>(*bytes); }
};

struct Code {
  static constexpr std::size_t kBytes = 1;
  static char load(const std::byte* bytes) noexcept { return static_cast<char>(*bytes); }
};

struct Px4 {
  static constexpr std::size_t kBytes = 8;
  static Price4 load(const std::byte* bytes) noexcept {
    return {static_cast<std::int64_t>(load_little<std::uint64_t>(bytes))};
  }
};

/// Nanoseconds since 1970 UTC.
struct Time {
  static constexpr std::size_t kBytes = 8;
  static platform::UnixNanos load(const std::byte* bytes) noexcept {
    return {static_cast<std::int64_t>(load_little<std::uint64_t>(bytes))};
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
struct Symbol {
  static constexpr std::size_t kBytes = 8;
  static std::string_view load(const std::byte* bytes) noexcept {
    const auto* const text = static_cast<const char*>(static_cast<const void*>(bytes));
    std::size_t length = kBytes;
    while (length > 0 && text[length - 1] == ' ') --length;
    return {text, length};
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

/// Every message begins with type 1, a code or flags 1, time stamp 8.
inline constexpr std::size_t kCommonHeaderBytes = 10;
/// Where every message but the system event has its symbol.
inline constexpr std::size_t kSymbolOffset = kCommonHeaderBytes;

/// True when the fields follow each other without hole or overlap, from the common header to the last byte.
template <std::size_t Bytes, class... Fields>
[[nodiscard]] consteval bool fields_fill() {
  std::size_t next = kCommonHeaderBytes;
  bool contiguous = true;
  ((contiguous = contiguous && Fields::kBegin == next, next = Fields::kEnd), ...);
  return contiguous && next == Bytes;
}

/// A message of `Bytes` bytes that starts with `Type` and `Head`, and has `Fields` after the common header. One
/// pointer.
template <char Type, std::size_t Bytes, class Head, class... Fields>
class MessageView {
  static_assert(Head::kBytes == 1 && fields_fill<Bytes, Fields...>(), "a hole, an overlap or a wrong size");

 public:
  static constexpr char kType = Type;
  static constexpr std::size_t kBytes = Bytes;  // of version 1; a later one may be longer

  /// `bytes` points at the type byte; kBytes bytes are there.
  explicit constexpr MessageView(const std::byte* bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] platform::UnixNanos timestamp() const noexcept { return wire::Time::load(bytes_ + 2); }
  [[nodiscard]] std::span<const std::byte, Bytes> bytes() const noexcept {
    return std::span<const std::byte, Bytes>{bytes_, Bytes};
  }

 protected:
  /// The byte between type and time stamp.
  [[nodiscard]] auto head() const noexcept { return Head::load(bytes_ + 1); }
  template <std::size_t Offset>
  [[nodiscard]] auto get() const noexcept {
    return FieldAt<Offset, Fields...>::load(bytes_);
  }

 private:
  const std::byte* bytes_;
};

}  // namespace tickplant::feedhandlers::iex
