// Model and view to lines of a screen. Good at 80x24 and wider; nothing breaks when it is smaller.
//
// Threads: any; pure functions.
// Not here: a terminal (screen.hpp).
#pragma once

#include <cstddef>

#include "clients/cli/top/line.hpp"
#include "clients/cli/top/model.hpp"
#include "clients/cli/top/view.hpp"

namespace tickplant::cli::top {

struct Canvas {
  std::size_t width = 80;
  std::size_t height = 24;
  bool unicode = false;  // bars and sparklines from block characters
};

/// Exactly `height` lines, each exactly `width` wide. `view` is settled: its page lies within the rows.
[[nodiscard]] Frame render(const Model& model, const View& view, const Canvas& canvas);

/// Rows of instruments that fit below the header.
[[nodiscard]] std::size_t page_size(const Model& model, const Canvas& canvas) noexcept;

}  // namespace tickplant::cli::top
