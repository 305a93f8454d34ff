// What a ring's file still tells when nobody writes it: for a successor that must not use a number again.
//
// Threads: set-up. Not here: making it whole (ringbuf/ring_repair.hpp), what to do with the number
// (sequence_leases.hpp).
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "daemon/sequence_leases.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/segment.hpp"

namespace tickplant::daemon {

/// Of the files that had a ring's name when this was made; kept in view, whoever replaces them.
class RingRemains {
 public:
  /// `files`: where the ring may be, with normal and with huge pages. Those that are not rings of this kind that we can
  /// read do not count.
  explicit RingRemains(const std::vector<std::filesystem::path>& files,
                       ringbuf::SegmentExpectation kind = {ringbuf::SegmentKind::broadcast, ringbuf::kBroadcastSchema},
                       std::uint64_t slot_bytes = ringbuf::kTickSlotBytes);

  /// created_at of that file. None: nothing to take over.
  [[nodiscard]] std::optional<std::int64_t> made_at(const std::filesystem::path& file) const;
  /// The file with the newest record. Looks at every slot.
  [[nodiscard]] std::optional<SequenceLeases::Remains> newest() const;
  /// That file itself; nullptr: there is none.
  [[nodiscard]] const ringbuf::ReadOnlySegment* newest_ring() const;
  /// Of a sequencer ring: the newest place that was given away, in the file that gave away the newest one.
  [[nodiscard]] std::optional<SequenceLeases::Remains> newest_cause() const;

 private:
  std::vector<ringbuf::ReadOnlySegment> rings_;
};

}  // namespace tickplant::daemon
