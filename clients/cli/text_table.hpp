// Columns for people: each as wide as its widest cell, two blanks between them. The one layout of all our tables.
//
// Threads: one.
// Not here: what is in them; lines cut to a screen's width (top/line.hpp).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cli/terminal.hpp"

namespace tickplant::cli {

/// Places on the screen that UTF-8 text takes; each of our characters takes one.
[[nodiscard]] std::size_t columns_of(std::string_view text) noexcept;

/// `text` with blanks behind it, or before it, up to `width` places.
[[nodiscard]] std::string to_left(const std::string& text, std::size_t width);
[[nodiscard]] std::string to_right(const std::string& text, std::size_t width);

/// "name           value\n": a fact above or below the tables.
[[nodiscard]] std::string fact_line(std::string_view name, const std::string& value);

struct Column {
  std::string title;
  bool to_left = false;  // texts; numbers stand to the right
};

struct Cell {
  Cell(std::string its_text, Look its_look = Look::plain) : text(std::move(its_text)), look(its_look) {}
  Cell(const char* its_text) : text(its_text) {}
  std::string text;
  Look look = Look::plain;
};

class TextTable {
 public:
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as columns. `remark` stands behind the row, as a warning.
  void add(std::vector<Cell> cells, std::string remark = {});

  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
  /// Titles and rows, a line each; only the titles when there are no rows.
  [[nodiscard]] std::string text(const Style& style) const;

 private:
  struct Row {
    std::vector<Cell> cells;
    std::string remark;
  };
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace tickplant::cli
