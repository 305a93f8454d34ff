// The windows of an engine the obvious way, as the baseline: every trade updates each window that contains it, one of a
// minute and five of five minutes, and a window that ends is written for every instrument at once. The same content,
// the same event time and lateness, the same rows to the bit.
//
// Well made for what it is: windows of an instrument lie side by side at places known without a search, and are
// prefetched; what a trade adds to a window is the engine's own function.
//
// Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "analytics/engine_output.hpp"
#include "analytics/windows/pane.hpp"
#include "ringbuf/records/record.hpp"
#include "ringbuf/sequencer_layout.hpp"

namespace tickplant::bench {

class NaiveWindows {
 public:
  struct Functions {
    ringbuf::FunctionId minute, five_minutes;
  };
  NaiveWindows(std::size_t instruments, analytics::Time bound, analytics::Time lateness, Functions functions,
               analytics::EngineOutput& output);

  void on_record(ringbuf::CauseSequence cause, const ringbuf::Record& record) noexcept;
  void prefetch(const ringbuf::Record& record) const noexcept;
  /// All rows are written when they are due.
  [[nodiscard]] static bool is_sweeping() noexcept { return false; }
  /// What it takes, in bytes.
  [[nodiscard]] std::size_t bytes() const noexcept { return instruments_.size() * sizeof(Instrument); }

 private:
  struct alignas(64) Window : analytics::PaneContent {
    std::uint32_t& revision() noexcept { return older; }  // of a pane only: free here
  };
  // Windows that can still change begin within this many minutes; powers of two.
  static constexpr std::size_t kMinutes = 4, kFives = 8;
  struct Instrument {
    std::array<Window, kMinutes> minute;
    std::array<Window, kFives> five;
  };
  struct Step {
    std::uint64_t cause;
    analytics::Time received, watermark;
  };

  template <std::size_t count>
  static Window& window_at(std::array<Window, count>& windows, analytics::Time start) noexcept;
  void emit(const Step& step, std::uint32_t id, Window& window, ringbuf::FunctionId function, ringbuf::RowKind kind,
            std::uint32_t revision) noexcept;
  void fire(const Step& step, analytics::Time end) noexcept;

  std::vector<Instrument> instruments_;  // by id
  analytics::Time bound_, lateness_;
  Functions functions_;
  analytics::EngineOutput& output_;
  analytics::Time first_ = analytics::kBeforeAll, newest_ = analytics::kBeforeAll;
  analytics::Time watermark_ = analytics::kBeforeAll;
};

}  // namespace tickplant::bench
