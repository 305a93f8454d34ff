#include "platform/check.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace tickplant::platform {

void check_failed(const char* expression, const char* file, int line) noexcept {
  char text[512];
  const int length = std::snprintf(
      text, sizeof text, "%s:%d: TP_CHECK(%s) does not hold; this is a bug in the program\n", file, line, expression);
  if (length > 0) {
    const auto bytes =
        static_cast<std::size_t>(length) < sizeof text ? static_cast<std::size_t>(length) : sizeof text - 1;
    (void)!::write(STDERR_FILENO, text, bytes);
  }
  std::abort();
}

}  // namespace tickplant::platform
