#include "clients/cli/help/completion.hpp"

namespace tickplant::cli {

std::string path_below(const CommandRow& row) {
  std::string text;
  for (std::size_t i = 1; i < row.path.size(); ++i) text += (i == 1 ? "" : " ") + row.path[i];
  return text;
}

std::string offer_of(const ValueKind& kind) {
  std::string words;
  for (const std::string& choice : kind.choices) words += (words.empty() ? "" : " ") + choice;
  std::string offer = words.empty() ? "" : "words:" + words;
  for (const ValueSource source : kind.sources) {
    const std::string name = source == ValueSource::files     ? "files"
                             : source == ValueSource::folders ? "folders"
                                                              : std::string(name_of(source));
    if (!name.empty()) offer += (offer.empty() ? "" : ";") + name;
  }
  return kind.is_list && !offer.empty() ? "list;" + offer : offer;
}

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + '\'';
}

std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c);
  return out + '\'';
}

}  // namespace tickplant::cli
