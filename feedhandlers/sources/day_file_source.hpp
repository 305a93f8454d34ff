// Messages of a BinaryFILE, the form in which ITCH days are published: u16 length, big-endian, then the message; again.
//
// A length of zero marks the end of the session; what follows it is counted and left alone. Messages carry no number:
// counted from 1 they have the sequence they had on the wire.
// They come in batches, as views into the stream's buffer without a copy, so that a consumer can look ahead of the
// message it works on (and prefetch the order it will need).
//
// Threads: one. `next` neither allocates nor throws.
// Not here: what a message means or how long it should be (itch50/), decompression (byte_stream.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/sources/byte_stream.hpp"

namespace tickplant::feedhandlers::sources {

using MessageView = std::span<const std::byte>;

enum class DayFileStatus : std::uint8_t {
  messages,        /// the batch holds at least one
  end,             /// the file ended after a whole message
  end_of_session,  /// the zero length was met
  truncated_tail,  /// the file ended inside a message or inside its compression; all before was delivered
  corrupt,         /// the compressed data is damaged or the file unreadable; all before was delivered
};

struct MessageBatch {
  std::span<const MessageView> messages;  /// valid until the next call, like the bytes they view
  std::uint64_t first_number = 1;         /// number of messages[0]; the others follow
};

class DayFileSource {
 public:
  static constexpr std::size_t kMaxBatch = 512;

  explicit DayFileSource(ByteStream stream) noexcept;

  /// The next messages, or why there are none; that answer then stays.
  [[nodiscard]] DayFileStatus next(MessageBatch& batch) noexcept;

  /// Messages delivered so far.
  [[nodiscard]] std::uint64_t message_count() const noexcept { return message_count_; }
  /// With truncated_tail: bytes of the message that was cut, its length field included.
  [[nodiscard]] std::uint64_t truncated_bytes() const noexcept { return truncated_bytes_; }
  /// With end_of_session: bytes after the mark. More than none is worth a warning.
  [[nodiscard]] std::uint64_t bytes_after_end() const noexcept { return bytes_after_end_; }
  /// One line for a person about truncated_tail or corrupt, empty otherwise; static text.
  [[nodiscard]] const char* problem() const noexcept { return problem_; }

 private:
  DayFileStatus finish(std::span<const std::byte> rest) noexcept;

  ByteStream stream_;
  std::array<MessageView, kMaxBatch> views_;
  std::uint64_t message_count_ = 0;
  std::uint64_t truncated_bytes_ = 0;
  std::uint64_t bytes_after_end_ = 0;
  DayFileStatus status_ = DayFileStatus::messages;  // the final answer, once there is one
  const char* problem_ = "";
};

}  // namespace tickplant::feedhandlers::sources
