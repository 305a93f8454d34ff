// A CSV file that is being written.
//
// Threads: one.
#pragma once

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "clients/cli/compute/csv_line.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {

class CsvFile {
 public:
  /// Throws SetupError.
  CsvFile(const std::filesystem::path& path, std::string_view header)
      : path_(path), file_(std::fopen(path.c_str(), "w")) {
    if (file_ == nullptr) refuse();
    line_.field(header);
    end_line();
  }

  template <class Field>
  CsvFile& field(const Field& value) {
    line_.field(value);
    return *this;
  }
  /// What the next line has so far.
  [[nodiscard]] CsvLine& line() noexcept { return line_; }

  void end_line() {
    const std::string_view text = line_.text();
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) refuse();
    if (std::fputc('\n', file_.get()) == EOF) refuse();
    line_.clear();
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
  CsvLine line_;
};

}  // namespace tickplant::cli
