// A Unix SOCK_SEQPACKET pair: one send and one recv per record.
//
// Threads: writer and reader, a process each.
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "bench/peers/peers.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::bench {
namespace {

struct Seqpacket {
  static constexpr PeerTraits kTraits{.name = "Unix seqpacket",
                                      .how = "SOCK_SEQPACKET, one send and one recv a record, MSG_DONTWAIT, polled",
                                      .shortest_interval_nanos = 10'000};
  platform::UniqueFd ours, theirs;

  Seqpacket() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
      throw platform::SetupError{platform::with_errno("no socket pair", errno), "raise the limit on open files"};
    ours = platform::UniqueFd(ends[0]);
    theirs = platform::UniqueFd(ends[1]);
    const int bytes = 1 << 20;
    (void)::setsockopt(ours.get(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }

  struct Writer {
    explicit Writer(Seqpacket& peer) : fd(peer.ours.get()) {}
    bool try_send(const CheckedRecord& record) noexcept {
      return ::send(fd, &record, sizeof record, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof record;
    }
    void flush() noexcept {}
    int fd;
  };
  struct Reader {
    explicit Reader(Seqpacket& peer) : fd(peer.theirs.get()) {}
    bool try_receive(CheckedRecord& out) noexcept { return ::recv(fd, &out, sizeof out, MSG_DONTWAIT) == sizeof out; }
    int fd;
  };
};

}  // namespace

Candidate seqpacket() { return candidate<Seqpacket>(); }

}  // namespace tickplant::bench
