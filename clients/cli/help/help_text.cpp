#include "clients/cli/help/help_text.hpp"

#include <sstream>

#include "platform/setup_error.hpp"

namespace tickplant::cli {
namespace {

constexpr std::size_t kHelpColumn = 30;  // where CLI11 begins what an option is for

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

/// `text` up to `mark`, which goes with what follows it.
std::string cut_at(std::string& text, const std::string& mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string::npos) return "";
  std::string behind = text.substr(at + mark.size());
  text.resize(at);
  return behind;
}

/// "-c,--config FILE:1 to 10=5 Excludes: --demo"
OptionRow option_of(std::string head, const std::string& help, const std::string& group) {
  OptionRow option;
  option.help = help;
  option.group = group;
  (void)cut_at(head, " Excludes: ");
  (void)cut_at(head, " Needs: ");
  if (head.find(" REQUIRED") != std::string::npos) {
    option.is_required = true;
    (void)cut_at(head, " REQUIRED");
  }
  if (head.ends_with(" ...")) {
    option.is_repeated = true;
    head.resize(head.size() - 4);
  }
  std::string value = cut_at(head, " ");
  option.default_text = cut_at(value, "=");
  const std::size_t colon = value.find(':');
  if (colon != std::string::npos && value.find_first_of("[|") > colon) option.value.bounds = cut_at(value, ":");
  option.value.name = value;
  option.value.kind = value_kind(value);
  std::istringstream names(head);
  for (std::string name; std::getline(names, name, ',');) option.names.push_back(name);
  return option;
}

}  // namespace

CommandRow read_help(const std::string& name, const std::string& text) {
  CommandRow row;
  row.path = {name};
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  if (lines.empty() || text.find("\nUsage: " + name) == std::string::npos) {
    throw platform::SetupError("what `" + name + " --help` printed is no help text", "build it anew, then try again");
  }
  row.help = lines.front();
  std::string footer, group;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (line.starts_with("Usage: ") || line.empty()) continue;
    const bool is_heading = line.front() != ' ' && line.back() == ':' && line != "Examples:";
    if (is_heading) {
      group = line.substr(0, line.size() - 1);
    } else if (line.starts_with("  -")) {
      const bool is_long = i + 1 < lines.size() && lines[i + 1].starts_with(std::string(kHelpColumn, ' '));
      const std::string head = is_long ? line : line.substr(0, kHelpColumn);
      const std::string help = is_long ? lines[++i] : line.size() > kHelpColumn ? line.substr(kHelpColumn) : "";
      row.options.push_back(option_of(trimmed(head), trimmed(help), group));
    } else {
      footer += line + '\n';
    }
  }
  read_footer(footer, row);
  return row;
}

}  // namespace tickplant::cli
