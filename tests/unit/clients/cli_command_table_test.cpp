// Laws of the command line: what every verb, option and positional owes its user. They hold for the real tree, so a new
// verb is checked by being there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <set>

#include "clients/cli/command_line.hpp"
#include "clients/cli/help/command_table.hpp"
#include "tests/support/command_words.hpp"

namespace tickplant::cli::this_file {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const CommandRow& whole_table() {
  static const CommandRow table = command_table(CommandLine().app());
  return table;
}

/// "a verb --option" -> its help, for all there is.
std::map<std::string, std::string> all_helps(const CommandRow& table) {
  std::map<std::string, std::string> helps;
  for (const CommandRow* row : all_commands(table)) {
    helps[row->full_name()] = row->help;
    for (const OptionRow& option : row->options) helps[row->full_name() + ' ' + option.names.back()] = option.help;
    for (const PositionalRow& word : row->positionals) helps[row->full_name() + ' ' + word.name] = word.help;
  }
  return helps;
}

/// `words` as the first of a run.
bool runs_verb(const std::vector<std::string>& run, const std::vector<std::string>& path) {
  return run.size() + 1 >= path.size() && std::equal(path.begin() + 1, path.end(), run.begin());
}

TEST(CommandTable, HasTheVerbsOfTheTree) {
  const CommandRow& table = whole_table();
  EXPECT_EQ(table.full_name(), "tickplant");
  std::vector<std::string> names;
  for (const CommandRow* row : all_commands(table)) names.push_back(row->full_name());
  EXPECT_THAT(names, testing::IsSupersetOf({"tickplant start", "tickplant journal list", "tickplant config check"}));
}

TEST(CommandTable, ReadsNamesValuesBoundsAndDefaultsOfAnOption) {
  CLI::App app{"about", "program"};
  int levels = 5;
  app.add_option("-l,--levels", levels, "levels a side")
      ->type_name("N")
      ->check(CLI::Range(1, 10).description("1 to 10"))
      ->capture_default_str();
  bool all = false;
  app.add_flag("--all", all, "everything");
  std::vector<std::string> files;
  app.add_option("files", files, "what to read")->type_name("FILE")->required();
  app.footer("Examples:\n  program --all a b    both of them\nA note.\nTwo.");
  const CommandRow row = command_table(app);
  ASSERT_THAT(row.options, SizeIs(3));  // and --help
  const OptionRow& option = row.options[1];
  EXPECT_THAT(option.names, ElementsAre("-l", "--levels"));
  EXPECT_EQ(option.value.name, "N");
  EXPECT_EQ(option.value.bounds, "1 to 10");
  EXPECT_EQ(option.default_text, "5");
  EXPECT_FALSE(option.is_flag());
  EXPECT_FALSE(option.is_repeated);
  EXPECT_TRUE(row.options[2].is_flag());
  ASSERT_THAT(row.positionals, SizeIs(1));
  EXPECT_TRUE(row.positionals[0].is_required);
  EXPECT_TRUE(row.positionals[0].is_repeated);
  EXPECT_THAT(row.positionals[0].value.kind.sources, ElementsAre(ValueSource::files));
  ASSERT_THAT(row.examples, SizeIs(1));
  EXPECT_EQ(row.examples[0].command, "program --all a b");
  EXPECT_EQ(row.examples[0].remark, "both of them");
  EXPECT_THAT(row.notes, ElementsAre("A note.", "Two."));
}

TEST(CommandTable, LeavesOutWhatHelpHides) {
  CLI::App app{"about", "program"};
  app.add_subcommand("seen", "a verb");
  app.add_subcommand("unseen", "another")->group("");
  EXPECT_THAT(command_table(app).parts, SizeIs(1));
}

TEST(ValueKind, IsReadOffTheWordOfHelp) {
  EXPECT_THAT(value_kind("csv|json").choices, ElementsAre("csv", "json"));
  const ValueKind mixed = value_kind("newest|FOLDER|PLANT");
  EXPECT_THAT(mixed.choices, ElementsAre("newest"));
  EXPECT_THAT(mixed.sources, ElementsAre(ValueSource::folders, ValueSource::plants));
  EXPECT_TRUE(value_kind("SYMBOLS").is_list);
  EXPECT_THAT(value_kind("TYPES").choices, Contains("trade"));
  EXPECT_FALSE(value_kind("NONSENSE").is_known);
  EXPECT_THAT(value_kind("").choices, IsEmpty());
}

TEST(EveryVerb, HasHelpForItselfItsOptionsAndItsPositionals) {
  for (const auto& [what, help] : all_helps(whole_table())) EXPECT_FALSE(help.empty()) << what;
}

TEST(EveryHelpText, IsAPhraseThatBeginsSmallAndEndsWithoutAPeriod) {
  for (const auto& [what, help] : all_helps(whole_table())) {
    if (what == "tickplant" || help.empty()) continue;  // a sentence
    EXPECT_NE(help.back(), '.') << what << ": " << help;
    const bool begins_large = std::isupper(static_cast<unsigned char>(help[0])) != 0;
    const bool is_a_name = help.size() > 1 && std::isupper(static_cast<unsigned char>(help[1])) != 0;  // AAPL, MIC, CSV
    EXPECT_TRUE(!begins_large || is_a_name) << what << ": " << help;
  }
}

TEST(EveryVerb, EndsItsHelpWithExamplesThenSentences) {
  for (const CommandRow* row : all_commands(whole_table())) {
    EXPECT_THAT(row->examples, testing::Not(IsEmpty())) << row->full_name();
    const std::string last = row->notes.empty() ? "." : row->notes.back();
    EXPECT_EQ(last.back(), '.') << row->full_name() << ": " << last;
    for (const std::string& note : row->notes) EXPECT_LE(note.size(), 125u) << row->full_name() << ": " << note;
  }
}

TEST(EveryVerb, HasAnExampleThatRunsIt) {
  for (const CommandRow* row : all_commands(whole_table())) {
    bool runs = false;
    for (const CommandExample& example : row->examples) {
      for (const auto& run : tests::runs_of("tickplant", example.command)) runs |= runs_verb(run, row->path);
    }
    EXPECT_TRUE(runs) << row->full_name();
  }
}

TEST(EveryExample, IsACommandLineThatParses) {
  for (const CommandRow* row : all_commands(whole_table())) {
    for (const CommandExample& example : row->examples) {
      for (std::vector<std::string> run : tests::runs_of("tickplant", example.command)) {
        CommandLine line;
        std::reverse(run.begin(), run.end());  // as CLI11 wants them
        EXPECT_NO_THROW(line.app().parse(run)) << row->full_name() << ": " << example.command;
      }
    }
  }
}

TEST(EveryValue, IsOfAKindThatCompletionKnows) {
  for (const CommandRow* row : all_commands(whole_table())) {
    for (const OptionRow& option : row->options) {
      EXPECT_TRUE(option.value.kind.is_known) << row->full_name() << ' ' << option.names.back() << ' '
                                              << option.value.name << ": add it to value_kinds.cpp";
    }
    for (const PositionalRow& word : row->positionals) {
      EXPECT_TRUE(word.value.kind.is_known)
          << row->full_name() << ' ' << word.name << ' ' << word.value.name << ": add it to value_kinds.cpp";
    }
  }
}

TEST(EveryOption, HasANameOfItsOwnInItsVerbAndAboveIt) {
  const CommandRow& table = whole_table();
  for (const CommandRow* row : all_commands(table)) {
    std::set<std::string> taken;
    const auto take = [&](const CommandRow& of) {
      for (const OptionRow& option : of.options) {
        for (const std::string& name : option.names) {
          if (&of != row && (name == "-h" || name == "--help")) continue;  // everybody's
          EXPECT_TRUE(taken.insert(name).second) << row->full_name() << ' ' << name;
        }
      }
    };
    take(*row);
    if (row != &table) take(table);
  }
}

TEST(EveryOption, IsSpelledInSmallLettersWithDashes) {
  for (const CommandRow* row : all_commands(whole_table())) {
    for (const OptionRow& option : row->options) {
      for (const std::string& name : option.names) {
        EXPECT_THAT(name, testing::MatchesRegex("-[a-z]|--[a-z][a-z-]*[a-z]")) << row->full_name();
      }
    }
  }
}

TEST(ARunsWords, AreThoseBetweenTheShellsOperators) {
  EXPECT_THAT(tests::runs_of("tickplant", "xz -dc a | tickplant inspect -"), ElementsAre(ElementsAre("inspect", "-")));
  EXPECT_THAT(tests::runs_of("tickplant", "TICKPLANT_A=1 tickplant rings --json | jq '.[] | .x' > file"),
              ElementsAre(ElementsAre("rings", "--json")));
  EXPECT_THAT(tests::runs_of("tickplant", "tickplant health || tickplant status"),
              ElementsAre(ElementsAre("health"), ElementsAre("status")));
}

}  // namespace
}  // namespace tickplant::cli::this_file
