// Lets readers turn TSC ticks into UTC without a system call: the calibrated line under a stamp.
//
// Threads: ClockPageWriter: housekeeping, one thread. ClockPageReader: any thread of any process on the same host.
// Not here: finding the line (platform/clock_calibrator.hpp), its arithmetic (platform/clock_parameters.hpp).
#pragma once

#include <optional>
#include <span>

#include "ringbuf/clock_layout.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/stamped_entry.hpp"

namespace tickplant::ringbuf {

using ClockSlot = StampedEntry<sizeof(ClockEntry)>;

class ClockPageWriter {
 public:
  static constexpr std::uint64_t payload_bytes() noexcept { return sizeof(ClockSlot); }

  /// `payload`: zeroed, or left by a predecessor whose numbering goes on.
  explicit ClockPageWriter(std::span<std::byte> payload) noexcept
      : slot_(&object_at<ClockSlot>(payload, 0)),
        version_(slot_->stamp.load(std::memory_order_relaxed) & ~kWritingBit) {}

  void publish(const platform::ClockParameters& line) noexcept {
    const Sequence version{++version_};
    slot_->begin(version);
    slot_->store(offsetof(ClockEntry, line), &line, sizeof line);
    slot_->end(version);
  }

  /// How often a line was published, predecessors included.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }

 private:
  ClockSlot* slot_;
  std::uint64_t version_;
};

class ClockPageReader {
 public:
  /// Throws SetupError when `payload` is too short.
  explicit ClockPageReader(std::span<const std::byte> payload) {
    check_payload("clock", sizeof(ClockSlot), payload.size());
    slot_ = &object_at<ClockSlot>(payload, 0);
  }

  /// Copies the newest line, its version as the stamp.
  [[nodiscard]] TableRead read(ClockEntry& out) const noexcept { return slot_->read(&out); }

  /// UTC at a TSC reading of this host. Empty: no line published, being written at every attempt, or the TSC is no good
  /// here; ask clock_gettime then.
  [[nodiscard]] std::optional<platform::UnixNanos> to_unix_nanos(std::uint64_t tsc) const noexcept {
    ClockEntry entry;
    if (read(entry) != TableRead::value || entry.line.source != platform::ClockSource::tsc) return std::nullopt;
    return platform::to_unix_nanos(entry.line, tsc);
  }

  /// Grows with each calibration: a reader that keeps a line of its own looks here whether it is still the newest.
  [[nodiscard]] std::uint64_t version() const noexcept {
    return slot_->stamp.load(std::memory_order_relaxed) & ~kWritingBit;  // a hint; read() does the ordering
  }

 private:
  const ClockSlot* slot_;
};

}  // namespace tickplant::ringbuf
