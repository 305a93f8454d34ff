#include "clients/cli/help/live_values.hpp"

#include <algorithm>

#include "clients/cli/help/value_kinds.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cpp/derived_view.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::cli {
namespace {

std::vector<std::string> symbols_of(const clients::Plant& plant, const std::string& prefix) {
  std::vector<std::string> words;
  const ringbuf::InstrumentDirectoryReader& directory = plant.instruments();
  ringbuf::InstrumentEntry entry;
  for (std::uint32_t id = 1; id <= directory.count() && words.size() < kMostLiveValues; ++id) {
    if (directory.read({id}, entry) != ringbuf::TableRead::value) continue;
    const std::string symbol(ringbuf::text_of(entry.symbol));
    const bool wants_venue = prefix.find('@') != std::string::npos;
    words.push_back(wants_venue ? plant.symbol_of({id}) : symbol);
    if (!words.back().starts_with(prefix)) words.pop_back();
  }
  return words;
}

std::vector<std::string> functions_of(const clients::Plant& plant, const std::vector<ringbuf::FunctionKind>& kinds) {
  std::vector<std::string> words;
  if (!clients::computes_anything(plant)) return words;
  const clients::AttachedFunctions attached(plant);
  for (const ringbuf::FunctionKind kind : kinds) {
    for (std::string& name : clients::names_of(attached.functions, kind)) words.push_back(std::move(name));
  }
  return words;
}

std::vector<std::string> words_of(std::string_view what, const std::string& prefix, const std::string& wanted) {
  if (what == name_of(ValueSource::plants)) return clients::known_plants();
  const clients::Plant plant = attach_plant(chosen_plant(wanted));
  using ringbuf::FunctionKind;
  if (what == name_of(ValueSource::symbols)) return symbols_of(plant, prefix);
  if (what == name_of(ValueSource::windows)) return functions_of(plant, {FunctionKind::window});
  if (what == name_of(ValueSource::functions)) {
    return functions_of(plant,
                        {FunctionKind::window, FunctionKind::indicator, FunctionKind::signal, FunctionKind::pattern});
  }
  std::vector<std::string> words;
  if (what == name_of(ValueSource::feeds)) {
    for (const ringbuf::CatalogFeed& feed : plant.feeds()) words.push_back(feed.name);
  }
  if (what == name_of(ValueSource::rings)) {
    for (const ringbuf::CatalogSegment& segment : plant.segments()) {
      if (segment.kind == ringbuf::SegmentKind::broadcast) words.push_back(segment.name);
    }
  }
  return words;
}

}  // namespace

std::vector<std::string> live_values(std::string_view what, const std::string& prefix, const std::string& plant) {
  std::vector<std::string> words;
  try {
    words = words_of(what, prefix, plant);
  } catch (const platform::SetupError&) {
    return {};  // no plant, several, none that we may read: nothing to offer
  }
  // What a terminal would choke on, or a shell take for two words, is nobody's name.
  std::erase_if(words, [&](const std::string& word) {
    const bool is_plain = std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c <= '~'; });
    return !is_plain || !word.starts_with(prefix);
  });
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  if (words.size() > kMostLiveValues) words.resize(kMostLiveValues);
  return words;
}

}  // namespace tickplant::cli
