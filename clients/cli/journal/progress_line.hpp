// How far a long work is, on stderr where somebody looks.
//
// Threads: one. Gone with the object.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>

#include "clients/cli/number_text.hpp"

namespace tickplant::cli {

class ProgressLine {
 public:
  explicit ProgressLine(const char* what) : what_(what), is_shown_(::isatty(STDERR_FILENO) != 0) {}
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() {
    if (was_shown_) std::fputs("\r\033[K", stderr);
  }

  void show(std::uint64_t bytes) {
    const auto now = Clock::now();
    if (!is_shown_ || now < next_) return;
    next_ = now + std::chrono::milliseconds(200);
    was_shown_ = true;
    std::fprintf(stderr, "\r%s %s, %s/s\033[K", what_, bytes_text(bytes).c_str(), bytes_text(rate(bytes)).c_str());
    std::fflush(stderr);
  }
  [[nodiscard]] std::uint64_t rate(std::uint64_t bytes) const {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin_).count();
    return bytes * 1'000'000 / static_cast<std::uint64_t>(micros < 1 ? 1 : micros);
  }

 private:
  using Clock = std::chrono::steady_clock;
  const char* what_;
  bool is_shown_;
  bool was_shown_ = false;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point next_ = begin_ + std::chrono::milliseconds(500);
};

}  // namespace tickplant::cli
