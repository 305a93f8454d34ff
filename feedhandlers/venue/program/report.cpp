#include "feedhandlers/venue/program/report.hpp"

#include <cstdarg>
#include <cstdio>

#include "config/quoting.hpp"
#include "config/value_types.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue::program {
namespace {

[[gnu::format(printf, 1, 2)]] std::string text_of(const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  char text[512];
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return text;
}

std::string time_text(std::int64_t nanos) { return config::Duration{}.text(nanos); }

std::string pace_text(const Arguments& arguments) {
  const PaceOptions& pace = arguments.pace;
  switch (pace.pace) {
    case Pace::rate: return grouped(static_cast<std::uint64_t>(pace.messages_per_second)) + " messages/s";
    case Pace::burst:
      return "bursts of " + grouped(pace.burst_messages) + " messages every " + time_text(pace.burst_interval_nanos);
    case Pace::stamps: return pace.speed == 1 ? "at its own pace" : text_of("at %g times its own pace", pace.speed);
    case Pace::max: break;
  }
  return "as fast as possible";
}

std::string faults_text(const FaultOptions& faults) {
  std::string text;
  const auto percent = [&text](const char* name, double value) {
    if (value > 0) text += text_of(", %s %g %%", name, value);
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
  return text_of("{\"line\":\"%s\",\"group\":\"%s\",\"port\":%u,\"interface\":\"%s\",", line.options().name.c_str(),
                 address.group.c_str(), address.port, address.interface.c_str()) +
         text_of(
             "\"packets\":%lu,\"bytes\":%lu,\"lost\":%lu,\"duplicated\":%lu,\"reordered\":%lu,\"delayed\":%lu,"
             "\"refused\":%lu}",
             counters.packets, counters.bytes, faults.lost, faults.duplicated, faults.reordered, faults.delayed,
             counters.refused);
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
                     text_of("%.1f s, ", static_cast<double>(transmitter.duration().nanos) / 1e9) +
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
         text_of("%.3f ms", static_cast<double>(lateness.nanos_max()) / 1e6);
}

std::string summary_json(const Session& session, const Transmitter& transmitter) {
  const TransmitterCounters& sent = transmitter.counters();
  const Lateness& lateness = transmitter.lateness();
  std::string text = "{\"session\":" + config::json_string(to_string(session.name));
  if (session.arguments.replay_file.empty())
    text += text_of(",\"seed\":%lu,\"symbols\":%u", session.arguments.market.seed, session.arguments.market.symbols);
  else
    text += ",\"replay\":" + config::json_string(session.arguments.replay_file);
  text += text_of(",\"messages\":%lu,\"packets\":%lu,\"heartbeats\":%lu,\"duration_ns\":%ld,\"lines\":[", sent.messages,
                  sent.packets, sent.heartbeats, transmitter.duration().nanos);
  for (const LineSender& line : session.lines) text += (text.back() == '[' ? "" : ",") + line_json(line);
  text += ']';
  if (session.server != nullptr) {
    const RerequestCounters& asked = session.server->counters();
    text += text_of(",\"rerequest\":{\"address\":\"%s\",\"port\":%u,\"answered\":%lu,\"messages\":%lu,",
                    session.arguments.rerequest->host.c_str(), session.server->port(), asked.answered, asked.messages) +
            text_of("\"out_of_history\":%lu,\"unknown_session\":%lu,\"malformed\":%lu,\"refused\":%lu}",
                    asked.out_of_history, asked.unknown_session, asked.malformed, asked.refused);
  }
  text += text_of(",\"late_messages\":%lu,\"late_max_ns\":%ld,\"stopped_by_signal\":%s", lateness.late_messages(),
                  lateness.nanos_max(), session.was_stopped ? "true" : "false");
  if (!session.problem.empty()) text += ",\"problem\":" + config::json_string(session.problem);
  return text + "}\n";
}

}  // namespace tickplant::feedhandlers::venue::program
