// What both ends of a SoupBinTCP connection share: when to speak, when the other one counts as dead, why a link ends.
//
// Threads: one; plain values.
// Not here: packets (framing.hpp), the ends themselves (client_session.hpp, server_session.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::soupbintcp {

using platform::UnixNanos;

inline constexpr UnixNanos kNoDeadline{std::numeric_limits<std::int64_t>::max()};

/// Why an end gave the connection up. What comes after is not read; the caller closes the connection.
enum class LinkError : std::uint8_t {
  none,
  wrong_type,         /// no such packet, not one for this end, or not now
  impossible_length,  /// no such packet length, or a payload that its type cannot have
  bad_login,          /// login packet whose fields say nothing
  wrong_session,      /// logged in to another session than the one asked for
  silent_peer,        /// nothing heard for too long
  late_login,         /// connected, alive, but no login for too long
  fell_behind,        /// the client reads so slowly that messages it needs are gone
};
inline constexpr std::size_t kLinkErrorCount = 8;

/// The specification's heartbeat and silence; it names no time for the login.
struct LinkTimes {
  std::int64_t heartbeat_nanos = 1 * platform::kNanosPerSecond;  // without sending, until a heartbeat
  std::int64_t silence_nanos = 15 * platform::kNanosPerSecond;   // without hearing, until the peer is dead
  std::int64_t login_nanos = 15 * platform::kNanosPerSecond;     // from the connection to the login
};

class LinkClock {
 public:
  explicit LinkClock(const LinkTimes& times) noexcept : times_(times) {}

  void start(UnixNanos now) noexcept { started_ = heard_ = said_ = now; }
  void heard(UnixNanos now) noexcept { heard_ = std::max(heard_, now); }
  void said(UnixNanos now) noexcept { said_ = std::max(said_, now); }

  [[nodiscard]] UnixNanos heartbeat_at() const noexcept { return said_ + times_.heartbeat_nanos; }
  [[nodiscard]] UnixNanos silent_at() const noexcept { return heard_ + times_.silence_nanos; }
  [[nodiscard]] UnixNanos late_at() const noexcept { return started_ + times_.login_nanos; }

 private:
  LinkTimes times_;
  UnixNanos started_{};
  UnixNanos heard_{};
  UnixNanos said_{};
};

}  // namespace tickplant::feedhandlers::soupbintcp
