// From the content of a window to the record that clients read.
//
// Threads: pure.
#pragma once

#include "analytics/windows/pane.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::analytics {

/// Everything of a row that is not in its content.
struct RowContext {
  ringbuf::InstrumentId instrument{};
  ringbuf::FunctionId function{};
  Time start = 0, end = 0;
  std::uint64_t cause = 0;
  Time received = 0;
  Time watermark = 0;
  ringbuf::RowKind kind = ringbuf::RowKind::on_time;
  ringbuf::Basis basis = ringbuf::Basis::first;
  std::uint32_t revision = 0;
  ringbuf::Quality quality = ringbuf::Quality::none;
  std::int64_t price_unit = 1;
  double average_5min = ringbuf::kNoValue;
  std::uint64_t index = 0;
};

[[nodiscard]] ringbuf::DerivedRecord make_row(const PaneContent& content, const RowContext& context) noexcept;

}  // namespace tickplant::analytics
