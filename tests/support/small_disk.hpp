// A disk of its own for a folder, as small as a test wants it, that may grow.
//
//   on_small_disk(folder, "6m", [&] { ...; grow_disk(folder, "512m"); ... });
//
// Threads: what it runs has a thread of its own, in a mount namespace of its own, which goes with it.
#pragma once

#include <sched.h>
#include <sys/mount.h>

#include <filesystem>
#include <string>
#include <thread>

namespace tickplant::tests {

/// Runs `act` where `folder` is a disk of that size. False: this user may not mount.
template <class Act>
[[nodiscard]] bool on_small_disk(const std::filesystem::path& folder, const std::string& size, Act&& act) {
  bool is_mounted = false;
  std::thread([&] {  // its namespace goes with it
    std::filesystem::create_directories(folder);
    is_mounted = ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                 ::mount("none", folder.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    if (is_mounted) act();
  })
      .join();
  return is_mounted;
}
[[nodiscard]] inline bool grow_disk(const std::filesystem::path& folder, const std::string& size) {
  return ::mount("none", folder.c_str(), "tmpfs", MS_REMOUNT, ("size=" + size).c_str()) == 0;
}

}  // namespace tickplant::tests
