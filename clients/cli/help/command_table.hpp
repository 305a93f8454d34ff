// The command line as plain data: every verb with its options, positionals, examples and notes, read off the CLI11 tree
// that also parses it. What --help, completions and man pages say has this one source.
//
// Threads: values. Not here: how it looks (completion.hpp, man_page.hpp).
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "clients/cli/help/value_kinds.hpp"

namespace tickplant::cli {

struct ValueRow {
  std::string name;    // as --help calls it: "FILE", "csv|json|dbn"; empty: none is taken, it is a flag
  std::string bounds;  // "1 to 10"; empty: none
  ValueKind kind;
};

struct OptionRow {
  std::vector<std::string> names;  // "-h", "--help": short ones first
  ValueRow value;
  std::string help;
  std::string default_text;  // empty: none, or the help says it
  std::string variable;      // of the environment; empty: none
  std::string group;         // the heading it stands under in --help
  bool is_required = false;
  bool is_repeated = false;

  [[nodiscard]] bool is_flag() const noexcept { return value.name.empty(); }
};

struct PositionalRow {
  std::string name;
  ValueRow value;
  std::string help;
  bool is_required = false;
  bool is_repeated = false;
};

struct CommandExample {
  std::string command;
  std::string remark;  // what it is for; empty: it speaks for itself
};

struct CommandRow {
  std::vector<std::string> path;   // {"tickplant", "journal", "list"}
  std::string help;                // one line
  std::vector<OptionRow> options;  // its own
  std::vector<PositionalRow> positionals;
  std::vector<CommandExample> examples;
  std::vector<std::string> notes;  // lines as --help prints them below the examples
  std::vector<CommandRow> parts;   // verbs of a verb

  [[nodiscard]] const std::string& name() const noexcept { return path.back(); }
  /// "tickplant journal list"
  [[nodiscard]] std::string full_name() const;
};

/// What `app` and all below it takes, but for what is hidden from --help.
[[nodiscard]] CommandRow command_table(const CLI::App& app);

/// Examples and notes of a footer: "Examples:", lines with two blanks before each example, then notes. A remark stands
/// behind four blanks.
void read_footer(const std::string& footer, CommandRow& row);

/// `row` and all its parts, each before its own parts.
[[nodiscard]] std::vector<const CommandRow*> all_commands(const CommandRow& row);
std::vector<const CommandRow*> all_commands(CommandRow&&) = delete;  // they point into it

}  // namespace tickplant::cli
