#include "clients/cli/live/stream_table.hpp"

#include <algorithm>

#include "platform/check.hpp"

namespace tickplant::cli {

void StreamTable::add(std::vector<Cell> cells, std::string remark) {
  TP_CHECK(cells.size() == columns_.size());
  rows_.push_back({std::move(cells), std::move(remark)});
}

std::string StreamTable::aligned(const std::string& cell, std::size_t column) const {
  if (!columns_[column].to_left) return to_right(cell, widths_[column]);
  return column + 1 == columns_.size() ? cell : to_left(cell, widths_[column]);  // no blanks at the end of a line
}

std::string StreamTable::take(const Style& style) {
  const bool is_first = widths_.empty();
  if (is_first) {
    for (const Column& column : columns_) widths_.push_back(columns_of(column.title));
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    for (const Row& row : rows_) widths_[i] = std::max(widths_[i], columns_of(row.cells[i].text));
  }
  std::string out;
  if (is_first) {
    std::string titles;
    for (std::size_t i = 0; i < columns_.size(); ++i) titles += (i == 0 ? "" : "  ") + aligned(columns_[i].title, i);
    out = style.bold(titles) + '\n';
  }
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      out += (i == 0 ? "" : "  ") + style.as(row.cells[i].look, aligned(row.cells[i].text, i));
    }
    if (!row.remark.empty()) out += "  " + style.warning(row.remark);
    out += '\n';
  }
  rows_.clear();
  return out;
}

}  // namespace tickplant::cli
