#include "analytics/indicators/indicator_function.hpp"

#include <algorithm>

#include "config/nearest.hpp"
#include "config/quoting.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::analytics {

namespace {

constexpr std::string_view kUnstable = "_unstable";

/// "ema_unstable" -> "ema".
std::string_view without_suffix(std::string_view name) noexcept {
  return name.substr(0, name.ends_with(kUnstable) ? name.size() - kUnstable.size() : name.size());
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : std::string(separator)) + part;
  return text;
}

std::string text_of(const std::string& name, const std::vector<Decimal>& parameters) {
  std::vector<std::string> texts;
  for (const Decimal parameter : parameters) texts.push_back(to_text(parameter));
  if (name.empty() || texts.empty()) return name + joined(texts, ",");
  return name + '(' + joined(texts, ",") + ')';
}

/// One call, checked step by step; each refusal names the place, the call, what was found and what to write instead.
class CallCheck {
 public:
  CallCheck(std::span<const IndicatorFunction> functions, const config::FunctionCall& call,
            const std::string& file_name)
      : functions_(functions),
        call_(call),
        file_name_(file_name),
        function_(call.is_number() ? nullptr : find(functions, call.name)) {
    if (function_ == nullptr) refuse_name();
    is_unstable_ = function_->name != call.name;
  }

  [[nodiscard]] ResolvedCall resolve() const {
    std::vector<Decimal> values = call_.parameters;
    check_count(values.size());
    std::int64_t withheld = 0;
    if (is_unstable_) {
      check_bars("withheld values", values.back(), 0);
      withheld = values.back().nano / config::kDecimalScale;
      values.pop_back();
    }
    for (std::size_t i = values.size(); i < function_->parameters.size(); ++i) {
      values.push_back(*function_->parameters[i].otherwise);
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Parameter& parameter = function_->parameters[i];
      parameter.least > 0 ? check_bars(parameter.name, values[i], parameter.least) : check_factor(parameter, values[i]);
    }
    if (function_->name == "macd" && values[0] >= values[1]) {
      refuse("the fast average has " + to_text(values[0]) + " bars and the slow one " + to_text(values[1]),
             "the fast one comes first and is the shorter one, as in " + example());
    }
    return described(std::move(values), withheld);
  }

 private:
  [[noreturn]] void refuse(const std::string& problem, std::string remedy) const {
    std::string place = file_name_;
    if (call_.place.line != 0) {
      place += ':' + std::to_string(call_.place.line) + ':' + std::to_string(call_.place.column);
    }
    const std::string text = config::printable(text_of(call_.name, call_.parameters));
    throw platform::SetupError(place + ": " + text + ": " + problem, std::move(remedy));
  }

  [[noreturn]] void refuse_name() const {
    std::vector<std::string> known, recursive;
    for (const IndicatorFunction& function : functions_) {
      known.emplace_back(function.name);
      if (function.has_unstable_form) recursive.emplace_back(function.name);
    }
    const std::string stable(without_suffix(call_.name));
    if (stable != call_.name && find(functions_, stable) != nullptr) {
      refuse(stable + " forgets its first bars and has no unstable form",
             "leave out " + std::string(kUnstable) + "; those that have: " + joined(recursive, ", "));
    }
    const std::string near = config::nearest(call_.name, known);
    refuse(call_.is_number() ? "a number is no indicator" : "there is no such indicator",
           (near.empty() ? std::string() : "did you mean " + near + "? ") + "There are: " + joined(known, ", "));
  }

  void check_count(std::size_t given) const {
    const std::size_t extra = is_unstable_ ? 1 : 0;
    std::vector<std::string> names;
    std::size_t required = extra;
    for (const Parameter& parameter : function_->parameters) {
      names.push_back(std::string(parameter.name) +
                      (parameter.otherwise ? " (" + to_text(*parameter.otherwise) + " if left out)" : ""));
      if (!parameter.otherwise) ++required;
    }
    if (is_unstable_) names.emplace_back("withheld values");
    // What comes last cannot be told from what was left out before it.
    if (given >= (is_unstable_ ? names.size() : required) && given <= names.size()) return;
    refuse("it has " + std::to_string(given) + (given == 1 ? " parameter" : " parameters"),
           std::string(function_->name) + (is_unstable_ ? std::string(kUnstable) : "") + " takes " +
               (names.empty() ? "none" : joined(names, ", ")) + ": " + example());
  }

  void check_bars(std::string_view name, Decimal value, std::int64_t least) const {
    if (value.nano % config::kDecimalScale == 0 && value >= config::whole(least) && value <= config::whole(kMostBars)) {
      return;
    }
    refuse(std::string(name) + " is " + to_text(value), "a whole number from " + std::to_string(least) + " to " +
                                                            std::to_string(kMostBars) + ", as in " + example());
  }

  void check_factor(const Parameter& parameter, Decimal value) const {
    if (value.nano > 0) return;
    refuse(std::string(parameter.name) + " is " + to_text(value), "a number above 0, as in " + example());
  }

  [[nodiscard]] std::string example() const {
    std::string text(function_->example);
    if (is_unstable_) text.insert(text.find('('), kUnstable).insert(text.size() - 1, ",50");
    return text;
  }

  [[nodiscard]] ResolvedCall described(std::vector<Decimal> values, std::int64_t withheld) const {
    std::string stem(function_->name);
    for (const Decimal value : values) stem += '_' + to_text(value);
    ResolvedCall result{function_, Arguments(values), withheld, {}, {}};
    if (function_->file_stem != nullptr) stem = function_->file_stem(stem, result.arguments);
    result.file_stem = is_unstable_ ? "unst" + std::to_string(withheld) + '_' + stem : stem;
    if (is_unstable_) values.push_back(config::whole(withheld));
    result.text = text_of(call_.name, values);
    return result;
  }

  std::span<const IndicatorFunction> functions_;
  const config::FunctionCall& call_;
  const std::string& file_name_;
  const IndicatorFunction* function_;
  bool is_unstable_ = false;
};

}  // namespace

ResolvedCall resolve(std::span<const IndicatorFunction> functions, const config::FunctionCall& call,
                     const std::string& file_name) {
  return CallCheck(functions, call, file_name).resolve();
}

const IndicatorFunction* find(std::span<const IndicatorFunction> functions, std::string_view name) noexcept {
  const std::string_view stable = without_suffix(name);
  for (const IndicatorFunction& function : functions) {
    if (function.name == name || (function.name == stable && function.has_unstable_form)) return &function;
  }
  return nullptr;
}

std::string to_text(Decimal value) {
  const auto size = value.nano < 0 ? -static_cast<std::uint64_t>(value.nano) : static_cast<std::uint64_t>(value.nano);
  constexpr auto kScale = static_cast<std::uint64_t>(config::kDecimalScale);
  std::string text = (value.nano < 0 ? "-" : "") + std::to_string(size / kScale);
  if (size % kScale == 0) return text;
  const std::string decimals = std::to_string(size % kScale + kScale).substr(1);
  return text + '.' + decimals.substr(0, decimals.find_last_not_of('0') + 1);
}

}  // namespace tickplant::analytics
