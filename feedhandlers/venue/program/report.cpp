#include "feedhandlers/venue/program/report.hpp"

#include <array>
#include <cstdio>

#include "config/quoting.hpp"
#include "config/value_types.hpp"
#include "feedhandlers/venue/program/json.hpp"
#include "feedhandlers/venue/program/server_report.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue::program {
namespace {

std::string fixed_text(double value, int decimals) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

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

std::uint64_t messages_per_second(const Session& session, const Transmitter& transmitter) {
  const double seconds = static_cast<double>(transmitter.duration().nanos) / 1e9;
  return seconds > 0 ? static_cast<std::uint64_t>(static_cast<double>(session.lines.counters().messages) / seconds) : 0;
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

}  // namespace

std::string short_text(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%g", value);
  return text.data();
}

std::string time_text(std::int64_t nanos) { return config::Duration{}.text(nanos); }

std::string grouped(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string start_line(const Session& session) {
  const Arguments& arguments = session.arguments;
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
  const BurstLossOptions& bursts = arguments.simulated.burst_loss;
  if (bursts.percent > 0)
    text += ", on all lines " + short_text(bursts.percent) + " % bursts of " + grouped(bursts.packets) + " lost";
  return text + servers_start_text(arguments, session.servers) + ", session " + to_string(session.lines.session());
}

std::string status_line(const Session& session, const Transmitter& transmitter) {
  std::string text = grouped(session.lines.counters().messages) + " messages (" +
                     grouped(messages_per_second(session, transmitter)) + "/s)";
  for (const LineSender& line : session.senders)
    text += ", " + line.options().name + ' ' + grouped(line.counters().packets) + " packets";
  return text + servers_status_text(session.servers) + ", " + grouped(session.lines.lateness().late_messages()) +
         " messages late by over 1 ms";
}

std::string summary_text(const Session& session, const Transmitter& transmitter) {
  const SimulatedLinesCounters& sent = session.lines.counters();
  const Lateness& lateness = session.lines.lateness();
  std::string text = grouped(sent.messages) + " messages in " + grouped(sent.packets) + " packets, " +
                     fixed_text(static_cast<double>(transmitter.duration().nanos) / 1e9, 1) + " s, " +
                     grouped(messages_per_second(session, transmitter)) + " messages/s\n";
  for (const LineSender& line : session.senders) {
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
  if (session.lines.burst_loss().bursts > 0)
    text += "  lost on all lines at once: " + grouped(session.lines.burst_loss().packets) + " packets in " +
            grouped(session.lines.burst_loss().bursts) + " bursts\n";
  text += servers_summary_text(session.servers);
  return text + "  late: " + grouped(lateness.late_messages()) + " messages by over 1 ms, the latest by " +
         fixed_text(static_cast<double>(lateness.nanos_max()) / 1e6, 3) + " ms";
}

std::string summary_json(const Session& session, const Transmitter& transmitter) {
  const SimulatedLinesCounters& sent = session.lines.counters();
  const Lateness& lateness = session.lines.lateness();
  Json json;
  json.add("session", to_string(session.lines.session()));
  if (sent.sessions > 1) json.add("sessions", sent.sessions);
  if (session.arguments.replay_file.empty())
    json.add("seed", session.arguments.market.seed).add("symbols", session.arguments.market.symbols);
  else
    json.add("replay", session.arguments.replay_file);
  json.add("messages", sent.messages).add("packets", sent.packets).add("heartbeats", sent.heartbeats);
  json.add("duration_ns", static_cast<std::uint64_t>(transmitter.duration().nanos));
  std::string lines;
  for (const LineSender& line : session.senders) lines += (lines.empty() ? "" : ",") + line_json(line);
  json.add_raw("lines", '[' + lines + ']');
  json.add_raw("burst_loss", Json()
                                 .add("bursts", session.lines.burst_loss().bursts)
                                 .add("packets", session.lines.burst_loss().packets)
                                 .text());
  add_servers(json, session.arguments, session.servers);
  json.add("late_messages", lateness.late_messages());
  json.add("late_max_ns", static_cast<std::uint64_t>(lateness.nanos_max()));
  json.add_raw("stopped_by_signal", transmitter.was_stopped() ? "true" : "false");
  if (!session.problem.empty()) json.add("problem", session.problem);
  return json.text() + '\n';
}

}  // namespace tickplant::feedhandlers::venue::program
