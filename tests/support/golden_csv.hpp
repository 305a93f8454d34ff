// Golden files: plain CSV with a header, no quotes, a missing value is empty. And where the sets of them are.
//
// Some sets are ours and small: tests/golden/. Those made from exchange data stay beside the private captures
// (shared_data.hpp), in ../golden; a test that needs one skips where it is absent:
//     TP_GOLDEN_SET(folder, "indicators/talib252");
// Threads: values.
// Not here: what the numbers mean (the test that compares them).
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/shared_data.hpp"

namespace tickplant::tests {

/// A folder or a file of golden data, by its path below the roots: "windows/edge". The committed one first.
inline std::optional<std::filesystem::path> golden_set(const std::string& relative_path) {
  for (const std::filesystem::path& root :
       {std::filesystem::path(TICKPLANT_SOURCE_DIR) / "tests" / "golden", shared_data() / ".." / "golden"}) {
    if (std::filesystem::exists(root / relative_path)) return (root / relative_path).lexically_normal();
  }
  return std::nullopt;
}

class GoldenCsv {
 public:
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  /// Throws when the file cannot be read or a row has not as many fields as the header: a damaged golden file must
  /// fail its test, not shorten it.
  explicit GoldenCsv(const std::filesystem::path& path) : path_(path) {
    std::ifstream file(path);
    std::string line;
    if (!file || !std::getline(file, line)) throw std::runtime_error("cannot read " + path.string());
    header = split(line);
    while (std::getline(file, line)) {
      if (line.empty() || line == "\r") continue;
      rows.push_back(split(line));
      if (rows.back().size() != header.size()) {
        throw std::runtime_error(path.string() + ": row " + std::to_string(rows.size()) +
                                 " has another width: " + line);
      }
    }
  }

  [[nodiscard]] std::size_t column(std::string_view name) const {
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (header[i] == name) return i;
    }
    throw std::runtime_error(path_.string() + " has no column " + std::string(name));
  }
  [[nodiscard]] const std::string& text(std::size_t row, std::string_view name) const {
    return rows.at(row)[column(name)];
  }
  /// Throws unless all of the field is a number.
  [[nodiscard]] std::int64_t integer(std::size_t row, std::string_view name) const {
    return static_cast<std::int64_t>(decimal(text(row, name), 0));
  }
  /// A decimal as a count of 10^-digits, exactly; throws when it has more digits than that.
  [[nodiscard]] std::int64_t scaled(std::size_t row, std::string_view name, unsigned digits) const {
    return decimal(text(row, name), digits);
  }
  /// nullopt: the field is empty.
  [[nodiscard]] std::optional<double> number(std::size_t row, std::size_t column_index) const {
    const std::string& field = rows.at(row).at(column_index);
    if (field.empty()) return std::nullopt;
    char* end = nullptr;
    const double value = std::strtod(field.c_str(), &end);
    if (end != field.c_str() + field.size()) throw std::runtime_error(path_.string() + ": no number: " + field);
    return value;
  }

  static std::vector<std::string> split(std::string_view line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    std::vector<std::string> fields(1);
    for (const char letter : line) {
      if (letter == ',') {
        fields.emplace_back();
      } else {
        fields.back() += letter;
      }
    }
    return fields;
  }

  /// "-12.5" with 4 digits: -125000. Throws for anything else than a decimal with at most that many digits.
  static std::int64_t decimal(std::string_view field, unsigned digits) {
    const auto refuse = [&] { throw std::runtime_error("no decimal: '" + std::string(field) + "'"); };
    std::string_view rest = field;
    const bool negative = !rest.empty() && rest.front() == '-';
    if (negative) rest.remove_prefix(1);
    if (rest.empty()) refuse();
    std::int64_t value = 0;
    unsigned after_point = 0;
    bool point_seen = false;
    for (const char letter : rest) {
      if (letter == '.' && !point_seen) {
        point_seen = true;
        continue;
      }
      if (letter < '0' || letter > '9' || (point_seen && after_point == digits)) {
        if (letter == '0') continue;  // zeros beyond the digits asked for say nothing
        refuse();
      }
      if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, letter - '0', &value)) refuse();
      if (point_seen) ++after_point;
    }
    for (; after_point < digits; ++after_point) {
      if (__builtin_mul_overflow(value, 10, &value)) refuse();
    }
    return negative ? -value : value;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace tickplant::tests

/// Declares `variable` as the path of that set or file, or skips the test.
#define TP_GOLDEN_SET(variable, relative_path)                                      \
  const auto variable##_found = ::tickplant::tests::golden_set(relative_path);      \
  if (!variable##_found) GTEST_SKIP() << "golden data absent: " << (relative_path); \
  const std::filesystem::path& variable = *variable##_found
