// One line of CSV: fields with commas between them, numbers as the golden files have them.
//
// Threads: one.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>

namespace tickplant::cli {

class CsvLine {
 public:
  CsvLine& field(std::string_view text) {
    if (!is_first_) line_ += ',';
    is_first_ = false;
    line_ += text;
    return *this;
  }
  template <class Number>
  requires std::is_integral_v<Number> CsvLine& field(Number number) {
    return field(std::string_view(std::to_string(number)));
  }
  /// 17 digits, which is the number itself; NaN: an empty field.
  CsvLine& field(double number) {
    if (std::isnan(number)) return field(std::string_view());
    char text[64];
    std::snprintf(text, sizeof text, "%.17g", number);
    return field(std::string_view(text));
  }
  [[nodiscard]] std::string_view text() const noexcept { return line_; }
  /// The next field is the first.
  void clear() noexcept {
    line_.clear();
    is_first_ = true;
  }

 private:
  std::string line_;
  bool is_first_ = true;
};

}  // namespace tickplant::cli
