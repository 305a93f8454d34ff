// What a ring's file still tells when nobody writes it: for a successor that must not use a number again.
//
// Threads: set-up. Not here: making it whole (ringbuf/ring_repair.hpp), what to do with the number
// (sequence_leases.hpp).
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "daemon/sequence_leases.hpp"
#include "ringbuf/segment.hpp"

namespace tickplant::daemon {

/// Of the files that had a ring's name when this was made; kept in view, whoever replaces them.
class RingRemains {
 public:
  /// `files`: where the ring may be, with normal and with huge pages. Those that are not rings of ticks that we can
  /// read do not count.
  explicit RingRemains(const std::vector<std::filesystem::path>& files);

  /// created_at of that file. None: nothing to take over.
  [[nodiscard]] std::optional<std::int64_t> made_at(const std::filesystem::path& file) const;
  /// The file with the newest record. Looks at every slot.
  [[nodiscard]] std::optional<SequenceLeases::Remains> newest() const;

 private:
  std::vector<ringbuf::ReadOnlySegment> rings_;
};

}  // namespace tickplant::daemon
