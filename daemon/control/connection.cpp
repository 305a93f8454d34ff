#include "daemon/control/connection.hpp"

#include <utility>

#include "daemon/control/admin_impl.hpp"
#include "daemon/control/reader_impl.hpp"
#include "daemon/control/trader_impl.hpp"
#include "daemon/control/wire.hpp"

namespace tickplant::daemon {
namespace {

constexpr std::size_t kClientNameBytes = 64;

capnp::ReaderOptions message_limits(std::uint64_t bytes) {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = bytes / sizeof(capnp::word);
  options.nestingLimit = 16;
  return options;
}

class ControlImpl final : public protocol::Control::Server {
 public:
  ControlImpl(ControlState& state, std::shared_ptr<Caller> caller) : state_(state), caller_(std::move(caller)) {}

 protected:
  kj::Promise<void> connect(ConnectContext context) override {
    state_.count_call(*caller_);
    const auto params = context.getParams();
    if (params.getVersion() != protocol::VERSION) {
      refuse("the client speaks version " + std::to_string(params.getVersion()) +
             " of the control protocol, this daemon " + std::to_string(protocol::VERSION) +
             "; remedy: update the older of the two");
    }
    if (caller_->is_connected) refuse("this connection was made already");
    caller_->is_connected = true;
    caller_->name = printable(view(params.getClient()), kClientNameBytes);
    // As large as it gets: by itself Cap'n Proto would take 8 KiB for each client that stays.
    auto results = context.getResults(capnp::MessageSize{8, 3});
    results.setRole(on_wire(caller_->role));
    results.setReader(kj::heap<ReaderImpl>(state_, caller_));
    results.setTrader(kj::heap<TraderImpl>(state_, caller_));
    results.setAdmin(kj::heap<AdminImpl>(state_, caller_));
    return kj::READY_NOW;
  }

 private:
  ControlState& state_;
  std::shared_ptr<Caller> caller_;
};

}  // namespace

Connection::Connection(ControlState& state, kj::Own<kj::AsyncIoStream> stream, Peer peer)
    : state_(state),
      caller_(state.make_caller(std::move(peer))),
      stream_(kj::mv(stream)),
      network_(*stream_, capnp::rpc::twoparty::Side::SERVER, message_limits(state.setup.client_bytes_max)),
      system_(capnp::makeRpcServer(network_, protocol::Control::Client(kj::heap<ControlImpl>(state, caller_)))) {
  system_.setFlowLimit(state.setup.client_bytes_max / sizeof(capnp::word));
  caller_->waiting_bytes = [this] { return network_.getCurrentQueueSize(); };
  caller_->close = [this] { close(); };
  state_.counters.clients.set(state_.callers().size());
}

Connection::~Connection() {
  caller_->waiting_bytes = {};
  caller_->close = {};
  state_.callers().erase(caller_->id);
  state_.counters.clients.set(state_.callers().size());
}

kj::Promise<void> Connection::on_end() {
  return network_.onDisconnect().exclusiveJoin(kj::mv(closed_.promise)).exclusiveJoin(handshake());
}

void Connection::close() {
  state_.counters.refused.add(1);
  closed_.fulfiller->fulfill();
}

kj::Promise<void> Connection::handshake() {
  return state_.timer().afterDelay(state_.setup.handshake_ns * kj::NANOSECONDS).then([this] {
    if (caller_->is_connected) return kj::Promise<void>(kj::NEVER_DONE);
    state_.counters.refused.add(1);
    return kj::Promise<void>(kj::READY_NOW);
  });
}

}  // namespace tickplant::daemon
