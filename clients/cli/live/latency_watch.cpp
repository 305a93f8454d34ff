#include "clients/cli/live/latency_watch.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::RecordType;

/// Published because a packet came, so that its latency is the plant's.
bool is_market_data(RecordType type) noexcept {
  return type == RecordType::trade || type == RecordType::quote || type == RecordType::order;
}

}  // namespace

void LatencyWatch::operator()(const ringbuf::Record& record) {
  const ringbuf::RecordHeader& header = record.header;
  if (is_market_data(header.type)) {
    seen_.record(now_() - header.ts_recv);  // before all other work on it
    published_.record(header.publish_delay * ringbuf::kPublishDelayUnitNanos);
  }
  ++records_;
  ++by_type_[static_cast<std::size_t>(header.type)];
  if (header.instrument == ringbuf::kNoInstrument) return;
  if (header.instrument.value >= is_seen_.size()) is_seen_.resize(header.instrument.value + 1);
  if (!is_seen_[header.instrument.value]) {
    is_seen_[header.instrument.value] = true;
    ++instruments_;
  }
}

std::uint64_t LatencyWatch::market_records() const noexcept {
  return records_of(RecordType::trade) + records_of(RecordType::quote) + records_of(RecordType::order);
}

}  // namespace tickplant::cli
