// A client's subscription: records as they come, handed over in batches that it asks for one by one. Reading on is the
// client's credit: what it does not ask for stays in the plant's ring, and is told as lost when the ring has overtaken
// it. So a stream's memory is that of a batch or two, however slow its client is.
//
// Threads: the control thread. Not here: the past (past_streams.hpp), whose turn it is (stream_turns.hpp).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clients/cpp/subscriber.hpp"
#include "clients/protocol/control.capnp.h"
#include "daemon/control/control_state.hpp"
#include "daemon/control/stream_turns.hpp"
#include "daemon/control/tick_batch.hpp"

namespace tickplant::daemon {

class TickStream final : public protocol::Ticks::Server, private WaitingStream {
 public:
  /// Images and conflation have memory for that many instruments.
  static constexpr std::size_t kSymbolsWithImages = 256;
  static constexpr std::size_t kSymbols = 5'000;

  /// Throws SetupError: too many symbols, or one that is none; a ring that is not there.
  TickStream(ControlState& state, std::shared_ptr<Caller> caller, clients::Subscription wish);
  ~TickStream() noexcept override;
  KJ_DISALLOW_COPY(TickStream);

 protected:
  kj::Promise<void> next(NextContext context) override;

 private:
  using Wishes = std::vector<std::pair<std::string, std::string>>;

  Turn take_turn() override;
  /// Reads until there is a batch or nothing more. True: nothing more.
  bool read();
  void answer();

  ControlState& state_;
  HeldStream held_;
  TickBatches batches_;
  std::optional<clients::Subscriber> subscriber_;
  Wishes wishes_;
  std::size_t limit_ = 0;  // of the batch that is waited for
  std::int64_t wait_until_ = 0;
  std::optional<NextContext> waiting_;
  kj::Own<kj::PromiseFulfiller<void>> answered_;
};

}  // namespace tickplant::daemon
