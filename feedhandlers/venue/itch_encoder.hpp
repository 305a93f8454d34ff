// Plain ITCH 5.0 messages (itch_messages.hpp) to bytes, bare or in BinaryFILE frames.
//
// Appends to a buffer of the caller's: no allocation as long as its capacity suffices.
// Threads: any; no state.
// Not here: MoldUDP64 packets (line_sender.hpp), which messages make a valid day (market.hpp).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/venue/itch_messages.hpp"

namespace tickplant::feedhandlers::venue {

/// Grows at its end. Keep and clear it: its capacity is what makes encoding cheap.
using Buffer = std::vector<std::byte>;

namespace detail {

template <class... Fields>
constexpr std::size_t wire_bytes(std::type_identity<std::tuple<Fields&...>>) {
  return (std::size_t{0} + ... + sizeof(Fields));
}

/// Stores one field after the other, big-endian, as wide as its type.
class Cursor {
 public:
  explicit Cursor(std::byte* next) noexcept : next_(next) {}

  template <std::unsigned_integral T>
  void put(T value) noexcept {
    if constexpr (std::endian::native == std::endian::little) value = swap_bytes(value);
    put_bytes(&value, sizeof value);
  }
  void put(char code) noexcept { put_bytes(&code, 1); }
  void put(Side side) noexcept { put(side == Side::bid ? 'B' : 'S'); }
  template <std::size_t Length>
  void put(const Alpha<Length>& text) noexcept {
    put_bytes(text.data(), Length);
  }
  void put(OrderReference reference) noexcept { put(reference.value); }
  void put(MatchNumber number) noexcept { put(number.value); }
  void put(Price4 price) noexcept { put(price.raw); }
  void put(Price8 price) noexcept { put(price.raw); }
  void put(SinceMidnight time) noexcept { put(time.nanos); }

  void put(char type, const Header& header) noexcept {
    put(type);
    put(header.stock_locate.value);
    put(header.tracking_number.value);
    put(static_cast<std::uint16_t>(header.timestamp.nanos >> 32));
    put(static_cast<std::uint32_t>(header.timestamp.nanos));
  }

 private:
  void put_bytes(const void* bytes, std::size_t count) noexcept {
    std::memcpy(next_, bytes, count);
    next_ += count;
  }
  std::byte* next_;
};

template <class Message>
inline void write(const Message& message, Cursor cursor) noexcept {
  cursor.put(Message::kType, message.header);
  std::apply([&cursor](const auto&... field) { (cursor.put(field), ...); }, Message::fields(message));
}

}  // namespace detail

/// Size of an encoded message.
template <class Message>
inline constexpr std::size_t kEncodedBytes =
    11 + detail::wire_bytes(std::type_identity<decltype(Message::fields(std::declval<Message&>()))>{});

/// Appends the message without a frame.
template <class Message>
void encode(const Message& message, Buffer& out) {
  const std::size_t begin = out.size();
  out.resize(begin + kEncodedBytes<Message>);
  detail::write(message, detail::Cursor{out.data() + begin});
}

/// Appends the message as a BinaryFILE record: its length in 16 bits, then itself.
template <class Message>
void encode_framed(const Message& message, Buffer& out) {
  const std::size_t begin = out.size();
  out.resize(begin + 2 + kEncodedBytes<Message>);
  detail::Cursor{out.data() + begin}.put(std::uint16_t{kEncodedBytes<Message>});
  detail::write(message, detail::Cursor{out.data() + begin + 2});
}

/// Appends the record of length zero that ends a BinaryFILE.
inline void encode_end_of_session(Buffer& out) { out.resize(out.size() + 2); }

/// The messages of a BinaryFILE image, as views into it: to be framed anew. Ends at a record of length zero or one that
/// is cut off.
[[nodiscard]] inline std::vector<std::span<const std::byte>> unframed(std::span<const std::byte> file) {
  std::vector<std::span<const std::byte>> messages;
  while (file.size() >= 2) {
    const std::size_t length = load_big<std::uint16_t>(file.data());
    if (length == 0 || file.size() - 2 < length) break;
    messages.push_back(file.subspan(2, length));
    file = file.subspan(2 + length);
  }
  return messages;
}

}  // namespace tickplant::feedhandlers::venue
