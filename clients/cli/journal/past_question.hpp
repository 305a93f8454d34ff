// What image and book ask of the past: options, where the journal is, and what to say of answers that are not whole.
//
// Threads: one.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "clients/cli/exit_code.hpp"
#include "clients/cli/journal/past_state.hpp"

namespace tickplant::cli {

struct PastQuestion {
  std::vector<std::string> at;  // each as parse_when(), or nanoseconds UTC
  std::string at_file;          // lines "TIME" or "SYMBOL TIME"; "-": stdin
  std::string journal;          // a folder or a plant; empty: as --plant says

  /// Else it is about now.
  [[nodiscard]] bool is_asked() const noexcept { return !at.empty() || !at_file.empty() || !journal.empty(); }
  /// More than one time, or who knows how many: an answer a line in JSON.
  [[nodiscard]] bool is_many() const noexcept { return at.size() > 1 || !at_file.empty(); }
};

/// Adds --at, --at-file and --journal; `question` lives as long as the command line.
void add_past_question(CLI::App& verb, PastQuestion& question);

/// Hands over where each symbol was at each time, and says on stderr what is missing of it. `plant`: what --plant said.
/// Returns data_lost if something is. Throws Failure: no time, no journal, no such instrument; SetupError.
[[nodiscard]] ExitCode answer_past(const PastQuestion& question, const std::vector<std::string>& symbols,
                                   const std::string& plant,
                                   const std::function<void(const PastState&, platform::UnixNanos at)>& show);

}  // namespace tickplant::cli
