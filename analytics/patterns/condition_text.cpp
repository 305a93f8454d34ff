#include "analytics/patterns/condition_text.hpp"

#include <algorithm>

#include "platform/setup_error.hpp"

namespace tickplant::analytics {

namespace {

constexpr std::size_t kShownBefore = 60, kShownAfter = 40;  // of a long line, around the mistake

/// One character each, so that the caret stays below what it means.
std::string one_to_one(std::string_view text) {
  std::string shown(text);
  for (char& letter : shown) {
    if (letter < ' ' || letter > '~') letter = letter == '\t' ? ' ' : '?';
  }
  return shown;
}

}  // namespace

void ConditionText::fail(std::size_t offset, const std::string& problem, const std::string& remedy) const {
  offset = std::min(offset, text.size());
  // Of a text of several lines, the one with the mistake.
  const std::size_t newline = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const std::size_t line_begin = newline == std::string_view::npos ? 0 : newline + 1;
  const std::size_t begin = std::max(line_begin, offset - std::min(offset, kShownBefore));
  const std::size_t end = std::min({text.find('\n', offset), text.size(), offset + kShownAfter});
  throw platform::SetupError(heading + ", column " + std::to_string(offset + 1) + ": " + problem + "\n    " +
                                 one_to_one(text.substr(begin, end - begin)) + "\n    " +
                                 std::string(offset - begin, ' ') + '^',
                             remedy);
}

}  // namespace tickplant::analytics
