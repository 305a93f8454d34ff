#include "feedhandlers/venue/tcp_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

using platform::SetupError;
using platform::with_errno;

constexpr int kBacklog = 64;

platform::UniqueFd listen_at(const TcpServerOptions& options) {
  const std::string place = options.address + ':' + std::to_string(options.port);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(options.port);
  if (::inet_pton(AF_INET, options.address.c_str(), &local.sin_addr) != 1)
    throw SetupError{"'" + options.address + "' is not an IPv4 address",
                     "give " + options.option + " like 127.0.0.1:26498, or none"};
  platform::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) throw SetupError{with_errno("no TCP socket", errno), "raise the limit of open files (ulimit -n)"};
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // connections of a run before may linger
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    const int error = errno;
    const std::string remedy = error == EADDRINUSE
                                   ? "`ss -tlpn 'sport = :" + std::to_string(options.port) +
                                         "'` shows who has it; stop that, or choose another port by " + options.option
                                   : "give " + options.option + " an address of this host (`ip -br address`), or none";
    throw SetupError{with_errno("cannot listen on " + place, error), remedy};
  }
  return socket;
}

}  // namespace

TcpServer::TcpServer(const TcpServerOptions& options, const SimulatedLines& lines)
    : options_(options), lines_(lines), listener_(listen_at(options)), events_(::epoll_create1(EPOLL_CLOEXEC)) {
  epoll_event event{EPOLLIN, {.ptr = nullptr}};
  if (!events_ || ::epoll_ctl(events_.get(), EPOLL_CTL_ADD, listener_.get(), &event) != 0)
    throw SetupError{with_errno("no epoll descriptor", errno), "raise the limit of open files (ulimit -n)"};
  sockaddr_in local{};
  socklen_t length = sizeof local;
  if (::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&local), &length) == 0) port_ = ntohs(local.sin_port);
  clients_.reserve(kMostClients);
}

void TcpServer::receive(SinceStart now) {
  std::array<epoll_event, kMostPerCall> events;
  const int count = ::epoll_wait(events_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.ptr == nullptr) {
      accept_clients(now);
      continue;
    }
    Client& client = *static_cast<Client*>(event.data.ptr);
    if ((event.events & EPOLLOUT) != 0) watch(client, false);
    if ((event.events & ~std::uint32_t{EPOLLOUT}) != 0) read_from(client, now);
  }
  bury();
}

void TcpServer::accept_clients(SinceStart now) {
  for (std::size_t i = 0; i < kMostPerCall; ++i) {
    platform::UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) return;
    if (clients_.size() == kMostClients) {
      ++counters_.turned_away;
      continue;
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int descriptor = socket.get();
    auto client = std::make_unique<Client>(std::move(socket), lines_, options_);
    epoll_event event{EPOLLIN, {.ptr = client.get()}};
    if (::epoll_ctl(events_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
      ++counters_.turned_away;
      continue;
    }
    client->connection.on_connected(now);
    clients_.push_back(std::move(client));
    ++counters_.connections;
  }
}

void TcpServer::read_from(Client& client, SinceStart now) {
  std::array<std::byte, 4096> bytes;
  const ssize_t count = ::recv(client.socket.get(), bytes.data(), bytes.size(), 0);
  if (count > 0) {  // after the end it is read as well, so that closing does not take back what was written
    client.connection.on_bytes(std::span(bytes).first(static_cast<std::size_t>(count)), now);
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    client.connection.on_disconnected();
    client.is_gone = true;
  }
}

bool TcpServer::send(SinceStart now) {
  std::size_t writes = 0;
  const std::size_t first = turn_;
  for (std::size_t i = 0; i < clients_.size() && writes < kMostPerCall; ++i) {
    turn_ = (first + i) % clients_.size();
    Client& client = *clients_[turn_];
    client.connection.on_time(now);
    if (now >= client.farewell_end) client.is_gone = true;
    if (client.is_gone || client.farewell_end != kNever) continue;
    if (!client.is_full && write_to(client, now))
      ++writes;
    else if (client.connection.wants_close())
      say_farewell(client, now);
  }
  bury();
  return writes > 0;
}

/// One buffer at most. False where there is nothing, or the kernel takes nothing.
bool TcpServer::write_to(Client& client, SinceStart now) {
  if (client.unsent.empty()) client.unsent = client.connection.take_output(now);
  if (client.unsent.empty()) return false;
  const ssize_t count = ::send(client.socket.get(), client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
  if (count < 0 && errno != EAGAIN && errno != EINTR) {
    client.connection.on_disconnected();
    client.is_gone = true;
    return false;
  }
  const auto taken = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  counters_.bytes += taken;
  client.unsent = client.unsent.subspan(taken);
  if (!client.unsent.empty()) watch(client, true);
  return taken > 0;
}

/// Nothing more is to be written, or can be. The client has a moment to close, so that it reads what is under way.
void TcpServer::say_farewell(Client& client, SinceStart now) {
  if (client.unsent.empty()) ::shutdown(client.socket.get(), SHUT_WR);
  client.farewell_end = now + kFarewellNanos;
}

/// `for_room`: until the kernel takes bytes again.
void TcpServer::watch(Client& client, bool for_room) {
  client.is_full = for_room;
  epoll_event event{for_room ? EPOLLIN | EPOLLOUT : EPOLLIN, {.ptr = &client}};
  ::epoll_ctl(events_.get(), EPOLL_CTL_MOD, client.socket.get(), &event);
}

SinceStart TcpServer::next_deadline() const noexcept {
  SinceStart next = kNever;
  for (const auto& client : clients_) next = std::min({next, client->farewell_end, client->connection.next_deadline()});
  return next;
}

TcpServerCounters TcpServer::counters() const noexcept {
  TcpServerCounters all = counters_;
  for (const auto& client : clients_) add(client->connection.counters(), all);
  return all;
}

/// Those who are gone.
void TcpServer::bury() {
  std::erase_if(clients_, [this](const std::unique_ptr<Client>& client) {
    if (client->is_gone) add(client->connection.counters(), counters_);
    return client->is_gone;
  });
}

void TcpServer::add(const soupbintcp::ServerCounters& of_client, TcpServerCounters& all) noexcept {
  using soupbintcp::LinkError;
  const auto errors = [&](LinkError error) { return of_client.errors[static_cast<std::size_t>(error)]; };
  all.logins += of_client.logins;
  all.rejects += of_client.not_authorised + of_client.sessions_not_available;
  all.messages += of_client.messages;
  all.fell_behind += errors(LinkError::fell_behind);
  all.silent += errors(LinkError::silent_peer) + errors(LinkError::late_login);
  all.misspoken += errors(LinkError::wrong_type) + errors(LinkError::impossible_length) + errors(LinkError::bad_login);
}

}  // namespace tickplant::feedhandlers::venue
