// Puts the results of a shard into shared memory: its ring first, then the derived image, and counts them.
//
// Threads: one, the shard's. Not here: computing them (analytics/engine.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "analytics/engine_output.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/derived_image_table.hpp"

namespace tickplant::daemon {

class DerivedPublisher final : public analytics::EngineOutput {
 public:
  struct Counts {
    std::uint64_t records = 0;
    std::uint64_t rows = 0, indicator_records = 0, signals = 0, corrections = 0, alerts = 0;
    std::uint64_t instruments = 0;  // that there was a result for
  };

  /// `instruments`: the highest id.
  DerivedPublisher(ringbuf::DerivedWriter ring, ringbuf::DerivedImageWriter image, std::uint64_t instruments)
      : ring_(ring), image_(image), seen_(instruments + 1) {}

  void publish(const ringbuf::DerivedRecord& result) noexcept override {
    ringbuf::DerivedRecord record = result;
    record.header.stamp = ring_.publish(&record).value;
    image_.apply(record);
    count(record.header);
  }
  /// Was published by a predecessor whose image is gone.
  void show(const ringbuf::DerivedRecord& record) noexcept { image_.apply(record); }
  /// From here on other functions are computed: as DerivedImageWriter.
  void change(std::span<const std::uint8_t> window_places,
              std::span<const ringbuf::DerivedImageWriter::IndicatorRank> indicator_ranks) noexcept {
    image_.change(window_places, indicator_ranks);
  }
  /// Ring and image are complete up to here.
  void end_batch() noexcept {
    if (counts_.records == told_) return;
    told_ = counts_.records;
    ring_.complete_batch();
  }

  [[nodiscard]] ringbuf::Sequence last() const noexcept { return ring_.last(); }
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  void count(const ringbuf::DerivedHeader& header) noexcept {
    using ringbuf::DerivedType;
    ++counts_.records;
    switch (header.type) {
      case DerivedType::window_row: ++counts_.rows; break;
      case DerivedType::indicator_values: ++counts_.indicator_records; break;
      case DerivedType::signal: ++counts_.signals; break;
      case DerivedType::correction: ++counts_.corrections; break;
      case DerivedType::alert: ++counts_.alerts; break;
      case DerivedType::gap:
      case DerivedType::none: break;
    }
    if (header.instrument.value >= seen_.size() || seen_[header.instrument.value]) return;
    seen_[header.instrument.value] = true;
    ++counts_.instruments;
  }

  ringbuf::DerivedWriter ring_;
  ringbuf::DerivedImageWriter image_;
  std::vector<bool> seen_;  // by instrument
  Counts counts_;
  std::uint64_t told_ = 0;  // records, by complete_batch()
};

}  // namespace tickplant::daemon
