// What `tickplant` says to a command line it cannot follow: what is wrong with it, and the nearest that would be right.
//
// Threads: one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace tickplant::cli {

/// `error` came from app.parse(). The help of the verb reached where words are merely missing, else two lines like
/// those of a SetupError.
[[nodiscard]] std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

}  // namespace tickplant::cli
