// The terminal: draws a Frame, gives keys. The only door to ncurses.
//
// Threads: one; one Screen at a time. The terminal is as before when it is gone.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

#include "clients/cli/top/line.hpp"
#include "clients/cli/top/view.hpp"

namespace tickplant::cli::top {

class Screen {
 public:
  /// Throws SetupError: no terminal, or one that ncurses does not know.
  explicit Screen(bool color);
  ~Screen();

  [[nodiscard]] std::size_t width() const noexcept;
  [[nodiscard]] std::size_t height() const noexcept;

  void draw(const Frame& frame);

  /// The next key, or none after `time`, or when a signal came.
  [[nodiscard]] std::optional<KeyPress> wait(std::chrono::milliseconds time);

 private:
  struct Terminal;
  std::unique_ptr<Terminal> terminal_;
};

}  // namespace tickplant::cli::top
