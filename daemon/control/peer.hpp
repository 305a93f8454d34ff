// Who is at the other end of a Unix socket, and what he may do here. The kernel says who: nothing that a client sends.
//
// Threads: any. Not here: what each role can call (clients/protocol/control.capnp).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickplant::daemon {

/// A process as it was when it connected.
struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
  std::vector<gid_t> groups = {};  // the others

  [[nodiscard]] bool is_in(gid_t group) const noexcept;
};

/// Each may do what those before it may.
enum class Role : std::uint8_t { reader, trader, admin };

[[nodiscard]] std::string_view name_of(Role role) noexcept;

struct RolePolicy {
  uid_t daemon_uid = 0;
  std::optional<gid_t> traders_group = std::nullopt;  // none: admins alone
  std::optional<gid_t> admins_group = std::nullopt;   // none: root and the daemon's own user alone
};

/// nullopt: the kernel does not say; such a connection is refused.
[[nodiscard]] std::optional<Peer> peer_of(int socket) noexcept;

/// Whoever could open the socket may read: its mode and group saw to that.
[[nodiscard]] Role role_of(const Peer& peer, const RolePolicy& policy) noexcept;

/// "uid 1000, pid 4711": for the log.
[[nodiscard]] std::string text_of(const Peer& peer);

}  // namespace tickplant::daemon
