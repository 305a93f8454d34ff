// The one description of every key: its path, kind, unit, range, default, what it is for and what is traded. Loading,
// nearest-key hints, environment overrides, `config show` and the sample files are all driven by it. A new key is a
// field in plant_config.hpp and a line in schema.cpp.
//
// Threads: values. A Setting refers into the config it was made from: that must outlive it and keep its entries in
// place. Not here: rules across keys (validate_config.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/plant_config.hpp"
#include "config/value_types.hpp"

namespace tickplant::config {

/// What a person needs to choose a value.
struct Meaning {
  std::string_view unit;          // "slots"; "-" for words
  std::string_view purpose;       // one sentence
  std::string_view trade;         // what is gained and lost by changing it
  std::string_view example = {};  // shown where there is no default
};

/// One key, bound to its field in one config.
struct Setting {
  std::string path;  // "rings.ticks.slots"
  Meaning meaning;
  std::string expected;      // allowed values
  std::string default_text;  // as YAML; empty: there is none
  bool required = false;     // a config without it is refused
  bool list = false;         // a YAML sequence; commas in the environment
  bool takes_quotes = true;  // false: a quoted scalar is of the wrong type (numbers, true and false)
  std::string foreign_to;    // "a source of kind pcap": this key means nothing there; empty: it means something

  /// Stores the value if it is allowed. A scalar is one item. On refusal `bad_item` says which item, and nothing
  /// changed.
  std::function<Refusal(std::span<const std::string> items, std::size_t& bad_item)> assign;
  std::function<std::string()> text;  // the current value as YAML
  std::function<std::string()> json;  // the same as a JSON value: sizes in bytes, times in nanoseconds

  /// The last part of the path.
  [[nodiscard]] std::string_view key() const { return std::string_view(path).substr(path.rfind('.') + 1); }
};

/// All keys of this config, in the order of the documentation; those of rings, feeds and threads once per entry.
[[nodiscard]] std::vector<Setting> settings_of(PlantConfig& config);

/// A section whose children are entries with names of the user's choice.
struct EntrySection {
  std::string_view name;
  void (*clear)(PlantConfig& config);
  void (*add)(PlantConfig& config, const std::string& entry_name);
  std::size_t (*count)(const PlantConfig& config);
  std::string_view example_entry;
};
inline constexpr std::size_t kMaxEntries = 64;  // per section
extern const std::array<EntrySection, 3> kEntrySections;

/// nullptr when `name` is no section of entries.
[[nodiscard]] const EntrySection* find_entry_section(std::string_view name);

/// One sentence for each section of the file, by path; entries of a section are written "*": "feeds.*.source".
[[nodiscard]] std::string_view section_purpose(std::string_view path);

}  // namespace tickplant::config
