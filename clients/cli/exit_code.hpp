// What the exit code of `tickplant` says to a script.
#pragma once

namespace tickplant::cli {

enum class ExitCode : int {
  ok = 0,
  check_failed = 1,  // the answer to what was asked is "no"
  usage = 2,         // wrong arguments, or a config that is refused
  unreachable = 3,   // no daemon, no plant
  data_lost = 4,     // the answer is incomplete: the input was cut or damaged
  permission = 5,
};

}  // namespace tickplant::cli
