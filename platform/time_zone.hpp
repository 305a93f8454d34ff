// Where a trading date begins and ends in UTC: the rules of one time zone, from the system's tzdata (the only door to
// the date library).
//
// Threads: any, after construction. A look-up searches the zone's transitions: for session starts and reports, not once
// per record.
// Not here: trading hours and holidays of a venue (config).
#pragma once

#include <cstdint>
#include <string>

#include "platform/calendar_date.hpp"
#include "platform/unix_nanos.hpp"

namespace date {
class time_zone;
}

namespace tickplant::platform {

class TimeZone {
 public:
  /// An IANA name as in "America/New_York" or "UTC". Throws SetupError for an unknown name, or without tzdata.
  explicit TimeZone(const std::string& name);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// The first instant of that day. Where the clocks are set forward at 00:00, that is 01:00 on the wall.
  [[nodiscard]] UnixNanos local_midnight(CalendarDate date) const;

  /// Local time minus UTC at that instant: -5 h for New York in winter.
  [[nodiscard]] std::int64_t utc_offset_nanos(UnixNanos time) const;

  /// The day on the wall at that instant.
  [[nodiscard]] CalendarDate local_date(UnixNanos time) const;

  /// The time on the wall as nanoseconds since 00:00. On a day of changed clocks it differs from `time -
  /// local_midnight(date)`, which is how long the day has lasted.
  [[nodiscard]] std::int64_t local_time_of_day(UnixNanos time) const;

 private:
  std::string name_;
  const ::date::time_zone* zone_;  // owned by the library's database, which lives as long as the process
};

}  // namespace tickplant::platform
