#include "platform/time_zone.hpp"

#include <date/tz.h>

#include <exception>

#include "platform/setup_error.hpp"

namespace tickplant::platform {
namespace {

const date::time_zone* locate(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception& error) {
    throw SetupError{"time zone '" + name + "' is unknown here (" + error.what() + ")",
                     "use an IANA name such as America/New_York or UTC; `ls /usr/share/zoneinfo` lists them (Debian "
                     "package tzdata)"};
  }
}

date::sys_time<std::chrono::nanoseconds> to_sys(UnixNanos time) {
  return date::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds{time.value}};
}

std::int64_t floor_to_day(std::int64_t nanos) {
  const std::int64_t rest = nanos % kNanosPerDay;
  return nanos - (rest < 0 ? rest + kNanosPerDay : rest);
}

}  // namespace

TimeZone::TimeZone(const std::string& name) : name_(name), zone_(locate(name)) {}

UnixNanos TimeZone::local_midnight(CalendarDate date) const {
  const ::date::local_seconds midnight{::date::local_days{::date::days{days_since_epoch(date)}}};
  const auto utc = zone_->to_sys(midnight, ::date::choose::earliest);
  return {std::chrono::nanoseconds{utc.time_since_epoch()}.count()};
}

std::int64_t TimeZone::utc_offset_nanos(UnixNanos time) const {
  const auto second = ::date::floor<std::chrono::seconds>(to_sys(time));
  return std::chrono::nanoseconds{zone_->get_info(second).offset}.count();
}

CalendarDate TimeZone::local_date(UnixNanos time) const {
  const std::int64_t local = time.value + utc_offset_nanos(time);
  return date_of_days(static_cast<std::int32_t>(floor_to_day(local) / kNanosPerDay));
}

std::int64_t TimeZone::local_time_of_day(UnixNanos time) const {
  const std::int64_t local = time.value + utc_offset_nanos(time);
  return local - floor_to_day(local);
}

}  // namespace tickplant::platform
