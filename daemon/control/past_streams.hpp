// What was, out of journal and rings, handed over in batches that the client asks for one by one. Reading takes the
// disk's time, so the helper thread does it, in slices that all who ask take in turns; a client that goes takes what it
// asked for along.
//
// Threads: server objects the control thread's, cursors the helper's alone.
// Not here: what comes now (tick_stream.hpp).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clients/cpp/history.hpp"
#include "clients/protocol/control.capnp.h"
#include "daemon/control/control_state.hpp"
#include "daemon/control/plant_answers.hpp"
#include "daemon/control/tick_batch.hpp"

namespace tickplant::daemon {

/// Handed over by the helper.
struct PastTickBatch {
  TickBatch batch;
  bool has_more = false;
  std::uint64_t lost_count = 0;
  [[nodiscard]] bool is_empty() const noexcept { return batch.is_empty(); }
};
struct PastResultBatch {
  std::vector<NamedResult> results;
  std::vector<LostRange> lost;
  bool has_more = false;
  [[nodiscard]] bool is_empty() const noexcept { return results.empty() && lost.empty(); }
};

class PastTickCursor;
class PastResultCursor;

class PastTicks final : public protocol::Ticks::Server {
 public:
  PastTicks(ControlState& state, std::shared_ptr<Caller> caller, clients::HistoryWish wish);
  ~PastTicks() noexcept;
  KJ_DISALLOW_COPY(PastTicks);

 protected:
  kj::Promise<void> next(NextContext context) override;

 private:
  ControlState& state_;
  HeldStream held_;
  std::shared_ptr<PastTickCursor> cursor_;
};

class PastResults final : public protocol::Results::Server {
 public:
  PastResults(ControlState& state, std::shared_ptr<Caller> caller, clients::DerivedHistoryWish wish);
  ~PastResults() noexcept;
  KJ_DISALLOW_COPY(PastResults);

 protected:
  kj::Promise<void> next(NextContext context) override;

 private:
  ControlState& state_;
  HeldStream held_;
  std::shared_ptr<PastResultCursor> cursor_;
};

}  // namespace tickplant::daemon
