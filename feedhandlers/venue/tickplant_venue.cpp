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

#include "feedhandlers/venue/day_file_writer.hpp"
#include "feedhandlers/venue/program/arguments.hpp"
#include "feedhandlers/venue/program/play.hpp"
#include "feedhandlers/venue/program/report.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue::program {
namespace {

enum class ExitCode : int { ok = 0, failed = 1, usage = 2, data_lost = 4 };

ExitCode play_day(const Arguments& arguments) {
  const std::string problem = play(arguments);
  if (problem.empty()) return ExitCode::ok;
  say(arguments.replay_file + ": " + problem);
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
    return static_cast<int>(delivered(arguments->write_file.empty() ? play_day(*arguments) : write_day(*arguments)));
  } catch (const tickplant::platform::SetupError& error) {
    say(error.what());
    return static_cast<int>(ExitCode::usage);
  } catch (const std::exception& error) {
    say(std::string(error.what()) + "\n  remedy: this is a bug; report the command and the file");
    return static_cast<int>(ExitCode::failed);
  }
}
