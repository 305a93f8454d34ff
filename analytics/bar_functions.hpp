// The indicators, signals and patterns on one window, for the instruments of a cohort: bars that can no longer change
// go in, values and signals come out.
//
// A bar waits until its block of eight is worked on, or until the next one of the same instrument comes: first the
// indicators of all eight, then, one instrument after the other, what follows from them. What comes out is the same
// then as at once: lanes do not know of each other, and records carry the input that made the bar final.
//
// Threads: one, the shard's. Takes memory with new instruments only.
// Not here: windows (cohort.hpp), what is computed (bar_program.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "analytics/bar.hpp"
#include "analytics/bar_program.hpp"
#include "analytics/engine_output.hpp"
#include "analytics/patterns/pattern_runs.hpp"
#include "analytics/state_archive.hpp"

namespace tickplant::analytics {

/// The record that is being worked on, or that made a bar due.
struct Step {
  std::uint64_t cause = 0;
  Time received = 0;
};

/// A bar on its way.
struct DueBar {
  Bar bar;
  Step step;
  std::uint64_t first_cause = 0, last_cause = 0;  // its input
  double average_5min = ringbuf::kNoValue;
  Time session = kBeforeAll;  // start of the session it belongs to

  void archive(StateArchive& archive) { archive(bar, step, first_cause, last_cause, average_5min, session); }
};

/// A bar for who wants it as soon as it is out, and the functions on it as they are with it.
struct WatchedBar {
  const DueBar& due;
  const IndicatorGraph* graph = nullptr;  // nullptr: nothing is computed on its window
  const std::byte* state = nullptr;
  std::size_t lane = 0;
};

/// Signals of an instrument as they are made, in order: patterns over signals listen.
class SignalListener {
 public:
  virtual void on_signal(std::uint32_t slot, const ringbuf::DerivedRecord& record) noexcept = 0;

 protected:
  ~SignalListener() = default;
};

class BarFunctions {
 public:
  /// `signal_functions`: by signal of the set.
  BarFunctions(const BarProgram& program, std::span<const ringbuf::FunctionId> signal_functions, EngineOutput& output,
               SignalListener* listener);

  void add_instrument(ringbuf::InstrumentId id);

  /// A bar that can no longer change. With `at_once` it does not wait for its block.
  void on_final(std::uint32_t slot, const DueBar& due, bool at_once) noexcept;
  /// A bar that has just come out or been revised, behind others that are out and not final, oldest first: the newest
  /// is the last. What was said of it before and does not hold any more is withdrawn.
  /// `watch`: called with the newest, and the functions on it as they would be.
  template <class Watch>
  void on_first(std::uint32_t slot, std::span<const DueBar> bars, Watch&& watch) noexcept {
    const std::byte* const state = take_in_first(slot, bars);
    watch(WatchedBar{bars.back(), &program_.graph, state, slot % kLanes});
  }
  /// `due` was the last one, and has been taken in.
  [[nodiscard]] WatchedBar as_it_is(std::uint32_t slot, const DueBar& due) const noexcept {
    const std::byte* const state = block_lines_ == 0 ? nullptr : blocks_[slot / kLanes * block_lines_].bytes.data();
    return {due, &program_.graph, state, slot % kLanes};
  }
  /// A bar of it comes soon.
  void prefetch(std::uint32_t slot) const noexcept;
  /// What waits in the instrument's block.
  void flush(std::uint32_t slot) noexcept { flush_block(slot / kLanes); }
  void flush_all() noexcept;
  /// A step of that: the indicators of the whole block, or the records of one instrument. false: nothing waits there.
  bool work_on(std::uint32_t slot) noexcept { return work_on_block(slot / kLanes); }
  /// Likewise, wherever something waits.
  bool work_anywhere() noexcept;
  [[nodiscard]] bool is_waiting() const noexcept { return blocks_waiting_ != 0; }

  void archive(StateArchive& archive);

  [[nodiscard]] bool has_first_rules() const noexcept { return program_.has_first_rules; }
  /// For patterns and tests.
  [[nodiscard]] std::uint64_t bars_of(std::uint32_t slot) const noexcept { return instruments_[slot].bars; }

 private:
  static constexpr std::size_t kFlags = 9;  // bits of ringbuf::Quality

  struct Instrument {
    ringbuf::InstrumentId id{};
    std::uint32_t bars = 0;
    Time session = kBeforeAll;
    std::array<std::uint32_t, kFlags> last_bad{};  // by quality bit: 1 + index of the newest bar that had it; 0: none

    void archive(StateArchive& archive) { archive(id, bars, session, last_bad); }
  };
  /// Something said of a bar that may still change.
  struct Said {
    std::uint32_t slot = 0;
    std::uint32_t rule = 0;
    Time start = 0;
    ringbuf::SignalValue what{};
    bool still_holds = false;

    void archive(StateArchive& archive) { archive(slot, rule, start, what, still_holds); }
  };
  struct alignas(64) Line {
    std::array<std::byte, 64> bytes;
  };
  struct Values;

  const std::byte* take_in_first(std::uint32_t slot, std::span<const DueBar> bars) noexcept;
  void flush_block(std::size_t block) noexcept;
  bool work_on_block(std::size_t block) noexcept;
  void update(std::size_t block) noexcept;
  void close(std::size_t block, std::size_t lane, const DueBar& due) noexcept;
  void publish_values(const Instrument& instrument, const std::byte* state, std::size_t lane,
                      const DueBar& due) noexcept;
  void publish_signal(std::uint32_t slot, const DueBar& due, const SignalEvent& event, std::uint64_t bar_index,
                      ringbuf::Basis basis, ringbuf::SignalStatus status) noexcept;
  void run_patterns(std::uint32_t slot, const DueBar& due, std::uint64_t bar_index) noexcept;
  [[nodiscard]] ringbuf::Quality quality_of(const Instrument& instrument, std::uint64_t memory_bars,
                                            std::uint64_t bar_index, std::uint32_t own) const noexcept;
  [[nodiscard]] std::byte* block_state(std::size_t block) noexcept {
    return blocks_[block * block_lines_].bytes.data();
  }
  void prefetch_words(std::size_t slot) const noexcept;
  [[nodiscard]] std::byte* signal_state(std::uint32_t slot) noexcept {
    return reinterpret_cast<std::byte*>(words_.data() + slot * stride_);
  }

  const BarProgram& program_;
  std::span<const ringbuf::FunctionId> signal_functions_;
  EngineOutput& output_;
  SignalListener* listener_;
  std::vector<Instrument> instruments_;
  std::vector<std::uint64_t> memory_;  // of each output: for how many bars a bad one is felt
  std::size_t block_lines_;
  std::vector<Line> blocks_;          // indicator state, by block
  std::size_t stride_ = 0;            // words of an instrument: signals, then patterns
  std::vector<std::uint64_t> words_;  // by instrument
  std::vector<PatternRuns> runs_;     // by pattern
  /// Lanes of a block: those with a bar to take in, and those that have it and have not told.
  struct Waiting {
    std::uint8_t in = 0, out = 0;
    [[nodiscard]] bool any() const noexcept { return (in | out) != 0; }
  };
  std::vector<std::array<DueBar, kLanes>> due_;  // by block
  std::vector<Waiting> waiting_;                 // by block
  std::size_t blocks_waiting_ = 0;
  std::size_t look_at_ = 0;  // where work_anywhere() looks next
  std::vector<Said> said_;   // sorted by slot, start, rule
  std::vector<Line> scratch_block_;
  std::vector<std::uint64_t> scratch_words_;
  std::vector<SignalEvent> events_;  // room for one per rule
};

}  // namespace tickplant::analytics
