// tickplant book: the best ten levels of an instrument, as a ladder.
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "clients/cli/failure.hpp"
#include "clients/cli/live/book_ladder.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/text_table.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "clients/cpp/image_view.hpp"

namespace tickplant::cli {
namespace {

constexpr std::size_t kBarWidth = 24;

struct BookArguments {
  std::string plant;
  std::string symbol;
  std::size_t levels = ringbuf::kDepthLevels;
};

ExitCode book(const BookArguments& arguments, const Common& common) {
  clients::Plant plant = attach_chosen(arguments.plant, Wanted::last_state);
  const ringbuf::InstrumentId id = plant.instrument(arguments.symbol);
  ringbuf::InstrumentEntry entry;
  (void)plant.instruments().read(id, entry);  // it is known: its entry never goes
  ringbuf::DepthEntry depth;
  if (clients::ImageView(plant).read(id, depth) == ringbuf::TableRead::busy) {
    throw Failure(ExitCode::check_failed, "the book of '" + arguments.symbol + "' stays half written",
                  "the daemon died in it; its successor repairs it: tickplant start");
  }
  const std::string symbol = plant.symbol_of(id);
  if (common.json) {
    Json out{{"symbol", symbol},
             {"sequence", depth.stamp},
             {"ts_event", depth.stamp == 0 ? Json(nullptr) : Json(depth.ts_event.value)}};
    out.update(book_json(depth, arguments.levels));
    print_json(out);
    return ExitCode::ok;
  }
  const Style style = style_for(STDOUT_FILENO, common.color);
  std::printf("%s\n", style.bold(printable(symbol)).c_str());
  for (const LadderLine& line : ladder(depth, arguments.levels, entry.size_scale, kBarWidth, speaks_utf8())) {
    std::printf("%s\n", style.as(line.look, line.text).c_str());
  }
  if ((depth.flags & ringbuf::DepthEntry::kMaybeBad) != 0) {
    std::printf("%s\n", style.warning("  ! messages were missed: the book may lack something").c_str());
  }
  return ExitCode::ok;
}

}  // namespace

void add_book(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<BookArguments>();
  CLI::App* verb = app.add_subcommand("book", "the best levels of an instrument's book");
  verb->footer(
      "Examples:\n"
      "  tickplant book AAPL\n"
      "  tickplant book --levels 3 --json AAPL@XNAS");
  verb->add_option("symbol", arguments->symbol, "AAPL, or AAPL@XNAS")->required();
  verb->add_option("--levels", arguments->levels, "levels a side")
      ->check(CLI::Range(std::size_t{1}, ringbuf::kDepthLevels).description("1 to 10"))
      ->capture_default_str();
  add_plant_option(*verb, arguments->plant);
  verb->callback([arguments, &common, &run] { run = [arguments, &common] { return book(*arguments, common); }; });
}

}  // namespace tickplant::cli
