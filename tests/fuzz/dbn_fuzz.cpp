// Any bytes as a DBN file, through source, parser and feed.
//
// It must end, stay inside its memory, refuse only at set-up, and count every record once.
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>

#include "platform/check.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/dbn_feed_in_memory.hpp"

namespace {

namespace dbn = tickplant::tests::dbn;
namespace product = tickplant::feedhandlers::dbn;

void read_file(std::span<const std::byte> file, std::size_t chunk_bytes, bool all_forms) {
  product::DbnSource source = product::DbnSource::over(file, "input", chunk_bytes);
  static tickplant::feedhandlers::OrderBook book{dbn::FeedInMemory::kBookConfig};
  for (std::uint32_t id = 0; id <= dbn::FeedInMemory::kInstruments; ++id) book.clear({id});
  dbn::FeedInMemory plant{book, {.quotes = true, .levels = all_forms, .depth = true}};
  plant.feed.begin_file(source.metadata());
  product::RecordBatch batch;
  product::DbnStatus status = product::DbnStatus::records;
  std::uint64_t count = 0;
  while ((status = source.next(batch)) == product::DbnStatus::records) {
    TP_CHECK(!batch.records.empty());
    count += batch.records.size();
    plant.feed.on_batch(batch);
  }
  TP_CHECK(source.next(batch) == status && batch.records.empty());
  const product::FeedCounters& counters = plant.feed.counters();
  TP_CHECK(std::accumulate(counters.records.begin(), counters.records.end(), std::uint64_t{0}) +
               counters.unknown_rtypes + counters.bad_lengths ==
           count);
  TP_CHECK(plant.book.open_orders() <= count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t choice = data[size - 1];  // the last byte is chance enough, and files stay files
  try {
    read_file(std::as_bytes(std::span{data, size}), std::size_t{1} << (choice % 16), (choice & 0x80) != 0);
  } catch (const tickplant::platform::SetupError&) {
    // Refused with a reason: no DBN file.
  }
  return 0;
}
