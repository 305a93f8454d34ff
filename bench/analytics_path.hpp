// Records out of a real ring into whoever computes on them, and results into a real ring: what both sides of the
// suites of analytics have around them.
//
// Threads: one: the ring is filled before it is read, so that reading costs what it costs a reader that is behind.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <span>
#include <vector>

#include "analytics/engine_output.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/sequencer.hpp"

namespace tickplant::bench {

/// What this thread has had of its core: on a machine that does other things, too, their time is not ours. For
/// stretches of a millisecond and more.
[[nodiscard]] inline std::int64_t core_nanos() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

/// Results into a derived ring, counted.
class RingOutput final : public analytics::EngineOutput {
 public:
  RingOutput()
      : bytes_(sizeof(ringbuf::BroadcastControl<>) + kSlots * ringbuf::kDerivedSlotBytes),
        ring_(ringbuf::DerivedWriter::over(bytes_.bytes(), kSlots)) {}

  void publish(const ringbuf::DerivedRecord& record) noexcept override {
    ring_.publish(&record);
    ++count_[static_cast<std::size_t>(record.header.type)];
  }
  [[nodiscard]] std::uint64_t count(ringbuf::DerivedType type) const noexcept {
    return count_[static_cast<std::size_t>(type)];
  }

 private:
  static constexpr std::uint64_t kSlots = 1 << 14;  // 4 MB: as much as is in a cache while readers keep up
  ringbuf::PrivatePayload bytes_;
  ringbuf::DerivedWriter ring_;
  std::array<std::uint64_t, 8> count_{};
};

/// Adds up all rows, in whatever order they come.
class RowSum final : public analytics::EngineOutput {
 public:
  void publish(const ringbuf::DerivedRecord& record) noexcept override {
    if (record.header.type != ringbuf::DerivedType::window_row) return;
    std::array<std::uint64_t, ringbuf::kDerivedRecordBytes / 8> words;
    std::memcpy(words.data(), &record, sizeof record);
    std::uint64_t hash = 0;
    for (std::size_t i = 1; i < words.size(); ++i) hash = std::rotl(hash ^ words[i], 29) * 0x9e3779b97f4a7c15u;
    sum += hash ^ hash >> 32;
    ++rows;
  }
  std::uint64_t sum = 0, rows = 0;
};

/// A ring that holds all of these records.
class FilledRing {
 public:
  explicit FilledRing(const std::vector<ringbuf::Record>& records)
      : slots_(std::bit_ceil(records.size() + 1)),
        bytes_(sizeof(ringbuf::BroadcastControl<>) + slots_ * ringbuf::kTickSlotBytes) {
    ringbuf::TickWriter writer = ringbuf::TickWriter::over(bytes_.bytes(), slots_);
    for (const ringbuf::Record& record : records) writer.publish(&record);
    writer.flush();
  }
  [[nodiscard]] ringbuf::TickReader reader() const { return ringbuf::TickReader::over(bytes_.bytes(), slots_, {1}); }

 private:
  std::uint64_t slots_;
  ringbuf::PrivatePayload bytes_;
};

/// Reads `count` records in runs, as the daemon's stage does. Who wants to know a run before its first record is told;
/// others are asked to prefetch for a record `ahead` before it. 0: neither.
template <class Consumer>
void consume(ringbuf::TickReader& reader, std::uint64_t count, std::size_t ahead, Consumer& consumer) {
  constexpr bool kExpects = requires(std::span<const ringbuf::Record> run) { consumer.expect(run); };
  std::array<ringbuf::Record, ringbuf::Sequencer::kRunMax> run;
  while (count != 0) {
    const std::uint64_t cause = reader.next().value;
    const auto wanted = std::span(run).first(std::min<std::uint64_t>(count, run.size()));
    const std::size_t found = reader.poll(wanted).count;
    if constexpr (kExpects) {
      if (ahead != 0) consumer.expect(std::span<const ringbuf::Record>(run).first(found));
      for (std::size_t i = 0; i < found; ++i) consumer.on_record({cause + i}, run[i]);
    } else {
      for (std::size_t i = 0; i < std::min(ahead, found); ++i) consumer.prefetch(run[i]);
      for (std::size_t i = 0; i < found; ++i) {
        if (ahead != 0 && i + ahead < found) consumer.prefetch(run[i + ahead]);
        consumer.on_record({cause + i}, run[i]);
      }
    }
    count -= found;
  }
}

}  // namespace tickplant::bench
