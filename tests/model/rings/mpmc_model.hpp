// The MPMC queue: every element once and whole, those of one producer in its order to each consumer.
//
// Two cells, of which some were used before; perhaps with what a dead producer or consumer left and repair() mended.
// Cells are plain memory that must not be raced for.
//
// Threads: Producers and Consumers over one queue.
#pragma once

#include "tests/model/rings/element.hpp"
#include "tests/model/rings/search.hpp"
//
#include "ringbuf/mpmc_queue.hpp"

namespace tickplant::model {

/// `Deaths`: also queues that were repaired.
template <int Producers, int Consumers, unsigned Pushes, unsigned Pops, bool Deaths>
struct MpmcModel : rl::test_suite<MpmcModel<Producers, Consumers, Pushes, Pops, Deaths>, Producers + Consumers> {
  static constexpr std::uint64_t kCells = 2;
  static constexpr std::uint64_t kPerProducer = 16;  // numbers: producer * kPerProducer + 1, + 2, ...
  using Queue = ringbuf::MpmcQueue<Element, RelacyAtomic>;

  ringbuf::QueueControl<RelacyAtomic> control{};
  std::array<typename Queue::Cell, kCells> cells{};
  Queue queue{control, cells.data(), kCells};
  std::array<std::uint64_t, Producers> pushed{};
  std::array<std::uint64_t, Producers> popped{};
  std::array<std::array<std::uint64_t, Producers>, Consumers + 1> last{};  // by consumer; the last is after()

  void before() {
    push(0);
    pop(Consumers);
    if (!Deaths) return;
    switch (choose(4)) {
      case 0: break;
      case 1: push(0); break;
      case 2: a_producer_died(); break;
      case 3: a_consumer_died(); break;
    }
  }

  void thread(unsigned index) {
    if (index < Producers) {
      for (unsigned i = 0; i < Pushes; ++i) push(index);
    } else {
      for (unsigned i = 0; i < Pops; ++i) pop(index - Producers);
    }
  }

  void after() {
    while (pop(Consumers)) {
    }
    require(popped == pushed, "all that went in came out");
    for (std::uint64_t i = 0; i < kCells; ++i) require(push(0), "an empty queue takes as many as it has cells");
    require(!push(0), "a full queue takes none");
  }

 private:
  bool push(unsigned producer) {
    const Element element(producer * kPerProducer + pushed[producer] + 1);
    if (queue.try_push(element) == ringbuf::PushResult::full) return false;
    ++pushed[producer];
    return true;
  }

  bool pop(unsigned consumer) {
    Element out;
    if (queue.try_pop(out) == ringbuf::PopResult::empty) return false;
    require(out.is_whole(), "an element is whole");
    const std::uint64_t producer = (out.number() - 1) / kPerProducer;
    const std::uint64_t number = (out.number() - 1) % kPerProducer + 1;
    require(producer < Producers, "what comes out went in");
    require(number > last[consumer][producer], "elements of one producer come in its order");
    last[consumer][producer] = number;
    ++popped[producer];
    return true;
  }

  /// It claimed a position.
  void a_producer_died() {
    control.tail.store(control.tail.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    const ringbuf::QueueRepair found = queue.repair([](const Element&) { fail("nothing was undelivered"); });
    require(found == ringbuf::QueueRepair{.never_pushed = 1}, "the hole is found");
  }

  /// It claimed an element.
  void a_consumer_died() {
    push(0);
    control.head.store(control.head.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    const ringbuf::QueueRepair found = queue.repair([this](const Element& element) {
      require(element.is_whole() && element.number() == pushed[0], "the claimed element is handed over");
      ++popped[0];
    });
    require(found == ringbuf::QueueRepair{.never_delivered = 1}, "the claimed element is found");
  }
};

}  // namespace tickplant::model
