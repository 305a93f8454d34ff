// tickplant feed: what became of each feed's packets, down the ladder by which losses are mended; and stopping,
// starting one in a running plant.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "clients/cli/failure.hpp"
#include "clients/cli/live/daemon_call.hpp"
#include "clients/cli/live/feed_status.hpp"
#include "clients/cli/live/json_text.hpp"
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

ExitCode change_feed(const FeedArguments& arguments, clients::FeedAction action, const char* word,
                     const Common& common) {
  const DaemonCall call{arguments.plant, std::string("feed ") + word, clients::ControlRole::admin, ExitCode::usage};
  return ask_daemon(call, [&](const clients::Plant& plant, clients::ControlClient& daemon) {
    const std::string& name = arguments.feeds.front();
    const clients::ChangeDone done = daemon.feed(name, action);
    if (common.json) {
      print_json({{"plant", plant.name()}, {"feed", name}, {"request", done.request_id}, {"changes", done.lines}});
      return ExitCode::ok;
    }
    for (const std::string& line : done.lines) std::printf("%s\n", line.c_str());
    if (done.lines.empty()) {
      std::printf("feed %s %s already, nothing changes\n", name.c_str(),
                  action == clients::FeedAction::stop ? "is stopped" : "runs");
    }
    return ExitCode::ok;
  });
}

void add_change(CLI::App& group, const char* word, const char* purpose, clients::FeedAction action,
                const Common& common, Run& run) {
  auto arguments = std::make_shared<FeedArguments>();
  CLI::App* verb = group.add_subcommand(word, purpose);
  verb->fallthrough();
  verb->footer(
      "Examples:\n"
      "  tickplant feed " +
      std::string(word) +
      " nasdaq\n"
      "A stopped feed has left its groups or logged out, and publishes nothing. When it starts it goes on where it "
      "was;\n"
      "what its venue sent meanwhile is mended as any gap is: asked for again, or told as missed. A restart of the "
      "daemon\n"
      "starts all feeds. For the daemon's own user, root, and members of control.admins_group (exit code 5: you are "
      "none).");
  verb->add_option("name", arguments->feeds, "the feed")->type_name("FEED")->required()->expected(1);
  add_plant_option(*verb, arguments->plant);
  verb->callback([arguments, action, word, &common, &run] {
    run = [arguments, action, word, &common] { return change_feed(*arguments, action, word, common); };
  });
}

}  // namespace

void add_feed(CLI::App& app, const Common& common, Run& run) {
  CLI::App* group = app.add_subcommand("feed", "a plant's feeds, one by one");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  tickplant feed status\n"
      "  tickplant feed status nasdaq --json | jq '.feeds[0].snapshots'\n"
      "  tickplant feed stop nasdaq");
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
  add_change(*group, "start", "let a stopped feed go on", clients::FeedAction::start, common, run);
  add_change(*group, "stop", "stop one; the others go on", clients::FeedAction::stop, common, run);
  add_change(*group, "restart", "leave its venue and join again", clients::FeedAction::restart, common, run);
}

}  // namespace tickplant::cli
