// The one exception type: something cannot be set up. Thrown before data flows, never on the data path.
//
// `what()` is for a person: what failed and the value found, then what to do about it. `main` prints it and exits
// non-zero.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace tickplant::platform {

class SetupError : public std::runtime_error {
 public:
  /// `problem`: what failed, with the value found. `remedy`: what the reader of the message can do now.
  SetupError(const std::string& problem, std::string remedy)
      : std::runtime_error(problem + "\n  remedy: " + remedy), problem_(problem), remedy_(std::move(remedy)) {}

  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] const std::string& remedy() const noexcept { return remedy_; }

 private:
  std::string problem_;
  std::string remedy_;
};

/// "text: No such file or directory (errno 2)", for the problem line of a SetupError about a failed system call.
[[nodiscard]] std::string with_errno(const std::string& text, int error_number);

}  // namespace tickplant::platform
