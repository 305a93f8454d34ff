// What the exit code of `tickplant` says to a script.
#pragma once

#include <array>
#include <string_view>

namespace tickplant::cli {

enum class ExitCode : int {
  ok = 0,
  check_failed = 1,  // the answer to what was asked is "no"
  usage = 2,         // wrong arguments, or a config that is refused
  unreachable = 3,   // no daemon, no plant
  data_lost = 4,     // the answer is incomplete: the input was cut or damaged
  permission = 5,
};

struct ExitCodeMeaning {
  ExitCode code;
  std::string_view meaning;
};

/// For manual pages. Each verb's own help says what its check is.
inline constexpr std::array kExitCodes{
    ExitCodeMeaning{ExitCode::ok, "done; the answer is yes"},
    ExitCodeMeaning{ExitCode::check_failed, "the answer is no: what was asked about is not well, or could not be done"},
    ExitCodeMeaning{ExitCode::usage, "wrong arguments, an unknown symbol, a config that is refused"},
    ExitCodeMeaning{ExitCode::unreachable, "no plant, or not live where live data is needed"},
    ExitCodeMeaning{ExitCode::data_lost,
                    "the answer is incomplete: input was damaged or records were lost, or it could not be written"},
    ExitCodeMeaning{ExitCode::permission, "no permission"},
};

}  // namespace tickplant::cli
