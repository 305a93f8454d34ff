// tickplant watchlist: lists of symbols that the daemon keeps for a user.
#include <cstdio>
#include <memory>

#include "clients/cli/live/daemon_call.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

using clients::ControlClient;

struct WatchlistArguments {
  std::string plant, name;
  std::vector<std::string> symbols;
};

DaemonCall watchlist_call(const WatchlistArguments& arguments, const char* part) {
  return {arguments.plant, std::string("watchlist ") + part, clients::ControlRole::trader, ExitCode::usage};
}

ExitCode list_watchlists(const WatchlistArguments& arguments, const Common& common) {
  return ask_daemon(watchlist_call(arguments, "list"), [&](const clients::Plant& plant, ControlClient& daemon) {
    const std::vector<std::string> names = daemon.watchlists();
    if (common.json) {
      print_json({{"plant", plant.name()}, {"watchlists", names}});
      return ExitCode::ok;
    }
    for (const std::string& name : names) std::printf("%s\n", name.c_str());
    if (names.empty())
      std::fputs("tickplant: you have none; tickplant watchlist add NAME SYMBOL... makes one\n", stderr);
    return ExitCode::ok;
  });
}

void print_watchlist(const clients::Plant& plant, const std::string& name, const std::vector<std::string>& symbols,
                     const std::string& request, const Common& common) {
  if (common.json) {
    Json out{{"plant", plant.name()}, {"watchlist", name}, {"symbols", symbols}};
    if (!request.empty()) out["request"] = request;
    return print_json(out);
  }
  for (const std::string& symbol : symbols) std::printf("%s\n", symbol.c_str());
}

ExitCode show_watchlist(const WatchlistArguments& arguments, const Common& common) {
  return ask_daemon(watchlist_call(arguments, "show"), [&](const clients::Plant& plant, ControlClient& daemon) {
    print_watchlist(plant, arguments.name, daemon.watchlist(arguments.name), "", common);
    return ExitCode::ok;
  });
}

/// A symbol that nobody knows yet may come: it is added, and told.
void tell_unknown(const clients::Plant& plant, const std::vector<std::string>& symbols) {
  for (const std::string& symbol : symbols) {
    try {
      (void)plant.instrument(symbol);
    } catch (const platform::SetupError& error) {
      std::fprintf(stderr, "tickplant: note: %s; it is kept, and waited for\n", error.problem().c_str());
    }
  }
}

ExitCode add_symbols(const WatchlistArguments& arguments, const Common& common) {
  return ask_daemon(watchlist_call(arguments, "add"), [&](const clients::Plant& plant, ControlClient& daemon) {
    const clients::ChangeDone done = daemon.add_to_watchlist(arguments.name, arguments.symbols);
    tell_unknown(plant, arguments.symbols);
    print_watchlist(plant, arguments.name, done.lines, done.request_id, common);
    return ExitCode::ok;
  });
}

ExitCode remove_symbols(const WatchlistArguments& arguments, const Common& common) {
  return ask_daemon(watchlist_call(arguments, "remove"), [&](const clients::Plant& plant, ControlClient& daemon) {
    const clients::ChangeDone done = daemon.remove_from_watchlist(arguments.name, arguments.symbols);
    print_watchlist(plant, arguments.name, done.lines, done.request_id, common);
    return ExitCode::ok;
  });
}

ExitCode delete_watchlist(const WatchlistArguments& arguments, const Common& common) {
  return ask_daemon(watchlist_call(arguments, "delete"), [&](const clients::Plant& plant, ControlClient& daemon) {
    const clients::ChangeDone done = daemon.delete_watchlist(arguments.name);
    if (common.json) {
      print_json({{"plant", plant.name()}, {"deleted", arguments.name}, {"request", done.request_id}});
    } else {
      std::printf("watchlist %s is deleted\n", arguments.name.c_str());
    }
    return ExitCode::ok;
  });
}

}  // namespace

void add_watchlist(CLI::App& app, const Common& common, Run& run) {
  CLI::App* group = app.add_subcommand("watchlist", "lists of symbols that the daemon keeps for you");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  tickplant watchlist add tech AAPL MSFT@XNAS\n"
      "  tickplant watchlist show tech | xargs tickplant tail\n"
      "  tickplant watchlist list --json\n"
      "  tickplant watchlist remove tech MSFT@XNAS\n"
      "  tickplant watchlist delete tech\n"
      "They belong to your user, and outlive a restart of the daemon. For members of control.traders_group and admins\n"
      "(exit code 5: you are none). Exit code 2: no such list or symbol, or a limit: 100 lists of 1,000 symbols.");
  auto arguments = std::make_shared<WatchlistArguments>();
  const auto add = [&](const char* name, const char* purpose, auto action, bool takes_name, bool takes_symbols) {
    CLI::App* part = group->add_subcommand(name, purpose);
    part->fallthrough();
    add_plant_option(*part, arguments->plant);
    if (takes_name) part->add_option("name", arguments->name, "of the list")->type_name("NAME")->required();
    if (takes_symbols) {
      part->add_option("symbols", arguments->symbols, "AAPL@XNAS, or AAPL at every venue")
          ->type_name("SYMBOL")
          ->required();
    }
    part->callback([arguments, action, &common, &run] {
      run = [arguments, action, &common] { return action(*arguments, common); };
    });
  };
  add("list", "names of your lists", list_watchlists, false, false);
  add("show", "what is in one, a symbol a line", show_watchlist, true, false);
  add("add", "add symbols; makes the list if need be", add_symbols, true, true);
  add("remove", "take symbols out", remove_symbols, true, true);
  add("delete", "delete a list", delete_watchlist, true, false);
}

}  // namespace tickplant::cli
