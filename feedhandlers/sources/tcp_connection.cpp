#include "feedhandlers/sources/tcp_connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>

#include "platform/check.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

constexpr std::uint32_t kWhileConnecting = EPOLLOUT;
constexpr std::uint32_t kWhileConnected = EPOLLIN;  // an end counts as something to read

sockaddr_in address_of(TcpEndpoint endpoint) noexcept {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(endpoint.address);
  out.sin_port = htons(endpoint.port);
  return out;
}

/// 0, or errno.
int connect_to(int fd, TcpEndpoint endpoint) noexcept {
  const sockaddr_in server = address_of(endpoint);
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0 ? 0 : errno;
}

bool set_option(int fd, int level, int option, int value) noexcept {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

bool is_for_later(int error_number) noexcept {
  return error_number == EAGAIN || error_number == EINTR;  // EWOULDBLOCK is the same
}

TcpError kind_of(int error_number) noexcept {
  switch (error_number) {
    case ECONNREFUSED: return TcpError::refused;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETDOWN: return TcpError::unreachable;
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED: return TcpError::reset;
    case ETIMEDOUT: return TcpError::lost;
    default: return TcpError::other;
  }
}

platform::UnixNanos stamp_of(msghdr& header) noexcept {
  for (cmsghdr* message = CMSG_FIRSTHDR(&header); message != nullptr; message = CMSG_NXTHDR(&header, message)) {
    if (message->cmsg_level != SOL_SOCKET || message->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec time;
    std::memcpy(&time, CMSG_DATA(message), sizeof time);
    return {static_cast<std::int64_t>(time.tv_sec) * platform::kNanosPerSecond + time.tv_nsec};
  }
  return platform::kNoTime;
}

}  // namespace

const char* as_text(TcpError error) noexcept {
  switch (error) {
    case TcpError::none: return "closed by us";
    case TcpError::no_socket: return "this host gives no socket";
    case TcpError::refused: return "nobody listens there";
    case TcpError::unreachable: return "no way to the host";
    case TcpError::connect_timeout: return "no answer to the attempt to connect";
    case TcpError::closed_by_peer: return "closed by the server";
    case TcpError::reset: return "reset by the server";
    case TcpError::lost: return "given up by the kernel";
    case TcpError::output_full: return "the server does not read";
    case TcpError::other: break;
  }
  return "failed";
}

TcpConnection::TcpConnection(const TcpOptions& options)
    : options_(options), events_(::epoll_create1(EPOLL_CLOEXEC)), input_(options.read_bytes) {
  TP_CHECK(options.read_bytes > 0);
  if (!events_)
    throw platform::SetupError{
        platform::with_errno("no descriptor for a connection to " + as_text(options.server), errno),
        "raise LimitNOFILE= or `ulimit -n`"};
  output_.reserve(options.output_bytes);
}

TcpState TcpConnection::begin(platform::UnixNanos now) noexcept {
  close();
  ++counters_.attempts;
  connect_deadline_ = now + options_.connect_nanos;
  if (!open_socket()) return fail(TcpError::no_socket, errno);
  const int outcome = connect_to(socket_.get(), options_.server);
  if (outcome != 0 && outcome != EINPROGRESS) return fail(outcome);
  // Not sooner: epoll takes a socket that never tried for one that hung up.
  if (!watch(EPOLL_CTL_ADD, kWhileConnecting)) return fail(TcpError::no_socket, errno);
  state_ = TcpState::connecting;
  return outcome == 0 ? become_connected() : state_;
}

bool TcpConnection::open_socket() noexcept {
  socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket_) return false;
  const int fd = socket_.get();
  (void)set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  (void)set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  if (options_.receive_buffer_bytes == 0) return true;
  // Before connecting: the window that the peer is offered is scaled once.
  const int bytes = static_cast<int>(std::min<std::size_t>(options_.receive_buffer_bytes, INT_MAX / 2));
  if (!set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes)) (void)set_option(fd, SOL_SOCKET, SO_RCVBUF, bytes);
  return true;
}

bool TcpConnection::watch(int operation, std::uint32_t events) noexcept {
  epoll_event event{};
  event.events = events;
  return ::epoll_ctl(events_.get(), operation, socket_.get(), &event) == 0;
}

TcpState TcpConnection::progress(platform::UnixNanos now) noexcept {
  if (state_ != TcpState::connecting) return state_;
  const int outcome = connect_to(socket_.get(), options_.server);  // asking again tells how the first one went
  switch (outcome) {
    case 0:
    case EISCONN: return become_connected();
    case EALREADY:
    case EINPROGRESS:
    case EINTR: break;
    case ETIMEDOUT: return fail(TcpError::connect_timeout, outcome);
    default: return fail(outcome);
  }
  return now >= connect_deadline_ ? fail(TcpError::connect_timeout, 0) : state_;
}

TcpState TcpConnection::become_connected() noexcept {
  if (!watch(EPOLL_CTL_MOD, kWhileConnected)) return fail(TcpError::no_socket, errno);
  ++counters_.connections;
  return state_ = TcpState::connected;
}

TcpRead TcpConnection::receive() noexcept {
  if (state_ != TcpState::connected) return {};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(timespec))> control;
  iovec into{input_.data(), input_.size()};
  msghdr header{};
  header.msg_iov = &into;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t count = ::recvmsg(socket_.get(), &header, MSG_DONTWAIT);
  if (count > 0) {
    counters_.bytes_received += static_cast<std::uint64_t>(count);
    return {.bytes = std::span(input_).first(static_cast<std::size_t>(count)), .ts_recv = stamp_of(header)};
  }
  if (count == 0) {
    fail(TcpError::closed_by_peer, 0);
  } else if (!is_for_later(errno)) {
    fail(errno);
  }
  return {};
}

bool TcpConnection::send(std::span<const std::byte> bytes) noexcept {
  if (state_ != TcpState::connected) return false;
  if (output_.empty()) bytes = bytes.subspan(write_some(bytes));  // else what waits goes first
  if (state_ != TcpState::connected) return false;
  if (bytes.empty()) return true;
  const bool is_first = output_.empty();
  if (bytes.size() > options_.output_bytes - output_.size()) {
    fail(TcpError::output_full, 0);
  } else if (is_first && !watch(EPOLL_CTL_MOD, kWhileConnected | EPOLLOUT)) {
    fail(TcpError::no_socket, errno);
  } else {
    output_.insert(output_.end(), bytes.begin(), bytes.end());
  }
  return state_ == TcpState::connected;
}

bool TcpConnection::flush() noexcept {
  if (state_ != TcpState::connected) return false;
  if (output_.empty()) return true;
  const std::size_t written = write_some(output_);
  if (state_ != TcpState::connected) return false;
  output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(written));
  if (output_.empty() && !watch(EPOLL_CTL_MOD, kWhileConnected)) fail(TcpError::no_socket, errno);
  return state_ == TcpState::connected;
}

std::size_t TcpConnection::write_some(std::span<const std::byte> bytes) noexcept {
  if (bytes.empty()) return 0;
  const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0) {
    if (!is_for_later(errno)) fail(errno);
    return 0;
  }
  counters_.bytes_sent += static_cast<std::uint64_t>(count);
  return static_cast<std::size_t>(count);
}

TcpState TcpConnection::fail(int error_number) noexcept { return fail(kind_of(error_number), error_number); }

TcpState TcpConnection::fail(TcpError error, int error_number) noexcept {
  drop_socket();
  error_ = error;
  error_number_ = error_number;
  return state_;
}

void TcpConnection::close() noexcept {
  drop_socket();
  error_ = TcpError::none;
  error_number_ = 0;
}

void TcpConnection::drop_socket() noexcept {
  // Closing alone leaves it watched for as long as another process has a copy of the descriptor.
  if (socket_ && state_ != TcpState::closed) (void)::epoll_ctl(events_.get(), EPOLL_CTL_DEL, socket_.get(), nullptr);
  socket_.reset();
  output_.clear();
  state_ = TcpState::closed;
}

}  // namespace tickplant::feedhandlers::sources
