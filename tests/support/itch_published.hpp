// What a feed in memory publishes, read back from its ring and written so that two records compare and print well.
//
// Threads: one, between the feed's calls or within its observer.
// Not here: the feed (itch_feed_in_memory.hpp).
#pragma once

#include <algorithm>
#include <bit>
#include <sstream>
#include <string>
#include <vector>

#include "platform/check.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "tests/support/itch_feed_in_memory.hpp"
#include "tests/support/itch_wire.hpp"

namespace tickplant::tests::itch {

using Records = std::vector<ringbuf::Record>;

/// Follows the ring of one plant. Take often: it must not be lapped.
class Published {
 public:
  explicit Published(const FeedInMemory& plant)
      : reader_(ringbuf::TickReader::over(plant.ring.bytes(), FeedInMemory::kSlots, {1})) {}

  /// The records since the last call.
  Records take() {
    Records records;
    ringbuf::Record record;
    ringbuf::ReadStatus status;
    while ((status = reader_.poll(&record)) == ringbuf::ReadStatus::record) records.push_back(record);
    TP_CHECK(status == ringbuf::ReadStatus::empty);
    return records;
  }

 private:
  ringbuf::TickReader reader_;
};

/// All of a record but its sequence, which is a matter of what else is in the ring.
[[nodiscard]] inline std::string text_of(const ringbuf::Record& record) {
  static constexpr std::array kTypes{"none",      "trade",     "quote",      "order",        "level", "book_clear",
                                     "status",    "imbalance", "auction",    "trade_cancel", "gap",   "source_position",
                                     "heartbeat", "session",   "definition", "command"};
  const ringbuf::RecordHeader& header = record.header;
  std::ostringstream out;
  out << kTypes.at(static_cast<std::size_t>(header.type)) << " of " << header.instrument.value << " event "
      << header.ts_event.value << " recv " << header.ts_recv.value << " delay " << header.publish_delay << std::hex
      << " flags " << static_cast<unsigned>(header.flags) << " body";
  for (const std::uint64_t word : std::bit_cast<std::array<std::uint64_t, 4>>(record.body)) out << ' ' << word;
  return out.str();
}

using Texts = std::vector<std::string>;

[[nodiscard]] inline Texts texts_of(const Records& records) {
  Texts texts;
  for (const ringbuf::Record& record : records) texts.push_back(text_of(record));
  return texts;
}

/// One message without a frame.
template <class Message>
[[nodiscard]] Buffer encoded(const Message& message) {
  Buffer bytes;
  encode(message, bytes);
  return bytes;
}

/// Dollars to the wire's price.
[[nodiscard]] constexpr Price4 dollars(double amount) noexcept {
  return {static_cast<std::uint32_t>(amount * 10'000 + 0.5)};
}

}  // namespace tickplant::tests::itch
