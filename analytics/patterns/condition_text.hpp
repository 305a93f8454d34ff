// The text of a condition and where it stands, for what is said about mistakes in it:
//
//   plant.yaml:12:40: pattern dip, step r, where, column 9: 'opne' is neither a field of bars nor a step
//       close > opne
//               ^
//     remedy: did you mean 'open'?
//
// Threads: set-up, one.
// Not here: what is a mistake (condition_lexer.hpp, condition_compiler.hpp).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tickplant::analytics {

struct ConditionText {
  std::string_view text;
  std::string heading;  // "plant.yaml:12:40: pattern dip, step r, where"

  /// Throws a platform::SetupError about what begins at `offset` (of `text`, its end included).
  [[noreturn]] void fail(std::size_t offset, const std::string& problem, const std::string& remedy) const;
};

}  // namespace tickplant::analytics
