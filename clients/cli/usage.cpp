#include "clients/cli/usage.hpp"

#include <cstddef>
#include <regex>
#include <vector>

#include "config/nearest.hpp"

namespace tickplant::cli {
namespace {

/// The verb, or part of one, that the words led to.
const CLI::App& verb_reached(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

bool takes_verbs(const CLI::App& app) {
  return !app.get_subcommands([](const CLI::App*) { return true; }).empty();
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name() : full_name(*app.get_parent()) + ' ' + app.get_name();
}

std::vector<std::string> verbs_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!verb->get_group().empty()) names.push_back(verb->get_name());  // the others are hidden
  return names;
}

/// Those of `app` and of all above it, which may stand behind a verb too.
std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

/// CLI11 says "Could not convert: --count = x" (what it converts is numbers), and of one outside its bounds
/// "--count: Value x not in range 1 to 18446744073709551615". Other texts stay as they are.
std::string problem_of(const CLI::ParseError& error) {
  const std::string text = error.what();
  std::smatch part;
  if (std::regex_match(text, part, std::regex("Could not convert: (.*) = (.*)"))) {
    return part.str(1) + " takes a number, not '" + part.str(2) + '\'';
  }
  if (!std::regex_match(text, part, std::regex(R"((.*): Value (.*) not in range (\d+)\S* to (\d+)\S*)"))) return text;
  constexpr std::size_t kDigitsOfABound = 19;
  const std::string to = part.length(4) < static_cast<std::ptrdiff_t>(kDigitsOfABound) ? " to " + part.str(4) : " on";
  return part.str(1) + " takes a number from " + part.str(3) + to + ", not '" + part.str(2) + '\'';
}

}  // namespace

std::string usage_text(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& verb = verb_reached(app);
  if (const auto* misuse = dynamic_cast<const Misuse*>(&error)) {
    return "tickplant: " + std::string(misuse->what()) + "\n  remedy: " + misuse->remedy() + '\n';
  }
  const std::vector<std::string> strangers = app.remaining(true);
  if (strangers.empty() && takes_verbs(verb)) return verb.help(verb.get_parent() ? full_name(*verb.get_parent()) : "");

  std::string problem = problem_of(error);
  std::vector<std::string> known;
  if (!strangers.empty()) {
    const std::string& word = strangers.front();
    const bool is_option = word.starts_with('-');
    known = is_option ? options_of(verb) : verbs_of(verb);
    problem = '\'' + word + "' is " + (is_option ? "no option" : takes_verbs(verb) ? "no verb" : "one word too many");
    problem += (is_option || takes_verbs(verb) ? " of `" : " for `") + full_name(verb) + '`';
  }
  const std::string meant = strangers.empty() ? "" : config::nearest(strangers.front(), known);
  const std::string guess = meant.empty() ? "see" : "did you mean '" + meant + "'? See";
  return "tickplant: " + problem + "\n  remedy: " + guess + " `" + full_name(verb) + " --help`\n";
}

}  // namespace tickplant::cli
