// Finds processes that map the plant's memory under the daemon's own user id: those could write in it, whatever the
// modes of its files say. A client belongs under another user, in plant.readers_group.
//
// Threads: one caller. The search runs on a thread of its own: /proc can wait for a process that hangs in the kernel,
// and signs of life must not. Not here: complaining (housekeeping.hpp).
#pragma once

#include <sys/types.h>

#include <compare>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tickplant::daemon {

struct OwnUidClient {
  pid_t pid = 0;
  std::string name;  // as in /proc/PID/comm

  friend auto operator<=>(const OwnUidClient&, const OwnUidClient&) = default;
};

/// Of `user`, but not `self`, with a file of `folder` mapped; by pid. Processes of other users cost a stat(). `root`
/// replaces "/" in tests.
[[nodiscard]] std::vector<OwnUidClient> find_own_uid_clients(const std::filesystem::path& folder, uid_t user,
                                                             pid_t self, const std::filesystem::path& root = "/");

class OwnUidSearch {
 public:
  explicit OwnUidSearch(std::filesystem::path folder);

  /// Starts one, unless one is under way.
  void start();
  /// What the last one found, once.
  [[nodiscard]] std::optional<std::vector<OwnUidClient>> take_result();

 private:
  struct Result;
  std::filesystem::path folder_;
  std::shared_ptr<Result> under_way_;
};

}  // namespace tickplant::daemon
