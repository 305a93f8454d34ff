// tickplant-venue: a simulated exchange. A made-up market, or a real day again, as ITCH 5.0 over MoldUDP64 on multicast
// lines A and B, with faults on purpose; or the made-up market as a day file. README.md has all options.
//
// Data goes to stdout, talk to stderr. Exit code: 0 done, 1 a bug or a full disk, 2 wrong usage or set-up, 4 the
// replayed file is cut or damaged.
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>

#include "feedhandlers/venue/day_file_writer.hpp"
#include "feedhandlers/venue/market_script.hpp"
#include "feedhandlers/venue/program/arguments.hpp"
#include "feedhandlers/venue/program/report.hpp"
#include "feedhandlers/venue/replay.hpp"
#include "feedhandlers/venue/truth_writer.hpp"
#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "platform/time_zone.hpp"

namespace tickplant::feedhandlers::venue::program {
namespace {

using platform::SetupError;

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

/// A reader of the file sees the old books or the new ones, never half of them.
void replace_truth(const Market& market, const std::string& file) {
  const std::string unfinished = file + ".unfinished";
  write_truth(market, unfinished);
  if (std::rename(unfinished.c_str(), file.c_str()) != 0)
    throw SetupError{platform::with_errno("cannot replace '" + file + "'", errno), "choose another file by --truth"};
}

ExitCode play(const Arguments& arguments) {
  Signals signals;
  std::unique_ptr<Market> market;
  if (arguments.replay_file.empty()) market = std::make_unique<Market>(arguments.market);
  if (!arguments.truth_file.empty()) replace_truth(*market, arguments.truth_file);  // finds out now whether it can
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

  Session session{arguments, name, lines, server.get()};
  const TransmitterEvents events{.on_truth_asked =
                                     [&] {
                                       if (arguments.truth_file.empty()) return;
                                       try {
                                         replace_truth(*market, arguments.truth_file);
                                       } catch (const SetupError& error) {  // no reason to end the day
                                         say(error.what());
                                       }
                                     },
                                 .on_status =
                                     [&](const Transmitter& transmitter) {
                                       if (arguments.verbose) say(status_line(session, transmitter));
                                     },
                                 .on_cannot_keep_up =
                                     [](std::int64_t behind_nanos) {
                                       char text[128];
                                       std::snprintf(
                                           text, sizeof text,
                                           "%.1f s behind: this machine cannot keep up, ask for less (--rate, --speed)",
                                           static_cast<double>(behind_nanos) / 1e9);
                                       say(text);
                                     }};
  Transmitter transmitter(arguments.transmitter, Packetiser(name, arguments.packet_bytes), lines, history.get(),
                          server.get(), signals, events);
  say(start_line(arguments, name, server.get()));
  session.was_stopped = transmitter.run(*script);

  if (!arguments.truth_file.empty()) replace_truth(*market, arguments.truth_file);
  if (const auto* replay = dynamic_cast<const Replay*>(script.get())) session.problem = replay->problem();
  if (arguments.json)
    std::fputs(summary_json(session, transmitter).c_str(), stdout);
  else
    say(summary_text(session, transmitter));
  if (session.problem.empty()) return ExitCode::ok;
  say(arguments.replay_file + ": " + session.problem);
  return ExitCode::data_lost;
}

ExitCode write_day(const Arguments& arguments) {
  Market market(arguments.market);
  const auto start = std::chrono::steady_clock::now();
  const bool is_watched = ::isatty(STDERR_FILENO) == 1;
  const auto text_at = [&](std::uint64_t messages) {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    char text[96];
    std::snprintf(text, sizeof text, "%s messages, %.1f s", grouped(messages).c_str(), elapsed.count());
    return std::string(text);
  };
  const std::uint64_t written =
      write_day_file(market, arguments.write_file, arguments.write_messages, [&](std::uint64_t messages) {
        if (is_watched)
          std::fprintf(stderr, "\r%s of %s ", text_at(messages).c_str(), grouped(arguments.write_messages).c_str());
      });
  if (is_watched) std::fputs("\r\x1b[K", stderr);
  if (!arguments.truth_file.empty()) replace_truth(market, arguments.truth_file);
  say(arguments.write_file + ": " + text_at(written));
  if (arguments.json) std::printf("{\"messages\":%lu}\n", written);
  return ExitCode::ok;
}

/// An answer that did not get out whole is none.
ExitCode delivered(ExitCode code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  say(platform::with_errno("the answer could not be written", errno));
  return ExitCode::failed;
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::program

int main(int argc, char** argv) {
  using namespace tickplant::feedhandlers::venue::program;
  try {
    int exit_code = 0;
    const auto arguments = parse_arguments(argc, argv, exit_code);
    if (!arguments) return exit_code;
    return static_cast<int>(delivered(arguments->write_file.empty() ? play(*arguments) : write_day(*arguments)));
  } catch (const tickplant::platform::SetupError& error) {
    say(error.what());
    return static_cast<int>(ExitCode::usage);
  } catch (const std::exception& error) {
    say(std::string(error.what()) + "\n  remedy: this is a bug; report the command and the file");
    return static_cast<int>(ExitCode::failed);
  }
}
