// What lies inside a DBN record: little-endian integers, NUL-padded text, prices in 1e-9, times in ns since 1970; and
// the view that reads them in place.
//
// A record is never copied and never cast to a struct: a view is one pointer, each accessor one unaligned load, done
// only when asked for.
//
// Threads: plain values. A view is valid as long as the bytes it points into.
// Not here: which record has which field (messages.hpp), whether the bytes are there (parser.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/order_reference.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::feedhandlers::dbn {

/// Databento's number of a venue within a dataset (publishers.hpp).
struct PublisherId {
  std::uint16_t value = 0;
  friend constexpr auto operator<=>(PublisherId, PublisherId) = default;
};

/// Databento's number of an instrument within a dataset: may stand for another one on another day.
struct DbnInstrument {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(DbnInstrument, DbnInstrument) = default;
};

/// Undefined is UINT64_MAX; whatever we cannot hold is no time either.
[[nodiscard]] constexpr platform::UnixNanos to_time(std::uint64_t nanos) noexcept {
  constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
  return nanos > largest ? platform::kNoTime : platform::UnixNanos{static_cast<std::int64_t>(nanos)};
}

/// An undefined price, INT64_MAX, is ours.
[[nodiscard]] constexpr ringbuf::Price to_price(std::uint64_t raw) noexcept { return {static_cast<std::int64_t>(raw)}; }
static_assert(to_price(0x7fff'ffff'ffff'ffff) == ringbuf::kNoPrice);

inline constexpr std::uint32_t kUndefinedSize = std::numeric_limits<std::uint32_t>::max();

/// B rests on the bid or buys, A rests on the ask or sells; N and what the specification does not know: none.
[[nodiscard]] constexpr ringbuf::Side to_side(char code) noexcept {
  if (code == 'B') return ringbuf::Side::bid;
  return code == 'A' ? ringbuf::Side::ask : ringbuf::Side::none;
}

/// The bits of `flags`.
enum class Flag : std::uint8_t {
  last = 0x80,           // of the event, for this instrument
  top_of_book = 0x40,    // the record is the whole of its side
  snapshot = 0x20,       // state being re-told
  price_level = 0x10,    // an aggregated level, not an order
  bad_ts_recv = 0x08,    // clock or order of arrival cannot be trusted
  maybe_bad_book = 0x04  // a gap that was not filled
};
struct Flags {
  std::uint8_t bits = 0;
  [[nodiscard]] constexpr bool has(Flag flag) const noexcept { return (bits & static_cast<std::uint8_t>(flag)) != 0; }
  friend constexpr bool operator==(Flags, Flags) = default;
};

/// The encodings: how many bytes, and what they become.
namespace wire {

template <class Unsigned, class Value = Unsigned>
struct Number {
  static constexpr std::size_t kBytes = sizeof(Unsigned);
  static Value load(const std::byte* bytes) noexcept { return static_cast<Value>(load_little<Unsigned>(bytes)); }
};
using U8 = Number<std::uint8_t>;
using U16 = Number<std::uint16_t>;
using U32 = Number<std::uint32_t>;
using U64 = Number<std::uint64_t>;
using I8 = Number<std::uint8_t, std::int8_t>;
using I16 = Number<std::uint16_t, std::int16_t>;
using I32 = Number<std::uint32_t, std::int32_t>;
using I64 = Number<std::uint64_t, std::int64_t>;
using Code = Number<std::uint8_t, char>;

struct Px {
  static constexpr std::size_t kBytes = 8;
  static ringbuf::Price load(const std::byte* bytes) noexcept { return to_price(load_little<std::uint64_t>(bytes)); }
};
struct Time {
  static constexpr std::size_t kBytes = 8;
  static platform::UnixNanos load(const std::byte* bytes) noexcept {
    return to_time(load_little<std::uint64_t>(bytes));
  }
};
struct Reference {
  static constexpr std::size_t kBytes = 8;
  static OrderReference load(const std::byte* bytes) noexcept { return {load_little<std::uint64_t>(bytes)}; }
};
struct FlagBits {
  static constexpr std::size_t kBytes = 1;
  static Flags load(const std::byte* bytes) noexcept { return {std::to_integer<std::uint8_t>(*bytes)}; }
};

/// Up to its first NUL; all of it where there is none. Points into the record.
template <std::size_t Length>
struct Text {
  static constexpr std::size_t kBytes = Length;
  static std::string_view load(const std::byte* bytes) noexcept {
    const std::string_view all{static_cast<const char*>(static_cast<const void*>(bytes)), Length};
    return all.substr(0, std::min(all.find('\0'), Length));
  }
};

/// Means nothing.
template <std::size_t Length>
struct Reserved {
  static constexpr std::size_t kBytes = Length;
};

/// Price levels, each of 32 bytes: read by their own view.
template <std::size_t Count>
struct Levels {
  static constexpr std::size_t kBytes = 32 * Count;
  static const std::byte* load(const std::byte* bytes) noexcept { return bytes; }
};

}  // namespace wire

/// `Encoding` at `Offset` from the start of the record.
template <std::size_t Offset, class Encoding>
struct Field {
  static constexpr std::size_t kBegin = Offset;
  static constexpr std::size_t kEnd = Offset + Encoding::kBytes;
  static auto load(const std::byte* record) noexcept { return Encoding::load(record + Offset); }
};

/// The one of the fields that begins at `Offset`. Does not compile where none does.
template <std::size_t Offset, class First, class... Rest>
struct FieldAt : FieldAt<Offset, Rest...> {};
template <std::size_t Offset, class Encoding, class... Rest>
struct FieldAt<Offset, Field<Offset, Encoding>, Rest...> : Field<Offset, Encoding> {};

/// Every record begins with length 1 (in words of four bytes), type 1, publisher 2, instrument 4, ts_event 8.
inline constexpr std::size_t kHeaderBytes = 16;
inline constexpr std::size_t kLengthUnitBytes = 4;
inline constexpr std::size_t kMaxRecordBytes = 255 * kLengthUnitBytes;
/// The time at which the gateway sent the record, behind any record of a stream that was asked for it.
inline constexpr std::size_t kTsOutBytes = 8;

/// What the record says its size is, ts_out included.
[[nodiscard]] inline std::size_t length_of(const std::byte* record) noexcept {
  return kLengthUnitBytes * std::to_integer<std::size_t>(*record);
}
[[nodiscard]] inline std::uint8_t rtype_of(const std::byte* record) noexcept {
  return std::to_integer<std::uint8_t>(record[1]);
}

/// True when the fields follow each other without hole or overlap, from the header to the last byte.
template <std::size_t Bytes, class... Fields>
[[nodiscard]] consteval bool fields_fill() {
  std::size_t next = kHeaderBytes;
  bool contiguous = true;
  ((contiguous = contiguous && Fields::kBegin == next, next = Fields::kEnd), ...);
  return contiguous && next == Bytes;
}

/// A record of `Bytes` bytes that has `Fields` after the header. One pointer.
template <std::size_t Bytes, class... Fields>
class RecordView {
  static_assert(fields_fill<Bytes, Fields...>(), "a hole, an overlap or a wrong size");
  static_assert(Bytes % 8 == 0 && Bytes + kTsOutBytes <= kMaxRecordBytes);

 public:
  static constexpr std::size_t kBytes = Bytes;

  /// `bytes` points at the length byte; kBytes bytes are there.
  explicit constexpr RecordView(const std::byte* bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] std::uint8_t rtype() const noexcept { return rtype_of(bytes_); }
  [[nodiscard]] PublisherId publisher() const noexcept { return {load_little<std::uint16_t>(bytes_ + 2)}; }
  [[nodiscard]] DbnInstrument instrument() const noexcept { return {load_little<std::uint32_t>(bytes_ + 4)}; }
  [[nodiscard]] platform::UnixNanos ts_event() const noexcept { return wire::Time::load(bytes_ + 8); }

  /// The field at `Offset`, for those that nobody has given a name.
  template <std::size_t Offset>
  [[nodiscard]] auto get() const noexcept {
    return FieldAt<Offset, Fields...>::load(bytes_);
  }

 private:
  const std::byte* bytes_;
};

}  // namespace tickplant::feedhandlers::dbn
