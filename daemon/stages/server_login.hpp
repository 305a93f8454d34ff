// What config says of a SoupBinTCP server, as its client wants it. The password stays in here and in the login packet.
//
// Threads: the set-up thread.
#pragma once

#include <string>

#include "config/plant_config.hpp"
#include "feedhandlers/soupbintcp/client_session.hpp"
#include "feedhandlers/sources/tcp_endpoint.hpp"

namespace tickplant::daemon {

struct ServerLogin {
  feedhandlers::sources::TcpEndpoint endpoint;
  feedhandlers::soupbintcp::ClientOptions options;
};

/// `what` is for messages. Throws SetupError: no such host; a password file that cannot be read, that others may read,
/// or whose first line is longer than a password.
[[nodiscard]] ServerLogin server_login(const config::ServerConfig& server, const std::string& what);

}  // namespace tickplant::daemon
