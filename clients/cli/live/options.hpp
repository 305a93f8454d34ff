// Options that several verbs take.
//
// Threads: one.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tickplant::cli {

/// An option for a length of time written with its unit: 250ms, 10s, 5m. `nanos` holds the default. At least `least`.
CLI::Option* add_duration(CLI::App& verb, const std::string& name, std::int64_t& nanos, const std::string& help,
                          std::int64_t least = 1);

/// An option that takes one of `words`, which its help lists; `take` gets the one it was. A misspelt one is told the
/// nearest.
CLI::Option* add_choice(CLI::App& verb, const std::string& name, const std::vector<std::string>& words,
                        std::function<void(const std::string&)> take, const std::string& help);

}  // namespace tickplant::cli
