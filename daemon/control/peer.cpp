#include "daemon/control/peer.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace tickplant::daemon {

bool Peer::is_in(gid_t group) const noexcept {
  return gid == group || std::find(groups.begin(), groups.end(), group) != groups.end();
}

std::string_view name_of(Role role) noexcept {
  switch (role) {
    case Role::reader: return "reader";
    case Role::trader: return "trader";
    case Role::admin: return "admin";
  }
  return "";
}

std::optional<Peer> peer_of(int socket) noexcept {
  ucred found{};
  socklen_t bytes = sizeof found;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &found, &bytes) != 0 || found.pid == 0) return std::nullopt;
  Peer peer{found.uid, found.gid, found.pid};
  bytes = 0;
  (void)::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, nullptr, &bytes);  // ERANGE: says how many bytes
  peer.groups.resize(bytes / sizeof(gid_t));
  if (bytes != 0 && ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &bytes) != 0) {
    return std::nullopt;
  }
  peer.groups.resize(bytes / sizeof(gid_t));
  return peer;
}

Role role_of(const Peer& peer, const RolePolicy& policy) noexcept {
  const bool is_ours = peer.uid == 0 || peer.uid == policy.daemon_uid;
  if (is_ours || (policy.admins_group && peer.is_in(*policy.admins_group))) return Role::admin;
  return policy.traders_group && peer.is_in(*policy.traders_group) ? Role::trader : Role::reader;
}

std::string text_of(const Peer& peer) {
  return "uid " + std::to_string(peer.uid) + ", pid " + std::to_string(peer.pid);
}

}  // namespace tickplant::daemon
