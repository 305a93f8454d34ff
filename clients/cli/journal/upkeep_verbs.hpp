// tickplant journal compress | index | restore: work on a journal's files that changes or makes some.
#pragma once

#include <CLI/CLI.hpp>

#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {

/// Below `verb`, which is `journal`.
void add_journal_upkeep(CLI::App& verb, const Common& common, Run& run);

}  // namespace tickplant::cli
