// What a trader may do besides reading: keep watchlists of his own.
//
// Threads: the control thread. Not here: the lists (watchlists.hpp).
#pragma once

#include <memory>

#include "clients/protocol/control.capnp.h"
#include "daemon/control/control_state.hpp"

namespace tickplant::daemon {

class TraderImpl final : public protocol::Trader::Server {
 public:
  TraderImpl(ControlState& state, std::shared_ptr<Caller> caller) : state_(state), caller_(std::move(caller)) {}

 protected:
  kj::Promise<void> watchlists(WatchlistsContext context) override;
  kj::Promise<void> watchlist(WatchlistContext context) override;
  kj::Promise<void> add(AddContext context) override;
  kj::Promise<void> remove(RemoveContext context) override;
  kj::Promise<void> delete_(DeleteContext context) override;

 private:
  [[nodiscard]] uid_t user() const noexcept { return caller_->peer.uid; }
  void expect_trader();
  /// Changes the lists, and answers when that is on disk.
  template <class Context, class Apply, class Answer>
  kj::Promise<void> change(const char* call, CallArguments arguments, Context context, Apply apply, Answer answer);

  ControlState& state_;
  std::shared_ptr<Caller> caller_;
};

}  // namespace tickplant::daemon
