// Options that several verbs take.
//
// Threads: one.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace tickplant::cli {

/// An option for a length of time written with its unit: 250ms, 10s, 5m. `nanos` holds the default. At least `least`.
CLI::Option* add_duration(CLI::App& verb, const std::string& name, std::int64_t& nanos, const std::string& help,
                          std::int64_t least = 1);

}  // namespace tickplant::cli
