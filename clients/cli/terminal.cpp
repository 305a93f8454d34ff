#include "clients/cli/terminal.hpp"

#include <unistd.h>

#include <cstdlib>

namespace tickplant::cli {

Style style_for(int descriptor, ColorWish wish) {
  if (wish != ColorWish::automatic) return {wish == ColorWish::always};
  const char* no_color = std::getenv("NO_COLOR");
  return {(no_color == nullptr || *no_color == '\0') && ::isatty(descriptor) == 1};
}

}  // namespace tickplant::cli
