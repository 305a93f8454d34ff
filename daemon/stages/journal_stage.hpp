// Writes everything that was published into the journal: the rings of ticks, the order in which they were applied, what
// was computed from them. A lossless reader: sources that can wait do so for it, until the disk fails, is full or does
// not answer; then nobody waits, and what rings overwrite meanwhile is told in the journal by facts of loss, exactly.
//
// What is in the journal up to any block makes sense by itself: facts come before records that refer to them, ticks
// before the runs that give them their places, those before what was computed from them. Rings are therefore taken in
// rounds: how far the derived rings and the order have come is looked at before the ticks are read, and they are taken
// up to there, behind the ticks.
//
// Threads: as Stage; made by the set-up thread, which starts the one that prepares segments.
// Not here: blocks, writes, syncs (journal/journal_writer.hpp), facts (journal/told_facts.hpp).
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "daemon/journal/journal_writer.hpp"
#include "daemon/journal/segment_supply.hpp"
#include "daemon/journal/told_facts.hpp"
#include "daemon/plant_clock.hpp"
#include "daemon/stage.hpp"
#include "daemon/stages/following_counter.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/counters.hpp"
#include "ringbuf/gating.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::daemon {

/// A ring to be journalled. Rings of ticks come first, then the order, then derived ones, then that of alerts.
struct JournalInput {
  JournalledRing ring;
  std::span<std::byte> payload;                      // of its segment
  std::optional<std::uint64_t> next = std::nullopt;  // behind what the journal has; none: it has nothing of it
  ringbuf::GatingLine<>* gating = nullptr;           // nullptr: its writer waits for nobody
};

struct JournalStageSetup {
  const config::JournalSection& config;
  std::string plant;
  JournalStart start;
  std::vector<JournalInput> inputs;
  ToldFactsSetup facts;  // but for the rings
  ringbuf::CountersWriter& counters;
  PlantClock clock;
};

class JournalStage final : public Stage {
 public:
  static constexpr std::size_t kMemoryBytes = JournalWriter::kBuffers * ringbuf::kJournalUnitBytes;

  /// `memory` and `io` outlive it, and `io` has `memory`'s units as its buffers. `supply` is started by the caller.
  JournalStage(JournalStageSetup setup, std::span<std::byte> memory, JournalIo& io, SegmentSupply& supply);

  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  /// Before its thread runs, when nobody writes: takes what a predecessor left in the rings. True: all of it is in the
  /// journal; false: the disk refuses, or `kStopNanos` were not enough.
  bool catch_up() noexcept;
  /// Number of the newest. The same thread.
  [[nodiscard]] std::uint64_t last_block() const noexcept { return writer_.last_block(); }

  /// Any thread: the journal is to go on in a new file, with the next turn that the disk allows.
  void ask_for_rotation() noexcept { wants_rotation_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool is_rotation_due() const noexcept { return wants_rotation_.load(std::memory_order_relaxed); }

  std::size_t do_work() noexcept override;
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return next_turn_; }
  void on_stop() noexcept override;

 private:
  static constexpr std::int64_t kTurnNanos = 1'000'000;
  static constexpr std::uint64_t kRoundBytes = std::uint64_t{32} * 1024;  // of any ring: worth a round
  static constexpr std::size_t kBatchBytes = std::size_t{240} * 1024;
  static constexpr std::size_t kBatchesATurn = 8;
  static constexpr std::int64_t kStopNanos = 5 * platform::kNanosPerSecond;

  using Reader = std::variant<ringbuf::TickReader, ringbuf::DerivedReader>;

  struct Input {
    JournalledRing ring;
    Reader reader;
    std::optional<ringbuf::GatingReader> gating;
    std::atomic<std::uint64_t>* durable = nullptr;
    std::uint64_t kept = 0;        // from here on who waits for us overwrites nothing
    ringbuf::Sequence until{};     // of this round
    bool was_abandoned = false;    // the disk failed since it was read last
    std::uint64_t told_durable{};  // newest that `durable` was set to
  };
  /// Read, and not in the journal yet.
  struct Batch {
    std::size_t input = 0;
    std::uint64_t first = 0;  // sequence of the first record
    std::size_t count = 0;
    std::size_t done = 0;                // of them, appended
    ringbuf::SequenceRange lost_behind;  // last == 0: none
    bool is_begun = false;
  };

  void add_loss(const JournalInput& input, ringbuf::LossReason reason, ringbuf::SequenceRange range,
                std::uint64_t runs);
  [[nodiscard]] Input make_input(const JournalInput& from);
  void begin_round(platform::UnixNanos now);
  [[nodiscard]] bool is_worth_a_round(platform::UnixNanos now) const noexcept;
  void read_batch();
  [[nodiscard]] bool append_batch();
  void tell_lost(std::size_t input, ringbuf::SequenceRange lost);
  std::size_t take(std::size_t batches_max);
  [[nodiscard]] bool drain(platform::UnixNanos until) noexcept;
  void let_go(std::size_t index) noexcept;
  void abandon_or_resume() noexcept;
  void publish(platform::UnixNanos now) noexcept;

  std::string name_ = "journal";
  config::JournalSection config_;
  PlantClock clock_;
  platform::UnixNanos next_turn_{};
  std::vector<Input> inputs_;
  ToldFacts told_;
  JournalWriter writer_;
  std::vector<std::byte> staged_;  // records of batch_
  Batch batch_;
  std::size_t round_ = 0;  // input that is taken next; inputs_.size(): no round
  platform::UnixNanos round_at_{};
  bool is_degraded_ = false, is_closed_ = false;
  std::atomic<bool> wants_rotation_{false};
  std::uint64_t records_total_ = 0, lost_total_ = 0, losses_total_ = 0, degraded_total_ = 0;
  FollowingCounter records_, bytes_, blocks_, written_, syncs_, errors_, short_writes_, waits_, lost_, losses_,
      degradations_;
  ringbuf::Counter state_, error_, last_error_, segment_, newest_, durable_, behind_;
};

}  // namespace tickplant::daemon
