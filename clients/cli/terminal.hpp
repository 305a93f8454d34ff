// How text looks: colours where a person reads along and wants them, plain otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tickplant::cli {

enum class ColorWish { automatic, always, never };

/// What a piece of text is, for whoever draws it: ANSI here, ncurses in top/.
enum class Look : std::uint8_t { plain, bold, dim, warning, rise, fall, heading, selected };

/// Wraps text in ANSI sequences, or not.
struct Style {
  bool color = false;
  [[nodiscard]] std::string as(Look look, const std::string& text) const;
  [[nodiscard]] std::string bold(const std::string& text) const { return as(Look::bold, text); }
  [[nodiscard]] std::string dim(const std::string& text) const { return as(Look::dim, text); }
  [[nodiscard]] std::string warning(const std::string& text) const { return as(Look::warning, text); }
};

/// Does the locale of the environment ($LC_ALL, $LC_CTYPE, $LANG) have the characters that bars are drawn with?
[[nodiscard]] bool speaks_utf8();

/// `text` from a file, harmless on a terminal: '?' for control characters and all that is not ASCII.
[[nodiscard]] std::string printable(std::string text);

/// Colour for `descriptor`: as wished, else when it is a terminal and NO_COLOR is not set (https://no-color.org).
[[nodiscard]] Style style_for(int descriptor, ColorWish wish);

/// "A, B, C", each as printable().
[[nodiscard]] std::string joined(const std::vector<std::string>& names);

}  // namespace tickplant::cli
