// One client: its stream of bytes, the RPC system over it, and when it ends.
//
// Threads: the control thread. Not here: what it may call (reader_impl.hpp, trader_impl.hpp, admin_impl.hpp).
#pragma once

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

#include <memory>

#include "daemon/control/control_state.hpp"

namespace tickplant::daemon {

class Connection {
 public:
  /// `state` outlives it.
  Connection(ControlState& state, kj::Own<kj::AsyncIoStream> stream, Peer peer);
  ~Connection();
  KJ_DISALLOW_COPY(Connection);

  /// It is gone, or was closed: by us for being too slow, or since nobody said who it is.
  kj::Promise<void> on_end();

 private:
  /// Never over for who has said it in time.
  kj::Promise<void> handshake();
  void close();

  ControlState& state_;
  std::shared_ptr<Caller> caller_;
  kj::PromiseFulfillerPair<void> closed_ = kj::newPromiseAndFulfiller<void>();
  kj::Own<kj::AsyncIoStream> stream_;
  capnp::TwoPartyVatNetwork network_;
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> system_;
};

}  // namespace tickplant::daemon
