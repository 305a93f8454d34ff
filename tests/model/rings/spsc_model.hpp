// The SPSC queue: every element once, whole and in order, while cells are plain memory that must not be raced for.
//
// Two cells, of which the first lap is used up before, so that every push needs a pop before it and every pop a push.
// Either side may be replaced in mid-course by a successor over the same bytes.
//
// Threads: one producer, one consumer.
#pragma once

#include "tests/model/rings/element.hpp"
#include "tests/model/rings/search.hpp"
//
#include "ringbuf/spsc_queue.hpp"

namespace tickplant::model {

/// `Batch`: how many are pushed and popped at once; 1 uses the calls for one. `Successors`: whether sides are replaced.
template <unsigned Pushes, unsigned Pops, unsigned Batch, bool Successors>
struct SpscModel : rl::test_suite<SpscModel<Pushes, Pops, Batch, Successors>, 2> {
  static constexpr std::uint64_t kCells = 2;
  using Producer = ringbuf::SpscProducer<Element, RelacyAtomic>;
  using Consumer = ringbuf::SpscConsumer<Element, RelacyAtomic>;

  ringbuf::QueueControl<RelacyAtomic> control{};
  std::array<Element, kCells> cells;
  std::optional<Producer> producer;
  std::optional<Consumer> consumer;
  std::uint64_t pushed = 0;
  std::uint64_t popped = 0;

  void before() {
    producer.emplace(control, cells.data(), kCells);
    consumer.emplace(control, cells.data(), kCells);
    push(1);
    pop(1);
    push(1);
  }

  void thread(unsigned index) {
    if (index == 0) {
      for (unsigned i = 0; i < Pushes; ++i) {
        if (Successors && choose(2) == 0) producer.emplace(control, cells.data(), kCells);
        push(Batch);
      }
    } else {
      for (unsigned i = 0; i < Pops; ++i) {
        if (Successors && choose(2) == 0) consumer.emplace(control, cells.data(), kCells);
        pop(Batch);
      }
    }
  }

  void after() {
    while (pop(Batch)) require(popped <= pushed, "no more comes out than went in");
    require(popped == pushed, "nothing is left in the queue");
    for (std::uint64_t i = 0; i < kCells; ++i) require(push(1), "an empty queue takes as many as it has cells");
    require(!push(1), "a full queue takes none");
  }

 private:
  bool push(unsigned batch) {
    std::size_t count = 0;
    if (batch == 1) {
      count = producer->try_push(Element(pushed + 1)) == ringbuf::PushResult::ok ? 1 : 0;
    } else {
      const std::array<Element, 2> elements{Element(pushed + 1), Element(pushed + 2)};
      count = producer->try_push(std::span<const Element>(elements));
    }
    pushed += count;
    require(pushed - popped <= kCells, "a queue holds no more than it has cells");
    return count != 0;
  }

  bool pop(unsigned batch) {
    std::array<Element, 2> out;
    std::size_t count = 0;
    if (batch == 1) {
      count = consumer->try_pop(out[0]) == ringbuf::PopResult::ok ? 1 : 0;
    } else {
      count = consumer->try_pop(std::span<Element>(out));
    }
    for (std::size_t i = 0; i < count; ++i) {
      require(out[i].is_whole() && out[i].number() == ++popped, "elements come out once, whole and in order");
    }
    return count != 0;
  }
};

}  // namespace tickplant::model
