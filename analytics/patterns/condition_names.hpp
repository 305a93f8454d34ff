// What the names in a condition stand for: fields, steps, the texts that names can be. And what is said, with the
// nearest known name, of those that stand for nothing.
//
// Threads: set-up, one.
// Not here: the grammar (condition_compiler.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/patterns/condition.hpp"
#include "analytics/patterns/condition_lexer.hpp"
#include "analytics/patterns/condition_text.hpp"
#include "analytics/patterns/event_schema.hpp"

namespace tickplant::analytics {

/// A step of the pattern as conditions see it.
struct StepName {
  std::string name;
  std::uint32_t times_max = 1;
};

struct ConditionScope {
  const EventSchema& schema;
  std::span<const StepName> steps;  // all of the pattern, in order
  std::size_t visible_steps = 0;    // so many can have events when the condition is asked
  std::vector<Capture>& captures;   // of the pattern: grows by what the condition refers to
};

/// Each look-up throws SetupError at the word it cannot find.
class ConditionNames {
 public:
  static constexpr std::size_t kMaxCaptures = 256;

  /// Keeps references to both.
  ConditionNames(const ConditionText& source, const ConditionScope& scope) : source_(source), scope_(scope) {}

  [[nodiscard]] std::uint16_t field(const Token& word) const;
  [[nodiscard]] std::uint16_t field_of_bound_event(const Token& word) const;
  [[nodiscard]] std::uint16_t step(const Token& word) const;
  [[nodiscard]] std::uint32_t event_index(std::uint16_t step, const Token& number) const;
  [[nodiscard]] std::uint16_t capture(const Capture& capture, const Token& word) const;
  [[nodiscard]] std::size_t constant(const Token& quoted) const;
  [[noreturn]] void no_function(const Token& word) const;

  [[nodiscard]] FieldKind kind(std::uint16_t field) const noexcept { return scope_.schema.fields[field].kind; }
  /// "open, high, low, ..."
  [[nodiscard]] std::string fields() const;
  /// "bars"
  [[nodiscard]] const std::string& events() const noexcept { return scope_.schema.events; }

 private:
  [[nodiscard]] std::vector<std::string> field_names() const;
  [[nodiscard]] bool is_step(std::string_view word) const noexcept;

  const ConditionText& source_;
  const ConditionScope& scope_;
};

/// 'word', or "the end".
[[nodiscard]] std::string shown(const Token& word);

/// false: the word means something in conditions, or is not letters, digits and _: no name of a step or field.
[[nodiscard]] bool can_be_named(std::string_view word) noexcept;

}  // namespace tickplant::analytics
