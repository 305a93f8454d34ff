// tickplant tail --derived: results as they are published, one a line.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {

struct TailDerived {
  std::string plant;
  std::vector<std::string> symbols;
  std::vector<std::string> types;      // words; empty: all
  std::vector<std::string> functions;  // names, with * and ?; empty: all
  std::string ring;                    // empty: all
  bool from_oldest = false;
  std::string when;         // out of the journal from here on; empty: as from_oldest says
  std::string until;        // a time; empty: no end
  std::string journal;      // its folder; empty: where it lies by default
  std::uint64_t count = 0;  // 0: no end
  std::int64_t for_ns = 0;  // 0: no end
};

[[nodiscard]] ExitCode tail_derived(const TailDerived& arguments, const Common& common);

}  // namespace tickplant::cli
