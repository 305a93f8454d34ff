// How text looks: colours where a person reads along and wants them, plain otherwise.
#pragma once

#include <string>

namespace tickplant::cli {

enum class ColorWish { automatic, always, never };

/// Wraps text in ANSI sequences, or not.
struct Style {
  bool color = false;
  [[nodiscard]] std::string bold(const std::string& text) const { return wrap("1", text); }
  [[nodiscard]] std::string dim(const std::string& text) const { return wrap("2", text); }
  [[nodiscard]] std::string warning(const std::string& text) const { return wrap("33", text); }

 private:
  [[nodiscard]] std::string wrap(const char* code, const std::string& text) const {
    return color ? std::string("\x1b[") + code + 'm' + text + "\x1b[0m" : text;
  }
};

/// `text` from a file, harmless on a terminal: '?' for control characters and all that is not ASCII.
[[nodiscard]] std::string printable(std::string text);

/// Colour for `descriptor`: as wished, else when it is a terminal and NO_COLOR is not set (https://no-color.org).
[[nodiscard]] Style style_for(int descriptor, ColorWish wish);

}  // namespace tickplant::cli
