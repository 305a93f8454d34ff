#include "clients/cli/help/command_table.hpp"

#include <sstream>

namespace tickplant::cli {
namespace {

/// CLI11 writes the bounds of a number behind its type: "N:1 to 10".
ValueRow value_of(const CLI::Option& option) {
  ValueRow value;
  if (option.get_items_expected_max() == 0) return value;
  const std::string type = option.get_type_name();
  const std::size_t colon = type.find(':');
  const bool has_bounds = colon != std::string::npos && type.find_first_of("[|") > colon;
  value.name = has_bounds ? type.substr(0, colon) : type;
  if (has_bounds) value.bounds = type.substr(colon + 1);
  value.kind = value_kind(value.name);
  return value;
}

bool is_repeated(const CLI::Option& option) { return option.get_items_expected_max() > 1; }

OptionRow option_row(const CLI::Option& option) {
  OptionRow row;
  for (const std::string& name : option.get_snames()) row.names.push_back('-' + name);
  for (const std::string& name : option.get_lnames()) row.names.push_back("--" + name);
  row.value = value_of(option);
  row.help = option.get_description();
  if (!row.is_flag()) row.default_text = option.get_default_str();
  row.variable = option.get_envname();
  row.group = option.get_group();
  row.is_required = option.get_required();
  row.is_repeated = is_repeated(option) && !row.is_flag();
  return row;
}

PositionalRow positional_row(const CLI::Option& option) {
  return {option.get_name(true), value_of(option), option.get_description(), option.get_required(),
          is_repeated(option)};
}

CommandRow row_of(const CLI::App& app, std::vector<std::string> path) {
  CommandRow row;
  row.path = std::move(path);
  row.path.push_back(app.get_name());
  row.help = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    if (option->nonpositional()) {
      row.options.push_back(option_row(*option));
    } else {
      row.positionals.push_back(positional_row(*option));
    }
  }
  read_footer(app.get_footer(), row);
  for (const CLI::App* part : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!part->get_group().empty()) row.parts.push_back(row_of(*part, row.path));
  }
  return row;
}

CommandExample example_of(const std::string& line) {
  const std::size_t gap = line.find("    ", 2);  // behind the indent
  if (gap == std::string::npos) return {line.substr(2), ""};
  return {line.substr(2, gap - 2), line.substr(line.find_first_not_of(' ', gap))};
}

void collect(const CommandRow& row, std::vector<const CommandRow*>& rows) {
  rows.push_back(&row);
  for (const CommandRow& part : row.parts) collect(part, rows);
}

}  // namespace

std::string CommandRow::full_name() const {
  std::string text;
  for (const std::string& word : path) text += (text.empty() ? "" : " ") + word;
  return text;
}

void read_footer(const std::string& footer, CommandRow& row) {
  std::istringstream lines(footer);
  bool is_example = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "Examples:") {
      is_example = true;
    } else if (is_example && line.starts_with("  ")) {
      row.examples.push_back(example_of(line));
    } else {
      is_example = false;
      row.notes.push_back(line);
    }
  }
}

CommandRow command_table(const CLI::App& app) { return row_of(app, {}); }

std::vector<const CommandRow*> all_commands(const CommandRow& row) {
  std::vector<const CommandRow*> rows;
  collect(row, rows);
  return rows;
}

}  // namespace tickplant::cli
