#include "feedhandlers/venue/program/report.hpp"

#include <array>
#include <cstdio>
#include <string_view>

#include "config/quoting.hpp"
#include "config/value_types.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue::program {
namespace {

/// "1.5", "10".
std::string short_text(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%g", value);
  return text.data();
}

std::string fixed_text(double value, int decimals) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

/// A JSON object, key by key.
class Json {
 public:
  Json& add(std::string_view key, std::uint64_t value) { return add_raw(key, std::to_string(value)); }
  Json& add(std::string_view key, const std::string& value) { return add_raw(key, config::json_string(value)); }
  /// `json`: a value as JSON has it.
  Json& add_raw(std::string_view key, std::string_view json) {
    text_.append(text_.empty() ? "{\"" : ",\"").append(key).append("\":").append(json);
    return *this;
  }
  [[nodiscard]] std::string text() const { return text_ + '}'; }

 private:
  std::string text_;
};

std::string time_text(std::int64_t nanos) { return config::Duration{}.text(nanos); }

std::string pace_text(const Arguments& arguments) {
  const PaceOptions& pace = arguments.pace;
  switch (pace.pace) {
    case Pace::rate: return grouped(static_cast<std::uint64_t>(pace.messages_per_second)) + " messages/s";
    case Pace::burst:
      return "bursts of " + grouped(pace.burst_messages) + " messages every " + time_text(pace.burst_interval_nanos);
    case Pace::stamps:
      return pace.speed == 1 ? "at its own pace" : "at " + short_text(pace.speed) + " times its own pace";
    case Pace::max: break;
  }
  return "as fast as possible";
}

std::string faults_text(const FaultOptions& faults) {
  std::string text;
  const auto percent = [&text](const char* name, double value) {
    if (value > 0) text += std::string(", ") + name + ' ' + short_text(value) + " %";
  };
  const auto time = [&text](const char* name, std::int64_t nanos) {
    if (nanos > 0) text += std::string(", ") + name + ' ' + time_text(nanos);
  };
  percent("loss", faults.loss_percent);
  percent("duplicates", faults.duplicate_percent);
  percent("reordered", faults.reorder_percent);
  time("delay", faults.delay_nanos);
  time("jitter", faults.jitter_nanos);
  return text.empty() ? "" : " (" + text.substr(2) + ')';
}

std::uint64_t messages_per_second(const Transmitter& transmitter) {
  const double seconds = static_cast<double>(transmitter.duration().nanos) / 1e9;
  return seconds > 0 ? static_cast<std::uint64_t>(static_cast<double>(transmitter.counters().messages) / seconds) : 0;
}

std::string line_json(const LineSender& line) {
  const LineCounters& counters = line.counters();
  const FaultCounters& faults = line.faults();
  const LineAddress& address = line.options().address;
  return Json()
      .add("line", line.options().name)
      .add("group", address.group)
      .add("port", address.port)
      .add("interface", address.interface)
      .add("packets", counters.packets)
      .add("bytes", counters.bytes)
      .add("lost", faults.lost)
      .add("duplicated", faults.duplicated)
      .add("reordered", faults.reordered)
      .add("delayed", faults.delayed)
      .add("refused", counters.refused)
      .text();
}

std::string rerequest_json(const Session& session) {
  const RerequestCounters& asked = session.server->counters();
  return Json()
      .add("address", session.arguments.rerequest->host)
      .add("port", session.server->port())
      .add("answered", asked.answered)
      .add("messages", asked.messages)
      .add("out_of_history", asked.out_of_history)
      .add("unknown_session", asked.unknown_session)
      .add("malformed", asked.malformed)
      .add("refused", asked.refused)
      .text();
}

}  // namespace

std::string grouped(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string start_line(const Arguments& arguments, const SessionName& session, const RerequestServer* server) {
  std::string text = arguments.replay_file.empty()
                         ? grouped(arguments.market.symbols) + " stocks, seed " + std::to_string(arguments.market.seed)
                         : config::printable(arguments.replay_file);
  text += (arguments.replay_file.empty() || arguments.pace.pace != Pace::stamps ? ", " : " ") + pace_text(arguments);
  for (std::size_t i = 0; i < arguments.lines.size(); ++i) {
    const LineOptions& line = arguments.lines[i];
    const bool says_interface =
        i + 1 == arguments.lines.size() || arguments.lines[i + 1].address.interface != line.address.interface;
    text += (i == 0 ? " -> " : ", ") + line.name + ' ' + line.address.group + ':' + std::to_string(line.address.port);
    if (says_interface && line.address.interface != "auto") text += " on " + line.address.interface;
    text += faults_text(line.faults);
  }
  if (server != nullptr) text += ", re-request " + arguments.rerequest->host + ':' + std::to_string(server->port());
  return text + ", session " + to_string(session);
}

std::string status_line(const Session& session, const Transmitter& transmitter) {
  std::string text =
      grouped(transmitter.counters().messages) + " messages (" + grouped(messages_per_second(transmitter)) + "/s)";
  for (const LineSender& line : session.lines)
    text += ", " + line.options().name + ' ' + grouped(line.counters().packets) + " packets";
  if (session.server != nullptr) text += ", " + grouped(session.server->counters().answered) + " re-requests answered";
  return text + ", " + grouped(transmitter.lateness().late_messages()) + " messages late by over 1 ms";
}

std::string summary_text(const Session& session, const Transmitter& transmitter) {
  const TransmitterCounters& sent = transmitter.counters();
  const Lateness& lateness = transmitter.lateness();
  std::string text = grouped(sent.messages) + " messages in " + grouped(sent.packets) + " packets, " +
                     fixed_text(static_cast<double>(transmitter.duration().nanos) / 1e9, 1) + " s, " +
                     grouped(messages_per_second(transmitter)) + " messages/s\n";
  for (const LineSender& line : session.lines) {
    const FaultCounters& faults = line.faults();
    text += "  line " + line.options().name + ": " + grouped(line.counters().packets) + " packets, " +
            grouped(line.counters().bytes) + " bytes; on purpose lost " + grouped(faults.lost) + ", duplicated " +
            grouped(faults.duplicated) + ", reordered " + grouped(faults.reordered) + ", delayed " +
            grouped(faults.delayed) + '\n';
    if (line.counters().refused > 0)
      text += "  line " + line.options().name + ": " +
              platform::with_errno(grouped(line.counters().refused) + " packets refused by the kernel, the last one",
                                   line.counters().last_error) +
              '\n';
  }
  if (session.server != nullptr) {
    const RerequestCounters& asked = session.server->counters();
    text += "  re-requests: " + grouped(asked.answered) + " answered with " + grouped(asked.messages) +
            " messages; not answered: " + grouped(asked.out_of_history) + " out of history, " +
            grouped(asked.unknown_session) + " of another session, " + grouped(asked.malformed) + " malformed\n";
  }
  return text + "  late: " + grouped(lateness.late_messages()) + " messages by over 1 ms, the latest by " +
         fixed_text(static_cast<double>(lateness.nanos_max()) / 1e6, 3) + " ms";
}

std::string summary_json(const Session& session, const Transmitter& transmitter) {
  const TransmitterCounters& sent = transmitter.counters();
  const Lateness& lateness = transmitter.lateness();
  Json json;
  json.add("session", to_string(session.name));
  if (session.arguments.replay_file.empty())
    json.add("seed", session.arguments.market.seed).add("symbols", session.arguments.market.symbols);
  else
    json.add("replay", session.arguments.replay_file);
  json.add("messages", sent.messages).add("packets", sent.packets).add("heartbeats", sent.heartbeats);
  json.add("duration_ns", static_cast<std::uint64_t>(transmitter.duration().nanos));
  std::string lines;
  for (const LineSender& line : session.lines) lines += (lines.empty() ? "" : ",") + line_json(line);
  json.add_raw("lines", '[' + lines + ']');
  if (session.server != nullptr) json.add_raw("rerequest", rerequest_json(session));
  json.add("late_messages", lateness.late_messages());
  json.add("late_max_ns", static_cast<std::uint64_t>(lateness.nanos_max()));
  json.add_raw("stopped_by_signal", session.was_stopped ? "true" : "false");
  if (!session.problem.empty()) json.add("problem", session.problem);
  return json.text() + '\n';
}

}  // namespace tickplant::feedhandlers::venue::program
