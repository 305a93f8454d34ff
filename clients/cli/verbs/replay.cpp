// tickplant replay: a journal's records again, at the pace at which they came.
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "clients/cli/failure.hpp"
#include "clients/cli/journal/journal_choice.hpp"
#include "clients/cli/journal/journal_playback.hpp"
#include "clients/cli/live/history_from.hpp"
#include "clients/cli/live/interrupt.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/live/record_types.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "platform/clock.hpp"

namespace tickplant::cli {
namespace {

struct ReplayArguments {
  std::string journal;
  std::string speed = "1x";
  std::string from, until;
  std::vector<std::string> symbols, types;
};

ExitCode replay(const ReplayArguments& arguments, const Common& common) {
  const std::string whose = arguments.journal.empty() ? chosen_plant("") : arguments.journal;
  const platform::UnixNanos now = platform::system_now();
  PlaybackWish wish{.speed = parse_speed(arguments.speed),
                    .symbols = arguments.symbols,
                    .types = types_of(arguments.types),
                    .json = common.json};
  if (!arguments.from.empty()) wish.from = parse_when("--from", arguments.from, now);
  if (!arguments.until.empty()) wish.until = parse_when("--until", arguments.until, now);
  const std::filesystem::path folder = chosen_journal(whose, journal_environment_of_this_process());

  const Interrupt interrupt;
  const PlaybackResult result =
      play_journal(folder, wish,
                   {[](const std::string& line) { std::puts(line.c_str()); },
                    [] {
                      using Clock = std::chrono::steady_clock;
                      return std::chrono::nanoseconds(Clock::now().time_since_epoch()).count();
                    },
                    [](std::int64_t nanos) {
                      std::fflush(stdout);
                      std::this_thread::sleep_for(std::chrono::nanoseconds(nanos));
                    },
                    [&interrupt] { return interrupt.came(); }});
  if (!result.has_order) {
    std::fprintf(stderr,
                 "tickplant: the plant computed nothing, so there is no order over its rings: each in its own\n");
  }
  if (result.lost != 0) {
    std::fprintf(stderr, "tickplant: %s of the order are not in the journal\n",
                 count_text(result.lost, "record").c_str());
  }
  if (result.is_damaged) {
    std::fprintf(stderr,
                 "tickplant: the journal is damaged at %s, what lies behind was not replayed\n  remedy: tickplant "
                 "journal repair '%s' --out NEWFOLDER\n",
                 result.end.c_str(), folder.c_str());
  }
  return result.is_damaged || result.lost != 0 ? ExitCode::data_lost : ExitCode::ok;
}

}  // namespace

void add_replay(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* verb = app.add_subcommand("replay", "a journal's records again, at the pace at which they came");
  verb->footer(
      "Examples:\n"
      "  tickplant replay demo --speed 10x --from -10min\n"
      "  tickplant replay /var/lib/tickplant/demo/journal --speed max --type trade --symbols AAPL --json\n"
      "  tickplant replay demo --from 2026-11-22T09:30 --until 2026-11-22T09:31\n"
      "In the order in which the plant applied them, up to the journal's end as it is now. Times are receive times.\n"
      "Exit code 4: records of the order are not in the journal, or it is damaged.");
  verb->add_option("journal", arguments->journal, "its folder, or the plant's name; default: as of --plant elsewhere")
      ->type_name("FOLDER|PLANT");
  verb->add_option("--speed", arguments->speed, "1x: as it was; 10x, 0.5x; max: as quick as can be")
      ->type_name("SPEED")
      ->capture_default_str();
  verb->add_option("--from", arguments->from, "from this receive time on")->type_name("TIME");
  verb->add_option("--until", arguments->until, "up to this one, which is left out")->type_name("TIME");
  verb->add_option("--symbols", arguments->symbols, "these instruments, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("SYMBOLS");
  verb->add_option("--type", arguments->types, "record types, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("TYPES");
  verb->callback([arguments, &common, &run] { run = [arguments, &common] { return replay(*arguments, common); }; });
}

}  // namespace tickplant::cli
