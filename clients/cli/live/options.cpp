#include "clients/cli/live/options.hpp"

#include <algorithm>

#include "clients/cli/nearest_words.hpp"
#include "clients/cli/terminal.hpp"
#include "clients/cli/usage.hpp"
#include "config/value_types.hpp"

namespace tickplant::cli {

CLI::Option* add_duration(CLI::App& verb, const std::string& name, std::int64_t& nanos, const std::string& help,
                          std::int64_t least) {
  const config::Duration kind{.min_ns = least, .has_hours = true};
  CLI::Option* option = verb.add_option_function<std::string>(
      name,
      [name, kind, &nanos](const std::string& text) {
        if (const config::Refusal refusal = kind.parse(text, nanos)) {
          throw Misuse(name + ": " + refusal->problem, refusal->remedy);
        }
      },
      help);
  return option->type_name("TIME")->default_str(kind.text(nanos));
}

CLI::Option* add_choice(CLI::App& verb, const std::string& name, const std::vector<std::string>& words,
                        std::function<void(const std::string&)> take, const std::string& help) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : "|") + word;
  return verb
      .add_option_function<std::string>(
          name,
          [name, words, take = std::move(take)](const std::string& word) {
            if (std::find(words.begin(), words.end(), word) == words.end()) {
              throw Misuse("'" + printable(word) + "' is no value of " + name, nearest_or_all(word, words));
            }
            take(word);
          },
          help)
      ->type_name(all);
}

}  // namespace tickplant::cli
