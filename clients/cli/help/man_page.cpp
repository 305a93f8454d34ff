#include "clients/cli/help/man_page.hpp"

#include <algorithm>

#include "clients/cli/exit_code.hpp"

namespace tickplant::cli {
namespace {

/// Text as it is: no dash becomes a hyphen, no leading dot a request.
std::string roff(const std::string& text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out = "\\&";
  for (const char c : text) {
    switch (c) {
      case '\\': out += "\\e"; break;
      case '-': out += "\\-"; break;
      case '\'': out += "\\(aq"; break;
      case '`': out += "\\(ga"; break;
      case '^': out += "\\(ha"; break;
      case '~': out += "\\(ti"; break;
      case '"': out += "\\(dq"; break;
      default: out += c;
    }
  }
  return out;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

std::string term(const std::string& what, const std::string& meaning) { return ".TP\n" + what + '\n' + meaning + '\n'; }

/// A value's word: what may be typed as it is stands upright, the rest in italics.
std::string value_text(const std::string& name) {
  std::string out;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('|', begin), name.size());
    const std::string word = name.substr(begin, end - begin);
    const bool is_kind = std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    out += (begin == 0 ? "" : "|") + (is_kind ? italic(word) : bold(word));
    begin = end + 1;
  }
  return out;
}

/// Words that a kind always has, where its name does not show them: the types of records.
std::string words_text(const ValueRow& value) {
  std::string words;
  for (const std::string& choice : value.kind.choices) {
    const bool is_shown = ('|' + value.name + '|').find('|' + choice + '|') != std::string::npos;
    if (!is_shown) words += (words.empty() ? "; " : ", ") + roff(choice);
  }
  return words;
}

std::string option_text(const OptionRow& option) {
  std::string names;
  for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + bold(name);
  if (!option.is_flag()) names += ' ' + value_text(option.value.name);
  std::string meaning = roff(option.help);
  meaning += words_text(option.value);
  if (!option.value.bounds.empty()) meaning += "; " + roff(option.value.bounds);
  if (!option.default_text.empty()) meaning += "; default: " + roff(option.default_text);
  if (option.is_required) meaning += "; required";
  return term(names, meaning + '.');
}

std::string options_of(const std::vector<OptionRow>& options) {
  std::vector<std::string> groups;
  for (const OptionRow& option : options) {
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
  }
  std::string text;
  for (const std::string& group : groups) {
    if (groups.size() > 1) text += ".SS " + roff(group) + '\n';
    for (const OptionRow& option : options) {
      if (option.group == group) text += option_text(option);
    }
  }
  return text;
}

std::string synopsis_of(const CommandRow& row) {
  std::string text = bold(row.full_name()) + "\n";
  if (row.options.size() > 1) text += "[" + italic("options") + "]\n";
  for (const OptionRow& option : row.options) {
    if (option.is_required) text += bold(option.names.back()) + ' ' + value_text(option.value.name) + '\n';
  }
  for (const PositionalRow& word : row.positionals) {
    const std::string name = italic(word.name) + (word.is_repeated ? "\\ .\\|.\\|." : "");
    text += word.is_required ? name + '\n' : '[' + name + "]\n";
  }
  if (!row.parts.empty()) text += italic("verb") + " [" + italic("options") + "]\n";
  return text;
}

std::string examples_of(const CommandRow& row) {
  std::string text;
  for (const CommandExample& example : row.examples) {
    if (!text.empty()) text += ".PP\n";
    if (!example.remark.empty()) text += roff(example.remark) + ":\n";
    text += ".nf\n.RS 4\n" + roff(example.command) + "\n.RE\n.fi\n";
  }
  return text;
}

}  // namespace

std::string man_name(const CommandRow& row) {
  std::string name;
  for (const std::string& word : row.path) name += (name.empty() ? "" : "-") + word;
  return name;
}

std::string man_page(const CommandRow& row, const ManContext& context) {
  std::string title = man_name(row);
  std::transform(title.begin(), title.end(), title.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  std::string out = ".\\\" Written from the command line's own table; do not edit.\n";
  out += ".TH \"" + roff(title) + "\" " + std::to_string(context.section) + " \"\" \"tickplant " +
         roff(context.version) + "\" \"Tickplant\"\n.nh\n";
  std::string help = row.help;
  if (help.ends_with('.')) help.pop_back();
  if (const std::string own = row.name() + ": "; help.starts_with(own)) help.erase(0, own.size());
  out += ".SH NAME\n" + roff(man_name(row)) + " \\- " + roff(help) + '\n';
  out += ".SH SYNOPSIS\n" + synopsis_of(row);
  if (!row.notes.empty()) {
    out += ".SH DESCRIPTION\n";
    for (const std::string& note : row.notes) {
      const bool is_table = note.starts_with("  ");
      if (is_table) out += ".br\n";
      out += roff(is_table ? note.substr(note.find_first_not_of(' ')) : note) + '\n';
    }
  }
  if (!row.parts.empty()) {
    out += ".SH VERBS\n";
    for (const CommandRow& part : row.parts) out += term(bold(part.name()), roff(part.help) + '.');
  }
  if (!row.positionals.empty()) {
    out += ".SH ARGUMENTS\n";
    for (const PositionalRow& word : row.positionals) {
      out += term(italic(word.name) + (word.is_repeated ? "\\ .\\|.\\|." : ""),
                  roff(word.help) + (word.is_required ? "; required." : "."));
    }
  }
  out += ".SH OPTIONS\n" + options_of(row.options);
  if (!context.everywhere.empty()) out += ".SS Of every verb\n" + options_of(context.everywhere);
  if (!row.examples.empty()) out += ".SH EXAMPLES\n" + examples_of(row);
  for (const ManSection& section : context.sections) {
    out += ".SH \"" + section.title + "\"\n";
    for (const auto& [what, meaning] : section.terms) out += term(bold(what), roff(meaning) + '.');
  }
  if (!context.see_also.empty()) {
    out += ".SH \"SEE ALSO\"\n";
    for (const std::string& page : context.see_also) {
      const std::size_t bracket = page.find('(');
      out += bold(page.substr(0, bracket)) + page.substr(bracket) + (&page == &context.see_also.back() ? "\n" : ",\n");
    }
  }
  return out;
}

ManSection exit_status() {
  ManSection section{"EXIT STATUS", {}};
  for (const ExitCodeMeaning& each : kExitCodes) {
    section.terms.emplace_back(std::to_string(static_cast<int>(each.code)), std::string(each.meaning));
  }
  return section;
}

}  // namespace tickplant::cli
