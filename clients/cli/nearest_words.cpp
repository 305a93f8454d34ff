#include "clients/cli/nearest_words.hpp"

#include <algorithm>

#include "clients/cli/terminal.hpp"
#include "config/nearest.hpp"

namespace tickplant::cli {
namespace {

constexpr std::size_t kMostNamed = 20;  // two lines of a terminal, about

}  // namespace

std::string nearest_or_all(const std::string& word, const std::vector<std::string>& known) {
  if (known.empty()) return "there is none";
  const std::string near = config::nearest(word, known);
  if (!near.empty()) return "did you mean '" + printable(near) + "'?";
  const auto named = static_cast<std::ptrdiff_t>(std::min(known.size(), kMostNamed));
  const std::string rest =
      known.size() > kMostNamed ? ", and " + std::to_string(known.size() - kMostNamed) + " more" : "";
  return "one of: " + joined({known.begin(), known.begin() + named}) + rest;
}

}  // namespace tickplant::cli
