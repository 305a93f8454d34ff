// Any bytes from a client that has said who it is, to the real server objects over a plant of its own, through a pipe
// within the process: answered or closed, never more.
//
// Byte 0: who is asking: 0 a reader, 1 a trader, else an admin. The rest is what it sends behind connect(). Nothing
// that it changes comes to a disk: the plant has no state folder, and whoever owns the plant refuses everything.
#include <capnp/rpc.capnp.h>
#include <capnp/serialize.h>
#include <kj/async-io.h>

#include <cstdint>
#include <span>
#include <vector>

#include "clients/protocol/control.capnp.h"
#include "daemon/control/connection.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace {

using namespace tickplant;

constexpr int kTurnsMost = 2'000;  // of the loop, for one input

std::vector<kj::byte> handshake() {
  std::vector<kj::byte> out;
  const auto add = [&](auto&& fill) {
    capnp::MallocMessageBuilder builder;
    fill(builder.initRoot<capnp::rpc::Message>());
    const auto words = capnp::messageToFlatArray(builder);
    const auto bytes = words.asBytes();
    out.insert(out.end(), bytes.begin(), bytes.end());
  };
  add([](capnp::rpc::Message::Builder to) { to.initBootstrap().setQuestionId(0); });
  add([](capnp::rpc::Message::Builder to) {
    auto call = to.initCall();
    call.setQuestionId(1);
    call.initTarget().initPromisedAnswer().setQuestionId(0);
    call.setInterfaceId(capnp::typeId<protocol::Control>());
    auto params = call.initParams().initContent().initAs<protocol::Control::ConnectParams>();
    params.setVersion(protocol::VERSION);
    params.setClient("fuzz");
  });
  return out;
}

/// Made once: a plant with an instrument, an image and some ticks.
struct Target {
  Target() : io(kj::setupAsyncIo()), counters_bytes(1 << 16) {
    const auto apple = plant.define("AAPL");
    plant.quote(apple, 189.01, 189.03);
    counters.emplace(std::span<std::byte>(counters_bytes), 64);
    daemon::ControlServerSetup setup;
    setup.folder = plant.folder();
    setup.roles = {.daemon_uid = 1, .traders_group = 70};
    setup.wake_plant = [] {};
    setup.check_config = [](const std::string&) { return std::vector<std::string>(); };
    state.emplace(std::move(setup), *counters, [] {});
    state->begin(io.provider->getTimer());
  }

  tests::PlantInFolder plant;
  kj::AsyncIoContext io;
  std::vector<std::byte> counters_bytes;
  std::optional<ringbuf::CountersWriter> counters;
  std::optional<daemon::ControlState> state;
  const std::vector<kj::byte> hello = handshake();
};

daemon::Peer peer_of(std::uint8_t who) {
  if (who == 0) return {.uid = 2, .gid = 2, .pid = 1};
  if (who == 1) return {.uid = 2, .gid = 70, .pid = 1};
  return {.uid = 1, .gid = 2, .pid = 1};
}

/// The owner of the plant, who refuses.
void refuse_requests(daemon::ControlState& state) {
  while (const auto request = state.requests.next()) state.requests.answer({request->id, {}, 0, "no; remedy: none"});
  state.take_news();
}

kj::Promise<void> drain(kj::AsyncIoStream& stream, kj::ArrayPtr<kj::byte> buffer) {
  return stream.tryRead(buffer.begin(), 1, buffer.size()).then([&stream, buffer](std::size_t got) -> kj::Promise<void> {
    return got == 0 ? kj::Promise<void>(kj::READY_NOW) : drain(stream, buffer);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Target target;
  if (size == 0) return 0;
  daemon::ControlState& state = *target.state;
  std::vector<kj::byte> bytes = target.hello;
  bytes.insert(bytes.end(), data + 1, data + size);
  {
    auto pipe = target.io.provider->newTwoWayPipe();
    kj::AsyncIoStream& client = *pipe.ends[1];
    bool has_ended = false;
    daemon::Connection connection(state, kj::mv(pipe.ends[0]), peer_of(data[0]));
    auto end = connection.on_end()
                   .then([&] { has_ended = true; }, [&](kj::Exception&&) { has_ended = true; })
                   .eagerlyEvaluate(nullptr);
    kj::byte buffer[4096];
    auto reading = drain(client, kj::arrayPtr(buffer, sizeof buffer)).eagerlyEvaluate([](kj::Exception&&) {});
    auto sending = client.write(bytes.data(), bytes.size())
                       .then([&] { client.shutdownWrite(); })
                       .eagerlyEvaluate([](kj::Exception&&) {});
    for (int turn = 0; turn < kTurnsMost && !has_ended; ++turn) {
      kj::evalLater([] {}).wait(target.io.waitScope);
      target.io.waitScope.poll();
      refuse_requests(state);
    }
  }
  refuse_requests(state);
  target.io.waitScope.poll();
  return 0;
}
