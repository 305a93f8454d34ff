// A line of the screen: pieces of text, each with its look, exactly as wide as asked.
//
// Threads: values. Not here: what draws them (screen.hpp; Style for a plain frame).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "clients/cli/terminal.hpp"

namespace tickplant::cli::top {

struct Piece {
  std::string text;
  Look look = Look::plain;
};

class Line {
 public:
  Line() = default;
  Line(std::string text, Look look = Look::plain) { add(std::move(text), look); }

  Line& add(std::string text, Look look = Look::plain);
  [[nodiscard]] std::size_t width() const noexcept { return width_; }
  /// Blanks up to `width`, or cut to it.
  Line& fit(std::size_t width);
  /// As fit(), with `right` at the right end, if there is room for both and a blank.
  Line& fit_with(const Line& right, std::size_t width);
  /// All of it in one look: the selected row.
  Line& all_as(Look look);

  [[nodiscard]] const std::vector<Piece>& pieces() const noexcept { return pieces_; }
  /// Without blanks at its end.
  [[nodiscard]] std::string text(const Style& style) const;

 private:
  std::vector<Piece> pieces_;
  std::size_t width_ = 0;
};

using Frame = std::vector<Line>;

}  // namespace tickplant::cli::top
