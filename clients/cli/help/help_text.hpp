// The command table of another program of ours, read off what it prints for --help: its options live in a folder that
// this one may not include.
//
// Threads: any; a pure function. Understands the layout of CLI11 2 without sub-verbs.
#pragma once

#include <string>

#include "clients/cli/help/command_table.hpp"

namespace tickplant::cli {

/// `name`: of the program. Throws SetupError: this is no help of CLI11.
[[nodiscard]] CommandRow read_help(const std::string& name, const std::string& text);

}  // namespace tickplant::cli
