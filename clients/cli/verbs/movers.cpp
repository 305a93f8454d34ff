// tickplant movers: the instruments that moved or traded most.
#include <unistd.h>

#include <cstdio>
#include <map>
#include <memory>

#include "clients/cli/live/market_table.hpp"
#include "clients/cli/live/options.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

struct MoversArguments {
  std::string plant;
  SortBy by = SortBy::change;
  Direction direction = Direction::either;
  std::size_t count = 20;
};

ExitCode movers(const MoversArguments& arguments, const Common& common) {
  clients::Plant plant = attach_chosen(arguments.plant, Wanted::last_state);
  std::vector<MarketRow> rows = MarketScan(plant).rows();
  std::erase_if(rows,
                [&](const MarketRow& row) { return !row.has_image || !has_moved(row.image, arguments.direction); });
  sort_rows(rows, arguments.by);
  if (rows.size() > arguments.count) rows.resize(arguments.count);
  if (common.json) {
    Json out = Json::array();
    for (const MarketRow& row : rows) out.push_back(row_json(row));
    print_json(out);
  } else {
    std::fputs(market_table(rows, style_for(STDOUT_FILENO, common.color)).c_str(), stdout);
  }
  return ExitCode::ok;
}

}  // namespace

void add_movers(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<MoversArguments>();
  CLI::App* verb = app.add_subcommand("movers", "the instruments that moved or traded most");
  verb->footer(
      "Examples:\n"
      "  tickplant movers\n"
      "  tickplant movers --losers --top 10\n"
      "  tickplant movers --by volume --top 5\n"
      "  tickplant movers --by trades --gainers --json\n"
      "The change is from the previous close, from the open where there is none. By change: the largest move first,\n"
      "whichever way. --by volume --losers: of those that fell, the most traded.");
  static const std::map<std::string, SortBy> kKeys{
      {"change", SortBy::change}, {"volume", SortBy::volume}, {"trades", SortBy::trades}};
  add_choice(
      *verb, "--by", {"change", "volume", "trades"},
      [arguments](const std::string& word) { arguments->by = kKeys.at(word); }, "what counts")
      ->default_str("change");
  verb->add_option("--top,--count", arguments->count, "how many")
      ->check(CLI::NonNegativeNumber.description(""))
      ->type_name("N")
      ->capture_default_str();
  const auto only = [&](const char* name, Direction direction, const char* meaning) {
    return verb->add_flag_callback(
        name, [arguments, direction] { arguments->direction = direction; }, meaning);
  };
  only("--gainers", Direction::up, "only those that rose")
      ->excludes(only("--losers", Direction::down, "only those that fell"));
  add_plant_option(*verb, arguments->plant);
  verb->callback([arguments, &common, &run] { run = [arguments, &common] { return movers(*arguments, common); }; });
}

}  // namespace tickplant::cli
