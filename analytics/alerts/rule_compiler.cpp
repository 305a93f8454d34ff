#include "analytics/alerts/rule_compiler.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "analytics/alerts/rule_lexer.hpp"
#include "analytics/alerts/term_names.hpp"
#include "config/nearest.hpp"
#include "config/quoting.hpp"

namespace tickplant::analytics {

namespace {

constexpr std::size_t kMostNesting = 24;
constexpr std::int64_t kMinuteNs = 60'000'000'000;
constexpr std::uint8_t kNotEqual = kLess | kGreater;

std::string_view name_of(TermType type) noexcept {
  switch (type) {
    case TermType::literal:
    case TermType::number: return "a number";
    case TermType::price: return "a price";
    case TermType::size: return "a size";
    case TermType::ratio: return "a ratio";
    case TermType::duration: return "a length of time";
    case TermType::word: return "a word";
    case TermType::condition: break;
  }
  return "a condition";
}

struct RelationSign {
  std::string_view sign;
  std::uint8_t orders;
  bool is_cross = false;
};
constexpr std::array<RelationSign, 9> kRelations{{{"<", kLess},
                                                  {"<=", kLess | kEqual},
                                                  {">", kGreater},
                                                  {">=", kGreater | kEqual},
                                                  {"==", kEqual},
                                                  {"!=", kNotEqual},
                                                  {"crosses_above", kAbove, true},
                                                  {"crosses_below", kBelow, true},
                                                  {"crosses", kAbove | kBelow, true}}};
constexpr std::array<std::string_view, 7> kSignalWords{"golden", "death", "up", "down", "swing", "volume", "match"};

/// An operand, or a condition.
struct RuleOperand {
  TermType type = TermType::number;
  std::size_t offset = 0;         // in the text
  std::size_t code = 0;           // where its instructions begin
  std::optional<Term> term = {};  // it is no more than this
};

class RuleParser {
 public:
  RuleParser(const ConditionText& source, double hysteresis, RuleNames& names, std::span<const std::string> signals)
      : source_(source), names_(names), known_signals_(signals), lexer_(source) {
    rule_.hysteresis = hysteresis;
  }

  RuleCode parse() {
    if (token().kind == RuleTokenKind::end) fail("the rule is empty", "write price > 100, or change(5m) > 2%");
    const RuleOperand whole = any_of();
    if (whole.type != TermType::condition) {
      source_.fail(whole.offset, std::string(name_of(whole.type)) + " alone is no rule", "compare it: price > 100");
    }
    if (token().kind != RuleTokenKind::end) {
      fail("expected 'and', 'or' or the end, found " + found(), "join conditions with 'and' or 'or'");
    }
    if (rule_.triggers == 0) fail("the rule speaks of nothing that changes", "name a value: price, change(5m), silent");
    return std::move(rule_);
  }

 private:
  [[nodiscard]] const RuleToken& token() const noexcept { return lexer_.token(); }
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy) const {
    source_.fail(token().offset, problem, remedy);
  }
  [[nodiscard]] std::string found() const {
    return token().kind == RuleTokenKind::end ? "the end" : config::in_quotes(token().text);
  }
  bool take(std::string_view word) {
    if (!token().is(word)) return false;
    lexer_.next();
    return true;
  }
  void expect(std::string_view word, const std::string& remedy) {
    if (!take(word)) fail("expected " + config::in_quotes(word) + ", found " + found(), remedy);
  }

  // ---- instructions

  void emit(RuleInstruction instruction, std::ptrdiff_t change) {
    rule_.code.push_back(instruction);
    depth_ += change;
    if (depth_ > static_cast<std::ptrdiff_t>(RuleCode::kMaxDepth)) {
      fail("the rule holds too many values at once", "simplify it, or make two rules");
    }
  }
  std::uint16_t constant(double value) {
    rule_.constants.push_back(value);
    return static_cast<std::uint16_t>(rule_.constants.size() - 1);
  }
  void emit_constant(double value) { emit({.operation = RuleOperation::constant, .operand = constant(value)}, 1); }
  std::uint16_t state_words(std::uint32_t count) {
    return static_cast<std::uint16_t>(std::exchange(rule_.state_words, rule_.state_words + count));
  }
  std::uint16_t place_of(const Term& term) {
    const std::uint16_t place = names_.term(term);
    if (place == RuleNames::kMaxTerms) {
      fail("all rules together speak of more than " + std::to_string(RuleNames::kMaxTerms) + " different values",
           "use lengths of time and parameters that other rules use");
    }
    rule_.triggers |= term.triggers();
    if (std::find(rule_.terms.begin(), rule_.terms.end(), place) == rule_.terms.end()) rule_.terms.push_back(place);
    return place;
  }
  void emit_term(const Term& term) { emit({.operation = RuleOperation::load, .operand = place_of(term)}, 1); }

  // ---- the grammar, one function each

  class Depth {
   public:
    explicit Depth(RuleParser& parser) : parser_(parser) {
      if (++parser_.nesting_ > kMostNesting) parser_.fail("nested too deep", "simplify, or use fewer parentheses");
    }
    ~Depth() { --parser_.nesting_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

   private:
    RuleParser& parser_;
  };

  RuleOperand any_of() {
    return joined("or", RuleOperation::disjunction, [this] { return all_of(); });
  }
  RuleOperand all_of() {
    return joined("and", RuleOperation::conjunction, [this] { return negated(); });
  }
  template <class Part>
  RuleOperand joined(std::string_view word, RuleOperation join, Part part) {
    RuleOperand left = part();
    while (token().is(word)) {
      require_condition(left, word);
      lexer_.next();
      require_condition(part(), word);
      emit({.operation = join}, -1);
      left.term.reset();
    }
    return left;
  }
  void require_condition(const RuleOperand& operand, std::string_view word) const {
    if (operand.type == TermType::condition) return;
    source_.fail(operand.offset,
                 config::in_quotes(word) + " takes conditions, and this is " + std::string(name_of(operand.type)),
                 "compare it with something: price > 100");
  }

  RuleOperand negated() {
    if (!token().is("not")) return held();
    const Depth depth(*this);
    const RuleOperand whole{TermType::condition, token().offset, rule_.code.size()};
    lexer_.next();
    require_condition(negated(), "not");
    emit({.operation = RuleOperation::negation}, 0);
    return whole;
  }

  /// A condition, maybe for so long.
  RuleOperand held() {
    const std::size_t before = rule_.code.size();
    RuleOperand operand = comparison();
    if (!token().is("for")) return operand;
    require_condition(operand, "for");
    lexer_.next();
    if (token().kind == RuleTokenKind::duration) {
      if (token().nanos <= 0) fail("this length of time is 0", "write for 30s");
      emit({.operation = RuleOperation::held_time, .operand = constant(token().value), .state = state_words(1)}, 0);
      rule_.triggers |= trigger::kTime;
      lexer_.next();
      return operand;
    }
    const RuleToken count = token();
    if (count.kind != RuleTokenKind::number || count.value < 1 || count.value > 1'000 ||
        count.value != static_cast<double>(static_cast<int>(count.value))) {
      fail("expected a number of bars from 1 to 1000 or a length of time, found " + found(),
           "write for 3 bars, or for 30s");
    }
    lexer_.next();
    if (!take("bars") && !take("bar")) fail("expected 'bars', found " + found(), "write for 3 bars, or for 30s");
    Term serial;
    serial.kind = TermKind::bar;
    serial.type = TermType::number;
    serial.span_ns = span_of_bars(before, count);
    serial.field = BarField::count;
    serial.bars = 1;  // how many there have been
    serial.text = "bars(" + std::to_string(serial.span_ns) + "ns)";
    const std::uint16_t place = names_.term(serial);
    rule_.triggers |= trigger::kBar;
    rule_.serials.push_back(place);
    emit({.operation = RuleOperation::held_bars,
          .operand = place,
          .state = state_words(3),
          .count = static_cast<std::uint16_t>(count.value)},
         0);
    return operand;
  }

  /// Of the bars that the instructions from `begin` on speak of.
  std::int64_t span_of_bars(std::size_t begin, const RuleToken& at) const {
    std::optional<std::int64_t> span;
    for (std::size_t i = begin; i < rule_.code.size(); ++i) {
      if (rule_.code[i].operation != RuleOperation::load) continue;
      const Term& term = names_.terms[rule_.code[i].operand];
      if (!term.is_of_bars()) continue;
      if (span && *span != term.span_ns) {
        source_.fail(at.offset, "the condition speaks of bars of two lengths", "write for 30s");
      }
      span = term.span_ns;
    }
    if (!span) source_.fail(at.offset, "the condition speaks of no bars", "write for 30s, or use bar_close(1m)");
    return *span;
  }

  RuleOperand comparison() {
    if (const std::optional<RuleOperand> special = special_condition()) return *special;
    RuleOperand left = sum();
    const RelationSign* const relation = relation_at();
    if (relation == nullptr) return left;
    const RuleToken sign = token();
    lexer_.next();
    const RuleOperand whole{TermType::condition, left.offset, left.code};
    if (left.type == TermType::word) {
      compare_word(left, *relation, sign);
      return whole;
    }
    if (left.type == TermType::condition) {
      source_.fail(left.offset, config::in_quotes(sign.text) + " compares values, and this is a condition",
                   "use 'and', 'or' and 'not'");
    }
    const RuleOperand right = sum();
    match_types(left, right, sign);
    if (relation_at() != nullptr) fail("comparisons do not chain", "write a < b and b < c");
    note_silence(left, right, *relation, sign);
    if (relation->is_cross) {
      emit({.operation = RuleOperation::cross, .relation = relation->orders, .state = state_words(1)}, -1);
    } else {
      emit({.operation = RuleOperation::compare, .relation = relation->orders}, -1);
    }
    return whole;
  }

  [[nodiscard]] const RelationSign* relation_at() const noexcept {
    for (const RelationSign& each : kRelations) {
      if (token().is(each.sign)) return &each;
    }
    return nullptr;
  }

  /// Both sides can be compared. A spread against a ratio is one of the mid.
  void match_types(const RuleOperand& left, const RuleOperand& right, const RuleToken& sign) {
    const auto is_plain = [](TermType type) { return type == TermType::literal || type == TermType::number; };
    if (left.type == right.type) return;
    if (as_ratio_of_mid(left, right) || as_ratio_of_mid(right, left)) return;
    for (const auto& [one, other] : {std::pair(&left, &right), std::pair(&right, &left)}) {
      if (one->type == TermType::condition || one->type == TermType::word) break;
      if (one->type == TermType::ratio && other->type == TermType::literal) {
        if (is_zero(*other)) return;
        source_.fail(other->offset, "a ratio is compared with a plain number", "write 2% or 200 bps for 0.02");
      }
      if (one->type == TermType::duration && other->type == TermType::literal) {
        source_.fail(other->offset, "a length of time is compared with a plain number", "write 10s");
      }
      if (other->type == TermType::literal) return;                                 // 100 is a price, a size, a number
      if (one->type == TermType::number && other->type == TermType::ratio) return;  // price / sma(5m) - 1 > 2%
      if (is_plain(one->type) && is_plain(other->type)) return;
    }
    source_.fail(right.offset,
                 config::in_quotes(sign.text) + " compares " + std::string(name_of(left.type)) + " with " +
                     std::string(name_of(right.type)),
                 right.type == TermType::ratio ? "a ratio is of something: write sma(5m) * 102%, or change(5m) > 2%"
                                               : "compare prices with prices, sizes with sizes");
  }
  [[nodiscard]] bool is_zero(const RuleOperand& operand) const {
    const RuleInstruction& first = rule_.code[operand.code];
    return first.operation == RuleOperation::constant && rule_.constants[first.operand] == 0;
  }
  bool as_ratio_of_mid(const RuleOperand& spread, const RuleOperand& ratio) {
    if (ratio.type != TermType::ratio || !spread.term || spread.term->kind != TermKind::spread) return false;
    Term term = *spread.term;
    term.kind = TermKind::spread_ratio;
    term.type = TermType::ratio;
    term.text = "spread (of mid)";
    RuleInstruction& load = rule_.code[spread.code];
    const std::uint16_t before = load.operand;
    load.operand = place_of(term);
    const auto is_used = [&](const RuleInstruction& each) {
      return each.operation == RuleOperation::load && each.operand == before;
    };
    if (std::none_of(rule_.code.begin(), rule_.code.end(), is_used)) std::erase(rule_.terms, before);
    return true;
  }

  /// `silent > 10s`: it has to be looked at when that has passed.
  void note_silence(const RuleOperand& left, const RuleOperand& right, const RelationSign& relation,
                    const RuleToken& sign) {
    const bool is_left = left.term && left.term->kind == TermKind::silent;
    const bool is_right = right.term && right.term->kind == TermKind::silent;
    if (!is_left && !is_right) return;
    const RuleOperand& other = is_left ? right : left;
    const RuleInstruction& limit = rule_.code[other.code];
    if (other.type != TermType::duration || limit.operation != RuleOperation::constant || relation.is_cross) {
      source_.fail(sign.offset, "silence is compared with a length of time", "write silent > 10s");
    }
    rule_.silent_after = std::min(rule_.silent_after, static_cast<std::int64_t>(rule_.constants[limit.operand]) + 1);
  }

  // ---- words

  /// `trend == bullish`, `status != trading`.
  void compare_word(const RuleOperand& left, const RelationSign& relation, const RuleToken& sign) {
    if (relation.is_cross || (relation.orders != kEqual && relation.orders != kNotEqual)) {
      source_.fail(sign.offset, "words have no order", "use == or !=");
    }
    const RuleToken word = token();
    if (word.kind != RuleTokenKind::name) fail("expected a word, found " + found(), "write trend == bullish");
    const bool is_trend = left.term->kind == TermKind::trend;
    if (is_trend) {
      compare_trend(word, relation.orders, left.code);
    } else {
      const std::optional<double> status = status_of(word.text);
      if (!status) no_word(word, status_words());
      emit_constant(*status);
      emit({.operation = RuleOperation::compare, .relation = relation.orders}, -1);
    }
    lexer_.next();
  }
  [[noreturn]] void no_word(const RuleToken& word, const std::vector<std::string>& known) const {
    const std::string near = config::nearest(word.text, known);
    std::string all;
    for (const std::string& each : known) all += (all.empty() ? "" : ", ") + each;
    source_.fail(word.offset, config::in_quotes(word.text) + " is no word that can stand here",
                 near.empty() ? "words are " + all : "did you mean '" + near + "'?");
  }
  /// The price above its mean over five minutes, below, or neither.
  void compare_trend(const RuleToken& word, std::uint8_t equal, std::size_t load) {
    const std::vector<std::string> words{"bullish", "bearish", "neutral"};
    if (std::find(words.begin(), words.end(), word.text) == words.end()) no_word(word, words);
    std::uint8_t orders = word.text == "bullish" ? kGreater : word.text == "bearish" ? kLess : kEqual;
    if (equal != kEqual) orders = static_cast<std::uint8_t>((kLess | kEqual | kGreater) & ~orders);
    std::erase(rule_.terms, rule_.code[load].operand);
    Term price;
    price.text = "price";
    rule_.code[load].operand = place_of(price);
    Term average;
    average.kind = TermKind::average;
    average.span_ns = 5 * kMinuteNs;
    average.text = "sma(5m)";
    emit_term(average);
    emit({.operation = RuleOperation::compare, .relation = orders}, -1);
  }

  /// `quality ok`, `stale`, `signal(name)`.
  std::optional<RuleOperand> special_condition() {
    const RuleToken word = token();
    const RuleOperand condition{TermType::condition, word.offset, rule_.code.size()};
    if (word.is("quality")) {
      lexer_.next();
      expect("ok", "write quality ok");
      emit({.operation = RuleOperation::quality_ok}, 1);
      rule_.asks_quality = true;
      return condition;
    }
    if (word.is("stale")) {
      lexer_.next();
      emit({.operation = RuleOperation::is_stale}, 1);
      rule_.triggers |= trigger::kStale;
      return condition;
    }
    if (!word.is("signal")) return std::nullopt;
    lexer_.next();
    expect("(", "write signal(price_x_ma_5min)");
    const RuleToken name = token();
    if (name.kind != RuleTokenKind::name && name.kind != RuleTokenKind::quoted) {
      fail("expected the name of a signal or pattern, found " + found(), "write signal(price_x_ma_5min)");
    }
    const std::string signal_name(name.word());
    if (!known_signals_.empty() &&
        std::find(known_signals_.begin(), known_signals_.end(), signal_name) == known_signals_.end()) {
      const std::string near = config::nearest(signal_name, known_signals_);
      source_.fail(name.offset, "no set has a signal or pattern " + config::in_quotes(signal_name),
                   near.empty() ? "`tickplant signals` lists them" : "did you mean '" + near + "'?");
    }
    lexer_.next();
    std::uint8_t value = 0;
    if (take(",")) {
      const auto found = std::find(kSignalWords.begin(), kSignalWords.end(), token().text);
      if (found == kSignalWords.end()) no_word(token(), {kSignalWords.begin(), kSignalWords.end()});
      value = static_cast<std::uint8_t>(1 + (found - kSignalWords.begin()));
      lexer_.next();
    }
    expect(")", "close the parenthesis of 'signal'");
    const std::uint16_t number = names_.signal(signal_name);
    rule_.signals.push_back(number);
    rule_.triggers |= trigger::kSignal;
    emit({.operation = RuleOperation::signal, .relation = value, .operand = number}, 1);
    return condition;
  }

  // ---- values

  RuleOperand sum() {
    return chained("+", RuleOperation::add, "-", RuleOperation::subtract, [this] { return product(); });
  }
  RuleOperand product() {
    return chained("*", RuleOperation::multiply, "/", RuleOperation::divide, [this] { return signed_value(); });
  }
  template <class Part>
  RuleOperand chained(std::string_view one, RuleOperation first, std::string_view other, RuleOperation second,
                      Part part) {
    RuleOperand left = part();
    while (token().is(one) || token().is(other)) {
      const RuleToken sign = token();
      lexer_.next();
      const RuleOperand right = part();
      left.type = combined(left, right, sign);
      left.term.reset();
      emit({.operation = sign.is(one) ? first : second}, -1);
    }
    return left;
  }

  TermType combined(const RuleOperand& left, const RuleOperand& right, const RuleToken& sign) const {
    using enum TermType;
    for (const RuleOperand* const each : {&left, &right}) {
      if (each->type != condition && each->type != word) continue;
      source_.fail(each->offset,
                   config::in_quotes(sign.text) + " takes numbers, and this is " + std::string(name_of(each->type)),
                   "use 'and' and 'or' between conditions");
    }
    const auto is_scale = [](TermType type) { return type == literal || type == number || type == ratio; };
    if (sign.is("*")) {
      if (is_scale(right.type))
        return left.type == literal ? (right.type == literal ? literal : right.type) : left.type;
      if (is_scale(left.type)) return right.type;
      return number;
    }
    if (sign.is("/")) {
      if (left.type == literal && right.type == literal) return literal;
      return is_scale(right.type) ? left.type : number;
    }
    if (left.type == right.type) return left.type;
    if (left.type == literal && right.type != ratio && right.type != duration) return right.type;
    if (right.type == literal && left.type != ratio && left.type != duration) return left.type;
    source_.fail(sign.offset,
                 config::in_quotes(sign.text) + " takes two of a kind, and here are " +
                     std::string(name_of(left.type)) + " and " + std::string(name_of(right.type)),
                 "a ratio of a price is written price * 102%");
  }

  RuleOperand signed_value() {
    if (!token().is("-")) return value();
    const Depth depth(*this);
    const std::size_t offset = token().offset;
    lexer_.next();
    RuleOperand operand = signed_value();
    if (operand.type == TermType::condition || operand.type == TermType::word) {
      source_.fail(operand.offset, "'-' takes a number", "use 'not' for the opposite of a condition");
    }
    operand.offset = offset;
    operand.term.reset();
    RuleInstruction& last = rule_.code.back();
    if (last.operation == RuleOperation::constant) {  // -2% is a constant
      rule_.constants[last.operand] = -rule_.constants[last.operand];
    } else {
      emit({.operation = RuleOperation::negate}, 0);
    }
    return operand;
  }

  RuleOperand value() {
    const RuleToken word = token();
    const std::size_t code = rule_.code.size();
    switch (word.kind) {
      case RuleTokenKind::number:
      case RuleTokenKind::percent:
      case RuleTokenKind::duration:
        lexer_.next();
        emit_constant(word.value);
        return {word.kind == RuleTokenKind::number    ? TermType::literal
                : word.kind == RuleTokenKind::percent ? TermType::ratio
                                                      : TermType::duration,
                word.offset, code};
      case RuleTokenKind::name: break;
      default:
        if (take("(")) {
          const Depth depth(*this);
          RuleOperand inside = any_of();
          expect(")", "close the parenthesis of column " + std::to_string(word.offset + 1));
          return inside;
        }
        fail("expected a value or '(', found " + found(), "write price, change(5m), rsi(14, 1m) or a number");
    }
    for (const std::string_view reserved : {"and", "or", "not", "for", "crosses_above", "crosses_below", "crosses"}) {
      if (word.is(reserved))
        fail("expected a value, found " + found(), "write price, change(5m), rsi(14, 1m) or a number");
    }
    lexer_.next();
    if (word.is("abs") || word.is("min") || word.is("max")) return function(word, code);
    const bool has_arguments = token().is("(");
    const Term term = term_of(source_, word, has_arguments, has_arguments ? arguments() : std::vector<TermArgument>{});
    emit_term(term);
    return {term.type, word.offset, code, term};
  }

  std::vector<TermArgument> arguments() {
    std::vector<TermArgument> all;
    lexer_.next();
    if (take(")")) return all;
    for (;;) {
      const RuleToken argument = token();
      const bool is_one = argument.kind == RuleTokenKind::number || argument.kind == RuleTokenKind::duration ||
                          argument.kind == RuleTokenKind::percent || argument.kind == RuleTokenKind::name;
      if (!is_one) fail("expected a number, a name or a length of time, found " + found(), "write sma(20, 1m)");
      all.push_back({argument});
      lexer_.next();
      if (take(")")) return all;
      if (!take(",")) fail("expected ',' or ')', found " + found(), "write sma(20, 1m)");
    }
  }

  RuleOperand function(const RuleToken& word, std::size_t code) {
    const Depth depth(*this);
    expect("(", "write " + std::string(word.text) + (word.is("abs") ? "(change(5m))" : "(bid, ask)"));
    RuleOperand first = sum();
    require_number(first, word);
    std::size_t count = 1;
    for (; !word.is("abs") && take(","); ++count) {
      const RuleOperand next = sum();
      require_number(next, word);
      if (next.type != first.type && next.type != TermType::literal && first.type != TermType::literal) {
        source_.fail(next.offset, config::in_quotes(word.text) + " takes values of a kind",
                     "give it prices, or sizes, or numbers");
      }
      if (first.type == TermType::literal) first.type = next.type;
      emit({.operation = word.is("min") ? RuleOperation::minimum : RuleOperation::maximum}, -1);
    }
    if (!word.is("abs") && count == 1) {
      fail(config::in_quotes(word.text) + " of one value", "write " + std::string(word.text) + "(a, b)");
    }
    expect(")", "close the parenthesis of " + config::in_quotes(word.text));
    if (word.is("abs")) emit({.operation = RuleOperation::absolute}, 0);
    return {first.type, word.offset, code};
  }
  void require_number(const RuleOperand& operand, const RuleToken& function) const {
    if (operand.type != TermType::condition && operand.type != TermType::word) return;
    source_.fail(operand.offset, config::in_quotes(function.text) + " takes numbers", "give it a value");
  }

  const ConditionText& source_;
  RuleNames& names_;
  std::span<const std::string> known_signals_;
  RuleLexer lexer_;
  RuleCode rule_;
  std::ptrdiff_t depth_ = 0;
  std::size_t nesting_ = 0;
};

}  // namespace

std::uint16_t RuleNames::term(const Term& term) {
  const auto found = std::find(terms.begin(), terms.end(), term);
  if (found != terms.end()) return static_cast<std::uint16_t>(found - terms.begin());
  if (terms.size() == kMaxTerms) return kMaxTerms;
  terms.push_back(term);
  return static_cast<std::uint16_t>(terms.size() - 1);
}

std::uint16_t RuleNames::signal(std::string_view name) {
  const auto found = std::find(signals.begin(), signals.end(), name);
  if (found != signals.end()) return static_cast<std::uint16_t>(found - signals.begin());
  signals.emplace_back(name);
  return static_cast<std::uint16_t>(signals.size() - 1);
}

RuleCode compile_rule(const ConditionText& source, double hysteresis, RuleNames& names,
                      std::span<const std::string> known_signals) {
  if (source.text.size() > kMaxRuleBytes) {
    source.fail(kMaxRuleBytes, "the rule is longer than " + std::to_string(kMaxRuleBytes) + " characters",
                "make two rules of it");
  }
  return RuleParser(source, hysteresis, names, known_signals).parse();
}

}  // namespace tickplant::analytics
