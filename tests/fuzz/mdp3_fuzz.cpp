// Any bytes as a series of MDP 3.0 datagrams (each behind a little-endian u16 length) through the whole feed: framing,
// sequence, parser, books, records, ring and tables.
//
// It must end, stay inside its memory, count every message once, and leave the best prices of each book in order.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>

#include "platform/check.hpp"
#include "tests/support/mdp3_in_memory.hpp"

namespace {

namespace mdp3 = tickplant::feedhandlers::mdp3;
namespace ringbuf = tickplant::ringbuf;
using Plant = tickplant::tests::mdp3::FeedInMemory;

void check_book(const Plant& plant, ringbuf::InstrumentId id, ringbuf::Side side) {
  std::int64_t before = 0;
  bool is_first = true;
  plant.book.for_each_level(id, side, [&](const auto& level) {
    TP_CHECK(level.size.value > 0 && ringbuf::is_present(level.price));
    TP_CHECK(is_first || (side == ringbuf::Side::bid ? level.price.value < before : level.price.value > before));
    before = level.price.value;
    is_first = false;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool all_forms = (data[size - 1] & 1) != 0;
  static tickplant::feedhandlers::OrderBook book{Plant::kBookConfig};
  book.clear_all();
  Plant plant({}, {.quotes = true, .levels = all_forms, .depth = true}, book);

  auto rest = std::as_bytes(std::span{data, size});
  std::uint64_t messages = 0;
  while (rest.size() >= 2) {
    const std::size_t length =
        std::min<std::size_t>(tickplant::feedhandlers::load_little<std::uint16_t>(rest.data()), rest.size() - 2);
    tickplant::feedhandlers::Packet packet;
    packet.payload = rest.subspan(2, length);
    plant.feed.on_packet(packet, 0, [&](const mdp3::Message& message) {
      TP_CHECK(message.body.empty() ||
               (message.body.data() >= packet.payload.data() &&
                message.body.data() + message.body.size() <= packet.payload.data() + packet.payload.size()));
      ++messages;
    });
    rest = rest.subspan(2 + length);
  }

  const auto& counters = plant.feed.counters();
  TP_CHECK(std::accumulate(counters.messages.begin(), counters.messages.end(), std::uint64_t{0}) +
               std::accumulate(counters.refused.begin(), counters.refused.end(), std::uint64_t{0}) ==
           messages);
  for (const mdp3::Instrument& instrument : plant.feed.normaliser().instruments().all()) {
    check_book(plant, instrument.id, ringbuf::Side::bid);
    check_book(plant, instrument.id, ringbuf::Side::ask);
  }
  return 0;
}
