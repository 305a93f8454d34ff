// The Unix socket of a plant: made anew, taken over from a dead daemon, or handed down by systemd.
//
// Threads: set-up. Not here: who speaks there (control_server.hpp).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

#include "platform/unique_fd.hpp"

namespace tickplant::daemon {

class ControlSocket {
 public:
  /// Bound to `path`, listening, not blocking, for its owner and `group`. One that systemd handed down (LISTEN_FDS) is
  /// taken as it is. Throws SetupError: another process answers there, the path is too long, no permission.
  ControlSocket(std::filesystem::path path, std::optional<gid_t> group);
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;
  /// Removes the path, unless systemd made it.
  ~ControlSocket();

  [[nodiscard]] int descriptor() const noexcept { return fd_.get(); }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] bool is_handed_down() const noexcept { return is_handed_down_; }

 private:
  std::filesystem::path path_;
  platform::UniqueFd fd_;
  bool is_handed_down_ = false;
};

}  // namespace tickplant::daemon
