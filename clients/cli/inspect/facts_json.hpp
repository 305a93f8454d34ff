// The facts of a file as one JSON object, for programs. Keys are a promise: docs/inspect.md.
#pragma once

#include <string>

#include "clients/cli/inspect/facts.hpp"

namespace tickplant::cli {

[[nodiscard]] std::string to_json(const Facts& facts);

}  // namespace tickplant::cli
