// What a look at an empty ring costs the reader: what it pays for being ready.
//
// Threads: one reader process, its line undisturbed.
#include "bench/peers/broadcast_ring.hpp"
#include "bench/ring/floor.hpp"
#include "bench/ring/ring_suite.hpp"

namespace tickplant::bench {

void measure_empty_polls(Stage& stage) {
  const std::uint64_t count = stage.sized<std::uint64_t>(20'000'000, 200'000);
  std::vector<Pair> pairs;
  std::vector<double> floors;
  for (int round = 0; round < stage.options().rounds; ++round) {
    const double floor = floor_nanos(stage);
    RingMemory ring;
    SideProcess reader([&] {
      ringbuf::TickWriter writer = ring.writer();
      ringbuf::TickReader ring_reader = ring.reader();
      stage.enter_reader();
      CheckedRecord record = make_record(1, 1);
      writer.publish(&record);  // so that this is the end of a ring in use, not its beginning
      std::uint64_t records = 0;
      const std::uint64_t begin = platform::read_tsc();
      for (std::uint64_t i = 0; i < count; ++i) records += ring_reader.poll(&record) == ringbuf::ReadStatus::record;
      const std::int64_t nanos = stage.clock().nanos(begin, platform::read_tsc());
      if (records != 1) SideProcess::fail("an empty ring gave records");
      stage.meeting().figure[0].store(static_cast<double>(nanos) / static_cast<double>(count));
    });
    SideProcess::join_all({&reader}, Stage::kPatience);
    pairs.push_back({stage.meeting().figure[0].load(), floor});
    floors.push_back(floor);
  }
  stage.add("poll, ring empty", "cost per look", "ns", pairs, kFloor,
            std::to_string(count) + " looks in a row, without pauses; " + stage.placement(floors));
}

}  // namespace tickplant::bench
