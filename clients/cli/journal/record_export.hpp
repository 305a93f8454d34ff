// Where exported records go: text, or a file of somebody else's format.
//
// Threads: one.
#pragma once

#include <cstdint>

#include "ringbuf/journal/journal_reader.hpp"

namespace tickplant::cli {

class RecordExport {
 public:
  RecordExport() = default;
  RecordExport(const RecordExport&) = delete;
  RecordExport& operator=(const RecordExport&) = delete;
  virtual ~RecordExport() = default;

  /// Before the first records, or where there are none.
  virtual void begin(ringbuf::BlockKind kind) = 0;
  virtual void take(const ringbuf::JournalRecords& records, const ringbuf::JournalKnowledge& knowledge) = 0;
  /// How many were written.
  [[nodiscard]] virtual std::uint64_t records() const noexcept = 0;
};

}  // namespace tickplant::cli
