#include "clients/cli/help/value_kinds.hpp"

#include <algorithm>
#include <array>

#include "clients/cli/live/derived_words.hpp"
#include "clients/cli/live/health.hpp"
#include "clients/cli/live/record_types.hpp"
#include "clients/cli/live/words.hpp"

namespace tickplant::cli {
namespace {

struct KindWord {
  std::string_view word;
  ValueSource source = ValueSource::nothing;
  bool is_list = false;
};

constexpr std::array kKindWords{
    KindWord{"ADDRESS"},
    KindWord{"DATE"},
    KindWord{"FEED", ValueSource::feeds},
    KindWord{"FILE", ValueSource::files},
    KindWord{"FILTER"},
    KindWord{"FOLDER", ValueSource::folders},
    KindWord{"FUNCTION", ValueSource::functions},
    KindWord{"INPUT"},
    KindWord{"MIC"},
    KindWord{"N"},
    KindWord{"NAME"},
    KindWord{"NEWFOLDER", ValueSource::folders},
    KindWord{"PLANT", ValueSource::plants},
    KindWord{"PREFIX", ValueSource::symbols},
    KindWord{"REASON"},
    KindWord{"RESULTS", ValueSource::nothing, true},
    KindWord{"RING", ValueSource::rings},
    KindWord{"SPEED"},
    KindWord{"SYMBOL", ValueSource::symbols},
    KindWord{"SYMBOLS", ValueSource::symbols, true},
    KindWord{"TIME"},
    KindWord{"TYPES", ValueSource::nothing, true},
    KindWord{"VERB"},
    KindWord{"WHEN"},
    KindWord{"WINDOW", ValueSource::windows},
    KindWord{"ZONE"},
};

/// Those whose words are always the same.
std::vector<std::string> fixed_words(std::string_view kind) {
  std::vector<std::string> words;
  if (kind == "TYPES") {
    for (const ringbuf::RecordType type : record_types()) words.emplace_back(word_of(type));
  }
  if (kind == "RESULTS") {
    for (const ringbuf::DerivedType type : derived_types()) words.emplace_back(word_of(type));
  }
  if (kind == "REASON") words = health_reason_keys();
  return words;
}

bool is_kind(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

void take(std::string_view word, ValueKind& kind) {
  if (!is_kind(word)) return kind.choices.emplace_back(word), void();
  const auto known =
      std::find_if(kKindWords.begin(), kKindWords.end(), [&](const KindWord& k) { return k.word == word; });
  if (known == kKindWords.end()) return kind.is_known = false, void();
  kind.sources.push_back(known->source);
  kind.is_list |= known->is_list;
  for (std::string& fixed : fixed_words(word)) kind.choices.push_back(std::move(fixed));
}

}  // namespace

std::string_view name_of(ValueSource source) noexcept {
  switch (source) {
    case ValueSource::plants: return "plants";
    case ValueSource::symbols: return "symbols";
    case ValueSource::rings: return "rings";
    case ValueSource::feeds: return "feeds";
    case ValueSource::functions: return "functions";
    case ValueSource::windows: return "windows";
    case ValueSource::nothing:
    case ValueSource::files:
    case ValueSource::folders: break;
  }
  return {};
}

std::vector<ValueSource> live_sources() {
  return {ValueSource::plants, ValueSource::symbols,   ValueSource::rings,
          ValueSource::feeds,  ValueSource::functions, ValueSource::windows};
}

ValueKind value_kind(std::string_view name) {
  ValueKind kind;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('|'), name.size());
    take(name.substr(0, end), kind);
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return kind;
}

}  // namespace tickplant::cli
