#include "analytics/calendars/calendar_factory.hpp"

#include "analytics/calendars/calendar_file.hpp"
#include "analytics/calendars/us_equity.hpp"
#include "config/quoting.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::analytics {

Calendar make_calendar(const std::string& name) {
  if (name == "always") return Calendar::always();
  if (name == "us_equity") return {name, us_equity_sessions(kFirstCalendarYear, kLastCalendarYear)};
  if (name.ends_with(".csv")) return {name, read_sessions_file(name)};
  throw platform::SetupError("there is no calendar " + config::in_quotes(name),
                             "use us_equity, always, or the path of a .csv file");
}

}  // namespace tickplant::analytics
