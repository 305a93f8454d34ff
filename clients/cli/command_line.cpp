#include "clients/cli/command_line.hpp"

#include <memory>

#include "clients/cli/live/options.hpp"

namespace tickplant::cli {
namespace {

/// What every verb takes is said below its own options, too: nobody looks for --json in the help of another command.
class HelpFormat : public CLI::Formatter {
 public:
  std::string make_footer(const CLI::App* app) const override {
    const std::string footer = CLI::Formatter::make_footer(app);
    const bool takes_verbs = !app->get_subcommands([](const CLI::App*) { return true; }).empty();
    if (app->get_parent() == nullptr || takes_verbs) return footer;
    return footer + "Every verb takes --json and --color auto|always|never, too.\n";
  }
};

}  // namespace

CommandLine::CommandLine() : app_{"Tickplant: a low-latency shared-memory tick plant.", "tickplant"} {
  app_.formatter(std::make_shared<HelpFormat>());
  app_.set_help_flag("-h,--help", "show this and end");
  app_.set_version_flag("--version", "tickplant " TICKPLANT_VERSION, "show the version and end");
  app_.require_subcommand(1);
  app_.fallthrough();
  app_.footer(
      "Examples:\n"
      "  tickplant start --demo    a plant with a simulated exchange's config\n"
      "  tickplant top    the market on one screen\n"
      "  tickplant tail --json AAPL | jq .price\n"
      "  tickplant doctor    is this machine fit for a plant?\n"
      "`tickplant VERB --help` has each verb's options and examples.");
  app_.add_flag("--json", common_.json, "answer as JSON");
  add_choice(
      app_, "--color", {"auto", "always", "never"},
      [this](const std::string& wish) {
        common_.color = wish == "always"  ? ColorWish::always
                        : wish == "never" ? ColorWish::never
                                          : ColorWish::automatic;
      },
      "auto: on a terminal, unless NO_COLOR is set")
      ->default_str("auto");
  for (const auto add :
       {add_start,     add_stop,    add_reload,  add_status,   add_health,     add_feed,        add_top,   add_tail,
        add_image,     add_book,    add_movers,  add_bars,     add_signals,    add_instruments, add_rings, add_counters,
        add_latency,   add_inspect, add_compute, add_backtest, add_config,     add_journal,     add_drain, add_readers,
        add_watchlist, add_replay,  add_doctor,  add_bench,    add_completion, add_live_values, add_manual}) {
    add(app_, common_, run_);
  }
}

}  // namespace tickplant::cli
