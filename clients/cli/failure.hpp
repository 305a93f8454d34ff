// A SetupError with an exit code of its own: not every refusal is a wrong argument.
#pragma once

#include <string>
#include <utility>

#include "clients/cli/exit_code.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {

class Failure : public platform::SetupError {
 public:
  Failure(ExitCode code, const std::string& problem, std::string remedy)
      : SetupError(problem, std::move(remedy)), code_(code) {}

  [[nodiscard]] ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

}  // namespace tickplant::cli
