// What `tickplant` says to a command line it cannot follow: what is wrong with it, and the nearest that would be right.
//
// Threads: one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

namespace tickplant::cli {

/// A value that an option does not take: its two lines, already in words. Thrown while the command line is parsed.
class Misuse : public CLI::ValidationError {
 public:
  Misuse(const std::string& problem, std::string remedy) : ValidationError(problem), remedy_(std::move(remedy)) {}
  [[nodiscard]] const std::string& remedy() const noexcept { return remedy_; }

 private:
  std::string remedy_;
};

/// `error` came from app.parse(). The help of the verb reached where words are merely missing, else two lines like
/// those of a SetupError.
[[nodiscard]] std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

}  // namespace tickplant::cli
