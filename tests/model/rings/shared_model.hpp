// A broadcast ring with several writers, their tables, and one who joins late: every record whole and once, or told as
// lost; what is published is found; image and stream together are the full history of each writer.
//
// Sequences are given out while writers run, so the record says whose it is and which of his; what it holds is noted as
// soon as its writer is done with it. The ring has four slots and has been filled once before.
//
// Threads: two writers, one joiner.
#pragma once

#include "tests/model/rings/gating_page.hpp"
#include "tests/model/rings/search.hpp"
#include "tests/model/rings/table_model.hpp"
//
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/shared_broadcast_writer.hpp"

namespace tickplant::model {

struct SharedTick {
  std::uint64_t stamp = 0;
  std::uint64_t writer = 0;
  std::uint64_t number = 0;  // of this writer's, from 1
};

/// `First`, `Second`: how many records the two writers publish. `Polls`: 0 = the joiner comes when they are done.
template <unsigned First, unsigned Second, unsigned Polls>
struct SharedModel : rl::test_suite<SharedModel<First, Second, Polls>, Polls == 0 ? 2 : 3> {
  static constexpr unsigned kWriters = 2;
  static constexpr std::uint64_t kSlots = 4;
  static constexpr std::size_t kSequences = kSlots + First + Second + 1;
  using Writer = ringbuf::SharedBroadcastWriter<sizeof(SharedTick), RelacyAtomic>;
  using Reader = ringbuf::BroadcastReader<sizeof(SharedTick), RelacyAtomic>;

  typename Writer::Control control{};
  std::array<typename Writer::Slot, kSlots> slots{};
  ringbuf::GatingPage<RelacyAtomic> page{};
  std::array<Entry, kWriters> entries{};
  std::array<std::optional<Writer>, kWriters> writers;
  std::optional<Reader> reader;

  // In the order of execution:
  std::uint64_t started = 0;  // records whose publishing has begun
  std::array<std::uint64_t, kWriters> numbers{};
  std::array<SharedTick, kSequences> told{};  // by sequence, once complete

  // The reader:
  enum class Phase : std::uint8_t { join, join_again, follow };
  Phase phase = Phase::join;
  std::array<std::uint64_t, kWriters> held_through{};  // sequence of the writer's image
  std::uint64_t published = 0;                         // as last seen
  std::array<std::uint64_t, kWriters> through{};       // number of the writer's last record that we know of

  void before() {
    Writer::open(control, {0});
    for (unsigned i = 0; i < kWriters; ++i) writers[i].emplace(control, slots.data(), kSlots, page, i, kWriters);
    for (unsigned i = 0; i < kSlots; ++i) publish(0);
    writers[0]->complete_batch();
    reader.emplace(control, slots.data(), kSlots, ringbuf::Sequence{1});
  }

  void thread(unsigned index) {
    if (index < kWriters) {
      const unsigned records = index == 0 ? First : Second;
      for (unsigned i = 0; i < records; ++i) {
        publish(index);
        if (i + 1 == records || (Polls != 0 && choose(2) == 0)) writers[index]->complete_batch();
      }
    } else {
      for (unsigned i = 0; i < Polls; ++i) poll();
    }
  }

  void after() {
    require(reader->published().value == started, "when all batches are complete all is published");
    require(reader->image_complete_through().value == started, "and in the tables");
    for (int polls = 0; poll(); ++polls) require(polls < 32, "a reader comes to the end");
    require(phase == Phase::follow && through == numbers, "image and stream are the full history");
    for (std::uint64_t q = started - kSlots + 1; q <= started; ++q) {
      SharedTick tick;
      reader->seek({q});
      require(reader->poll(&tick) == ringbuf::ReadStatus::record, "the ring holds the newest records");
      require(tick.writer == told[q].writer && tick.number == told[q].number, "each with its content");
    }
  }

 private:
  /// Ring first, then the writer's table.
  void publish(unsigned writer) {
    ++started;
    const SharedTick tick{0, writer, ++numbers[writer]};
    const ringbuf::Sequence sequence = writers[writer]->publish(&tick);
    require(sequence.value < kSequences && told[sequence.value].stamp == 0, "no sequence has two contents");
    told[sequence.value] = {sequence.value, writer, tick.number};
    const std::array<std::uint64_t, 2> words{tick.number, ~tick.number};
    entries[writer].begin(sequence);
    entries[writer].store(8, words.data(), sizeof words);
    entries[writer].end(sequence);
  }

  /// One step; false when there is nothing to do.
  bool poll() {
    if (phase != Phase::follow) return join();
    const std::uint64_t next = reader->next().value;
    const bool is_published = (Polls == 0 || choose(2) == 0) && look_at_published() >= next;
    SharedTick tick;
    switch (reader->poll(&tick)) {
      case ringbuf::ReadStatus::record: apply(next, tick); return true;
      case ringbuf::ReadStatus::empty: require(!is_published, "what is published is found"); return false;
      case ringbuf::ReadStatus::overrun:
        require(next + kSlots <= started, "lapped only when the slot was taken");
        require(reader->lost().first == next && reader->lost().last >= next &&
                    reader->next().value == reader->lost().last + 1,
                "records and losses together are all there were");
        phase = Phase::join_again;
        return true;
    }
    return false;
  }

  std::uint64_t look_at_published() {
    const std::uint64_t found = reader->published().value;
    require(found >= published, "what is published stays so");
    return published = found;
  }

  bool join() {
    const std::uint64_t complete = reader->image_complete_through().value;  // before the images are read
    if (phase == Phase::join) reader->seek({complete + 1});
    if (complete + 1 < reader->next().value) return false;  // what we lost comes first
    for (unsigned writer = 0; writer < kWriters; ++writer) {
      EntryImage image;
      const ringbuf::TableRead read = entries[writer].read(&image);
      require(read != ringbuf::TableRead::busy, "a living writer's entry can be read");
      if (read == ringbuf::TableRead::never) image = {0, {0, ~std::uint64_t{0}}};
      require(image.word[1] == ~image.word[0], "an image is whole");
      for (std::uint64_t q = 1; q <= complete; ++q) {
        require(told[q].stamp == q, "what is said to be complete is");
        require(told[q].writer != writer || q <= image.stamp, "what the images are said to hold is in them");
      }
      held_through[writer] = image.stamp;
      through[writer] = image.word[0];
    }
    phase = Phase::follow;
    return true;
  }

  void apply(std::uint64_t next, const SharedTick& tick) {
    require(tick.stamp == next && tick.writer < kWriters, "a record has its sequence");
    const SharedTick& truth = told[next];
    require(truth.writer == tick.writer && truth.number == tick.number, "a record is whole and has one content");
    if (tick.stamp <= held_through[tick.writer]) return;  // the image has it
    require(tick.number == through[tick.writer] + 1, "nothing between image and stream is left out");
    through[tick.writer] = tick.number;
  }
};

}  // namespace tickplant::model
