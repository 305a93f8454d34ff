// `tickplant compute` over a file into a folder that goes with the test, and its results as text.
//
// Threads: one.
// Not here: what the results should be (the tests).
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "clients/cli/compute/compute.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests {

inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class ComputeFolder {
 public:
  /// "config/golden/P3.yaml" of the source tree.
  static std::string shipped(std::string_view config) {
    return (std::filesystem::path(TICKPLANT_SOURCE_DIR) / "config" / config).string();
  }

  /// A file beside the results.
  std::string write(std::string_view name, std::string_view content) { return directory_.write(name, content); }

  cli::ComputeSummary run(const std::string& input, const std::string& config, cli::ComputeOptions options = {}) {
    options.input = input;
    options.config = config;
    options.out = out();
    return cli::compute(options);
  }
  /// What a person is told when it is refused; empty when it is not.
  std::string refusal(const std::string& input, const std::string& config, cli::ComputeOptions options = {}) {
    try {
      (void)run(input, config, std::move(options));
      return "";
    } catch (const std::exception& error) {
      return error.what();
    }
  }

  [[nodiscard]] std::filesystem::path out() const { return directory_ / "out"; }
  [[nodiscard]] bool has(std::string_view file) const { return std::filesystem::exists(out() / file); }
  [[nodiscard]] std::string result(std::string_view file) const { return text_of(out() / file); }
  [[nodiscard]] std::map<std::string, std::string> results() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(out())) {
      all.emplace(entry.path().filename().string(), text_of(entry.path()));
    }
    return all;
  }

 private:
  TempDirectory directory_;
};

}  // namespace tickplant::tests
