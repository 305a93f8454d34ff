#include "clients/cli/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace tickplant::cli {

std::string Style::as(Look look, const std::string& text) const {
  static constexpr std::array<const char*, 8> kCodes{"", "1", "2", "33", "32", "31", "7", "7"};  // by Look
  if (!color || look == Look::plain || text.empty()) return text;
  return std::string("\x1b[") + kCodes.at(static_cast<std::size_t>(look)) + 'm' + text + "\x1b[0m";
}

bool speaks_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;  // the first that is set decides
    std::string locale(value);
    std::transform(locale.begin(), locale.end(), locale.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return locale.find("UTF-8") != std::string::npos || locale.find("UTF8") != std::string::npos;
  }
  return false;
}

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

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + printable(name);
  return text;
}

}  // namespace tickplant::cli
