// The facts of a file for people: what it is, what is wrong with it, the busiest instruments.
#pragma once

#include <cstddef>
#include <string>

#include "clients/cli/inspect/facts.hpp"
#include "clients/cli/terminal.hpp"

namespace tickplant::cli {

/// At most `most_instruments` rows, by shares traded, then open orders; a line says how many were left out.
[[nodiscard]] std::string to_table(const Facts& facts, std::size_t most_instruments, const Style& style);

}  // namespace tickplant::cli
