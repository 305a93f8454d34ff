// Any bytes as a BinaryFILE of ITCH messages, through the whole feed: parser, book, records, ring and tables.
//
// It must end, stay inside its memory, count every message once, and leave no event open in the ring.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>

#include "platform/check.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "tests/support/itch_feed_in_memory.hpp"
#include "tests/support/itch_wire.hpp"

namespace {

namespace itch = tickplant::tests::itch;
namespace ringbuf = tickplant::ringbuf;

/// Reads what the ring still holds. Behind the records of the messages stands the position, an event of its own.
void check_records(itch::FeedInMemory& plant) {
  const std::uint64_t last = plant.publisher.last().value;
  const std::uint64_t first = last - std::min(last, itch::FeedInMemory::kSlots / 2) + 1;
  auto reader =
      ringbuf::BroadcastReader<ringbuf::kTickSlotBytes>::over(plant.ring.bytes(), itch::FeedInMemory::kSlots, {first});
  ringbuf::Record record;
  ringbuf::Record before;
  for (std::uint64_t sequence = first; sequence <= last; ++sequence) {
    before = record;
    TP_CHECK(reader.poll(&record) == ringbuf::ReadStatus::record);
    TP_CHECK(record.header.type != ringbuf::RecordType::none);
    TP_CHECK(record.header.instrument.value <= itch::FeedInMemory::kInstruments);
  }
  TP_CHECK(record.header.type == ringbuf::RecordType::source_position);
  TP_CHECK(first == last || has(before.header.flags, ringbuf::RecordFlags::end_of_event));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool all_forms = (data[size - 1] & 1) != 0;  // the last byte is chance enough, and day files stay day files
  static tickplant::feedhandlers::OrderBook book{itch::FeedInMemory::kBookConfig};
  for (std::uint32_t id = 0; id <= itch::FeedInMemory::kInstruments; ++id) book.clear({id});
  itch::FeedInMemory plant{book, {.quotes = true, .levels = all_forms, .depth = true}};
  plant.feed.begin_day({.midnight = {1'548'824'400'000'000'000}, .date = 20190130, .utc_offset_seconds = -18'000});

  const auto messages = itch::unframed(std::as_bytes(std::span{data, size}));
  plant.feed.on_messages(messages, 1);

  const auto& counters = plant.feed.counters();
  TP_CHECK(std::accumulate(counters.messages.begin(), counters.messages.end(), std::uint64_t{0}) +
               counters.unknown_types + counters.bad_lengths ==
           messages.size());
  TP_CHECK(plant.book.open_orders() <= messages.size());
  check_records(plant);
  return 0;
}
