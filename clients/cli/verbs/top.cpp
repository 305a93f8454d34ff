// tickplant top: the market on one screen.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "clients/cli/live/interrupt.hpp"
#include "clients/cli/live/market_table.hpp"
#include "clients/cli/live/options.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/live/status_table.hpp"
#include "clients/cli/top/collect.hpp"
#include "clients/cli/top/render.hpp"
#include "clients/cli/top/screen.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct TopArguments {
  std::string plant;
  std::int64_t interval_ns = 250'000'000;
  bool once = false;
};

std::size_t size_from(const char* variable, std::size_t otherwise) {
  const char* text = std::getenv(variable);
  const long value = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
  return value > 0 && value < 10'000 ? static_cast<std::size_t>(value) : otherwise;
}

/// The terminal's size, else $COLUMNS and $LINES, else 80 x 24.
top::Canvas canvas_of_stdout() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return {size.ws_col, size.ws_row, speaks_utf8()};
  }
  return {size_from("COLUMNS", 80), size_from("LINES", 24), speaks_utf8()};
}

/// Two looks, so that there are rates.
ExitCode once(clients::Plant& plant, const TopArguments& arguments, const Common& common) {
  top::Collector collector(plant);
  const PlantFacts before = collector.look({}).facts;
  std::this_thread::sleep_for(std::chrono::nanoseconds(arguments.interval_ns));
  const top::Model& model = collector.look({});
  if (common.json) {
    Json out = status_json(before, model.facts);
    out["market"] = Json::array();
    for (const MarketRow& row : top::View{}.shown(model.rows)) out["market"].push_back(row_json(row));
    print_json(out);
    return ExitCode::ok;
  }
  const Style style = style_for(STDOUT_FILENO, common.color);
  for (const top::Line& line : top::render(model, {}, canvas_of_stdout()))
    std::printf("%s\n", line.text(style).c_str());
  return ExitCode::ok;
}

ExitCode live(clients::Plant& plant, const TopArguments& arguments, const Common& common) {
  const Interrupt interrupt;
  top::Collector collector(plant);
  top::View view;
  top::Model model;
  top::Screen screen(style_for(STDOUT_FILENO, common.color).color);
  const auto interval = std::chrono::nanoseconds(arguments.interval_ns);
  auto next_look = Clock::now();
  bool is_stale = true;  // the model, not its age: another instrument was chosen
  while (!view.wants_quit && !interrupt.came()) {
    if ((Clock::now() >= next_look || is_stale) && (!view.is_paused || is_stale)) {
      model = collector.look(view.detail);
      next_look = Clock::now() + interval;
      is_stale = false;
    }
    const top::Canvas canvas{screen.width(), screen.height(), speaks_utf8()};
    const std::size_t page = top::page_size(model, canvas);
    view.settle(view.shown(model.rows), page);
    screen.draw(top::render(model, view, canvas));

    const auto left =
        view.is_paused ? milliseconds(250) : std::chrono::duration_cast<milliseconds>(next_look - Clock::now());
    if (const auto press = screen.wait(std::max(left, milliseconds(1)))) {
      const auto shown_before = view.detail;
      view.on_key(*press, view.shown(model.rows), page);
      is_stale = view.detail != shown_before;
    }
  }
  return ExitCode::ok;
}

ExitCode run_top(const TopArguments& arguments, const Common& common) {
  const bool once_only = arguments.once || common.json || ::isatty(STDOUT_FILENO) != 1 || ::isatty(STDIN_FILENO) != 1;
  clients::Plant plant = attach_plant(chosen_plant(arguments.plant));
  if (once_only) {
    check_state(plant, Wanted::last_state);
    return once(plant, arguments, common);
  }
  return live(plant, arguments, common);
}

}  // namespace

void add_top(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<TopArguments>();
  CLI::App* verb = app.add_subcommand("top", "the market on one screen: rates, feeds, latency, movers");
  verb->footer(
      "Examples:\n"
      "  tickplant top\n"
      "  tickplant top --once | head -5\n"
      "Keys: / filter, s sort, Enter the book, p pause, ? all keys, q quit. When the daemon restarts, top waits and "
      "goes "
      "on.");
  add_plant_option(*verb, arguments->plant);
  add_duration(*verb, "--interval", arguments->interval_ns, "time between two looks", 20'000'000);
  verb->add_flag("--once", arguments->once, "one plain frame to stdout, as also when that is no terminal");
  verb->callback([arguments, &common, &run] { run = [arguments, &common] { return run_top(*arguments, common); }; });
}

}  // namespace tickplant::cli
