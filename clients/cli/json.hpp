// JSON as the command prints it: keys in the order in which they were put.
#pragma once

#include <nlohmann/json.hpp>

namespace tickplant::cli {

using Json = nlohmann::ordered_json;

}  // namespace tickplant::cli
