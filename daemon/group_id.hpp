// A group's number by its name, as the config writes it.
//
// Threads: set-up, one. Not here: what the group may do then.
#pragma once

#include <grp.h>
#include <sys/types.h>

#include <optional>
#include <string>

#include "platform/setup_error.hpp"

namespace tickplant::daemon {

/// nullopt: `name` is empty. Throws SetupError: there is no such group. `key`: where the config names it.
[[nodiscard]] inline std::optional<gid_t> group_id(const std::string& name, const std::string& key) {
  if (name.empty()) return std::nullopt;
  const struct group* const entry = ::getgrnam(name.c_str());  // NOLINT(concurrency-mt-unsafe): set-up, one thread
  if (entry != nullptr) return entry->gr_gid;
  throw platform::SetupError(key + " is '" + name + "', there is no such group",
                             "make it (groupadd " + name + "), or name an existing one");
}

}  // namespace tickplant::daemon
