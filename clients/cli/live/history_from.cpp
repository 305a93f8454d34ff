#include "clients/cli/live/history_from.hpp"

#include <string>

#include "clients/cli/failure.hpp"
#include "clients/cli/journal/export_bound.hpp"
#include "clients/cli/terminal.hpp"
#include "config/value_types.hpp"

namespace tickplant::cli {
namespace {

std::chrono::nanoseconds parse_ago(std::string_view option, std::string_view text) {
  std::string length(text.substr(1));
  if (length.ends_with("min")) length.resize(length.size() - 2);
  std::int64_t nanos = 0;
  const config::Duration kind{.min_ns = 1, .has_hours = true};
  if (const config::Refusal refusal = kind.parse(length, nanos)) {
    throw Failure(ExitCode::usage,
                  std::string(option) + " '" + printable(std::string(text)) + "' is no length of time before now",
                  "write it like -10min, -90s or -2h");
  }
  return std::chrono::nanoseconds(nanos);
}

}  // namespace

clients::HistoryFrom parse_history_from(std::string_view option, std::string_view text) {
  if (text.starts_with('-')) return parse_ago(option, text);
  const ExportBound bound = parse_bound(option, text);
  if (bound.time) return *bound.time;
  return ringbuf::Sequence{bound.sequence};
}

platform::UnixNanos parse_when(std::string_view option, std::string_view text, platform::UnixNanos now) {
  const clients::HistoryFrom from = parse_history_from(option, text);
  if (const auto* time = std::get_if<platform::UnixNanos>(&from)) return *time;
  if (const auto* ago = std::get_if<std::chrono::nanoseconds>(&from)) return now + -ago->count();
  throw Failure(ExitCode::usage, std::string(option) + " '" + printable(std::string(text)) + "' is not a time",
                "a time in UTC: 2026-11-22T09:30:00, or so long ago: -10min");
}

}  // namespace tickplant::cli
