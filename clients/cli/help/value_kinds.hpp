// What a value on the command line may be, read off the word that --help calls it by: words in capitals name a kind
// (FILE, PLANT, N), words in lower case are themselves what may be typed (csv|json|dbn). So help, completion and man
// pages say the same.
//
// Threads: any; pure functions. Not here: what is typed and checked (each verb), live values (live_values.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tickplant::cli {

/// Where a shell finds the words that could be meant.
enum class ValueSource {
  nothing,  // a number, a time, a new name: only its writer knows
  files,
  folders,
  plants,
  symbols,
  rings,
  feeds,
  functions,
  windows,
};

/// The words of a source whose words only a plant knows: "plants", "symbols", ...; empty for the others.
[[nodiscard]] std::string_view name_of(ValueSource source) noexcept;
[[nodiscard]] std::vector<ValueSource> live_sources();

struct ValueKind {
  std::vector<std::string> choices;  // words that may be typed as they are
  std::vector<ValueSource> sources;  // of the others
  bool is_list = false;              // several at once, separated by commas
  bool is_known = true;              // false: a word in capitals that the table in value_kinds.cpp lacks
};

/// `name`: as the option's type_name, e.g. "image|newest|WHEN".
[[nodiscard]] ValueKind value_kind(std::string_view name);

}  // namespace tickplant::cli
