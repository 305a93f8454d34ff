// A day of the simulated exchange for tests: its calls in order, on a clock that runs as fast as a test likes.
//
//   VenueDay day{{.seed = test_seed(), .symbols = 40}};
//   day.begin();
//   day.trade(10'000);            // messages, at least
//   day.close();
//   unframed(day.stream())...     // all that was said
//
// Threads: one.
// Not here: the plant that reads it (itch_feed_in_memory.hpp).
#pragma once

#include <cstdint>

#include "feedhandlers/venue/market.hpp"

namespace tickplant::tests {

class VenueDay {
 public:
  static constexpr std::uint64_t kHourNanos = 3'600'000'000'000;
  static constexpr std::uint64_t kOpenNanos = 9 * kHourNanos + kHourNanos / 2;

  /// `interval_nanos`: from one happening of trade() to the next.
  explicit VenueDay(const feedhandlers::venue::MarketOptions& options, std::uint64_t interval_nanos = 1'000'000)
      : market_(options), interval_nanos_(interval_nanos) {}

  /// From the start of messages to the opening crosses.
  void begin() {
    market_.begin_day({3 * kHourNanos}, stream_);
    market_.open({now_nanos_}, stream_);
  }
  void trade(std::uint64_t messages) {
    for (const std::uint64_t end = market_.messages() + messages; market_.messages() < end;) happen();
  }
  /// One call of trade(). Returns the messages it wrote.
  std::uint64_t happen() {
    const std::uint64_t before = market_.messages();
    now_nanos_ += interval_nanos_;
    market_.trade({now_nanos_}, stream_);
    return market_.messages() - before;
  }
  void close() { market_.close({16 * kHourNanos + now_nanos_}, stream_); }

  [[nodiscard]] const feedhandlers::venue::Market& market() const { return market_; }
  [[nodiscard]] feedhandlers::venue::Buffer& stream() { return stream_; }

 private:
  feedhandlers::venue::Market market_;
  feedhandlers::venue::Buffer stream_;
  std::uint64_t interval_nanos_;
  std::uint64_t now_nanos_ = kOpenNanos;
};

}  // namespace tickplant::tests
