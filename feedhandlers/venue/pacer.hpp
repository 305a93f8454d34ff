// When each message is due: an open-loop schedule. A stall is caught up with, as the times do not move with it.
//
// Threads: one. No clock: times are passed in, so that tests own them.
// Not here: waiting until then (transmitter.hpp), what is sent (script.hpp).
#pragma once

#include <cstdint>

#include "feedhandlers/itch50/fields.hpp"
#include "feedhandlers/venue/since_start.hpp"

namespace tickplant::feedhandlers::venue {

using itch50::SinceMidnight;

enum class Pace : std::uint8_t {
  rate,    // evenly, so many a second
  burst,   // so many at once, then nothing until the interval is over
  stamps,  // as far apart as their time stamps, divided by the speed
  max,     // all due now
};

struct PaceOptions {
  Pace pace = Pace::rate;
  double messages_per_second = 2000;                  // rate; above 0
  std::uint64_t burst_messages = 1;                   // burst; at least 1
  std::int64_t burst_interval_nanos = 1'000'000'000;  // burst; above 0
  double speed = 1;                                   // stamps; above 0
};

class Pacer {
 public:
  explicit Pacer(const PaceOptions& options) noexcept : options_(options) {}

  /// When message `index` (0, 1, 2, ...) is due, since message 0 was; `stamp` is its time at the venue. Called in
  /// order; never decreases: a stamp that goes back is due with the one before.
  [[nodiscard]] SinceStart due(std::uint64_t index, SinceMidnight stamp) noexcept;

  [[nodiscard]] const PaceOptions& options() const noexcept { return options_; }

 private:
  PaceOptions options_;
  SinceMidnight first_stamp_;
  SinceStart last_;
};

/// How far sending is behind the schedule.
class Lateness {
 public:
  static constexpr std::int64_t kLateNanos = 1'000'000;
  static constexpr std::int64_t kCannotKeepUpNanos = 1'000'000'000;
  static constexpr std::int64_t kComplaintIntervalNanos = 10'000'000'000;

  void on_message(SinceStart due, SinceStart now) noexcept;

  /// Whether to say that the pace cannot be kept: a whole second behind, and not said in the last ten.
  [[nodiscard]] bool take_complaint(SinceStart now) noexcept;

  [[nodiscard]] std::uint64_t late_messages() const noexcept { return late_messages_; }  // by more than kLateNanos
  [[nodiscard]] std::int64_t nanos_max() const noexcept { return nanos_max_; }
  [[nodiscard]] std::int64_t nanos_now() const noexcept { return nanos_now_; }

 private:
  std::uint64_t late_messages_ = 0;
  std::int64_t nanos_max_ = 0;
  std::int64_t nanos_now_ = 0;
  SinceStart next_complaint_;
};

}  // namespace tickplant::feedhandlers::venue
