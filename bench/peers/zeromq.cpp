// ZeroMQ over ipc, PUSH to PULL: the lossless pair (PUB drops at its limit).
//
// Threads: writer and reader, a process each, and the library's own thread in each.
#include <zmq.h>

#include <cerrno>

#include "bench/harness/temp_folder.hpp"
#include "bench/peers/peers.hpp"

namespace tickplant::bench {
namespace {

/// A context and one socket; made after the fork, because its threads do not survive one.
class ZmqSocket {
 public:
  explicit ZmqSocket(int type) : context_(::zmq_ctx_new()), socket_(::zmq_socket(context_, type)) {
    if (socket_ == nullptr) throw platform::SetupError{"ZeroMQ gives no socket", "raise the limit on open files"};
    set(ZMQ_SNDHWM, 16'384);
    set(ZMQ_RCVHWM, 16'384);
    set(ZMQ_RCVTIMEO, 100);
    set(ZMQ_LINGER, 0);
  }
  ZmqSocket(const ZmqSocket&) = delete;
  ZmqSocket& operator=(const ZmqSocket&) = delete;
  ~ZmqSocket() {
    ::zmq_close(socket_);
    ::zmq_ctx_term(context_);
  }
  [[nodiscard]] void* get() const noexcept { return socket_; }

 private:
  void set(int option, int value) { ::zmq_setsockopt(socket_, option, &value, sizeof value); }
  void* context_;
  void* socket_;
};

struct ZeroMq {
  static constexpr PeerTraits kTraits{
      .name = "ZeroMQ ipc",
      .how = "PUSH to PULL, reader blocks, the library's threads run where there is room",
      .shortest_interval_nanos = 100'000};
  TempFolder folder;
  std::string endpoint = "ipc://" + (folder.path() / "zmq").string();

  struct Writer {
    explicit Writer(ZeroMq& peer) : socket(ZMQ_PUSH) {
      if (::zmq_connect(socket.get(), peer.endpoint.c_str()) != 0)
        throw platform::SetupError{platform::with_errno("cannot connect to " + peer.endpoint, errno), "set TMPDIR"};
    }
    bool try_send(const CheckedRecord& record) noexcept {
      return ::zmq_send(socket.get(), &record, sizeof record, ZMQ_DONTWAIT) == sizeof record;
    }
    void flush() noexcept {}
    ZmqSocket socket;
  };
  struct Reader {
    explicit Reader(ZeroMq& peer) : socket(ZMQ_PULL) {
      if (::zmq_bind(socket.get(), peer.endpoint.c_str()) != 0)
        throw platform::SetupError{platform::with_errno("cannot bind " + peer.endpoint, errno), "set TMPDIR"};
    }
    bool try_receive(CheckedRecord& out) noexcept {
      return ::zmq_recv(socket.get(), &out, sizeof out, 0) == sizeof out;
    }
    ZmqSocket socket;
  };
};

}  // namespace

Candidate zeromq() { return candidate<ZeroMq>(); }

}  // namespace tickplant::bench
