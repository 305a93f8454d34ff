#include "clients/cli/text_table.hpp"

#include <algorithm>

#include "platform/check.hpp"

namespace tickplant::cli {

std::size_t columns_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string to_left(const std::string& text, std::size_t width) {
  const std::size_t taken = columns_of(text);
  return taken < width ? text + std::string(width - taken, ' ') : text;
}

std::string to_right(const std::string& text, std::size_t width) {
  const std::size_t taken = columns_of(text);
  return taken < width ? std::string(width - taken, ' ') + text : text;
}

std::string fact_line(std::string_view name, const std::string& value) {
  return to_left(std::string(name), 15) + value + '\n';
}

void TextTable::add(std::vector<Cell> cells, std::string remark) {
  TP_CHECK(cells.size() == columns_.size());
  rows_.push_back({std::move(cells), std::move(remark)});
}

std::string TextTable::text(const Style& style) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(columns_of(columns_[i].title));
    for (const Row& row : rows_) widths[i] = std::max(widths[i], columns_of(row.cells[i].text));
  }
  const auto aligned = [&](const std::string& cell, std::size_t i) {
    if (!columns_[i].to_left) return to_right(cell, widths[i]);
    return i + 1 == columns_.size() ? cell : to_left(cell, widths[i]);  // no blanks at the end of a line
  };

  std::string titles;
  for (std::size_t i = 0; i < columns_.size(); ++i) titles += (i == 0 ? "" : "  ") + aligned(columns_[i].title, i);
  std::string out = style.bold(titles) + '\n';
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      out += (i == 0 ? "" : "  ") + style.as(row.cells[i].look, aligned(row.cells[i].text, i));
    }
    if (!row.remark.empty()) out += "  " + style.warning(row.remark);
    out += '\n';
  }
  return out;
}

}  // namespace tickplant::cli
