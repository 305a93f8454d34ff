// Bytes back to plain ITCH 5.0 messages (itch_messages.hpp): what the exchange hears of its own lines.
//
// The mirror of itch_encoder.hpp, field by field from the same lists.
// Threads: any; no state.
// Not here: what a receiver reads with (itch50/messages.hpp), written apart so that each finds the other's mistakes.
#pragma once

#include <cstring>
#include <optional>
#include <span>

#include "feedhandlers/venue/itch_encoder.hpp"

namespace tickplant::feedhandlers::venue {

namespace detail {

class ReadCursor {
 public:
  explicit ReadCursor(const std::byte* next) noexcept : next_(next) {}

  template <std::unsigned_integral T>
  void get(T& value) noexcept {
    value = load_big<T>(next_);
    next_ += sizeof value;
  }
  void get(char& code) noexcept { code = static_cast<char>(*next_++); }
  void get(Side& side) noexcept {
    char code = 0;
    get(code);
    side = code == 'B' ? Side::bid : Side::ask;
  }
  template <std::size_t Length>
  void get(Alpha<Length>& text) noexcept {
    std::memcpy(text.data(), next_, Length);
    next_ += Length;
  }
  void get(OrderReference& reference) noexcept { get(reference.value); }
  void get(MatchNumber& number) noexcept { get(number.value); }
  void get(Price4& price) noexcept { get(price.raw); }
  void get(SinceMidnight& time) noexcept { get(time.nanos); }

  void get(Header& header) noexcept {
    get(header.stock_locate.value);
    get(header.tracking_number.value);
    std::uint16_t high = 0;
    std::uint32_t low = 0;
    get(high);
    get(low);
    header.timestamp.nanos = std::uint64_t{high} << 32 | low;
  }

 private:
  const std::byte* next_;
};

}  // namespace detail

/// Of every message: its locate and its time. Nothing where it is too short to have them.
[[nodiscard]] inline std::optional<Header> decode_header(std::span<const std::byte> message) noexcept {
  constexpr std::size_t kHeaderEnd = 11;
  if (message.size() < kHeaderEnd) return std::nullopt;
  Header header;
  detail::ReadCursor{message.data() + 1}.get(header);
  return header;
}

/// Nothing where it is of another type or size.
template <class Message>
[[nodiscard]] std::optional<Message> decode(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() != kEncodedBytes<Message> || static_cast<char>(bytes.front()) != Message::kType) return std::nullopt;
  Message message;
  detail::ReadCursor cursor{bytes.data() + 1};
  cursor.get(message.header);
  std::apply([&cursor](auto&... field) { (cursor.get(field), ...); }, Message::fields(message));
  return message;
}

}  // namespace tickplant::feedhandlers::venue
