#include "analytics/patterns/pattern_match.hpp"

namespace tickplant::analytics {

std::string binding_text(const PatternMatch& match) {
  std::string text;
  for (std::size_t step = 0; step < match.program.steps().size(); ++step) {
    const auto listed = match.listed(step);
    for (std::size_t i = 0; i < listed.size(); ++i) {
      if (i + 1 == listed.size() && match.left_out(step) != 0) text += ";...";
      if (!text.empty()) text += ';';
      text += match.program.steps()[step].name + '=' + std::to_string(listed[i]);
    }
  }
  return text;
}

}  // namespace tickplant::analytics
