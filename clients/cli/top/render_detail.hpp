// One instrument in full: the ladder of its book, beside it what its image says.
//
// Threads: any; a pure function.
#pragma once

#include <cstddef>

#include "clients/cli/top/line.hpp"
#include "clients/cli/top/model.hpp"

namespace tickplant::cli::top {

/// At most `height` lines.
[[nodiscard]] Frame detail_lines(const Model& model, std::size_t width, std::size_t height, bool unicode);

}  // namespace tickplant::cli::top
