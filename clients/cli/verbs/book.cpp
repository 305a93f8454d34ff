// tickplant book: the best ten levels of an instrument, as a ladder.
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "clients/cli/failure.hpp"
#include "clients/cli/journal/past_question.hpp"
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
  PastQuestion past;
};

Json json_of(const std::string& symbol, const ringbuf::DepthEntry& depth, std::size_t levels) {
  Json out{{"symbol", symbol},
           {"sequence", depth.stamp},
           {"ts_event", depth.stamp == 0 ? Json(nullptr) : Json(depth.ts_event.value)}};
  out.update(book_json(depth, levels));
  return out;
}

void print_book(const std::string& symbol, const ringbuf::DepthEntry& depth, int size_scale, std::size_t levels,
                const Common& common) {
  if (common.json) return print_json(json_of(symbol, depth, levels));
  const Style style = style_for(STDOUT_FILENO, common.color);
  std::printf("%s\n", style.bold(printable(symbol)).c_str());
  for (const LadderLine& line : ladder(depth, levels, size_scale, kBarWidth, speaks_utf8())) {
    std::printf("%s\n", style.as(line.look, line.text).c_str());
  }
  if ((depth.flags & ringbuf::DepthEntry::kMaybeBad) != 0) {
    std::printf("%s\n", style.warning("  ! messages were missed: the book may lack something").c_str());
  }
}

ExitCode book_at(const BookArguments& arguments, const Common& common) {
  bool is_first = true;
  std::vector<std::string> symbols;
  if (!arguments.symbol.empty()) symbols.push_back(arguments.symbol);
  return answer_past(arguments.past, symbols, arguments.plant, [&](const PastState& state, platform::UnixNanos at) {
    if (!arguments.past.is_many() && !state.book.is_told() && state.records != 0) {
      throw Failure(ExitCode::check_failed,
                    "the journal has no orders and no levels of '" + printable(state.name) + "'",
                    "add levels to what the feed publishes (publish: [..., levels]); its best bid and offer: tickplant "
                    "image --at");
    }
    const ringbuf::DepthEntry depth = state.book.depth();
    if (common.json && arguments.past.is_many()) {
      Json line = json_of(state.name, depth, arguments.levels);
      line["at"] = at.value;
      std::printf("%s\n", line.dump().c_str());
      return;
    }
    if (!std::exchange(is_first, false) && !common.json) std::printf("\n");
    print_book(state.name, depth, state.size_scale, arguments.levels, common);
  });
}

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
  print_book(plant.symbol_of(id), depth, entry.size_scale, arguments.levels, common);
  return ExitCode::ok;
}

}  // namespace

void add_book(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<BookArguments>();
  CLI::App* verb = app.add_subcommand("book", "the best levels of an instrument's book");
  verb->footer(
      "Examples:\n"
      "  tickplant book AAPL\n"
      "  tickplant book --levels 3 --json AAPL@XNAS\n"
      "  tickplant book AAPL --at 2026-11-22T09:30:00.5\n"
      "  tickplant book --json --at-file questions.txt --journal /backup/journal    lines SYMBOL TIME\n"
      "--at is a receive time. Exit code 4: records that it is made of are not in the journal.");
  verb->add_option("symbol", arguments->symbol, "AAPL, or AAPL@XNAS")->type_name("SYMBOL");
  verb->add_option("--levels", arguments->levels, "levels a side")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, ringbuf::kDepthLevels).description("1 to 10"))
      ->capture_default_str();
  add_plant_option(*verb, arguments->plant);
  add_past_question(*verb, arguments->past);
  verb->callback([arguments, &common, &run] {
    const bool is_past = arguments->past.is_asked();
    if (arguments->symbol.empty() && arguments->past.at_file.empty()) throw CLI::RequiredError("symbol");
    run = [arguments, is_past, &common] { return is_past ? book_at(*arguments, common) : book(*arguments, common); };
  });
}

}  // namespace tickplant::cli
