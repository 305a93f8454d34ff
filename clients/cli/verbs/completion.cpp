// tickplant completion bash | zsh | fish; and what shells ask behind it, hidden: live-values.
#include <cstdio>
#include <memory>

#include "clients/cli/failure.hpp"
#include "clients/cli/help/completion.hpp"
#include "clients/cli/help/live_values.hpp"
#include "clients/cli/live/options.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {

void add_completion(CLI::App& app, const Common& common, Run& run) {
  auto shell = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("completion", "a script that lets a shell complete our command lines");
  verb->footer(
      "Examples:\n"
      "  source <(tickplant completion bash)    for this shell; for good: the same line in ~/.bashrc\n"
      "  tickplant completion zsh > ~/.zfunc/_tickplant    a folder of $fpath\n"
      "  tickplant completion fish > ~/.config/fish/completions/tickplant.fish\n"
      "Packages and `cmake --install` bring them along. Verbs, options and their words come from the script; plants,\n"
      "symbols, rings, feeds and functions from what runs, within a second or not at all.");
  add_choice(
      *verb, "shell", {"bash", "zsh", "fish"}, [shell](const std::string& word) { *shell = word; },
      "the shell it is for")
      ->required();
  verb->callback([shell, &app, &common, &run] {
    run = [shell, &app, &common] {
      if (common.json) throw Failure(ExitCode::usage, "a completion script is no JSON", "leave out --json");
      const CommandRow table = command_table(app);
      const std::string script = *shell == "bash"  ? bash_completion(table)
                                 : *shell == "zsh" ? zsh_completion(table)
                                                   : fish_completion(table);
      std::fputs(script.c_str(), stdout);
      return ExitCode::ok;
    };
  });
}

void add_live_values(CLI::App& app, const Common&, Run& run) {
  struct Arguments {
    std::string what, prefix, plant;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("live-values", "what may be meant, a word a line: asked by completions");
  verb->group("");
  verb->add_option("what", arguments->what, "plants, symbols, rings, feeds, functions or windows")->required();
  verb->add_option("--prefix", arguments->prefix, "how they begin");
  verb->add_option("--plant", arguments->plant, "whose");
  verb->callback([arguments, &run] {
    run = [arguments] {
      for (const std::string& word : live_values(arguments->what, arguments->prefix, arguments->plant)) {
        std::printf("%s\n", word.c_str());
      }
      return ExitCode::ok;
    };
  });
}

}  // namespace tickplant::cli
