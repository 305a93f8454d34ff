// A CSV file that is being written: fields with commas between them, numbers as the golden files have them.
//
// Threads: one.
#pragma once

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "platform/setup_error.hpp"

namespace tickplant::cli {

class CsvFile {
 public:
  /// Throws SetupError.
  CsvFile(const std::filesystem::path& path, std::string_view header)
      : path_(path), file_(std::fopen(path.c_str(), "w")) {
    if (file_ == nullptr) refuse();
    line_ = header;
    end_line();
  }

  CsvFile& field(std::string_view text) {
    if (!is_first_) line_ += ',';
    is_first_ = false;
    line_ += text;
    return *this;
  }
  template <class Number>
  requires std::is_integral_v<Number> CsvFile& field(Number number) {
    return field(std::string_view(std::to_string(number)));
  }
  /// 17 digits, which is the number itself; NaN: an empty field.
  CsvFile& field(double number) {
    if (std::isnan(number)) return field(std::string_view());
    char text[64];
    std::snprintf(text, sizeof text, "%.17g", number);
    return field(std::string_view(text));
  }

  void end_line() {
    line_ += '\n';
    if (std::fwrite(line_.data(), 1, line_.size(), file_.get()) != line_.size()) refuse();
    line_.clear();
    is_first_ = true;
  }
  /// Throws SetupError when what was written did not arrive.
  void close() {
    if (std::fclose(file_.release()) != 0) refuse();
  }

 private:
  struct Closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  [[noreturn]] void refuse() const {
    throw platform::SetupError(platform::with_errno("cannot write " + path_.string(), errno),
                               "name a folder with room that you may write to with --out");
  }

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::string line_;
  bool is_first_ = true;
};

}  // namespace tickplant::cli
