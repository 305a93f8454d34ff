#include "daemon/server_watch.hpp"

#include <utility>

#include "ringbuf/counter_names.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using counter::ServerState;
using feedhandlers::sources::ServerFailure;

std::string with_remedy(const ServerFailure& failure) {
  return as_text(failure) + " (" + std::string(remedy_for(failure)) + ')';
}

}  // namespace

ServerWatch::ServerWatch(std::string owner, const std::string& kind, const config::ServerConfig& server)
    : owner_(std::move(owner)), server_("its " + kind + " server " + server.host + ':' + std::to_string(server.port)) {}

std::optional<ServerWatch> ServerWatch::of(const config::FeedConfig& feed) {
  const std::string owner = std::string(counter::kFeedOwnerPrefix) + feed.name;
  if (feed.source.kind == config::SourceKind::soupbintcp) return ServerWatch(owner, "SoupBinTCP", feed.source.server);
  if (feed.source.glimpse.present()) return ServerWatch(owner, "GLIMPSE", feed.source.glimpse);
  return std::nullopt;
}

std::optional<ServerNews> ServerWatch::look(const ringbuf::CountersReader& counters) {
  const auto value = [&](std::string_view name) { return counters.find(owner_, name).value_or(0); };
  const auto state = static_cast<ServerState>(value(counter::kServerState));
  const std::uint64_t since = value(counter::kServerSince);
  const ServerFailure failure{static_cast<counter::ServerReason>(value(counter::kServerReason)),
                              value(counter::kServerDetail)};
  const ServerState before = std::exchange(state_, state);
  const bool is_another_time = std::exchange(since_, since) != since;
  const std::string who = owner_ + ": " + server_;
  if (state == ServerState::down) {
    if (before == ServerState::down && failure == told_) return std::nullopt;
    told_ = failure;
    return ServerNews{true, who + " is down: " + with_remedy(failure)};
  }
  if (state != ServerState::up) return std::nullopt;  // nobody asked it, or the feed says that it has ended
  if (before != ServerState::up) return ServerNews{false, who + " is up"};
  if (!is_another_time) return std::nullopt;
  return ServerNews{true, who + " is up again, and was down for a moment: " + with_remedy(failure)};
}

}  // namespace tickplant::daemon
