// What the list of indicators says about each function, and a call in config checked against it.
//
// Threads: at set-up.
// Not here: the list (indicator_factory.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analytics/indicators/indicator_factory.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

using config::Decimal;

/// What a function says about itself once its parameters are known.
struct BuiltIndicator {
  std::int64_t first;
  std::uint64_t memory;
  std::vector<MadeIndicator::Output> outputs;
};

/// Checked parameters, in the order of the call.
class Arguments {
 public:
  explicit Arguments(std::vector<Decimal> values) : values_(std::move(values)) {}
  [[nodiscard]] std::int64_t bars(std::size_t i) const { return values_[i].nano / config::kDecimalScale; }
  [[nodiscard]] std::int64_t nano(std::size_t i) const { return values_[i].nano; }
  [[nodiscard]] const std::vector<Decimal>& all() const noexcept { return values_; }

 private:
  std::vector<Decimal> values_;
};

struct Parameter {
  std::string_view name;
  std::int64_t least = 0;  // bars; 0: a factor above 0, not necessarily whole
  std::optional<Decimal> otherwise = {};
};

struct IndicatorFunction {
  std::string_view name;
  std::string_view example;
  std::vector<Parameter> parameters;
  bool has_unstable_form;
  BuiltIndicator (*build)(NodePool&, const Arguments&);
  // How TA-Lib's files are called where they repeat or add something.
  std::string (*file_stem)(const std::string& stem, const Arguments&) = nullptr;
};

/// What a call comes down to.
struct ResolvedCall {
  const IndicatorFunction* function;
  Arguments arguments;
  std::int64_t withheld;  // first values that are not shown
  std::string text, file_stem;
};

/// Throws platform::SetupError, which says what is wrong at `call.place` in `file_name`.
[[nodiscard]] ResolvedCall resolve(std::span<const IndicatorFunction> functions, const config::FunctionCall& call,
                                   const std::string& file_name);

/// The function of that name, or of which it is the unstable form; nullptr: none.
[[nodiscard]] const IndicatorFunction* find(std::span<const IndicatorFunction> functions,
                                            std::string_view name) noexcept;

/// "2.5": without zeros at the end.
[[nodiscard]] std::string to_text(Decimal value);

}  // namespace tickplant::analytics
