// The whole command line of `tickplant`: every verb, its options and help. The one tree that parses it, and that
// completions, man pages and tests walk (help/command_table.hpp).
//
// Threads: one.
#pragma once

#include <CLI/CLI.hpp>

#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {

class CommandLine {
 public:
  CommandLine();
  CommandLine(const CommandLine&) = delete;  // its verbs point to it
  CommandLine& operator=(const CommandLine&) = delete;

  [[nodiscard]] CLI::App& app() noexcept { return app_; }
  /// What the verb named is to do; set by app().parse().
  [[nodiscard]] const Run& run() const noexcept { return run_; }

 private:
  CLI::App app_;
  Common common_;
  Run run_;
};

}  // namespace tickplant::cli
