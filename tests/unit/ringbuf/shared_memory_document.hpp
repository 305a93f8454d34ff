// docs/shared-memory.md, and docs/journal.md, as tests read them: every table.
//
//   <!-- layout: NAME at BASE size BYTES -->   rows | offset | bytes | field | ..., without holes; "–" is padding
//   <!-- enum: NAME -->                        rows | value | name | ...
//   <!-- table: schemas -->                    rows | kind | name | schema_hash |
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tickplant::ringbuf {

struct Field {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::string name;
  friend bool operator==(const Field&, const Field&) = default;
  friend void PrintTo(const Field& field, std::ostream* out) {
    *out << field.name << " at " << field.offset << ", " << field.bytes << " bytes";
  }
};

struct Layout {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::vector<Field> fields;
};

using EnumValue = std::pair<std::uint64_t, std::string>;
using Schema = std::tuple<std::uint64_t, std::string, std::uint64_t>;

struct Document {
  std::map<std::string, Layout> layouts;
  std::map<std::string, std::vector<EnumValue>> enums;
  std::vector<Schema> schemas;
};

inline std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells;
  std::istringstream in(row.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const auto begin = cell.find_first_not_of(' ');
    cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, cell.find_last_not_of(' ') - begin + 1));
  }
  return cells;
}

inline std::uint64_t number(const std::string& text) {
  std::size_t used = 0;
  const std::uint64_t value = std::stoull(text, &used, 0);
  if (used != text.size()) throw std::runtime_error("not a number: " + text);
  return value;
}

/// `file`: "docs/shared-memory.md".
inline Document read_document(const std::string& file) {
  std::ifstream in(TICKPLANT_SOURCE_DIR "/" + file);
  if (!in) throw std::runtime_error(file + " is missing");
  Document document;
  std::string kind;
  std::string name;
  int rows_to_skip = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("<!-- ", 0) == 0) {
      std::istringstream words(line.substr(5));
      std::string at, base, size, bytes;
      words >> kind >> name >> at >> base >> size >> bytes;
      if (kind == "layout:") document.layouts[name] = {number(base), number(bytes), {}};
      if (kind == "enum:") document.enums[name] = {};
      rows_to_skip = 2;  // the table's head and the line under it
      continue;
    }
    if (line.empty() || line.front() != '|') {
      kind.clear();
      continue;
    }
    if (kind.empty() || rows_to_skip-- > 0) continue;
    const std::vector<std::string> cells = cells_of(line);
    if (kind == "layout:") document.layouts[name].fields.push_back({number(cells[0]), number(cells[1]), cells[2]});
    if (kind == "enum:") document.enums[name].emplace_back(number(cells[0]), cells[1]);
    if (kind == "table:") document.schemas.emplace_back(number(cells[0]), cells[1], number(cells[2]));
  }
  return document;
}

inline const Document& document() {
  static const Document read = read_document("docs/shared-memory.md");
  return read;
}

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): offsetof needs the member's name
#define FIELD(Struct, member) \
  Field { offsetof(Struct, member), sizeof(Struct::member), #member }

}  // namespace tickplant::ringbuf
