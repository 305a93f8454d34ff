// What whoever may open the socket can ask: what the plant is, where instruments are, streams of ticks and results, who
// reads.
//
// Threads: the control thread. Not here: the answers (plant_answers.hpp), the streams (tick_stream.hpp,
// past_streams.hpp).
#pragma once

#include <memory>

#include "clients/protocol/control.capnp.h"
#include "daemon/control/control_state.hpp"

namespace tickplant::daemon {

class ReaderImpl final : public protocol::Reader::Server {
 public:
  ReaderImpl(ControlState& state, std::shared_ptr<Caller> caller) : state_(state), caller_(std::move(caller)) {}

 protected:
  kj::Promise<void> describe(DescribeContext context) override;
  kj::Promise<void> instruments(InstrumentsContext context) override;
  kj::Promise<void> rings(RingsContext context) override;
  kj::Promise<void> images(ImagesContext context) override;
  kj::Promise<void> depth(DepthContext context) override;
  kj::Promise<void> derived(DerivedContext context) override;
  kj::Promise<void> subscribe(SubscribeContext context) override;
  kj::Promise<void> history(HistoryContext context) override;
  kj::Promise<void> results(ResultsContext context) override;
  kj::Promise<void> report(ReportContext context) override;
  kj::Promise<void> readers(ReadersContext context) override;

 private:
  ControlState& state_;
  std::shared_ptr<Caller> caller_;
};

}  // namespace tickplant::daemon
