#include "clients/cli/top/line.hpp"

#include "clients/cli/text_table.hpp"

namespace tickplant::cli::top {
namespace {

/// The first `columns` characters of UTF-8 text.
std::string first_columns(const std::string& text, std::size_t columns) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool begins_character = (static_cast<unsigned char>(text[end]) & 0xc0) != 0x80;
    if (begins_character && columns-- == 0) break;
  }
  return text.substr(0, end);
}

}  // namespace

Line& Line::add(std::string text, Look look) {
  width_ += columns_of(text);
  if (!text.empty()) pieces_.push_back({std::move(text), look});
  return *this;
}

Line& Line::fit(std::size_t width) {
  if (width_ < width) return add(std::string(width - width_, ' '));
  std::size_t taken = 0;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const std::size_t columns = columns_of(pieces_[i].text);
    if (taken + columns > width) {
      pieces_[i].text = first_columns(pieces_[i].text, width - taken);
      pieces_.resize(i + 1);
      break;
    }
    taken += columns;
  }
  width_ = width;
  return *this;
}

Line& Line::fit_with(const Line& right, std::size_t width) {
  if (width_ + 1 + right.width() > width) return fit(width);
  fit(width - right.width());
  for (const Piece& piece : right.pieces()) add(piece.text, piece.look);
  return *this;
}

Line& Line::all_as(Look look) {
  for (Piece& piece : pieces_) piece.look = look;
  return *this;
}

std::string Line::text(const Style& style) const {
  std::string out;
  for (const Piece& piece : pieces_) out += style.as(piece.look, piece.text);
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

}  // namespace tickplant::cli::top
