// What the control socket's server is made with.
//
// Threads: plain values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "daemon/control/peer.hpp"

namespace tickplant::daemon {

struct ControlServerSetup {
  std::filesystem::path folder;        // the plant's
  std::filesystem::path state_folder;  // what outlives a reboot; empty: there is none
  RolePolicy roles;
  std::size_t clients_max = 5'000;
  std::uint64_t client_bytes_max = 262'144;  // of a message from it, and of what waits for it
  std::int64_t handshake_ns = 5'000'000'000;
  std::function<void()> wake_plant;  // any time: there is a request
  /// Would the daemon start with this text; empty: with its own file? Returns notes; throws SetupError: no. Any thread.
  std::function<std::vector<std::string>(const std::string& text)> check_config;
};

}  // namespace tickplant::daemon
