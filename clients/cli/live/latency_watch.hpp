// What a separate process sees of a plant: how many records of what, how long each took from the wire to a ring, and
// from the wire to here.
//
// Threads: one.
// Not here: polling and printing (verbs/latency.cpp).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "platform/latency_histogram.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::cli {

class LatencyWatch {
 public:
  static constexpr std::size_t kTypes = 256;

  /// `now`: the plant's clock.
  explicit LatencyWatch(std::function<platform::UnixNanos()> now) : now_(std::move(now)) {}

  // The handler of a Subscriber.
  void operator()(const ringbuf::Record& record);
  void on_lost(std::string_view, ringbuf::SequenceRange range) { lost_ += range.count(); }

  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
  [[nodiscard]] std::uint64_t records_of(ringbuf::RecordType type) const noexcept {
    return by_type_[static_cast<std::size_t>(type)];
  }
  /// Trades, quotes and orders: what proves that a market is there.
  [[nodiscard]] std::uint64_t market_records() const noexcept;
  [[nodiscard]] std::uint64_t instruments() const noexcept { return instruments_; }
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }
  /// Receive to publish, as stored in the record.
  [[nodiscard]] const platform::LatencyHistogram& published() const noexcept { return published_; }
  /// Receive to now, here.
  [[nodiscard]] const platform::LatencyHistogram& seen() const noexcept { return seen_; }

 private:
  std::function<platform::UnixNanos()> now_;
  std::uint64_t records_ = 0;
  std::uint64_t instruments_ = 0;
  std::uint64_t lost_ = 0;
  std::array<std::uint64_t, kTypes> by_type_{};
  std::vector<bool> is_seen_;  // by instrument
  platform::LatencyHistogram published_;
  platform::LatencyHistogram seen_;
};

}  // namespace tickplant::cli
