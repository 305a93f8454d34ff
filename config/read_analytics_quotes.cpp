// Values of quotes on the windows of a set.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "config/read_analytics_parts.hpp"

namespace tickplant::config {

namespace {

constexpr std::array<std::string_view, 2> kQuotesKeys{"on", "of"};

/// A window that follows event time: quotes stand between trades.
void read_quotes_on(const YamlSection& section, const SetReading& reading, std::string& on) {
  if (!section.require("on", "on: T60") || !section.read("on", kIdentifier, on)) return;
  if (on == kOnTicks) {
    return section.refuse("on", "is ticks, but quotes are looked at over a window", "name a window of time");
  }
  if (!check_window(on, *section.find("on"), section.child("on"), reading)) return;
  const WindowConfig* const window = reading.set.find_window(on);
  if (window == nullptr || window->kind == WindowKind::time || window->kind == WindowKind::session) return;
  section.refuse("on",
                 "is " + in_quotes(on) + ", a window of " + Choice<WindowKind>{}.text(window->kind) +
                     ", but quotes are weighed by time",
                 "name a window with `size` or `session`");
}

void report_missing_nbbo(const YamlSection& section, const QuotesConfig& quotes, const SetConfig& set) {
  const auto found = std::find_if(quotes.of.begin(), quotes.of.end(), is_nbbo);
  if (found == quotes.of.end() || set.nbbo.enabled) return;
  section.refuse("of", "holds " + in_quotes(Choice<QuoteFunction>{}.text(*found)) + ", but the set has no NBBO",
                 "add `nbbo: true` to the set");
}

/// The same function on the same window would be the same value twice.
void report_seconds(const YamlSection& section, const QuotesConfig& quotes, const SetConfig& set) {
  for (const QuotesConfig& other : set.quotes) {
    if (other.on != quotes.on) continue;
    for (const QuoteFunction function : quotes.of) {
      if (std::find(other.of.begin(), other.of.end(), function) == other.of.end()) continue;
      section.refuse("of",
                     "holds " + in_quotes(Choice<QuoteFunction>{}.text(function)) + ", which the set has on " +
                         quotes.on + " already",
                     "name it once");
    }
  }
}

}  // namespace

void read_quotes(const YamlSection& set_section, SetReading& reading) {
  const auto items = set_section.items("quotes", kMaxWindows);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const YamlSection section(*items[i], item_path(set_section.child("quotes"), *items[i], i), kQuotesKeys,
                              reading.mistakes);
    if (!section.is_section()) continue;
    QuotesConfig quotes;
    quotes.place = place_of(*items[i]);
    read_quotes_on(section, reading, quotes.on);
    section.require("of", "of: [spread, mean_spread]");
    if (section.read_list("of", Choice<QuoteFunction>{}, kQuoteFunctions, quotes.of) && quotes.of.empty()) {
      section.refuse("of", "is empty", "name a function, mean_spread for example");
    }
    report_missing_nbbo(section, quotes, reading.set);
    report_seconds(section, quotes, reading.set);
    reading.set.quotes.push_back(std::move(quotes));
  }
}

}  // namespace tickplant::config
