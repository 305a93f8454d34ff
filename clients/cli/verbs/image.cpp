// tickplant image: where instruments are now.
#include <unistd.h>

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "clients/cli/journal/past_question.hpp"
#include "clients/cli/live/derived_image_text.hpp"
#include "clients/cli/live/market_table.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

struct ImageArguments {
  std::string plant;
  std::vector<std::string> symbols;
  bool all = false;
  PastQuestion past;
};

/// Of the feed that defined the instrument.
WallClock& clock_of(const clients::Plant& plant, ringbuf::InstrumentId id, std::map<std::uint16_t, WallClock>& clocks) {
  ringbuf::InstrumentEntry entry;
  const bool known = plant.instruments().read(id, entry) == ringbuf::TableRead::value;
  const ringbuf::FeedId wanted = known ? entry.feed : ringbuf::FeedId{};
  if (const auto found = clocks.find(wanted.value); found != clocks.end()) return found->second;
  std::string zone = "UTC";
  for (const ringbuf::CatalogFeed& feed : plant.feeds()) {
    if (feed.id == wanted && !feed.time_zone.empty()) zone = feed.time_zone;
  }
  return clocks.emplace(wanted.value, WallClock(zone)).first->second;
}

ExitCode image(const ImageArguments& arguments, const Common& common) {
  clients::Plant plant = attach_chosen(arguments.plant, Wanted::last_state);
  std::vector<ringbuf::InstrumentId> wanted;
  for (const std::string& symbol : arguments.symbols) wanted.push_back(plant.instrument(symbol));
  const std::vector<MarketRow> all = MarketScan(plant).rows();
  std::vector<MarketRow> rows = arguments.all ? all : std::vector<MarketRow>{};
  for (const ringbuf::InstrumentId id : wanted) {
    if (id.value <= all.size()) rows.push_back(all[id.value - 1]);
  }

  std::optional<clients::DerivedView> computed;
  if (clients::computes_anything(plant)) computed.emplace(plant);

  const Style style = style_for(STDOUT_FILENO, common.color);
  if (common.json) {
    Json out = Json::array();
    for (const MarketRow& row : rows) {
      Json json = row_json(row);
      json["derived"] = computed ? derived_image_json(*computed, row.id) : Json(nullptr);
      out.push_back(std::move(json));
    }
    print_json(out);
  } else if (arguments.all) {
    sort_rows(rows, SortBy::symbol);
    std::fputs(market_table(rows, style).c_str(), stdout);
  } else {
    std::map<std::uint16_t, WallClock> clocks;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      WallClock& clock = clock_of(plant, rows[i].id, clocks);
      std::printf("%s%s", i == 0 ? "" : "\n", image_text(rows[i], clock, style).c_str());
      if (!computed) continue;
      std::printf("%s", derived_image_text(*computed, rows[i].id, rows[i].size_scale, clock, style).c_str());
    }
  }
  return ExitCode::ok;
}

ExitCode image_at(const ImageArguments& arguments, const Common& common) {
  const Style style = style_for(STDOUT_FILENO, common.color);
  const bool is_many = arguments.past.is_many();
  bool is_first = true;
  Json out = Json::array();
  const ExitCode code = answer_past(
      arguments.past, arguments.symbols, arguments.plant, [&](const PastState& state, platform::UnixNanos at) {
        if (common.json) {
          Json row = row_json(state.row);
          if (!is_many) return out.push_back(std::move(row));
          row["at"] = at.value;
          std::printf("%s\n", row.dump().c_str());
          return;
        }
        WallClock clock(state.time_zone);
        std::printf("%s%s", std::exchange(is_first, false) ? "" : "\n", image_text(state.row, clock, style).c_str());
      });
  if (common.json && !is_many) print_json(out);
  return code;
}

}  // namespace

void add_image(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<ImageArguments>();
  CLI::App* verb =
      app.add_subcommand("image", "where instruments are now: last trade, bid and offer, day values, what is computed");
  verb->footer(
      "Examples:\n"
      "  tickplant image AAPL MSFT\n"
      "  tickplant image --all --json | jq '.[] | select(.image.status == \"halted\").symbol'\n"
      "  tickplant image AAPL --at 2026-11-22T09:30:00.5\n"
      "  tickplant image --json --at-file questions.txt --journal /backup/journal    lines SYMBOL TIME\n"
      "--at is a receive time. Exit code 4: records that it is made of are not in the journal.");
  verb->add_option("symbols", arguments->symbols, "AAPL, or AAPL@XNAS")->type_name("SYMBOL");
  CLI::Option* all = verb->add_flag("--all", arguments->all, "every instrument, a row each");
  add_plant_option(*verb, arguments->plant);
  add_past_question(*verb, arguments->past);
  verb->callback([arguments, all, &common, &run] {
    const bool is_past = arguments->past.is_asked();
    if (is_past && arguments->all) throw CLI::ValidationError("--at", "name the instruments: not with --all");
    const bool is_named = !arguments->symbols.empty() || !arguments->past.at_file.empty();
    if (is_named == (all->count() != 0)) throw CLI::RequiredError("either symbols or --all");
    run = [arguments, is_past, &common] { return is_past ? image_at(*arguments, common) : image(*arguments, common); };
  });
}

}  // namespace tickplant::cli
