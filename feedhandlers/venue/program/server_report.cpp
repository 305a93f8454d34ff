#include "feedhandlers/venue/program/server_report.hpp"

#include "feedhandlers/venue/program/report.hpp"

namespace tickplant::feedhandlers::venue::program {
namespace {

std::string place_text(const HostPort& asked, std::uint16_t port) { return asked.host + ':' + std::to_string(port); }

std::string fault_text(const RerequestFaultOptions& faults) {
  std::string text;
  if (faults.fault != RerequestFault::none)
    text = ", " + fault_name(faults.fault) + ' ' + short_text(faults.percent) + " %";
  if (faults.delay_nanos > 0) text += ", delay " + time_text(faults.delay_nanos);
  return text.empty() ? "" : " (" + text.substr(2) + ')';
}

std::string rerequest_json(const HostPort& asked, const RerequestServer& server) {
  const RerequestCounters& counters = server.counters();
  return Json()
      .add("address", asked.host)
      .add("port", server.port())
      .add("answered", counters.answered)
      .add("messages", counters.messages)
      .add("out_of_history", counters.out_of_history)
      .add("unknown_session", counters.unknown_session)
      .add("malformed", counters.malformed)
      .add("silenced", counters.silenced)
      .add("spoilt", counters.spoilt)
      .add("refused", counters.refused)
      .text();
}

std::string tcp_json(const HostPort& asked, const TcpServer& server) {
  const TcpServerCounters counters = server.counters();
  return Json()
      .add("address", asked.host)
      .add("port", server.port())
      .add("connections", counters.connections)
      .add("turned_away", counters.turned_away)
      .add("logins", counters.logins)
      .add("rejects", counters.rejects)
      .add("messages", counters.messages)
      .add("bytes", counters.bytes)
      .add("fell_behind", counters.fell_behind)
      .add("silent", counters.silent)
      .add("misspoken", counters.misspoken)
      .text();
}

std::string tcp_summary(const std::string& name, const TcpServer& server) {
  const TcpServerCounters counters = server.counters();
  return "  " + name + ": " + grouped(counters.connections) + " connections, " + grouped(counters.logins) +
         " logins, " + grouped(counters.messages) + " messages, " + grouped(counters.bytes) +
         " bytes; ended: " + grouped(counters.rejects) + " rejected, " + grouped(counters.fell_behind) +
         " fell behind, " + grouped(counters.silent) + " silent, " + grouped(counters.misspoken) +
         " broke the protocol, " + grouped(counters.turned_away) + " turned away\n";
}

}  // namespace

std::string servers_start_text(const Arguments& arguments, const Servers& servers) {
  std::string text;
  if (servers.rerequest != nullptr)
    text += ", re-request " + place_text(*arguments.rerequest, servers.rerequest->port()) +
            fault_text(arguments.rerequest_faults);
  if (servers.soupbintcp != nullptr)
    text += ", SoupBinTCP " + place_text(*arguments.soupbintcp, servers.soupbintcp->port());
  if (servers.glimpse != nullptr) text += ", GLIMPSE " + place_text(*arguments.glimpse, servers.glimpse->port());
  return text;
}

std::string servers_status_text(const Servers& servers) {
  std::string text;
  if (servers.rerequest != nullptr)
    text += ", " + grouped(servers.rerequest->counters().answered) + " re-requests answered";
  if (servers.soupbintcp != nullptr) text += ", " + grouped(servers.soupbintcp->clients()) + " SoupBinTCP clients";
  if (servers.glimpse != nullptr) text += ", " + grouped(servers.glimpse->counters().logins) + " spins";
  return text;
}

std::string servers_summary_text(const Servers& servers) {
  std::string text;
  if (servers.rerequest != nullptr) {
    const RerequestCounters& asked = servers.rerequest->counters();
    text += "  re-requests: " + grouped(asked.answered) + " answered with " + grouped(asked.messages) +
            " messages; not answered: " + grouped(asked.out_of_history) + " out of history, " +
            grouped(asked.unknown_session) + " of another session, " + grouped(asked.malformed) +
            " malformed; on purpose not answered " + grouped(asked.silenced) + ", spoilt " + grouped(asked.spoilt) +
            '\n';
  }
  if (servers.soupbintcp != nullptr) text += tcp_summary("SoupBinTCP", *servers.soupbintcp);
  if (servers.glimpse != nullptr) text += tcp_summary("GLIMPSE", *servers.glimpse);
  return text;
}

void add_servers(Json& json, const Arguments& arguments, const Servers& servers) {
  if (servers.rerequest != nullptr) json.add_raw("rerequest", rerequest_json(*arguments.rerequest, *servers.rerequest));
  if (servers.soupbintcp != nullptr) json.add_raw("soupbintcp", tcp_json(*arguments.soupbintcp, *servers.soupbintcp));
  if (servers.glimpse != nullptr) json.add_raw("glimpse", tcp_json(*arguments.glimpse, *servers.glimpse));
}

}  // namespace tickplant::feedhandlers::venue::program
