#include "clients/cli/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace tickplant::cli {

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

Style style_for(int descriptor, ColorWish wish) {
  if (wish != ColorWish::automatic) return {wish == ColorWish::always};
  const char* no_color = std::getenv("NO_COLOR");
  return {(no_color == nullptr || *no_color == '\0') && ::isatty(descriptor) == 1};
}

}  // namespace tickplant::cli
