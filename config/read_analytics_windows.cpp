// Windows of a set. Exactly one of `size`, `session`, `ticks`, `volume`, `value` says what kind of window it is; what
// the kind has no use for is refused.
#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <utility>

#include "config/read_analytics_parts.hpp"

namespace tickplant::config {

namespace {

constexpr std::int64_t kMaxPanes = 4096;  // a window is summed up from parts of gcd(size, slide)
constexpr std::uint64_t kMostTicks = 1'000'000'000, kMostVolume = 1'000'000'000'000'000;

constexpr std::array<std::string_view, 12> kWindowKeys{"name",  "size",  "slide",   "offset", "align",  "calendar",
                                                       "early", "empty", "session", "ticks",  "volume", "value"};
constexpr std::array<std::string_view, 5> kWindowKinds{"size", "session", "ticks", "volume", "value"};

enum class Align : std::uint8_t { epoch, session };
constexpr std::array<std::string_view, 2> choice_words(Align) { return {"epoch", "session"}; }

class WindowReader {
 public:
  WindowReader(const YamlSection& section, WindowConfig& window) : section_(section), window_(window) {}

  void read() {
    const std::string_view kind_key = find_kind();
    if (kind_key == "size") read_time();
    if (kind_key == "session") read_session();
    if (kind_key == "ticks") {
      window_.kind = WindowKind::ticks;
      section_.read("ticks", Count{1, kMostTicks}, window_.count);
    }
    if (kind_key == "volume") {
      window_.kind = WindowKind::volume;
      section_.read("volume", Count{1, kMostVolume}, window_.count);
    }
    if (kind_key == "value") {
      window_.kind = WindowKind::value;
      section_.read("value", DecimalNumber{.min = {1}}, window_.value);
    }
    if (kind_key == "ticks" || kind_key == "volume" || kind_key == "value") {
      refuse_all({"slide", "offset", "align", "calendar", "early", "empty"}, "a window of " + std::string(kind_key));
    }
  }

 private:
  /// Empty: none, or more than one, which is reported.
  std::string_view find_kind() {
    std::string_view found;
    bool is_mixed = false;
    for (const std::string_view key : kWindowKinds) {
      if (!section_.has(key)) continue;
      if (!found.empty()) {
        section_.refuse(key, "makes a second kind of window of one that has `" + std::string(found) + '`',
                        "keep one of the two, or make two windows");
        is_mixed = true;
      } else {
        found = key;
      }
    }
    if (found.empty()) section_.require("size", "size: 1m`, or `session:`, `ticks:`, `volume:`, `value:");
    return is_mixed ? std::string_view{} : found;
  }

  void read_time() {
    window_.kind = WindowKind::time;
    if (!section_.read("size", time_from(kMillisecondNs, kWeekNs), window_.size_ns)) return;
    window_.slide_ns = window_.size_ns;
    if (section_.read("slide", time_from(kMillisecondNs, kWeekNs), window_.slide_ns)) check_slide();
    if (section_.read("offset", time_from(0, kWeekNs), window_.offset_ns) && window_.offset_ns >= window_.slide_ns) {
      section_.refuse("offset",
                      "is " + text(window_.offset_ns) + ", not below the " + text(window_.slide_ns) +
                          " after which the next window starts",
                      "write " + text(window_.offset_ns % window_.slide_ns) + ", which is the same");
    }
    Align align = Align::epoch;
    section_.read("align", Choice<Align>{}, align);
    window_.align_to_session = align == Align::session;
    section_.read("empty", Choice<EmptyWindows>{}, window_.empty);
    read_early();
    window_.align_to_session ? read_alignment() : refuse_all({"calendar"}, "a window without `align: session`");
  }

  void check_slide() {
    if (window_.slide_ns > window_.size_ns) {
      return section_.refuse("slide",
                             "is " + text(window_.slide_ns) + ", more than the size " + text(window_.size_ns) +
                                 ": trades between windows would belong to none",
                             "write " + text(window_.size_ns) + " or less");
    }
    const std::int64_t pane = std::gcd(window_.size_ns, window_.slide_ns);
    if (window_.size_ns / pane > kMaxPanes) {
      section_.refuse("slide",
                      "is " + text(window_.slide_ns) + ", which cuts " + text(window_.size_ns) + " into " +
                          std::to_string(window_.size_ns / pane) + " parts of " + text(pane),
                      "choose a slide that divides the size into at most " + std::to_string(kMaxPanes) + " parts");
    }
  }

  void read_alignment() {
    if (section_.require("calendar", "calendar: us_equity")) section_.read("calendar", kCalendar, window_.calendar);
    if (window_.slide_ns != window_.size_ns) {
      section_.refuse("slide", "is " + text(window_.slide_ns) + ", but windows counted from the open do not overlap",
                      "take it out, or `align: session`");
    }
    refuse_all({"offset"}, "a window counted from the session's open");
  }

  void read_session() {
    window_.kind = WindowKind::session;
    section_.read("session", kCalendar, window_.calendar);
    read_early();
    refuse_all({"slide", "offset", "align", "calendar", "empty"}, "a window of a whole session");
  }

  void read_early() {
    if (!section_.read("early", time_from(kMillisecondNs, kWeekNs), window_.early_ns)) return;
    if (window_.kind == WindowKind::time && window_.early_ns >= window_.size_ns) {
      section_.refuse("early",
                      "is " + text(window_.early_ns) + ", by then a window of " + text(window_.size_ns) + " has ended",
                      "write less, or take it out");
    }
  }

  void refuse_all(std::initializer_list<std::string_view> keys, const std::string& what) {
    for (const std::string_view key : keys) section_.refuse(key, "means nothing to " + what, "take it out");
  }

  static std::string text(std::int64_t nanos) { return time_from(0, kWeekNs).text(nanos); }

  const YamlSection& section_;
  WindowConfig& window_;
};

}  // namespace

void read_windows(const YamlSection& set_section, SetReading& reading) {
  const auto items = set_section.items("windows", kMaxWindows);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const YamlSection section(*items[i], item_path(set_section.child("windows"), *items[i], i), kWindowKeys,
                              reading.mistakes);
    if (!section.is_section()) continue;
    WindowConfig window;
    window.place = place_of(*items[i]);
    read_name(section, kIdentifier, "name: T60", reading.window_names, window.name, reading.mistakes);
    if (window.name == kOnTicks || window.name == kOnSignals) {
      section.refuse("name", "is '" + window.name + "', which `on:` has a meaning for already", "rename it");
    }
    WindowReader(section, window).read();
    reading.set.windows.push_back(std::move(window));
  }
}

}  // namespace tickplant::config
