// What an engine said about a whole input, in the order of the input: results of one record in the order of their keys,
// whenever and by whichever shard they were made.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "analytics/engine_output.hpp"
#include "clients/cli/compute/sorted_records.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::cli {

class Results final : public analytics::EngineOutput {
 public:
  /// `folder`: has room for what does not fit into memory.
  explicit Results(const std::filesystem::path& folder) : rows(folder), finals(folder), values(folder) {}

  void publish(const ringbuf::DerivedRecord& record) noexcept override;
  [[nodiscard]] bool wants_finals() const noexcept override { return true; }
  void on_final(const ringbuf::DerivedRecord& record) noexcept override;
  void on_late(const analytics::LateTick& tick) noexcept override { late.push_back(tick); }

  /// Those that are kept in memory.
  void sort();

  SortedRecords rows;    // by cause; revisions before windows that fire; those by end, function, instrument
  SortedRecords finals;  // by function, instrument, start
  SortedRecords values;  // by cause, end of the window, function, instrument
  std::vector<ringbuf::DerivedRecord> signals, corrections, alerts;  // by cause, event time, function, instrument
  std::vector<analytics::LateTick> late;                             // by cause, window
};

}  // namespace tickplant::cli
