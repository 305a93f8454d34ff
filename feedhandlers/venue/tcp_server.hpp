// A TCP port of the exchange at which many clients are served at once (server_connection.hpp).
//
// Nothing waits for a client: what it does not read waits in the history, or in its spin, and in one buffer of 64 KiB.
//
// Threads: that of the sender, between packets: receive() when descriptor() is readable, send() each time there may be
// something new. Both do a bounded amount of work a call. Memory: that of kMostClients connections at most.
// Not here: the protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "feedhandlers/venue/server_connection.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::feedhandlers::venue {

struct TcpServerOptions {
  std::string option;  // by which it was asked for: "--glimpse"
  std::string address;
  std::uint16_t port = 0;  // 0: any free one
  Service service = Service::live;
  soupbintcp::LinkTimes times{};
};

struct TcpServerCounters {
  std::uint64_t connections = 0;
  std::uint64_t turned_away = 0;  // more than kMostClients at once
  std::uint64_t bytes = 0;        // taken by the kernel
  std::uint64_t logins = 0;
  std::uint64_t rejects = 0;
  std::uint64_t messages = 0;     // sequenced, put out
  std::uint64_t fell_behind = 0;  // clients whose next message was gone
  std::uint64_t silent = 0;       // clients that were given up, or did not log in
  std::uint64_t misspoken = 0;    // clients that broke the protocol
};

class TcpServer {
 public:
  static constexpr std::size_t kMostClients = 64;
  static constexpr std::size_t kMostPerCall = 8;                 // connections accepted, read from, written to
  static constexpr std::int64_t kFarewellNanos = 1'000'000'000;  // for the client to close

  /// Throws SetupError: not an address of this host, port in use. `lines` outlive the server.
  TcpServer(const TcpServerOptions& options, const SimulatedLines& lines);

  /// New clients, and what they say.
  void receive(SinceStart now);
  /// What there is for them, heartbeats, ends. True when there may be more at once.
  bool send(SinceStart now);
  /// When send() has something to do without anything being said; kNever for none.
  [[nodiscard]] SinceStart next_deadline() const noexcept;

  /// Becomes readable when receive() has something to do.
  [[nodiscard]] int descriptor() const noexcept { return events_.get(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::size_t clients() const noexcept { return clients_.size(); }
  [[nodiscard]] TcpServerCounters counters() const noexcept;

 private:
  struct Client {
    Client(platform::UniqueFd descriptor, const SimulatedLines& lines, const TcpServerOptions& options)
        : socket(std::move(descriptor)), connection(lines, options.service, options.times) {}
    platform::UniqueFd socket;
    ServerConnection connection;
    std::span<const std::byte> unsent;  // of the connection's output
    bool is_full = false;               // the kernel takes no more for now
    bool is_gone = false;
    SinceStart farewell_end = kNever;  // all is written: the client has until then to close
  };

  void accept_clients(SinceStart now);
  void read_from(Client& client, SinceStart now);
  bool write_to(Client& client, SinceStart now);
  void say_farewell(Client& client, SinceStart now);
  void watch(Client& client, bool for_room);
  void bury();
  static void add(const soupbintcp::ServerCounters& of_client, TcpServerCounters& all) noexcept;

  TcpServerOptions options_;
  const SimulatedLines& lines_;
  platform::UniqueFd listener_;
  platform::UniqueFd events_;  // epoll
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Client>> clients_;
  std::size_t turn_ = 0;  // who is written to first
  TcpServerCounters counters_;
};

}  // namespace tickplant::feedhandlers::venue
