// A gated ring: a lossless reader that publishes how far it is loses nothing, whatever the writer does.
//
// Threads: one writer that looks at the gate, one gating reader.
#pragma once

#include "tests/model/rings/broadcast_model.hpp"
#include "tests/model/rings/gating_page.hpp"
//
#include "ringbuf/gating.hpp"

namespace tickplant::model {

/// `Batches`: the writer looks at the gate once per batch of up to the room there is.
template <unsigned Looks, unsigned Polls, bool Batches>
struct GateModel : rl::test_suite<GateModel<Looks, Polls, Batches>, 2> {
  BroadcastControl control{};
  std::array<BroadcastSlot, kSlots> slots{};
  ringbuf::GatingPage<RelacyAtomic> page{};
  std::optional<BroadcastWriter> writer;
  std::optional<BroadcastReader> reader;
  std::optional<ringbuf::BasicGatingReader<RelacyAtomic>> gating;
  std::optional<ringbuf::BasicGate<RelacyAtomic>> gate;
  std::uint64_t next = 1;

  void before() {
    writer.emplace(control, slots.data(), kSlots);
    gate.emplace(page, kSlots);
    require(gate->room({0}) == kSlots, "without readers the whole ring is room");
    publish();
    reader.emplace(control, slots.data(), kSlots, ringbuf::Sequence{next});
    gating.emplace(page, 1, ringbuf::Sequence{next});
  }

  void thread(unsigned index) {
    if (index == 0) {
      for (unsigned i = 0; i < Looks; ++i) {
        const std::uint64_t room = gate->room(writer->last());
        const std::uint64_t batch = Batches ? room : std::min<std::uint64_t>(room, 1);
        for (std::uint64_t k = 0; k < batch; ++k) publish();
      }
    } else {
      for (unsigned i = 0; i < Polls; ++i) poll();
    }
  }

  void after() {
    while (poll()) {
    }
    require(next == writer->last().value + 1, "all that was written was read");
    require(gate->room(writer->last()) == kSlots, "who has read all leaves all room");
    for (std::uint64_t i = 0; i < kSlots; ++i) publish();
    require(gate->room(writer->last()) == 0, "who has read nothing of a full ring leaves none");
    gating->stop();
    require(gate->room(writer->last()) == kSlots, "who gates no more is not waited for");
  }

 private:
  void publish() {
    const Tick tick = Tick::of(writer->last().value + 1);
    writer->publish(&tick);
  }

  bool poll() {
    Tick tick;
    const ringbuf::ReadStatus status = reader->poll(&tick);
    require(status != ringbuf::ReadStatus::overrun, "a gating reader loses nothing");
    if (status == ringbuf::ReadStatus::empty) return false;
    require(tick.is(next), "a record is whole and the one of its sequence");
    ++next;
    gating->advance({next});
    return true;
  }
};

}  // namespace tickplant::model
