// tickplant feed status: what became of each feed's packets, down the ladder by which losses are mended.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "clients/cli/failure.hpp"
#include "clients/cli/live/feed_status.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/nearest_words.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

struct FeedArguments {
  std::string plant;
  std::vector<std::string> feeds;
};

/// In the order they were named, or all. Throws Failure (usage): there is none of that name.
std::vector<FeedFacts> wanted_feeds(const PlantFacts& facts, const std::vector<std::string>& names) {
  if (names.empty()) return facts.feeds;
  std::vector<std::string> known;
  for (const FeedFacts& feed : facts.feeds) known.push_back(feed.name);
  std::vector<FeedFacts> wanted;
  for (const std::string& name : names) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      throw Failure(ExitCode::usage, "plant '" + facts.name + "' has no feed '" + printable(name) + "'",
                    nearest_or_all(name, known));
    }
    wanted.push_back(facts.feeds[static_cast<std::size_t>(found - known.begin())]);
  }
  return wanted;
}

ExitCode status(const FeedArguments& arguments, const Common& common) {
  clients::Plant plant = attach_chosen(arguments.plant, Wanted::last_state);
  const PlantFacts facts = PlantProbe(plant).look();
  const std::vector<FeedFacts> feeds = wanted_feeds(facts, arguments.feeds);
  if (common.json) {
    Json out{{"plant", facts.name},
             {"state", clients::name_of(facts.state)},
             {"now", facts.now.value},
             {"feeds", Json::array()}};
    for (const FeedFacts& feed : feeds) out["feeds"].push_back(feed_status_json(facts, feed));
    print_json(out);
  } else {
    const Style style = style_for(STDOUT_FILENO, common.color);
    if (feeds.empty()) std::puts("no feeds");
    for (std::size_t i = 0; i < feeds.size(); ++i) {
      std::printf("%s%s", i == 0 ? "" : "\n", feed_status_text(facts, feeds[i], style).c_str());
    }
  }
  return facts.state == clients::PlantState::live ? ExitCode::ok : ExitCode::unreachable;
}

}  // namespace

void add_feed(CLI::App& app, const Common& common, Run& run) {
  CLI::App* group = app.add_subcommand("feed", "a plant's feeds, one by one");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  tickplant feed status\n"
      "  tickplant feed status nasdaq --json | jq '.feeds[0].snapshots'");
  auto arguments = std::make_shared<FeedArguments>();
  CLI::App* verb = group->add_subcommand("status", "what was received, lost and mended: lines, gaps, snapshots, books");
  verb->fallthrough();
  verb->footer(
      "Examples:\n"
      "  tickplant feed status\n"
      "  tickplant feed status nasdaq iex --plant demo\n"
      "Counts are from when the plant's memory was made. Exit code 3: the plant is not live.");
  verb->add_option("name", arguments->feeds, "feeds; default: all")->type_name("FEED");
  add_plant_option(*verb, arguments->plant);
  verb->callback([arguments, &common, &run] { run = [arguments, &common] { return status(*arguments, common); }; });
}

}  // namespace tickplant::cli
