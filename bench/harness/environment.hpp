// The machine a figure belongs to, in one line.
#pragma once

#include <string>

namespace tickplant::bench {

/// CPU model, cores, governor, kernel, compiler, build type, commit.
[[nodiscard]] std::string describe_environment(const std::string& commit);

}  // namespace tickplant::bench
