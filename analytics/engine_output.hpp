// Where an engine's results go: a ring, files, a test.
//
// Threads: called by the shard's, within a step. Neither throws nor waits.
#pragma once

#include <cstdint>

#include "analytics/windows/pane.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::analytics {

/// A tick that was late for a window.
struct LateTick {
  std::uint64_t cause = 0;
  ringbuf::InstrumentId instrument{};
  Time time = 0;
  Time watermark = 0;
  std::uint16_t spec = 0;  // of its set
  ringbuf::FunctionId function{};
  std::uint32_t accepted = 0, updates = 0, dropped = 0;  // windows of the spec
};

class EngineOutput {
 public:
  EngineOutput() = default;
  EngineOutput(const EngineOutput&) = delete;
  EngineOutput& operator=(const EngineOutput&) = delete;
  virtual ~EngineOutput() = default;

  /// A result; its stamp is not set.
  virtual void publish(const ringbuf::DerivedRecord& record) noexcept = 0;
  /// Whether on_final() is wanted: it costs a row for each window.
  [[nodiscard]] virtual bool wants_finals() const noexcept { return false; }
  /// A window can no longer change: what its newest row said. Kind `final`.
  virtual void on_final(const ringbuf::DerivedRecord&) noexcept {}
  virtual void on_late(const LateTick&) noexcept {}
};

}  // namespace tickplant::analytics
