// Completion scripts for bash, zsh and fish, written from the command table. What is fixed (verbs, options, choices) is
// in the script; what only a running plant knows (plants, symbols, rings, ...) is asked of the hidden verb
// `live-values`.
//
// Threads: any; pure functions.
#pragma once

#include <string>

#include "clients/cli/help/command_table.hpp"

namespace tickplant::cli {

[[nodiscard]] std::string bash_completion(const CommandRow& table);
[[nodiscard]] std::string zsh_completion(const CommandRow& table);
[[nodiscard]] std::string fish_completion(const CommandRow& table);

// --- what the three have in common ---

/// "journal list"; empty for the command itself.
[[nodiscard]] std::string path_below(const CommandRow& row);
/// "words:csv json;files;plants", with "list;" before when several may stand there, separated by commas: what the
/// scripts' own function offers. Empty: nothing can be.
[[nodiscard]] std::string offer_of(const ValueKind& kind);
/// In single quotes of a shell, whatever is in it. fish has them otherwise.
[[nodiscard]] std::string shell_quoted(const std::string& text);
[[nodiscard]] std::string fish_quoted(const std::string& text);

}  // namespace tickplant::cli
