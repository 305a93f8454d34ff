#include "feedhandlers/venue/program/values.hpp"

#include <charconv>
#include <string_view>

#include "config/quoting.hpp"
#include "config/text_kinds.hpp"
#include "config/value_types.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue::program {
namespace {

using platform::SetupError;

constexpr std::int64_t kHourNanos = 3'600'000'000'000;
constexpr std::int64_t kMinuteNanos = 60'000'000'000;
constexpr std::uint64_t kMostHours = 1'000'000;

void check(const std::string& option, const config::Refusal& refusal) {
  if (refusal) throw SetupError{option + ' ' + refusal->problem, refusal->remedy};
}

[[noreturn]] void refuse(const std::string& option, const std::string& text, const std::string& wanted,
                         const std::string& example) {
  throw SetupError{option + " is " + config::in_quotes(text) + ", not " + wanted, "write it like " + example};
}

/// The number that `text` starts with; `rest` is what follows. Nothing for no number, infinity and its like.
std::optional<double> number_in(std::string_view text, std::string_view& rest) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || !(value >= 0 && value < 1e18)) return std::nullopt;
  rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return value;
}

}  // namespace

std::int64_t nanos_of(const std::string& option, const std::string& text, std::int64_t max_nanos) {
  const std::string_view number = std::string_view(text).substr(0, text.empty() ? 0 : text.size() - 1);
  const std::int64_t unit = text.ends_with('h') ? kHourNanos : text.ends_with('m') ? kMinuteNanos : 0;
  std::int64_t nanos = 0;
  std::uint64_t count = 0;
  const bool is_time =
      unit == 0 ? !config::Duration{}.parse(text, nanos) : !config::Count{0, kMostHours}.parse(number, count);
  if (!is_time) refuse(option, text, "a length of time", "300us, 20ms, 2s, 10m or 1h");
  nanos += static_cast<std::int64_t>(count) * unit;
  if (nanos > max_nanos)
    throw SetupError{option + " is " + text + ", out of range",
                     "use " + config::Duration{}.text(max_nanos) + " at most"};
  return nanos;
}

std::uint64_t bytes_of(const std::string& option, const std::string& text, std::uint64_t min_bytes,
                       std::uint64_t max_bytes) {
  std::uint64_t bytes = 0;
  check(option, config::ByteSize{min_bytes, max_bytes}.parse(text, bytes));
  return bytes;
}

double percent_of(const std::string& option, const std::string& text) {
  std::string_view rest;
  const auto value = number_in(text, rest);
  if (!value || (!rest.empty() && rest != "%") || *value > 100)
    refuse(option, text, "a percentage from 0 to 100", "0.5");
  return *value;
}

double positive_of(const std::string& option, const std::string& text) {
  std::string_view rest;
  const auto value = number_in(text, rest);
  const double unit = rest == "k" ? 1e3 : rest == "M" ? 1e6 : rest.empty() ? 1 : 0;
  if (!value || *value * unit <= 0) refuse(option, text, "a number above 0", "2000, 50k or 1.5M");
  return *value * unit;
}

PaceOptions rate_of(const std::string& text) {
  if (text == "max") return {.pace = Pace::max};
  return {.pace = Pace::rate, .messages_per_second = positive_of("--rate", text)};
}

PaceOptions speed_of(const std::string& text) {
  if (text == "max") return {.pace = Pace::max};
  return {.pace = Pace::stamps, .speed = positive_of("--speed", text)};
}

PaceOptions burst_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) refuse("--burst", text, "a number of messages and a length of time", "500/10ms");
  PaceOptions pace{.pace = Pace::burst};
  check("--burst", config::Count{1, 1'000'000}.parse(std::string_view(text).substr(0, slash), pace.burst_messages));
  pace.burst_interval_nanos = nanos_of("--burst", text.substr(slash + 1), kHourNanos);
  if (pace.burst_interval_nanos == 0) refuse("--burst", text, "a number of messages and a length of time", "500/10ms");
  return pace;
}

BurstLossOptions burst_loss_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) refuse("--burst-loss", text, "a percentage and a number of packets", "0.1/50");
  BurstLossOptions bursts{.percent = percent_of("--burst-loss", text.substr(0, slash))};
  std::uint64_t packets = 0;
  check("--burst-loss", config::Count{1, 1'000'000}.parse(std::string_view(text).substr(slash + 1), packets));
  bursts.packets = static_cast<std::uint32_t>(packets);
  return bursts;
}

RerequestFaultOptions rerequest_fault_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  RerequestFaultOptions faults;
  for (const RerequestFault fault : {RerequestFault::silent, RerequestFault::wrong_session, RerequestFault::wrong_range,
                                     RerequestFault::bad_framing}) {
    if (text.substr(0, slash) == fault_name(fault)) faults.fault = fault;
  }
  if (faults.fault == RerequestFault::none)
    refuse("--rerequest-fault", text, "wrong-session, wrong-range, bad-framing or silent", "wrong-range, or silent/20");
  if (slash != std::string::npos) faults.percent = percent_of("--rerequest-fault", text.substr(slash + 1));
  return faults;
}

std::string fault_name(RerequestFault fault) {
  switch (fault) {
    case RerequestFault::none: break;
    case RerequestFault::silent: return "silent";
    case RerequestFault::wrong_session: return "wrong-session";
    case RerequestFault::wrong_range: return "wrong-range";
    case RerequestFault::bad_framing: return "bad-framing";
  }
  return "none";
}

std::optional<HostPort> host_port_of(const std::string& option, const std::string& text) {
  if (text == "none") return std::nullopt;
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) refuse(option, text, "an address with a port", "127.0.0.1:26499, or none");
  HostPort place{text.substr(0, colon)};
  check(option + "'s port", config::Count{0, 65'535}.parse(std::string_view(text).substr(colon + 1), place.port));
  return place;
}

std::optional<LineAddress> line_of(const std::string& option, const std::string& text, const std::string& interface) {
  if (text == "none") return std::nullopt;
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos)
    refuse(option, text, "a group with a port", "239.192.1.1:26400, 239.192.1.1:26400:eth0, or none");
  const std::size_t second = text.find(':', colon + 1);
  LineAddress line{text.substr(0, colon), 0, second == std::string::npos ? interface : text.substr(second + 1)};
  check(option + "'s group", config::kMulticastGroup.parse(text.substr(0, colon), line.group));
  check(option + "'s port",
        config::Count{1, 65'535}.parse(std::string_view(text).substr(colon + 1, second - colon - 1), line.port));
  check(option + "'s interface", config::kInterface.parse(std::string(line.interface), line.interface));
  return line;
}

}  // namespace tickplant::feedhandlers::venue::program
