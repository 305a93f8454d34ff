// What the suite of the journal has around the journal's own classes: a ring of ticks that is journalled as a plant's
// is, and a disk written to with nothing else.
//
// Threads: each says.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/analytics_path.hpp"
#include "bench/harness/bench_clock.hpp"
#include "daemon/journal/disk_journal_io.hpp"
#include "daemon/stages/journal_stage.hpp"
#include "platform/clock.hpp"
#include "platform/cpu_affinity.hpp"
#include "platform/io_ring.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/clock_page.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::bench {

[[nodiscard]] inline std::vector<platform::MemoryRange> units_in(std::span<std::byte> memory) {
  std::vector<platform::MemoryRange> units;
  for (std::size_t at = 0; at + ringbuf::kJournalUnitBytes <= memory.size(); at += ringbuf::kJournalUnitBytes) {
    units.push_back(memory.subspan(at, ringbuf::kJournalUnitBytes));
  }
  return units;
}

/// Blocks of 256 KiB one behind the other, eight under way, registered buffers, O_DIRECT where that can be: what a disk
/// takes from one thread that does nothing else. Returns bytes a second. The file was written before.
/// `is_fresh`: each block is new bytes, copied into as many buffers as the journal has; else the same few blocks over
/// and over, which a virtual disk finds in the processor's cache.
[[nodiscard]] inline double raw_write_rate(const std::filesystem::path& file, std::uint64_t bytes, bool is_fresh) {
  constexpr std::size_t kDepth = daemon::JournalWriter::kDepth;
  ringbuf::PrivatePayload memory((is_fresh ? daemon::JournalWriter::kUnits : kDepth) * ringbuf::kJournalUnitBytes);
  const std::vector<std::byte> source(ringbuf::kJournalUnitBytes, std::byte{0x5a});
  std::size_t next_buffer = 0;
  const std::vector<platform::MemoryRange> buffers = units_in(memory.bytes());
  platform::IoRing ring({.entries = 64});
  const bool is_registered = ring.register_buffers(buffers).granted;
  platform::UniqueFd fd(::open(file.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC));
  if (!fd) fd.reset(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  const platform::UnixNanos began = platform::system_now();
  std::uint64_t queued = 0, done = 0;
  std::array<platform::IoCompletion, kDepth> completions;
  const auto queue = [&] {
    if (queued >= bytes) return;
    const std::size_t buffer = next_buffer++ % buffers.size();
    if (is_fresh) std::memcpy(memory.bytes().data() + buffer * source.size(), source.data(), source.size());
    if (!ring.queue_write(fd.get(), buffers[buffer], queued, buffer,
                          is_registered ? static_cast<int>(buffer) : platform::IoRing::kUnregistered)) {
      throw platform::SetupError{"benchmark journal: the queue is full", "this is a bug"};
    }
    queued += ringbuf::kJournalUnitBytes;
  };
  for (std::size_t i = 0; i < kDepth; ++i) queue();
  while (done < bytes) {
    ring.submit();
    std::size_t count = ring.poll(completions);
    if (count == 0) count = ring.wait(completions, 1'000'000);
    for (const platform::IoCompletion& completion : std::span(completions).first(count)) {
      if (completion.result != static_cast<std::int32_t>(ringbuf::kJournalUnitBytes)) {
        throw platform::SetupError{platform::with_errno("benchmark journal: a write", -completion.result),
                                   "make room in TMPDIR"};
      }
      done += ringbuf::kJournalUnitBytes;
      queue();
    }
  }
  return static_cast<double>(bytes) * 1e9 / static_cast<double>(platform::system_now() - began);
}

/// A ring of ticks in private memory, and who publishes into it at a steady rate.
class SteadyTicks {
 public:
  static constexpr std::uint64_t kSlots = 1 << 20;

  SteadyTicks() : bytes_(sizeof(ringbuf::BroadcastControl<>) + kSlots * ringbuf::kTickSlotBytes) {}

  [[nodiscard]] std::span<std::byte> payload() { return bytes_.bytes(); }
  [[nodiscard]] std::uint64_t published() const noexcept { return writer_.last().value; }

  /// `count` records in batches of `batch`, a batch every `interval` ns; `told(nanoseconds a record)` for each batch.
  template <class Told>
  void publish(std::uint64_t count, std::uint64_t batch, double interval, const BenchClock& clock, Told&& told) {
    LoadSchedule schedule(platform::read_tsc(), clock.ticks(interval));
    ringbuf::TradeBody body;
    for (std::uint64_t done = 0; done < count; done += batch) {
      (void)schedule.wait();
      const std::uint64_t before = platform::read_tsc();
      for (std::uint64_t i = 0; i < batch; ++i) {
        body.price = {static_cast<std::int64_t>(100'000 + (done + i) % 1'000)};
        body.size = {100};
        const platform::UnixNanos time{kLoadStart + static_cast<std::int64_t>(done + i) * 600};
        const ringbuf::Record record = ringbuf::make_record({1}, time, time + 500, body);
        writer_.publish(&record);
      }
      writer_.complete_batch();
      told(static_cast<double>(clock.nanos(before, platform::read_tsc())) / static_cast<double>(batch));
    }
  }

 private:
  ringbuf::PrivatePayload bytes_;
  ringbuf::TickWriter writer_ = ringbuf::TickWriter::over(bytes_.bytes(), kSlots);
};

/// The plant's journal of what comes next in one ring, in a folder, with its own thread for making files ready.
class JournalOfTicks {
 public:
  JournalOfTicks(const std::filesystem::path& folder, SteadyTicks& ticks, std::uint64_t segment_bytes)
      : memory_(daemon::JournalStage::kMemoryBytes),
        io_(folder, units_in(memory_.bytes())),
        supply_(io_, segment_bytes, 0) {
    platform::ClockParameters line = platform::TscClock{}.parameters();
    ringbuf::ClockPageWriter(clock_.bytes()).publish(line);
    ringbuf::InstrumentSpec spec;
    spec.symbol = "BENCH";
    spec.venue = "XBEN";
    spec.price_unit = kLoadUnit;
    (void)directory_.find_or_add(spec);
    daemon::JournalStart start;
    start.chain = ringbuf::JournalChain(1, 1);
    std::vector<daemon::JournalInput> inputs;
    inputs.push_back(
        {{"ticks", {1}, ringbuf::BlockKind::ticks, SteadyTicks::kSlots}, ticks.payload(), ticks.published() + 1});
    (void)supply_.step();
    supply_.start();
    stage_.emplace(daemon::JournalStageSetup{config_,
                                             "bench",
                                             start,
                                             std::move(inputs),
                                             {.build = "bench", .instruments = directory_.reader()},
                                             counters_,
                                             daemon::PlantClock(ringbuf::ClockPageReader(clock_.bytes()))},
                   memory_.bytes(), io_, supply_);
  }

  /// The duty cycle of a thread that parks when there is nothing, until `is_over`. Returns what it had of its core, ns.
  std::int64_t run(const std::atomic<bool>& is_over) {
    const std::int64_t before = core_nanos();
    while (!is_over.load(std::memory_order_relaxed)) {
      if (stage_->do_work() != 0) continue;
      const timespec pause{0, 1'000'000};
      ::clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
    }
    const std::int64_t used = core_nanos() - before;
    stage_->on_stop();
    return used;
  }
  [[nodiscard]] std::uint64_t count(std::string_view name) const {
    return ringbuf::CountersReader(counter_bytes_.bytes()).find(ringbuf::counter::kJournal, name).value_or(0);
  }
  [[nodiscard]] std::string describe() const { return io_.describe(); }

 private:
  config::JournalSection config_{.folder = "auto"};
  ringbuf::PrivatePayload memory_;
  ringbuf::PrivatePayload clock_{ringbuf::ClockPageWriter::payload_bytes()};
  ringbuf::PrivatePayload counter_bytes_{ringbuf::CountersWriter::payload_bytes(64)};
  ringbuf::PrivatePayload directory_bytes_{ringbuf::InstrumentDirectoryWriter::payload_bytes(64)};
  ringbuf::CountersWriter counters_{counter_bytes_.bytes(), 64};
  ringbuf::InstrumentDirectoryWriter directory_{directory_bytes_.bytes(), 64};
  daemon::DiskJournalIo io_;
  daemon::SegmentSupply supply_;
  std::optional<daemon::JournalStage> stage_;
};

}  // namespace tickplant::bench
