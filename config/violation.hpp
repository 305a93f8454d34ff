// One thing wrong with a config: where, what, and what to do. Loading collects all of them and throws them together.
//
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/setup_error.hpp"

namespace tickplant::config {

struct Violation {
  std::string source;        // the file as the caller named it, or the environment variable
  std::uint32_t line = 0;    // from 1; 0: the source has no lines (environment)
  std::uint32_t column = 0;  // from 1, in characters; 0 like line
  std::string path;          // the key, "rings.ticks.slots"; empty where the text is not even YAML
  std::string message;
  std::string remedy;

  friend bool operator==(const Violation&, const Violation&) = default;
};

/// A report ends here: nobody reads on, and hostile input shall not cost more.
inline constexpr std::size_t kMaxViolations = 1000;

/// "demo.yaml:12:12: rings.ticks.slots is 1000, not a power of two\n  remedy: use 512 or 1024\n".
[[nodiscard]] std::string to_text(const Violation& violation);

/// All that is wrong with one config, in the order of the file, then of the environment. `what()` is the whole report.
class ConfigError : public platform::SetupError {
 public:
  /// `violations` is not empty. `remedy`: for the whole; by default what checks a plant's config again.
  ConfigError(const std::string& file_name, std::vector<Violation> violations);
  ConfigError(const std::string& file_name, std::vector<Violation> violations, std::string remedy);

  [[nodiscard]] const std::vector<Violation>& violations() const noexcept { return violations_; }

 private:
  std::vector<Violation> violations_;
};

}  // namespace tickplant::config
