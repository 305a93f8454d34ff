#include "analytics/patterns/condition_names.hpp"

#include <algorithm>
#include <array>

#include "config/nearest.hpp"
#include "config/quoting.hpp"

namespace tickplant::analytics {

namespace {

constexpr std::array<std::string_view, 8> kWords{"and", "or", "not", "abs", "min", "max", "count", "last"};

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + config::printable(word);
  return text;
}

/// "did you mean 'open'?", or what is said when nothing is near.
std::string did_you_mean(const Token& word, const std::vector<std::string>& known, const std::string& otherwise) {
  const bool is_word = word.kind == TokenKind::name || word.kind == TokenKind::quoted;
  const std::string similar = is_word ? config::nearest(word.text, known) : "";
  return similar.empty() ? otherwise : "did you mean " + config::in_quotes(similar) + "?";
}

}  // namespace

std::string shown(const Token& word) { return word.kind == TokenKind::end ? "the end" : config::in_quotes(word.text); }

std::vector<std::string> ConditionNames::field_names() const {
  std::vector<std::string> names;
  for (const EventField& each : scope_.schema.fields) names.push_back(each.name);
  return names;
}

std::string ConditionNames::fields() const { return listed(field_names()); }

bool ConditionNames::is_step(std::string_view word) const noexcept {
  return std::any_of(scope_.steps.begin(), scope_.steps.end(), [&](const StepName& each) { return each.name == word; });
}

std::uint16_t ConditionNames::field(const Token& word) const {
  std::vector<std::string> known = field_names();
  const auto found = std::find(known.begin(), known.end(), word.text);
  if (found != known.end()) return static_cast<std::uint16_t>(found - known.begin());
  if (is_step(word.text)) {
    const std::string step(word.text), field = known.empty() ? "field" : known.front();
    source_.fail(word.offset, "'" + step + "' is a step, not a field",
                 "write " + step + "[0]." + field + ", " + step + "[last]." + field + " or count(" + step + ")");
  }
  for (const StepName& each : scope_.steps) known.push_back(each.name);
  source_.fail(word.offset, shown(word) + " is neither a field of " + events() + " nor a step",
               did_you_mean(word, known, "fields are " + fields()));
}

std::uint16_t ConditionNames::field_of_bound_event(const Token& word) const {
  const std::vector<std::string> known = field_names();
  const auto found = std::find(known.begin(), known.end(), word.text);
  if (word.kind == TokenKind::name && found != known.end()) return static_cast<std::uint16_t>(found - known.begin());
  source_.fail(word.offset, shown(word) + " is no field of " + events(),
               did_you_mean(word, known, "fields are " + fields()));
}

std::uint16_t ConditionNames::step(const Token& word) const {
  std::vector<std::string> known;
  for (const StepName& each : scope_.steps.first(scope_.visible_steps)) known.push_back(each.name);
  const auto found = std::find(known.begin(), known.end(), word.text);
  if (word.kind == TokenKind::name && found != known.end()) return static_cast<std::uint16_t>(found - known.begin());
  const std::string steps = known.empty() ? "no step has events here" : "steps with events are " + listed(known);
  if (word.kind == TokenKind::name && is_step(word.text)) {
    source_.fail(word.offset, "step " + shown(word) + " has no events yet when this is asked", steps);
  }
  source_.fail(word.offset, shown(word) + " is no step", did_you_mean(word, known, steps));
}

std::uint32_t ConditionNames::event_index(std::uint16_t step, const Token& number) const {
  const StepName& of = scope_.steps[step];
  if (number.kind != TokenKind::number || number.value.denominator != 1) {
    source_.fail(number.offset, "expected the number of an event of step '" + of.name + "', found " + shown(number),
                 "count from 0: " + of.name + "[0], or " + of.name + "[last]");
  }
  if (number.value.numerator >= of.times_max) {
    source_.fail(number.offset, "step '" + of.name + "' takes at most " + std::to_string(of.times_max) + " events",
                 "the last of them is " + of.name + '[' + std::to_string(of.times_max - 1) + ']');
  }
  return static_cast<std::uint32_t>(number.value.numerator);
}

std::uint16_t ConditionNames::capture(const Capture& capture, const Token& word) const {
  std::vector<Capture>& captures = scope_.captures;
  const auto known = std::find(captures.begin(), captures.end(), capture);
  const auto index = static_cast<std::uint16_t>(known - captures.begin());
  if (known != captures.end()) return index;
  if (captures.size() == kMaxCaptures) {
    source_.fail(word.offset, "the pattern refers to more than " + std::to_string(kMaxCaptures) + " earlier values",
                 "refer to fewer");
  }
  captures.push_back(capture);
  return index;
}

std::size_t ConditionNames::constant(const Token& quoted) const {
  const std::vector<std::string>& names = scope_.schema.names;
  const auto known = std::find(names.begin(), names.end(), quoted.text);
  if (known != names.end()) return static_cast<std::size_t>(known - names.begin());
  source_.fail(quoted.offset, shown(quoted) + " is no name of " + events(),
               names.empty() ? "compare numbers: " + events() + " have no names"
                             : did_you_mean(quoted, names, "names are " + listed(names)));
}

void ConditionNames::no_function(const Token& word) const {
  const std::vector<std::string> functions{"abs", "min", "max", "count"};
  source_.fail(word.offset, "there is no function " + shown(word),
               did_you_mean(word, functions, "functions are " + listed(functions)));
}

bool can_be_named(std::string_view word) noexcept {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_inside = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !word.empty() && is_letter(word.front()) && std::all_of(word.begin(), word.end(), is_inside) &&
         std::find(kWords.begin(), kWords.end(), word) == kWords.end();
}

}  // namespace tickplant::analytics
