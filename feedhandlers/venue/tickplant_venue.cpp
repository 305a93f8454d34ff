// tickplant-venue: a simulated exchange. A made-up market, or a real day again, as ITCH 5.0 over MoldUDP64 on multicast
// lines A and B, with faults on purpose; or the made-up market as a day file. README.md has all options.
//
// Data goes to stdout, talk to stderr. Exit code: 0 done, 1 a bug or a full disk, 2 wrong usage or set-up, 4 the
// replayed file is cut or damaged.
#include <cstdio>
#include <exception>
#include <memory>

#include "feedhandlers/venue/market_script.hpp"
#include "feedhandlers/venue/program/arguments.hpp"
#include "feedhandlers/venue/program/report.hpp"
#include "feedhandlers/venue/replay.hpp"
#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "platform/time_zone.hpp"

namespace tickplant::feedhandlers::venue::program {
namespace {

enum class ExitCode : int { ok = 0, failed = 1, usage = 2, data_lost = 4 };

void say(const std::string& text) { std::fprintf(stderr, "tickplant-venue: %s\n", text.c_str()); }

SinceMidnight time_of_day_in_new_york() {
  const platform::TimeZone zone("America/New_York");
  return {static_cast<std::uint64_t>(zone.local_time_of_day(platform::system_now()))};
}

std::unique_ptr<Script> script_of(const Arguments& arguments, Market* market) {
  if (market == nullptr) {
    return std::make_unique<Replay>(open_day_file(arguments.replay_file == "-" ? "/dev/stdin" : arguments.replay_file),
                                    arguments.pace, arguments.end,
                                    arguments.packet_bytes - moldudp64::kHeaderBytes - 2);
  }
  return std::make_unique<MarketScript>(
      *market, MarketScriptOptions{arguments.pace, time_of_day_in_new_york(), arguments.pre_open_nanos, arguments.end});
}

ExitCode play(const Arguments& arguments) {
  Signals signals;
  std::unique_ptr<Market> market;
  if (arguments.replay_file.empty()) market = std::make_unique<Market>(arguments.market);
  const auto script = script_of(arguments, market.get());

  const SessionName name = arguments.session.value_or(session_name_at(platform::system_now()));
  std::vector<LineSender> lines;
  for (const LineOptions& line : arguments.lines) lines.emplace_back(line);
  std::unique_ptr<MessageHistory> history;
  std::unique_ptr<RerequestServer> server;
  if (arguments.rerequest) {
    history = std::make_unique<MessageHistory>(arguments.history_bytes);
    server = std::make_unique<RerequestServer>(arguments.rerequest->host, arguments.rerequest->port, name,
                                               arguments.packet_bytes);
  }
  Transmitter transmitter(arguments.transmitter, Packetiser(name, arguments.packet_bytes), lines, history.get(),
                          server.get(), signals, {});
  say(start_line(arguments, name, server.get()));
  const bool was_stopped = transmitter.run(*script);

  Session session{arguments, name, lines, server.get(), transmitter, transmitter.elapsed(), "", was_stopped};
  if (const auto* replay = dynamic_cast<const Replay*>(script.get())) session.problem = replay->problem();
  if (arguments.json)
    std::fputs(summary_json(session).c_str(), stdout);
  else
    std::fputs(("tickplant-venue: " + summary_text(session)).c_str(), stderr);
  if (session.problem.empty()) return ExitCode::ok;
  say(arguments.replay_file + ": " + session.problem);
  return ExitCode::data_lost;
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::program

int main(int argc, char** argv) {
  using namespace tickplant::feedhandlers::venue::program;
  try {
    int exit_code = 0;
    const auto arguments = parse_arguments(argc, argv, exit_code);
    if (!arguments) return exit_code;
    return static_cast<int>(play(*arguments));
  } catch (const tickplant::platform::SetupError& error) {
    say(error.what());
    return static_cast<int>(ExitCode::usage);
  } catch (const std::exception& error) {
    say(std::string(error.what()) + "\n  remedy: this is a bug; report the command and the file");
    return static_cast<int>(ExitCode::failed);
  }
}
