// What a reload changes: which sets and groups of feeds of a program are those of the one before it, and keep their
// state.
//
// Threads: pure functions. Not here: doing it (engine_reload.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analytics/program.hpp"

namespace tickplant::analytics {

struct ProgramChanges {
  static constexpr std::uint16_t kNew = 0xffff;

  std::vector<std::uint16_t> set_before;    // by set: the place of the same one before; kNew: it begins anew
  std::vector<std::uint16_t> group_before;  // likewise, by group of feeds
  bool keeps_trades = true;                 // those kept for corrections; false: all sets begin anew
  bool keeps_membership = true;             // each instrument belongs to the set of the same place
};

/// `after`: made from `before`.
[[nodiscard]] ProgramChanges changes_between(const Program& before, const Program& after);

/// For people, a line each: "set standard: unchanged, state kept", "set crypto: begins anew", "set old: removed".
[[nodiscard]] std::vector<std::string> describe_changes(const Program& before, const Program& after);

}  // namespace tickplant::analytics
