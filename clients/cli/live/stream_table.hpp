// Columns for people that go on while one watches: rows come later, a column grows when one does not fit.
//
// Threads: one.
// Not here: tables that are complete (text_table.hpp).
#pragma once

#include <string>
#include <vector>

#include "clients/cli/text_table.hpp"

namespace tickplant::cli {

class StreamTable {
 public:
  explicit StreamTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as columns. `remark` stands behind the row, as a warning.
  void add(std::vector<Cell> cells, std::string remark = {});
  /// What was added since the last call, a line each; before the first of them, and only once, the titles.
  [[nodiscard]] std::string take(const Style& style);

 private:
  struct Row {
    std::vector<Cell> cells;
    std::string remark;
  };
  [[nodiscard]] std::string aligned(const std::string& cell, std::size_t column) const;

  std::vector<Column> columns_;
  std::vector<std::size_t> widths_;  // empty: no titles yet
  std::vector<Row> rows_;
};

}  // namespace tickplant::cli
