// Notices when a feed's server, SoupBinTCP or GLIMPSE, fails or is back, and has a line for the log: which feed, which
// server, what happened, what to look at. The same failure again is no news.
//
// Threads: the housekeeping's; it only reads counters.
// Not here: writing the counters (stages/server_counters.hpp), the log (log.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/plant_config.hpp"
#include "feedhandlers/sources/server_reason.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

struct ServerNews {
  bool is_bad = false;
  std::string text;
};

class ServerWatch {
 public:
  /// Of a feed; none: it has no server.
  [[nodiscard]] static std::optional<ServerWatch> of(const config::FeedConfig& feed);

  /// News since the last look, if any.
  [[nodiscard]] std::optional<ServerNews> look(const ringbuf::CountersReader& counters);

 private:
  ServerWatch(std::string owner, const std::string& kind, const config::ServerConfig& server);

  std::string owner_;
  std::string server_;  // "its GLIMPSE server 10.1.2.3:18000"
  ringbuf::counter::ServerState state_ = ringbuf::counter::ServerState::idle;
  std::uint64_t since_ = 0;
  feedhandlers::sources::ServerFailure told_;  // while down
};

}  // namespace tickplant::daemon
