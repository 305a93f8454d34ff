// tickplant instruments: what the plant knows, from its directory.
#include <unistd.h>

#include <cstdio>
#include <map>
#include <memory>
#include <set>

#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/live/words.hpp"
#include "clients/cli/nearest_words.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::InstrumentEntry;
using ringbuf::text_of;

struct InstrumentsArguments {
  std::string plant;
  std::string prefix;
  std::string venue;
};

std::vector<InstrumentEntry> wanted_entries(const clients::Plant& plant, const InstrumentsArguments& arguments) {
  std::vector<InstrumentEntry> entries;
  InstrumentEntry entry;
  for (const ringbuf::InstrumentId id : plant.instruments().with_prefix(arguments.prefix)) {
    if (plant.instruments().read(id, entry) != ringbuf::TableRead::value) continue;
    if (arguments.venue.empty() || text_of(entry.venue) == arguments.venue) entries.push_back(entry);
  }
  return entries;
}

/// Of a misspelt one there are none, and nobody would know why.
void tell_unknown_venue(const clients::Plant& plant, const std::string& venue) {
  std::set<std::string> known;
  for (const ringbuf::CatalogFeed& feed : plant.feeds()) known.insert(feed.venue);
  InstrumentEntry entry;
  for (std::uint32_t id = 1; id <= plant.instruments().count(); ++id) {
    if (plant.instruments().read({id}, entry) == ringbuf::TableRead::value) known.emplace(text_of(entry.venue));
  }
  if (venue.empty() || known.count(venue) != 0) return;
  std::fprintf(stderr, "tickplant: nothing of venue '%s' is in plant '%s'; %s\n", printable(venue).c_str(),
               plant.name().c_str(), nearest_or_all(venue, {known.begin(), known.end()}).c_str());
}

std::string dashed(std::string_view text) { return text.empty() ? "-" : printable(std::string(text)); }

std::string table_of(const std::vector<InstrumentEntry>& entries, const std::map<std::uint16_t, std::string>& feeds,
                     const Style& style) {
  TextTable table({{"id"},
                   {"symbol", true},
                   {"venue", true},
                   {"feed", true},
                   {"kind", true},
                   {"status", true},
                   {"lot"},
                   {"currency", true},
                   {"name", true}});
  for (const InstrumentEntry& entry : entries) {
    const auto feed = feeds.find(entry.feed.value);
    table.add({std::to_string(entry.id.value), dashed(text_of(entry.symbol)), dashed(text_of(entry.venue)),
               dashed(feed == feeds.end() ? "" : feed->second), std::string(word_of(entry.kind)),
               std::string(word_of(entry.status)), entry.lot == 0 ? "-" : count_text(entry.lot),
               dashed(text_of(entry.currency)), dashed(text_of(entry.name))});
  }
  return table.text(style);
}

Json json_of(const std::vector<InstrumentEntry>& entries, const std::map<std::uint16_t, std::string>& feeds) {
  Json out = Json::array();
  for (const InstrumentEntry& entry : entries) {
    const auto feed = feeds.find(entry.feed.value);
    out.push_back({{"id", entry.id.value},
                   {"symbol", text_of(entry.symbol)},
                   {"venue", text_of(entry.venue)},
                   {"feed", feed == feeds.end() ? Json(nullptr) : Json(feed->second)},
                   {"kind", word_of(entry.kind)},
                   {"status", word_of(entry.status)},
                   {"lot", entry.lot},
                   {"size_scale", entry.size_scale},
                   {"price_unit", price_json({entry.price_unit})},
                   {"currency", text_of(entry.currency)},
                   {"name", text_of(entry.name)},
                   {"sector", text_of(entry.sector)}});
  }
  return out;
}

ExitCode instruments(const InstrumentsArguments& arguments, const Common& common) {
  const clients::Plant plant = attach_chosen(arguments.plant, Wanted::last_state);
  tell_unknown_venue(plant, arguments.venue);
  std::map<std::uint16_t, std::string> feeds;
  for (const ringbuf::CatalogFeed& feed : plant.feeds()) feeds.emplace(feed.id.value, feed.name);
  const std::vector<InstrumentEntry> entries = wanted_entries(plant, arguments);
  if (common.json) {
    print_json(json_of(entries, feeds));
  } else {
    std::fputs(table_of(entries, feeds, style_for(STDOUT_FILENO, common.color)).c_str(), stdout);
  }
  return ExitCode::ok;
}

}  // namespace

void add_instruments(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<InstrumentsArguments>();
  CLI::App* verb = app.add_subcommand("instruments", "the instruments a plant knows");
  verb->footer(
      "Examples:\n"
      "  tickplant instruments AA\n"
      "  tickplant instruments --venue XNAS --json | jq length");
  verb->add_option("prefix", arguments->prefix, "what the symbols start with; default: all")->type_name("PREFIX");
  verb->add_option("--venue", arguments->venue, "MIC of the venue")->type_name("MIC");
  add_plant_option(*verb, arguments->plant);
  verb->callback(
      [arguments, &common, &run] { run = [arguments, &common] { return instruments(*arguments, common); }; });
}

}  // namespace tickplant::cli
