// Any bytes as a series of IEX-TP datagrams (each behind a u16 length), through the whole feed: framing, sequences,
// parser, books, records, ring and tables.
//
// It must end, stay inside its memory, count every packet and message once, and leave the ring whole. Each datagram
// lies alone in memory of its exact size, so that a read past its end is seen.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>

#include "feedhandlers/byte_order.hpp"
#include "platform/check.hpp"
#include "tests/support/iex_decoder.hpp"
#include "tests/support/iex_feed_in_memory.hpp"

namespace {

namespace iex = tickplant::tests::iex;
namespace ringbuf = tickplant::ringbuf;
using tickplant::feedhandlers::iex::message_bytes;
using tickplant::feedhandlers::iex::parse;
using tickplant::feedhandlers::iex::ParseOutcome;

/// Reads a message whole: encoding what was read gives its bytes back, but for the padding of a symbol.
struct ReadAll {
  template <class View>
  void on(View view) {
    const auto message = iex::plain(view);
    const auto encoded = iex::encode(message);
    TP_CHECK(encoded.size() == View::kBytes);
    TP_CHECK(iex::plain(View{tickplant::tests::as_span(encoded).data()}) == message);
  }
};

void check_records(const iex::Records& records, const iex::FeedInMemory& plant) {
  for (const ringbuf::Record& record : records) {
    TP_CHECK(record.header.type != ringbuf::RecordType::none);
    TP_CHECK(record.header.instrument.value <= plant.directory.reader().count());
    if (record.header.type != ringbuf::RecordType::level)
      TP_CHECK(record.header.instrument != ringbuf::kNoInstrument ||
               has(record.header.flags, ringbuf::RecordFlags::end_of_event));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool all_forms = (data[size - 1] & 1) != 0;  // the last byte is chance enough
  iex::FeedInMemory plant({.quotes = true, .levels = all_forms, .depth = all_forms},
                          {.instruments = 16, .slots = 256, .levels = 512});
  plant.feed.begin_day({.midnight = {1'503'720'000'000'000'000}, .date = 20170826, .utc_offset_seconds = -14'400});
  (void)plant.take();

  auto rest = std::as_bytes(std::span{data, size});
  std::uint64_t packets = 0;
  std::uint64_t messages = 0;
  while (rest.size() >= 2) {
    const std::size_t length =
        std::min<std::size_t>(tickplant::feedhandlers::load_little<std::uint16_t>(rest.data()), rest.size() - 2);
    const auto alone = std::make_unique<std::byte[]>(length);
    std::copy_n(rest.begin() + 2, length, alone.get());
    plant.feed.on_packet({.payload = {alone.get(), length}, .ts_recv = {1'503'746'515'000'000'000}}, 0,
                         [&](std::span<const std::byte> message) {
                           ++messages;
                           check_records(plant.take(), plant);  // often: the ring must not lap
                           const ParseOutcome outcome = parse(message, ReadAll{});
                           const std::size_t expected =
                               message.empty() ? 0 : message_bytes(static_cast<char>(message.front()));
                           TP_CHECK((outcome == ParseOutcome::ok) == (expected != 0 && message.size() == expected));
                           TP_CHECK((outcome == ParseOutcome::grown) == (expected != 0 && message.size() > expected));
                         });
    check_records(plant.take(), plant);
    rest = rest.subspan(2 + length);
    ++packets;
  }

  const auto& counters = plant.feed.counters();
  TP_CHECK(std::accumulate(counters.messages.begin(), counters.messages.end(), std::uint64_t{0}) +
               counters.unknown_types + counters.bad_lengths ==
           messages);
  TP_CHECK(counters.damaged_packets <= packets && counters.heartbeats + counters.foreign_packets <= packets);
  const auto totals = plant.feed.sessions().totals();
  TP_CHECK(totals.messages + plant.feed.sessions().unsequenced().messages == messages);
  return 0;
}
