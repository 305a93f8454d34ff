// What an admin may do: change the plant while it runs. Each call goes to the thread that owns the plant, and its
// answer comes back when it is done; it is in log and audit file, also when the client has gone meanwhile.
//
// Threads: the control thread. Not here: doing it (plant.hpp, feed_control.hpp).
#pragma once

#include <memory>

#include "clients/protocol/control.capnp.h"
#include "daemon/control/control_state.hpp"

namespace tickplant::daemon {

class AdminImpl final : public protocol::Admin::Server {
 public:
  AdminImpl(ControlState& state, std::shared_ptr<Caller> caller) : state_(state), caller_(std::move(caller)) {}

 protected:
  kj::Promise<void> reload(ReloadContext context) override;
  kj::Promise<void> stop(StopContext context) override;
  kj::Promise<void> feed(FeedContext context) override;
  kj::Promise<void> checkConfig(CheckConfigContext context) override;
  kj::Promise<void> rotate(RotateContext context) override;
  kj::Promise<void> savepoint(SavepointContext context) override;
  kj::Promise<void> drain(DrainContext context) override;

 private:
  /// `answer(results, PlantAnswer)`: when it is done.
  template <class Context, class Answer>
  kj::Promise<void> change(const char* call, CallArguments arguments, PlantRequest request, Context context,
                           Answer answer);

  ControlState& state_;
  std::shared_ptr<Caller> caller_;
};

}  // namespace tickplant::daemon
