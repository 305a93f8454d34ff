#include "feedhandlers/sources/tcp_endpoint.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <memory>

#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::sources {

TcpEndpoint resolve_endpoint(const std::string& host, std::uint16_t port, const std::string& name) {
  using platform::SetupError;
  if (port == 0) throw SetupError{name + ": 0 is not a port", "give the port that the venue tells"};
  in_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) == 1) return {ntohl(address.s_addr), port};

  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &first);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(error == 0 ? first : nullptr, [](addrinfo* all) {
    if (all != nullptr) ::freeaddrinfo(all);
  });
  if (!found)
    throw SetupError{name + ": no IPv4 address for '" + host + "': " + ::gai_strerror(error),
                     "`getent ahostsv4 " + host + "` asks the same; or write the address as in 10.1.2.3"};
  sockaddr_in answer;
  std::memcpy(&answer, found->ai_addr, sizeof answer);
  return {ntohl(answer.sin_addr.s_addr), port};
}

std::string as_text(TcpEndpoint endpoint) {
  const in_addr address{htonl(endpoint.address)};
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &address, text.data(), text.size());
  return std::string(text.data()) + ':' + std::to_string(endpoint.port);
}

}  // namespace tickplant::feedhandlers::sources
