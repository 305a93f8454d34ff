// Do batches help? Lossless throughput of prototypes against the shipped writer and reader one record a call, in turns.
// A tenth more would be worth an interface.
//
// Threads: writer and reader, a process each.
#include "bench/ring/batch_prototype.hpp"
#include "bench/ring/floor.hpp"
#include "bench/ring/ring_suite.hpp"

namespace tickplant::bench {
namespace {

/// Records per microsecond. The reader pauses `Pauses` times when it found nothing.
template <class Writer, class Reader, int Pauses = 1>
double measure(Stage& stage, std::uint64_t count) {
  constexpr std::uint64_t kTellEvery = 1'024;
  stage.reset_meeting();
  Meeting& meeting = stage.meeting();
  RingMemory ring;
  SideProcess reader_side([&] {
    Reader reader(ring);
    stage.enter_reader();
    stage.reader_is_ready();
    RecordBatch batch;
    for (std::uint64_t next = 1, told = 0; next <= count;) {
      const std::size_t found = reader.poll(batch);
      if (found == 0) {
        for (int i = 0; i < Pauses; ++i) platform::cpu_pause();
        continue;
      }
      for (std::size_t i = 0; i < found; ++i) require_record(batch[i], next++);
      if (next - told <= kTellEvery && next <= count) continue;
      told = next - 1;
      meeting.reader_position.store(told, std::memory_order_release);
    }
  });
  SideProcess writer_side([&] {
    Writer writer(ring);
    stage.enter_writer();
    stage.wait_for_reader();
    const std::uint64_t begin = platform::read_tsc();
    std::uint64_t stamp = begin;
    RecordBatch batch;
    for (std::uint64_t last = 0; last < count; last += kBatchRecords) {
      if (last % kTellEvery == 0) stamp = platform::read_tsc();
      if (last + kBatchRecords > RingMemory::kSlots) stage.wait_for_position(last + kBatchRecords - RingMemory::kSlots);
      for (std::size_t i = 0; i < kBatchRecords; ++i) batch[i] = make_record(last + 1 + i, stamp);
      writer.publish(batch);
    }
    stage.wait_for_position(count);
    const auto nanos = static_cast<double>(stage.clock().nanos(begin, platform::read_tsc()));
    meeting.figure[0].store(static_cast<double>(count) * 1e3 / nanos);
  });
  SideProcess::join_all({&writer_side, &reader_side}, Stage::kPatience);
  return meeting.figure[0].load();
}

struct Variant {
  const char* name;
  double (*measure)(Stage&, std::uint64_t);
};

constexpr Variant kVariants[] = {
    {"poll copies word by word", measure<ShippedWriter, WordwiseReader>},
    {"publish 64 a call, poll copies word by word", measure<BatchWriter<8>, WordwiseReader>},
    {"publish and poll 64 a call", measure<BatchWriter<8>, BatchReader<0>>},
    {"publish 64 a call", measure<BatchWriter<8>, SingleReader>},
    {"poll 64 a call", measure<ShippedWriter, BatchReader<0>>},
    {"poll 64 a call, read 4 ahead", measure<ShippedWriter, BatchReader<4>>},
    {"poll 64 a call, read 16 ahead", measure<ShippedWriter, BatchReader<16>>},
    {"shipped poll, 64 before any is handled", measure<ShippedWriter, ShippedReader>},
    {"write-prefetch none", measure<BatchWriter<0>, SingleReader>},
    {"write-prefetch 4 ahead", measure<BatchWriter<4>, SingleReader>},
    {"write-prefetch 16 ahead", measure<BatchWriter<16>, SingleReader>},
    {"write-prefetch 32 ahead", measure<BatchWriter<32>, SingleReader>},
    {"pause 8 times after an empty poll", measure<ShippedWriter, SingleReader, 8>},
    {"pause 64 times after an empty poll", measure<ShippedWriter, SingleReader, 64>},
};

}  // namespace

void measure_batches(Stage& stage) {
  const std::uint64_t count = stage.sized<std::uint64_t>(6'400'000, 64'000);
  std::vector<std::vector<Pair>> pairs(std::size(kVariants));
  std::vector<double> floors;
  for (int round = 0; round < stage.options().rounds; ++round) {
    floors.push_back(floor_nanos(stage));
    for (std::size_t i = 0; i < std::size(kVariants); ++i) {
      const double shipped = measure<ShippedWriter, SingleReader>(stage, count);
      pairs[i].push_back({kVariants[i].measure(stage, count), shipped});
    }
  }
  for (std::size_t i = 0; i < std::size(kVariants); ++i) {
    stage.add(std::string("batch: ") + kVariants[i].name, "records", "M/s", pairs[i], "shipped, one a call",
              std::to_string(count) + " records of a prototype in bench/ring/batch_prototype.hpp; " +
                  stage.placement(floors));
  }
}

}  // namespace tickplant::bench
