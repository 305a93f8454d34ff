#include "ringbuf/resolve_symbol.hpp"

#include <algorithm>
#include <utility>

#include "platform/setup_error.hpp"

namespace tickplant::ringbuf {
namespace {

using platform::SetupError;

constexpr std::size_t kMistakesMax = 2;
constexpr std::size_t kListedMax = 5;

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

/// Letters to insert, remove, replace or swap with their neighbour to get from `a` to `b` (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

InstrumentId resolve_symbol(const InstrumentDirectoryReader& directory, std::string_view text) {
  const SymbolMatch match = directory.find(text);
  if (match.kind == SymbolMatch::Kind::unique) return match.id;
  const std::string quoted = "symbol '" + std::string(text) + "'";
  if (match.kind == SymbolMatch::Kind::ambiguous) {
    std::vector<std::string> names;
    for (const InstrumentId id : directory.candidates(text)) names.push_back(directory.symbol_of(id));
    throw SetupError(quoted + " is at several venues: " + joined(names), "name one of them");
  }
  const std::vector<std::string> near = nearest_symbols(directory, text, kListedMax);
  throw SetupError(quoted + " is unknown",
                   near.empty() ? "list what there is: tickplant instruments" : "did you mean " + joined(near) + "?");
}

std::vector<std::string> nearest_symbols(const InstrumentDirectoryReader& directory, std::string_view text,
                                         std::size_t count_max) {
  const std::string wanted = upper(text);
  const bool with_venue = text.find('@') != std::string_view::npos;
  // Of a short symbol half the letters must be right, or everything is near.
  const std::size_t mistakes_max = std::min(kMistakesMax, wanted.size() / 2);
  std::vector<std::pair<std::size_t, std::string>> found;
  for (std::uint32_t id = 1; id <= directory.count(); ++id) {
    std::string full = directory.symbol_of({id});
    const std::string known = upper(with_venue ? full : full.substr(0, full.rfind('@')));
    const std::size_t length_difference = std::max(known.size(), wanted.size()) - std::min(known.size(), wanted.size());
    if (length_difference > mistakes_max) continue;
    const std::size_t distance = edit_distance(wanted, known);
    if (distance <= mistakes_max) found.emplace_back(distance, std::move(full));
  }
  std::sort(found.begin(), found.end());
  if (found.size() > count_max) found.resize(count_max);
  std::vector<std::string> names;
  for (auto& [distance, name] : found) names.push_back(std::move(name));
  return names;
}

}  // namespace tickplant::ringbuf
