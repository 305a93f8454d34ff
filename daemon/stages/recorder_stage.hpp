// Copies every record of every ring of ticks to disk, in order: FOLDER/RING.ticks, records of 64 bytes one behind the
// other, as docs/shared-memory.md describes them. A lossless reader: sources that can wait do so for it. Live ones
// never wait; what they overwrote before it came, or while the disk refused, is told in the copy by a gap record of
// reason internal_reader and counted.
//
// A copy goes on where the last one ended, also after kill -9: a record cut short at its end is taken off first.
//
// Threads: as Stage. Writes block, so it belongs on a thread that is not pinned.
// Not here: blocks, checksums, durability: the journal.
#pragma once

#include <string>
#include <vector>

#include "daemon/plant_clock.hpp"
#include "daemon/stage.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/counters.hpp"
#include "ringbuf/gating.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::daemon {

/// A ring to be copied.
struct RecordedRing {
  std::string name;
  ringbuf::TickReader reader;
  ringbuf::GatingPage<>& gating;
  std::size_t gating_line = 0;
};

class RecorderStage final : public Stage {
 public:
  /// Into `folder`, which is made when it is not there. Throws SetupError: it cannot be, or a file in it.
  RecorderStage(const std::string& folder, const std::vector<RecordedRing>& rings, ringbuf::CountersWriter& counters,
                PlantClock clock);

  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  std::size_t do_work() noexcept override;
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return next_turn_; }
  void on_stop() noexcept override;

 private:
  static constexpr std::size_t kBatch = 4096;
  static constexpr std::int64_t kTurnNanos = 1'000'000;
  static constexpr std::int64_t kRetryNanos = platform::kNanosPerSecond;

  /// One ring and its file.
  struct Copy {
    ringbuf::TickReader reader;
    ringbuf::GatingReader gating;
    platform::UniqueFd file;
    bool is_refused = false;  // by the disk: nobody waits for us meanwhile
    platform::UnixNanos next_try{};
  };

  [[nodiscard]] Copy open(const std::string& folder, const RecordedRing& ring) const;
  std::size_t copy(Copy& copy) noexcept;
  void tell_lost(const Copy& copy, ringbuf::Record& out) noexcept;
  void on_refusal(Copy& copy, int error) noexcept;

  std::string name_ = "recorder";
  PlantClock clock_;
  platform::UnixNanos next_turn_{};
  std::vector<Copy> copies_;
  std::vector<ringbuf::Record> batch_;
  ringbuf::Counter records_, lost_, gaps_, error_;
};

}  // namespace tickplant::daemon
