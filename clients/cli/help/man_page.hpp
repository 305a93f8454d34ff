// Manual pages in roff, written from the command table: one for a command line as a whole, one a verb.
//
// Threads: any; pure functions.
#pragma once

#include <string>
#include <vector>

#include "clients/cli/help/command_table.hpp"

namespace tickplant::cli {

struct ManSection {
  std::string title;  // "EXIT STATUS"
  std::vector<std::pair<std::string, std::string>> terms;
};

/// What the table does not say.
struct ManContext {
  std::string version = {};
  int section = 1;                         // 8: for who runs the machine
  std::vector<OptionRow> everywhere = {};  // options of the command that its verbs take, too
  std::vector<ManSection> sections = {};   // exit status, environment, files
  std::vector<std::string> see_also = {};  // "tickplant-tail(1)"
};

/// The page of `row`: "tickplant-journal-list" of a verb.
[[nodiscard]] std::string man_page(const CommandRow& row, const ManContext& context);

/// "tickplant-journal-list"
[[nodiscard]] std::string man_name(const CommandRow& row);

/// What each exit code of `tickplant` says, by number.
[[nodiscard]] ManSection exit_status();

}  // namespace tickplant::cli
