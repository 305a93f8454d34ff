// What lies inside an MDP 3.0 block: little-endian integers at fixed offsets; and repeating groups, whose entries are
// stepped over by the block length on the wire, so that a newer schema with longer blocks is read by the same code.
//
// Threads: plain values. A view is valid as long as the packet it points into.
// Not here: which message has which field (messages.hpp), whether the bytes are there (parser.hpp checks with read()).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/order_reference.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::feedhandlers::mdp3 {

/// The venue's number of an instrument.
struct SecurityId {
  std::int32_t value = 0;
  friend constexpr auto operator<=>(SecurityId, SecurityId) = default;
};

/// Consecutive number of an instrument's market data entries, over all templates that carry one.
struct RptSeq {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(RptSeq, RptSeq) = default;
};

/// A size that is not there.
inline constexpr std::int32_t kNullSize = std::numeric_limits<std::int32_t>::max();
inline constexpr std::uint32_t kNullTradeEntryId = std::numeric_limits<std::uint32_t>::max();

/// Bits of the match event indicator: which kind of message was the last of its kind in the event.
inline constexpr std::uint8_t kRecoveryMessage = 0x20;
inline constexpr std::uint8_t kEndOfEvent = 0x80;

/// The encodings: how many bytes, and what they become.
namespace wire {

template <class Integer, class Value = Integer>
struct Number {
  static constexpr std::size_t kBytes = sizeof(Integer);
  static Value load(const std::byte* bytes) noexcept {
    return Value{static_cast<Integer>(load_little<std::make_unsigned_t<Integer>>(bytes))};
  }
};
using U8 = Number<std::uint8_t>;
using U16 = Number<std::uint16_t>;
using I16 = Number<std::int16_t>;
using U32 = Number<std::uint32_t>;
using I32 = Number<std::int32_t>;
using U64 = Number<std::uint64_t>;
using Security = Number<std::int32_t, SecurityId>;
using Report = Number<std::uint32_t, RptSeq>;
using Order = Number<std::uint64_t, OrderReference>;
/// In 1e-9, as ours are; and the venue's null, the largest value, is our kNoPrice.
using Price9 = Number<std::int64_t, ringbuf::Price>;
static_assert(ringbuf::kPriceScale == 1'000'000'000 &&
              ringbuf::kNoPrice.value == std::numeric_limits<std::int64_t>::max());

struct Code {
  static constexpr std::size_t kBytes = 1;
  static char load(const std::byte* bytes) noexcept { return static_cast<char>(*bytes); }
};

/// Bytes that nobody reads. At the end of a block they may be missing.
template <std::size_t Bytes>
struct Unread {
  static constexpr std::size_t kBytes = Bytes;
};

}  // namespace wire

/// `Encoding` at `Offset` from the start of the block.
template <std::size_t Offset, class Encoding>
struct Field {
  static constexpr std::size_t kBegin = Offset;
  static constexpr std::size_t kEnd = Offset + Encoding::kBytes;
  static constexpr std::size_t kReadEnd = requires { &Encoding::load; }
  ? kEnd : 0;
  static auto load(const std::byte* block) noexcept { return Encoding::load(block + Offset); }
};

template <std::size_t Offset, class First, class... Rest>
struct FieldAt : FieldAt<Offset, Rest...> {};
template <std::size_t Offset, class Encoding, class... Rest>
struct FieldAt<Offset, Field<Offset, Encoding>, Rest...> : Field<Offset, Encoding> {};

/// True when the fields follow each other without hole or overlap, from the first byte to the last.
template <std::size_t Bytes, class... Fields>
[[nodiscard]] consteval bool fields_fill() {
  std::size_t next = 0;
  bool contiguous = true;
  ((contiguous = contiguous && Fields::kBegin == next, next = Fields::kEnd), ...);
  return contiguous && next == Bytes;
}

template <class... Fields>
[[nodiscard]] consteval std::size_t read_end() {
  std::size_t end = 0;
  ((end = Fields::kReadEnd > end ? Fields::kReadEnd : end), ...);
  return end;
}

/// A root block or group entry that has `Bytes` bytes in the schema we know. One pointer.
template <std::size_t Bytes, class... Fields>
class BlockView {
  static_assert(fields_fill<Bytes, Fields...>(), "a hole, an overlap or a wrong size");

 public:
  /// In the schema we know; what encoders write.
  static constexpr std::size_t kBytes = Bytes;
  /// As far as the fields reach that are read: a shorter block is refused.
  static constexpr std::size_t kReadBytes = read_end<Fields...>();

  /// At least kReadBytes are there.
  explicit constexpr BlockView(const std::byte* block) noexcept : block_(block) {}

 protected:
  template <std::size_t Offset>
  [[nodiscard]] auto get() const noexcept {
    return FieldAt<Offset, Fields...>::load(block_);
  }

 private:
  const std::byte* block_;
};

/// The entries of a repeating group, each `block_length` bytes behind the one before.
///
///   header of 3 bytes: block length u16, count u8; of 8: block length u16, 5 unread, count u8
template <class Entry, std::size_t HeaderBytes>
class Group {
  static_assert(HeaderBytes == 3 || HeaderBytes == 8);

 public:
  using EntryType = Entry;
  static constexpr std::size_t kHeaderBytes = HeaderBytes;

  /// Takes the group off the front of `rest`; false when it does not fit there or its entries are too short.
  [[nodiscard]] bool read(std::span<const std::byte>& rest) noexcept {
    if (rest.size() < HeaderBytes) return false;
    block_length_ = load_little<std::uint16_t>(rest.data());
    const auto claimed = std::to_integer<std::uint8_t>(rest[HeaderBytes - 1]);
    rest = rest.subspan(HeaderBytes);
    const std::size_t bytes = std::size_t{block_length_} * claimed;
    if (claimed > 0 && (block_length_ < Entry::kReadBytes || bytes > rest.size())) return false;
    first_ = rest.data();
    count_ = claimed;
    rest = rest.subspan(bytes);
    return true;
  }

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  /// `index` below size().
  [[nodiscard]] Entry operator[](std::size_t index) const noexcept { return Entry{first_ + index * block_length_}; }

 private:
  const std::byte* first_ = nullptr;
  std::uint16_t block_length_ = 0;
  std::uint8_t count_ = 0;
};

}  // namespace tickplant::feedhandlers::mdp3
