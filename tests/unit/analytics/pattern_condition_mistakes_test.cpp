// What is said about each mistake in a condition: the column, what was found, what to do.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "analytics/patterns/condition_compiler.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::analytics::this_file {
namespace {

/// "9: problem | remedy", or "compiles". Step `r` is asked; `d` is before it and takes up to three events, `x` is
/// behind.
std::string said_of(const std::string& text, const EventSchema& schema = bar_events()) {
  const std::vector<StepName> steps{{"d", 3}, {"r", 1}, {"x", 1}};
  std::vector<Capture> captures;
  try {
    (void)compile_condition({text, "f.yaml:3:7: step r"},
                            {.schema = schema, .steps = steps, .visible_steps = 1, .captures = captures});
  } catch (const platform::SetupError& error) {
    const std::string_view start = "f.yaml:3:7: step r, column ";
    const std::string& problem = error.problem();
    EXPECT_TRUE(problem.starts_with(start)) << problem;
    const std::size_t line_end = problem.find('\n');
    return problem.substr(start.size(), line_end - start.size()) + " | " + error.remedy();
  }
  return "compiles";
}

constexpr std::string_view kFields = "open, high, low, close, volume, count, vwap, ts";

TEST(ConditionMistakes, TheMessageShowsTheTextWithACaret) {
  std::vector<Capture> captures;
  const EventSchema schema = bar_events();
  const ConditionText source{"close > open and\n\tclose > opne * 2\nor 1 == 1",
                             "plant.yaml:12:40: pattern dip, step r, where"};
  try {
    (void)compile_condition(source, {.schema = schema, .steps = {}, .visible_steps = 0, .captures = captures});
    FAIL() << "compiles";
  } catch (const platform::SetupError& error) {
    EXPECT_STREQ(
        error.what(),
        "plant.yaml:12:40: pattern dip, step r, where, column 27: 'opne' is neither a field of bars nor a step\n"
        "     close > opne * 2\n"
        "             ^\n"
        "  remedy: did you mean 'open'?");
  }
}

TEST(ConditionMistakes, NamesThatNothingHas) {
  EXPECT_EQ(said_of("opne > 1"), "1: 'opne' is neither a field of bars nor a step | did you mean 'open'?");
  EXPECT_EQ(said_of("banana > 1"),
            "1: 'banana' is neither a field of bars nor a step | fields are " + std::string(kFields));
  EXPECT_EQ(said_of("close > d[0].hihg"), "14: 'hihg' is no field of bars | did you mean 'high'?");
  EXPECT_EQ(said_of("close > d[0].3"),
            "13: expected '.', found '.3' | name a field of that event: " + std::string(kFields));
  EXPECT_EQ(said_of("close > d[0]."), "14: the end is no field of bars | fields are " + std::string(kFields));
  EXPECT_EQ(said_of("close > e[0].high"), "9: 'e' is no step | did you mean 'd'?");
  EXPECT_EQ(said_of("close > step[0].high"), "9: 'step' is no step | steps with events are d");
  EXPECT_EQ(said_of("count(3) > 1"), "7: '3' is no step | steps with events are d");
  EXPECT_EQ(said_of("count("), "7: the end is no step | steps with events are d");
  EXPECT_EQ(said_of("mix(open, close) > 1"), "1: there is no function 'mix' | did you mean 'min'?");
  EXPECT_EQ(said_of("sqrt(open) > 1"), "1: there is no function 'sqrt' | functions are abs, min, max, count");
}

TEST(ConditionMistakes, StepsThatHaveNoSuchEvent) {
  EXPECT_EQ(said_of("close > x[0].high"), "9: step 'x' has no events yet when this is asked | steps with events are d");
  EXPECT_EQ(said_of("count(r) == 1"), "7: step 'r' has no events yet when this is asked | steps with events are d");
  EXPECT_EQ(said_of("close > d[3].high"), "11: step 'd' takes at most 3 events | the last of them is d[2]");
  EXPECT_EQ(said_of("close > d[-1].high"),
            "11: expected the number of an event of step 'd', found '-' | count from 0: d[0], or d[last]");
  EXPECT_EQ(said_of("close > d[0.5].high"),
            "11: expected the number of an event of step 'd', found '0.5' | count from 0: d[0], or d[last]");
  EXPECT_EQ(said_of("close > d[open].high"),
            "11: expected the number of an event of step 'd', found 'open' | count from 0: d[0], or d[last]");
  EXPECT_EQ(said_of("close > d[0.high"), "12: expected ']', found '.' | write d[0] or d[last]");
  EXPECT_EQ(said_of("close > d"), "9: 'd' is a step, not a field | write d[0].open, d[last].open or count(d)");
}

TEST(ConditionMistakes, NumbersConditionsAndNamesAreDifferentThings) {
  EXPECT_EQ(said_of("close"),
            "1: a condition is wanted, and this is a number | compare it with something, as in close > open");
  EXPECT_EQ(said_of("close and open > 1"),
            "1: 'and' takes conditions, and this is a number | compare it with something, as in close > open");
  EXPECT_EQ(said_of("open > 1 or close"),
            "13: 'or' takes conditions, and this is a number | compare it with something, as in close > open");
  EXPECT_EQ(said_of("not close"),
            "5: 'not' takes a condition, and this is a number | compare it with something, as in close > open");
  EXPECT_EQ(said_of("(open > 1) + 2 > 1"),
            "1: '+' takes numbers, and this is a condition | remove it, or use 'and' and 'or' between conditions");
  EXPECT_EQ(said_of("2 * (open > 1) > 1"),
            "5: '*' takes numbers, and this is a condition | remove it, or use 'and' and 'or' between conditions");
  EXPECT_EQ(said_of("-(open > 1) > 1"),
            "2: '-' takes a number, and this is a condition | use 'not' for the opposite of a condition");
  EXPECT_EQ(said_of("abs(open > 1) > 1"),
            "10: expected ')', found '>' | close the parenthesis of 'abs', which takes one number");
  EXPECT_EQ(said_of("(open > 1) == (close > 1)"),
            "1: '==' compares numbers or names, and this is a condition | use 'and', 'or' and 'not'");
  EXPECT_EQ(said_of("1 == (close > 1)"),
            "6: '==' compares a number with a condition | put parentheses around what belongs together");
  EXPECT_EQ(said_of("1 < open < 2"), "10: comparisons do not chain | write a < b and b < c");
}

TEST(ConditionMistakes, NamesOfSignals) {
  const EventSchema signals = signal_events({"golden_cross", "death_cross"});
  EXPECT_EQ(said_of("name == 'deth_cross'", signals),
            "9: 'deth_cross' is no name of signals | did you mean 'death_cross'?");
  EXPECT_EQ(said_of("name == 'x'", signals), "9: 'x' is no name of signals | names are golden_cross, death_cross");
  EXPECT_EQ(said_of("close > 'x'"), "9: 'x' is no name of bars | compare numbers: bars have no names");
  EXPECT_EQ(said_of("name < 'death_cross'", signals), "6: names have no order | use == or !=");
  EXPECT_EQ(said_of("name == 3", signals),
            "9: '==' compares a name with a number | compare numbers with numbers, names with names");
  EXPECT_EQ(said_of("name + 1 == 3", signals),
            "1: '+' takes numbers, and this is a name | remove it, or use 'and' and 'or' between conditions");
  EXPECT_EQ(said_of("name == 'death_cross", signals), "9: this text has no closing quote | end it with '");
}

TEST(ConditionMistakes, WordsAndSignsInWrongPlaces) {
  EXPECT_EQ(said_of(""),
            "1: expected a number, a field or '(', found the end | fields of bars are " + std::string(kFields));
  EXPECT_EQ(said_of("close >"),
            "8: expected a number, a field or '(', found the end | fields of bars are " + std::string(kFields));
  EXPECT_EQ(said_of("and close > 1"),
            "1: expected a number, a field or '(', found 'and' | fields of bars are " + std::string(kFields));
  EXPECT_EQ(said_of("(close > 1"), "11: expected ')', found the end | close the parenthesis of column 1");
  EXPECT_EQ(said_of("close > 1)"), "10: nothing more is expected here, found ')' | join conditions with 'and' or 'or'");
  EXPECT_EQ(said_of("close > 1 open < 2"),
            "11: nothing more is expected here, found 'open' | join conditions with 'and' or 'or'");
  EXPECT_EQ(said_of("min(close) > 1"), "10: 'min' of one number | write min(a, b)");
  EXPECT_EQ(said_of("abs(close, open) > 1"),
            "10: expected ')', found ',' | close the parenthesis of 'abs', which takes one number");
  EXPECT_EQ(said_of("max(close, open > 1"), "17: expected ')', found '>' | close the parenthesis of 'max'");
}

TEST(ConditionMistakes, HabitsFromOtherLanguages) {
  EXPECT_EQ(said_of("close > 1 && open > 1"), "11: '&&' is no sign of this language | write 'and'");
  EXPECT_EQ(said_of("close > 1 || open > 1"), "11: '||' is no sign of this language | write 'or'");
  EXPECT_EQ(said_of("!(close > 1)"), "1: '!' is no sign of this language | write 'not'");
  EXPECT_EQ(said_of("close = 1"), "7: '=' is no sign of this language | write '=='");
  EXPECT_EQ(said_of("close <> 1"), "7: '<>' is no sign of this language | write '!='");
  EXPECT_EQ(said_of("close > 2%"), "10: '%' is no sign of this language | write 0.02 for 2 percent");
  EXPECT_EQ(said_of("close > $5"),
            "9: '$' is no sign of this language | signs are + - * / < <= > >= == != ( ) [ ] . ,");
  EXPECT_EQ(said_of("close > 5m"),
            "10: a number runs into a word | numbers have no units: write 10000 or 1e4, and 0.02 for 2 percent");
  EXPECT_EQ(said_of(std::string("close\0> 1", 9)),
            "6: '\\x00' is no sign of this language | signs are + - * / < <= > >= == != ( ) [ ] . ,");
}

TEST(ConditionMistakes, NumbersThatAreTooLongForExactArithmetic) {
  EXPECT_EQ(said_of("close > 0.0000000001"),
            "9: this number has more than 9 decimals | prices have at most 9; divide by a power of ten");
  EXPECT_EQ(said_of("close > 1e-10"),
            "9: this number has more than 9 decimals | prices have at most 9; divide by a power of ten");
  EXPECT_EQ(said_of("close > 1000000000000000000"),
            "9: this number has more than 18 digits before the point | use a smaller one");
  EXPECT_EQ(said_of("close > 1e999999999999999999999"),
            "9: this number has more than 18 digits before the point | use a smaller one");
  EXPECT_EQ(said_of("close > 1e"), "9: this number has an 'e' without an exponent | write 1e6 or 1000000");
  EXPECT_EQ(said_of("close > 100.000000000000"), "compiles") << "zeros at the end say nothing";
  EXPECT_EQ(said_of("close > 0.100000000100"),
            "9: this number has more than 9 decimals | prices have at most 9; divide by a power of ten");
}

TEST(ConditionMistakes, LimitsOfSize) {
  const std::string open(200, '('), close(200, ')');
  EXPECT_EQ(said_of(open + "1 == 1" + close), "102: nested too deep | simplify, or use fewer parentheses");
  std::string deep = "1";
  for (std::size_t i = 0; i < Condition::kMaxDepth; ++i) deep = "1 + (" + deep + ")";
  EXPECT_EQ(said_of(deep + " == 1"), "1: this needs more than 32 values at a time | nest fewer parentheses");
  EXPECT_EQ(said_of(std::string(kMaxConditionBytes, ' ') + "1 == 1"),
            "4097: the condition is longer than 4096 characters | make several steps of it");
}

TEST(ConditionMistakes, ALongLineIsShownAroundTheMistake) {
  std::vector<Capture> captures;
  const EventSchema schema = bar_events();
  const std::string text = std::string(500, ' ') + "close > oops" + std::string(500, ' ');
  try {
    (void)compile_condition({text, "f"}, {.schema = schema, .steps = {}, .visible_steps = 0, .captures = captures});
    FAIL() << "compiles";
  } catch (const platform::SetupError& error) {
    EXPECT_LT(error.problem().size(), 300u);
    EXPECT_NE(error.problem().find("close > oops"), std::string::npos);
  }
}

TEST(ConditionNames, WordsOfTheLanguageAndOddLettersAreNoNames) {
  for (const char* name : {"a", "first_rise", "_", "X2"}) EXPECT_TRUE(can_be_named(name)) << name;
  for (const char* name : {"", "2x", "a-b", "a b", "and", "not", "count", "last", "min", "\xc3\xa4"}) {
    EXPECT_FALSE(can_be_named(name)) << name;
  }
}

}  // namespace
}  // namespace tickplant::analytics::this_file
