#include "analytics/alerts/term_names.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "analytics/indicators/indicator_factory.hpp"
#include "analytics/indicators/indicator_names.hpp"
#include "analytics/signals/volume_baseline.hpp"
#include "config/analytics_values.hpp"
#include "config/nearest.hpp"
#include "config/quoting.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::analytics {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000, kDay = 86'400 * kSecond;

/// Without arguments.
struct PlainTerm {
  std::string_view name;
  TermKind kind;
  TermType type;
};
constexpr std::array<PlainTerm, 11> kPlainTerms{{{"price", TermKind::price, TermType::price},
                                                 {"size", TermKind::size, TermType::size},
                                                 {"bid", TermKind::bid, TermType::price},
                                                 {"ask", TermKind::ask, TermType::price},
                                                 {"bid_size", TermKind::bid_size, TermType::size},
                                                 {"ask_size", TermKind::ask_size, TermType::size},
                                                 {"mid", TermKind::mid, TermType::price},
                                                 {"spread", TermKind::spread, TermType::price},
                                                 {"silent", TermKind::silent, TermType::duration},
                                                 {"trend", TermKind::trend, TermType::word},
                                                 {"status", TermKind::status, TermType::word}}};

/// Over the last `span`.
struct SpanTerm {
  std::string_view name;
  TermKind kind;
  TermType type;
};
constexpr std::array<SpanTerm, 6> kSpanTerms{{{"change", TermKind::change, TermType::ratio},
                                              {"swing", TermKind::swing, TermType::ratio},
                                              {"volume", TermKind::volume, TermType::size},
                                              {"trades", TermKind::trades, TermType::number},
                                              {"high", TermKind::high, TermType::price},
                                              {"low", TermKind::low, TermType::price}}};

/// Of the newest bar.
struct BarTerm {
  std::string_view name;  // behind "bar_"
  BarField field;
  TermType type;
};
constexpr std::array<BarTerm, 7> kBarTerms{{{"open", BarField::open, TermType::price},
                                            {"high", BarField::high, TermType::price},
                                            {"low", BarField::low, TermType::price},
                                            {"close", BarField::close, TermType::price},
                                            {"volume", BarField::volume, TermType::size},
                                            {"count", BarField::count, TermType::number},
                                            {"vwap", BarField::vwap, TermType::price}}};
constexpr std::string_view kBarPrefix = "bar_";

/// Functions of bars whose values are prices: what they may be compared with.
constexpr std::array<std::string_view, 12> kPriceFunctions{
    "sma",           "ema",          "wma",          "vwap", "bbands", "bbands_upper",
    "bbands_middle", "bbands_lower", "session_vwap", "atr",  "trange", "mom"};

constexpr std::array<std::string_view, 8> kStatusWords{"unknown", "pre_open",   "trading", "halted",
                                                       "paused",  "quote_only", "auction", "closed"};

constexpr std::uint32_t kMostZscoreBars = kLookbackMax;

template <class Table>
auto* find_term(const Table& table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& each) { return each.name == name; });
  return found == table.end() ? nullptr : &*found;
}

class TermReader {
 public:
  TermReader(const ConditionText& source, const RuleToken& name, const std::vector<TermArgument>& arguments)
      : source_(source), name_(name), arguments_(arguments) {}

  Term read(bool has_arguments) {
    if (const PlainTerm* const plain = find_term(kPlainTerms, name_.text); plain != nullptr) {
      if (has_arguments) fail(name_, "'" + name() + "' takes no arguments", "write " + name());
      return made(plain->kind, plain->type);
    }
    const bool is_known = find_term(kSpanTerms, name_.text) != nullptr || name_.text == "zscore" || is_bar_name() ||
                          is_function(name_.text);
    if (!is_known) unknown();
    if (!has_arguments || arguments_.empty()) {
      fail(name_, "'" + name() + "' needs to know over what", "write " + example());
    }
    if (const SpanTerm* const span = find_term(kSpanTerms, name_.text); span != nullptr) return over_span(*span);
    if (name_.text == "zscore") return zscore();
    if (is_bar_name()) return bar();
    return function();
  }

 private:
  [[noreturn]] void fail(const RuleToken& at, const std::string& problem, const std::string& remedy) const {
    source_.fail(at.offset, problem, remedy);
  }
  [[nodiscard]] std::string name() const { return std::string(name_.text); }
  [[nodiscard]] bool is_bar_name() const {
    return name_.text.starts_with(kBarPrefix) && find_term(kBarTerms, name_.text.substr(kBarPrefix.size())) != nullptr;
  }
  static bool is_function(std::string_view name) {
    const std::vector<std::string> known = indicator_names_of_rules();
    return std::find(known.begin(), known.end(), name) != known.end();
  }
  static std::vector<std::string> indicator_names_of_rules();

  [[noreturn]] void unknown() const {
    const std::string near = config::nearest(name_.text, term_names());
    fail(name_, "nothing is called " + config::in_quotes(name_.text),
         near.empty() ? "docs/alerts.md has all names; price, change(5m), sma(5m), rsi(14, 1m) are some"
                      : "did you mean '" + near + "'?");
  }
  [[nodiscard]] std::string example() const {
    if (name_.text == "zscore") return "zscore(volume, 20, 1m)";
    if (is_bar_name() || find_term(kSpanTerms, name_.text) != nullptr) return name() + "(1m)";
    return name_.text == "sma" ? "sma(5m), or sma(20, 1m) for 20 bars of a minute" : name() + "(14, 1m)";
  }

  [[nodiscard]] Term made(TermKind kind, TermType type) const {
    Term term;
    term.kind = kind;
    term.type = type;
    term.text = name();
    if (arguments_.empty()) return term;
    term.text += '(';
    for (const TermArgument& each : arguments_) {
      if (term.text.back() != '(') term.text += ", ";
      term.text += each.token.text;
    }
    term.text += ')';
    return term;
  }

  /// The last argument: a length of time.
  [[nodiscard]] std::int64_t span_of(std::int64_t least, std::int64_t multiple) const {
    const RuleToken& last = arguments_.back().token;
    if (last.kind != RuleTokenKind::duration) {
      fail(last, "'" + name() + "' ends with a length of time, and this is " + config::in_quotes(last.text),
           "write " + example());
    }
    if (last.nanos < least || last.nanos > kDay) {
      fail(last, "this length of time is not from " + std::to_string(least / kSecond) + "s to 24h",
           "write " + example());
    }
    if (last.nanos % multiple != 0) {
      fail(last, "this length of time is no multiple of " + std::to_string(multiple / kSecond) + "s",
           "write " + example());
    }
    return last.nanos;
  }
  void require_arguments(std::size_t count) const {
    if (arguments_.size() == count) return;
    const RuleToken& at = arguments_.size() > count ? arguments_[count].token : name_;
    fail(at,
         "'" + name() + "' takes " + std::to_string(count) + " argument" + (count == 1 ? "" : "s") + ", not " +
             std::to_string(arguments_.size()),
         "write " + example());
  }

  [[nodiscard]] Term over_span(const SpanTerm& span) const {
    require_arguments(1);
    Term term = made(span.kind, span.type);
    term.span_ns = span_of(kSecond, 1);
    return term;
  }

  [[nodiscard]] Term bar() const {
    require_arguments(1);
    const BarTerm& found = *find_term(kBarTerms, name_.text.substr(kBarPrefix.size()));
    Term term = made(TermKind::bar, found.type);
    term.field = found.field;
    term.span_ns = span_of(kSecond, kSecond);
    return term;
  }

  /// zscore(volume, 20, 1m)
  [[nodiscard]] Term zscore() const {
    require_arguments(3);
    Term term = made(TermKind::zscore, TermType::number);
    const RuleToken& field = arguments_[0].token;
    const BarTerm* const found = find_term(kBarTerms, field.text);
    if (found == nullptr) {
      std::vector<std::string> known;
      for (const BarTerm& each : kBarTerms) known.emplace_back(each.name);
      const std::string near = config::nearest(field.text, known);
      fail(field, config::in_quotes(field.text) + " is no field of a bar",
           near.empty() ? "write volume, close or another of open, high, low, count, vwap"
                        : "did you mean '" + near + "'?");
    }
    term.field = found->field;
    const RuleToken& bars = arguments_[1].token;
    const double count = bars.value;
    if (bars.kind != RuleTokenKind::number || count != std::floor(count) || count < 2 || count > kMostZscoreBars) {
      fail(bars, "a z-score is against 2 to " + std::to_string(kMostZscoreBars) + " bars", "write " + example());
    }
    term.bars = static_cast<std::uint32_t>(count);
    term.span_ns = span_of(kSecond, kSecond);
    return term;
  }

  [[nodiscard]] Term function() const {
    // sma(5m): the mean price of trades; sma(20, 1m): of closes.
    if (name_.text == "sma" && arguments_.size() == 1) {
      Term term = made(TermKind::average, TermType::price);
      const RuleToken& span = arguments_[0].token;
      term.span_ns = span_of(5 * kSecond, slide_of_average(span.kind == RuleTokenKind::duration ? span.nanos : 0));
      return term;
    }
    const auto prices = std::find(kPriceFunctions.begin(), kPriceFunctions.end(), name_.text);
    Term term = made(TermKind::indicator, prices == kPriceFunctions.end() ? TermType::number : TermType::price);
    term.span_ns = span_of(kSecond, kSecond);
    term.call.name = name();
    for (std::size_t i = 0; i + 1 < arguments_.size(); ++i) {
      const RuleToken& argument = arguments_[i].token;
      config::Decimal value;
      if (argument.kind != RuleTokenKind::number || config::DecimalNumber{}.parse(argument.text, value)) {
        fail(argument, "this parameter of '" + name() + "' is no plain number", "write " + example());
      }
      term.call.parameters.push_back(value);
    }
    check_call(term.call);
    return term;
  }

  /// What the list of functions has against it.
  void check_call(config::FunctionCall call) const {
    call.name = std::string(function_behind(call.name));
    try {
      (void)indicator_text(call, "");
    } catch (const platform::SetupError& error) {
      std::string problem = error.problem();
      const std::size_t colon = problem.rfind(": ");  // without the file, which it does not stand in
      if (colon != std::string::npos) problem = problem.substr(colon + 2);
      fail(name_, problem, error.remedy());
    }
  }

 public:
  /// Second and third outputs have names of their own.
  static std::string_view function_behind(std::string_view name) {
    const OutputName* const output = find_term(kOutputNames, name);
    return output == nullptr ? name : output->function;
  }

 private:
  const ConditionText& source_;
  const RuleToken& name_;
  const std::vector<TermArgument>& arguments_;
};

std::vector<std::string> TermReader::indicator_names_of_rules() {
  std::vector<std::string> names = indicator_names();
  for (const OutputName& each : kOutputNames) names.emplace_back(each.name);
  return names;
}

}  // namespace

Term term_of(const ConditionText& source, const RuleToken& name, bool has_arguments,
             const std::vector<TermArgument>& arguments) {
  return TermReader(source, name, arguments).read(has_arguments);
}

std::optional<double> status_of(std::string_view word) {
  const auto found = std::find(kStatusWords.begin(), kStatusWords.end(), word);
  if (found == kStatusWords.end()) return std::nullopt;
  return static_cast<double>(found - kStatusWords.begin());
}
std::vector<std::string> status_words() { return {kStatusWords.begin(), kStatusWords.end()}; }

std::vector<std::string> term_names() {
  std::vector<std::string> names{"zscore", "quality", "stale", "signal", "abs", "min", "max"};
  for (const PlainTerm& each : kPlainTerms) names.emplace_back(each.name);
  for (const SpanTerm& each : kSpanTerms) names.emplace_back(each.name);
  for (const BarTerm& each : kBarTerms) names.push_back(std::string(kBarPrefix) + std::string(each.name));
  for (const OutputName& each : kOutputNames) names.emplace_back(each.name);
  for (std::string& each : indicator_names()) names.push_back(std::move(each));
  return names;
}

}  // namespace tickplant::analytics
