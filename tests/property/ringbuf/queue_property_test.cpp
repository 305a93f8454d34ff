// Random pushes and pops, takeovers and deaths, against std::deque.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <random>
#include <vector>

#include "ringbuf/mpmc_queue.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/spsc_queue.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

TEST(QueueProperty, SpscIsADequeOfBoundedSize) {
  using Producer = SpscProducer<std::uint64_t>;
  using Consumer = SpscConsumer<std::uint64_t>;
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const std::uint64_t slot_count = std::uint64_t{1} << random() % 6;
    PrivatePayload memory(sizeof(QueueControl<>) + 8 * slot_count);
    std::optional<Producer> out = Producer::over(memory.bytes(), slot_count);
    std::optional<Consumer> in = Consumer::over(memory.bytes(), slot_count);
    std::deque<std::uint64_t> model;
    std::uint64_t next = 0;
    for (int turn = 0; turn < 500; ++turn) {
      const std::size_t batch = random() % (2 * slot_count + 1);
      switch (random() % 6) {
        case 0:
          ASSERT_EQ(out->try_push(next) == PushResult::ok, model.size() < slot_count);
          if (model.size() < slot_count) model.push_back(next++);
          break;
        case 1: {
          std::vector<std::uint64_t> values(batch);
          for (std::size_t i = 0; i < batch; ++i) values[i] = next + i;
          const std::size_t pushed = out->try_push(std::span<const std::uint64_t>(values));
          ASSERT_EQ(pushed, std::min<std::size_t>(batch, slot_count - model.size()));
          for (std::size_t i = 0; i < pushed; ++i) model.push_back(next++);
          break;
        }
        case 2: {
          std::uint64_t value = 0;
          ASSERT_EQ(in->try_pop(value) == PopResult::ok, !model.empty());
          if (model.empty()) break;
          ASSERT_EQ(value, model.front());
          model.pop_front();
          break;
        }
        case 3: {
          std::vector<std::uint64_t> values(batch);
          values.resize(in->try_pop(std::span(values)));
          ASSERT_EQ(values.size(), std::min(batch, model.size()));
          ASSERT_TRUE(std::equal(values.begin(), values.end(), model.begin()));
          model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(values.size()));
          break;
        }
        case 4: out.emplace(Producer::over(memory.bytes(), slot_count)); break;
        case 5: in.emplace(Consumer::over(memory.bytes(), slot_count)); break;
      }
    }
  }
}

TEST(QueueProperty, MpmcIsADequeOfBoundedSizeWhoeverDiesInIt) {
  using Queue = MpmcQueue<std::uint64_t>;
  for (unsigned seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const std::uint64_t slot_count = std::uint64_t{1} << random() % 5;
    PrivatePayload memory(sizeof(QueueControl<>) + sizeof(Queue::Cell) * slot_count);
    Queue queue = Queue::over(memory.bytes(), slot_count);
    auto& control = object_at<QueueControl<>>(memory.bytes(), 0);
    auto cells = array_at<Queue::Cell>(memory.bytes(), sizeof(QueueControl<>), slot_count);
    std::uint64_t next = 0;
    for (int life = 0; life < 20; ++life) {
      std::deque<std::uint64_t> model;  // after repair and draining nothing is left of the life before
      // Sound work, from an empty queue.
      for (int turn = 0; turn < 30; ++turn) {
        if (random() % 2 == 0) {
          ASSERT_EQ(queue.try_push(next) == PushResult::ok, model.size() < slot_count);
          if (model.size() < slot_count) model.push_back(next++);
        } else {
          std::uint64_t value = 0;
          ASSERT_EQ(queue.try_pop(value) == PopResult::ok, !model.empty());
          if (model.empty()) continue;
          ASSERT_EQ(value, model.front());
          model.pop_front();
        }
      }
      // Then some claim and never commit, while others go on.
      std::uint64_t holes = 0;
      std::vector<std::uint64_t> claimed;
      for (int turn = 0; turn < 10; ++turn) {
        const std::uint64_t tail = control.tail.load();
        const bool has_room = cells[tail % slot_count].turn.load() == 4 * (tail / slot_count);
        switch (random() % 4) {
          case 0:
            if (queue.try_push(next) == PushResult::ok) model.push_back(next++);
            break;
          case 1:
            if (!has_room) break;
            cells[tail % slot_count].value = 0xdead;
            control.tail.store(tail + 1);
            ++holes;
            break;
          case 2: {
            std::uint64_t value = 0;
            if (queue.try_pop(value) != PopResult::ok) break;
            ASSERT_EQ(value, model.front());
            model.pop_front();
            break;
          }
          case 3: {
            const std::uint64_t head = control.head.load();
            if (cells[head % slot_count].turn.load() != 4 * (head / slot_count) + 1) break;
            claimed.push_back(cells[head % slot_count].value);
            ASSERT_EQ(claimed.back(), model.front());
            model.pop_front();
            control.head.store(head + 1);
            break;
          }
        }
      }
      std::vector<std::uint64_t> undelivered;
      const QueueRepair repair = queue.repair([&](std::uint64_t value) { undelivered.push_back(value); });
      ASSERT_EQ(repair, (QueueRepair{holes, claimed.size()}));
      ASSERT_EQ(undelivered, claimed);
      std::uint64_t value = 0;
      for (; queue.try_pop(value) == PopResult::ok; model.pop_front()) ASSERT_EQ(value, model.front());
      ASSERT_TRUE(model.empty());
      ASSERT_EQ(control.head.load(), control.tail.load());
    }
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
