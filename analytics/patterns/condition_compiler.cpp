#include "analytics/patterns/condition_compiler.hpp"

#include <string>
#include <string_view>

#include "analytics/patterns/condition_code.hpp"
#include "analytics/patterns/condition_lexer.hpp"
#include "config/quoting.hpp"

namespace tickplant::analytics {

namespace {

enum class Type : std::uint8_t { number, condition, name };

constexpr std::size_t kMaxNesting = 100;  // parentheses, `not` and minus signs around one another
constexpr const char* kCompareIt = "compare it with something, as in close > open";

std::string_view type_name(Type type) noexcept {
  switch (type) {
    case Type::number: return "a number";
    case Type::condition: return "a condition";
    case Type::name: return "a name";
  }
  return "";
}

std::uint8_t orders_of(std::string_view sign) noexcept {
  if (sign == "<") return kLess;
  if (sign == "<=") return kLess | kEqual;
  if (sign == ">") return kGreater;
  if (sign == ">=") return kGreater | kEqual;
  if (sign == "==") return kEqual;
  if (sign == "!=") return kLess | kGreater;
  return 0;
}

std::string quoted(std::string_view word) { return config::in_quotes(word); }

class Parser {
 public:
  Parser(const ConditionText& source, const ConditionScope& scope)
      : source_(source), names_(source, scope), lexer_(source) {}

  Condition parse() {
    require(any_of(), Type::condition, 0, "a condition is wanted", kCompareIt);
    if (!at_end()) {
      fail("nothing more is expected here, found " + found(), "join conditions with 'and' or 'or'");
    }
    if (code_.deepest() > Condition::kMaxDepth) {
      source_.fail(0, "this needs more than " + std::to_string(Condition::kMaxDepth) + " values at a time",
                   "nest fewer parentheses");
    }
    return code_.take();
  }

 private:
  // ---- words

  [[nodiscard]] const Token& token() const noexcept { return lexer_.token(); }
  [[nodiscard]] bool at_end() const noexcept { return token().kind == TokenKind::end; }
  [[nodiscard]] std::string found() const { return shown(token()); }
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy) const {
    source_.fail(token().offset, problem, remedy);
  }
  bool take(std::string_view word) {
    if (!token().is(word)) return false;
    lexer_.next();
    return true;
  }
  void expect(std::string_view word, const std::string& remedy) {
    if (!take(word)) fail("expected " + quoted(word) + ", found " + found(), remedy);
  }
  void require(Type type, Type wanted, std::size_t offset, const std::string& problem,
               const std::string& remedy) const {
    if (type != wanted) source_.fail(offset, problem + ", and this is " + std::string(type_name(type)), remedy);
  }

  // ---- the grammar, one function each

  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) {
      if (++parser_.nesting_ > kMaxNesting) parser_.fail("nested too deep", "simplify, or use fewer parentheses");
    }
    ~Nesting() { --parser_.nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    Parser& parser_;
  };

  Type any_of() {
    return joined("or", Operation::skip_if_true, Operation::disjunction, [this] { return all_of(); });
  }
  Type all_of() {
    return joined("and", Operation::skip_if_false, Operation::conjunction, [this] { return negated(); });
  }

  template <class Part>
  Type joined(std::string_view word, Operation skip, Operation join, Part part) {
    const std::size_t offset = token().offset;
    const Type type = part();
    while (token().is(word)) {
      const std::string problem = quoted(word) + " takes conditions";
      require(type, Type::condition, offset, problem, kCompareIt);
      lexer_.next();
      const std::size_t decided = code_.skip(skip);
      const std::size_t right = token().offset;
      require(part(), Type::condition, right, problem, kCompareIt);
      code_.two_values(join);
      code_.land(decided);
    }
    return type;
  }

  Type negated() {
    if (!token().is("not")) return comparison();
    const Nesting nesting(*this);
    lexer_.next();
    const std::size_t offset = token().offset;
    require(negated(), Type::condition, offset, "'not' takes a condition", kCompareIt);
    code_.one_value(Operation::negation);
    return Type::condition;
  }

  Type comparison() {
    const std::size_t left_code = code_.size(), left_offset = token().offset;
    const Type left = sum();
    const Token sign = token();
    const std::uint8_t orders = orders_of(sign.kind == TokenKind::sign ? sign.text : "");
    if (orders == 0) return left;
    lexer_.next();
    const std::size_t right_code = code_.size(), right_offset = token().offset;
    const Type right = sum();
    const std::string problem = quoted(sign.text) + " compares numbers or names";
    if (left == Type::condition) require(left, Type::number, left_offset, problem, "use 'and', 'or' and 'not'");
    if (right != left) {
      source_.fail(
          right_offset,
          quoted(sign.text) + " compares " + std::string(type_name(left)) + " with " + std::string(type_name(right)),
          right == Type::condition ? "put parentheses around what belongs together"
                                   : "compare numbers with numbers, names with names");
    }
    if (left == Type::name && sign.text != "==" && sign.text != "!=") {
      source_.fail(sign.offset, "names have no order", "use == or !=");
    }
    if (token().kind == TokenKind::sign && orders_of(token().text) != 0) {
      fail("comparisons do not chain", "write a < b and b < c");
    }
    code_.comparison(orders, left_code, right_code);
    return Type::condition;
  }

  Type sum() {
    return chained("+", Operation::add, "-", Operation::subtract, [this] { return product(); });
  }
  Type product() {
    return chained("*", Operation::multiply, "/", Operation::divide, [this] { return signed_value(); });
  }

  template <class Part>
  Type chained(std::string_view one, Operation first, std::string_view other, Operation second, Part part) {
    const std::size_t offset = token().offset;
    const Type type = part();
    while (token().is(one) || token().is(other)) {
      const Operation operation = token().is(one) ? first : second;
      const std::string problem = quoted(token().text) + " takes numbers";
      require(type, Type::number, offset, problem, "remove it, or use 'and' and 'or' between conditions");
      lexer_.next();
      const std::size_t right = token().offset;
      require(part(), Type::number, right, problem, "remove it, or use 'and' and 'or' between conditions");
      code_.two_values(operation);
    }
    return type;
  }

  Type signed_value() {
    if (!token().is("-")) return value();
    const Nesting nesting(*this);
    lexer_.next();
    const std::size_t offset = token().offset;
    require(signed_value(), Type::number, offset, "'-' takes a number", "use 'not' for the opposite of a condition");
    code_.one_value(Operation::negate);
    return Type::number;
  }

  Type value() {
    const Token word = token();
    if (word.kind == TokenKind::number) {
      lexer_.next();
      code_.push_constant(word.value);
      return Type::number;
    }
    if (word.kind == TokenKind::quoted) return text_constant();
    if (take("(")) {
      const Nesting nesting(*this);
      const Type type = any_of();
      expect(")", "close the parenthesis of column " + std::to_string(word.offset + 1));
      return type;
    }
    if (word.kind != TokenKind::name || word.is("and") || word.is("or") || word.is("not")) {
      fail("expected a number, a field or '(', found " + found(),
           "fields of " + names_.events() + " are " + names_.fields());
    }
    lexer_.next();
    if (token().is("(")) return function(word);
    if (token().is("[")) return bound_event(word);
    return field(word);
  }

  // ---- values

  Type text_constant() {
    code_.push_constant(whole_number(static_cast<std::int64_t>(names_.constant(token()))));
    lexer_.next();
    return Type::name;
  }

  Type function(const Token& word) {
    const bool is_least = word.is("min"), is_most = word.is("max");
    if (word.is("count")) {
      lexer_.next();
      const Token step = token();
      code_.push({.operation = Operation::count_of, .operand = names_.step(step)});
      lexer_.next();
      expect(")", "write count(" + std::string(step.text) + ")");
      return Type::number;
    }
    if (!is_least && !is_most && !word.is("abs")) names_.no_function(word);
    const Nesting nesting(*this);
    lexer_.next();
    argument(word);
    std::size_t arguments = 1;
    for (; (is_least || is_most) && take(","); ++arguments) {
      argument(word);
      code_.two_values(is_least ? Operation::minimum : Operation::maximum);
    }
    if ((is_least || is_most) && arguments == 1) {
      fail(quoted(word.text) + " of one number", "write " + std::string(word.text) + "(a, b)");
    }
    expect(")", "close the parenthesis of " + quoted(word.text) + (word.is("abs") ? ", which takes one number" : ""));
    if (word.is("abs")) code_.one_value(Operation::absolute);
    return Type::number;
  }

  void argument(const Token& function) {
    const std::size_t offset = token().offset;
    require(sum(), Type::number, offset, quoted(function.text) + " takes numbers", "give it a sum");
  }

  Type bound_event(const Token& word) {
    const std::uint16_t step = names_.step(word);
    lexer_.next();
    Capture capture{.step = step, .field = 0, .index = Capture::kLast};
    if (!take("last")) {
      capture.index = names_.event_index(step, token());
      lexer_.next();
    }
    expect("]", "write " + std::string(word.text) + "[0] or " + std::string(word.text) + "[last]");
    expect(".", "name a field of that event: " + names_.fields());
    capture.field = names_.field_of_bound_event(token());
    lexer_.next();
    return load(capture.field, static_cast<std::uint16_t>(kCaptured | names_.capture(capture, word)));
  }

  Type field(const Token& word) {
    const std::uint16_t index = names_.field(word);
    return load(index, index);
  }

  Type load(std::uint16_t field, std::uint16_t source) {
    const FieldKind kind = names_.kind(field);
    code_.push(
        {.operation = kind == FieldKind::decimal ? Operation::load_decimal : Operation::load_whole, .operand = source});
    return kind == FieldKind::name ? Type::name : Type::number;
  }

  const ConditionText& source_;
  ConditionNames names_;
  ConditionLexer lexer_;
  ConditionCode code_;
  std::size_t nesting_ = 0;
};

}  // namespace

Condition compile_condition(const ConditionText& source, const ConditionScope& scope) {
  if (source.text.size() > kMaxConditionBytes) {
    source.fail(kMaxConditionBytes,
                "the condition is longer than " + std::to_string(kMaxConditionBytes) + " characters",
                "make several steps of it");
  }
  return Parser(source, scope).parse();
}

}  // namespace tickplant::analytics
