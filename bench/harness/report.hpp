// What a benchmark found: rows of {suite, case, metric, unit, value, baseline, baseline_value, ratio, conditions}. The
// ratio is the result, the nanoseconds are colour.
#pragma once

#include <string>
#include <vector>

namespace tickplant::bench {

struct Row {
  std::string suite;
  std::string name;  // `case` in the file
  std::string metric;
  std::string unit;
  double value = 0;
  std::string baseline;  // what it is compared with, measured in the same run; empty: nothing
  double baseline_value = 0;
  std::string conditions;

  [[nodiscard]] double ratio() const noexcept { return baseline_value == 0 ? 0 : value / baseline_value; }
};

class Report {
 public:
  explicit Report(std::string environment) : environment_(std::move(environment)) {}

  /// Adds a row and prints it as a line to stdout.
  void add(Row row);

  /// Something that belongs to every figure, like a peer that is not installed: printed, and kept with the conditions.
  void note(const std::string& text);

  /// Writes all rows as a JSON array. Throws SetupError when the file cannot be written.
  void write_json(const std::string& path) const;

  [[nodiscard]] const std::vector<Row>& rows() const noexcept { return rows_; }

 private:
  std::string environment_;
  std::vector<Row> rows_;
};

/// The middle one of the values, the lower of two middles. `values` is not empty.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace tickplant::bench
