#include "feedhandlers/venue/program/play.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <memory>
#include <utility>

#include "feedhandlers/venue/market_script.hpp"
#include "feedhandlers/venue/program/report.hpp"
#include "feedhandlers/venue/program/server_report.hpp"
#include "feedhandlers/venue/replay.hpp"
#include "feedhandlers/venue/truth_writer.hpp"
#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "platform/time_zone.hpp"

namespace tickplant::feedhandlers::venue::program {
namespace {

using platform::SetupError;

SinceMidnight time_of_day_in_new_york() {
  const platform::TimeZone zone("America/New_York");
  return {static_cast<std::uint64_t>(zone.local_time_of_day(platform::system_now()))};
}

/// Of one session: a market and its script, or the file.
struct Day {
  std::unique_ptr<Market> market;  // null: a replay
  std::unique_ptr<Script> script;
  SinceStart begin;

  [[nodiscard]] std::string problem() const {
    const auto* replay = dynamic_cast<const Replay*>(script.get());
    return replay == nullptr ? std::string{} : replay->problem();
  }
};

/// `number` 0 is the first. `zero`: the time of day at SinceStart 0. `now` is asked when all is ready: a large market
/// takes a while to make.
Day begin_day(const Arguments& arguments, std::uint32_t number, SinceMidnight zero,
              const std::function<SinceStart()>& now) {
  const SinceStart end = number == 0 ? std::min(arguments.end, arguments.roll_at) : arguments.end;
  Day day;
  if (!arguments.replay_file.empty()) {
    auto file = open_day_file(arguments.replay_file == "-" ? "/dev/stdin" : arguments.replay_file);
    day.begin = now();
    day.script = std::make_unique<Replay>(std::move(file), arguments.pace, end,
                                          arguments.simulated.packet_bytes - moldudp64::kHeaderBytes - 2, day.begin);
    return day;
  }
  MarketOptions options = arguments.market;
  options.day = number;
  day.market = std::make_unique<Market>(options);
  day.begin = now();
  day.script = std::make_unique<MarketScript>(
      *day.market, MarketScriptOptions{arguments.pace, zero, arguments.pre_open_nanos, end, day.begin});
  return day;
}

/// The servers that were asked for.
struct OwnedServers {
  OwnedServers(const Arguments& arguments, const SimulatedLines& lines) {
    if (arguments.rerequest)
      rerequest = std::make_unique<RerequestServer>(
          arguments.rerequest->host, arguments.rerequest->port,
          RerequestResponder(lines.session(), arguments.simulated.packet_bytes, arguments.rerequest_faults));
    soupbintcp = tcp("--soupbintcp", arguments.soupbintcp, Service::live, lines);
    glimpse = tcp("--glimpse", arguments.glimpse, Service::glimpse, lines);
  }
  [[nodiscard]] Servers all() const { return {rerequest.get(), soupbintcp.get(), glimpse.get()}; }

  std::unique_ptr<RerequestServer> rerequest;
  std::unique_ptr<TcpServer> soupbintcp;
  std::unique_ptr<TcpServer> glimpse;

 private:
  static std::unique_ptr<TcpServer> tcp(const char* option, const std::optional<HostPort>& place, Service service,
                                        const SimulatedLines& lines) {
    if (!place) return nullptr;
    return std::make_unique<TcpServer>(TcpServerOptions{option, place->host, place->port, service}, lines);
  }
};

SessionName name_after(const Arguments& arguments, const SessionName& session) {
  const SessionName now = session_name_at(platform::system_now());
  return arguments.session || now == session ? next_session_name(session) : now;
}

void complain_of_pace(std::int64_t behind_nanos) {
  char text[128];
  std::snprintf(text, sizeof text, "%.1f s behind: this machine cannot keep up, ask for less (--rate, --speed)",
                static_cast<double>(behind_nanos) / 1e9);
  say(text);
}

}  // namespace

void say(const std::string& text) { std::fprintf(stderr, "tickplant-venue: %s\n", text.c_str()); }

void replace_truth(const Market& market, const std::string& file, const std::string& more) {
  const std::string unfinished = file + ".unfinished";
  write_truth(market, unfinished, more);
  if (std::rename(unfinished.c_str(), file.c_str()) != 0)
    throw SetupError{platform::with_errno("cannot replace '" + file + "'", errno), "choose another file by --truth"};
}

std::string play(const Arguments& arguments) {
  Signals signals;
  const SinceMidnight zero = time_of_day_in_new_york();
  Day day = begin_day(arguments, 0, zero, [] { return SinceStart{}; });
  if (!arguments.truth_file.empty()) replace_truth(*day.market, arguments.truth_file);  // finds out now whether it can

  SimulatedLines lines(arguments.simulated, arguments.session.value_or(session_name_at(platform::system_now())),
                       *day.script);
  if (arguments.roll_after > 0) lines.stop_after(arguments.roll_after);
  std::vector<LineSender> senders;
  for (std::size_t i = 0; i < lines.line_count(); ++i) senders.emplace_back(arguments.lines[i], lines.line(i));
  const OwnedServers servers(arguments, lines);
  Session session{arguments, lines, senders, servers.all()};
  const auto write_truth_now = [&] {
    if (arguments.truth_file.empty()) return;
    Json json;
    add_servers(json, arguments, session.servers);
    replace_truth(*day.market, arguments.truth_file, "\"servers\":" + json.text());
  };

  const Transmitter* speaking = nullptr;
  const TransmitterEvents events{.on_truth_asked =
                                     [&] {
                                       try {
                                         write_truth_now();
                                       } catch (const SetupError& error) {  // no reason to end the day
                                         say(error.what());
                                       }
                                     },
                                 .on_status =
                                     [&] {
                                       if (arguments.verbose) say(status_line(session, *speaking));
                                     },
                                 .on_cannot_keep_up = complain_of_pace};
  Transmitter transmitter(arguments.transmitter, lines, senders, session.servers, signals, events);
  speaking = &transmitter;
  say(start_line(session));
  transmitter.run();

  const bool has_ended_early = lines.said_at() < arguments.end;
  if (arguments.rolls() && has_ended_early && !transmitter.was_signalled() && day.problem().empty()) {
    Day next = begin_day(arguments, 1, zero, [&] { return transmitter.elapsed(); });
    lines.begin_session(name_after(arguments, lines.session()), *next.script, next.begin);
    if (servers.rerequest != nullptr) servers.rerequest->begin_session(lines.session());
    day = std::move(next);
    say("a new day, session " + to_string(lines.session()));
    transmitter.run();
  }

  write_truth_now();
  session.problem = day.problem();
  if (arguments.json)
    std::fputs(summary_json(session, transmitter).c_str(), stdout);
  else
    say(summary_text(session, transmitter));
  return session.problem;
}

}  // namespace tickplant::feedhandlers::venue::program
