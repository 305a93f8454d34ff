// A broadcast ring and what any reader of it may see: each record whole and once, or told as lost, in order.
//
// The ring has two slots and begins behind a full lap, so that the first records of the writer already overwrite.
// Content is a function of the sequence: a torn or mistaken record shows.
//
// Threads: one writer, Readers readers. Not here: joining with a table (join_model.hpp).
#pragma once

#include "tests/model/rings/search.hpp"
//
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/broadcast_writer.hpp"

namespace tickplant::model {

inline constexpr std::size_t kSlotBytes = 24;  // a stamp and two words: the least that can tear in itself
inline constexpr std::uint64_t kSlots = 2;

struct Tick {
  std::uint64_t stamp = 0;
  std::array<std::uint64_t, 2> word{};

  static Tick of(std::uint64_t sequence) noexcept { return {0, {sequence * 10 + 1, sequence * 10 + 2}}; }
  [[nodiscard]] bool is(std::uint64_t sequence) const noexcept {
    return stamp == sequence && word == of(sequence).word;
  }
};

using BroadcastSlot = ringbuf::BroadcastSlot<kSlotBytes, RelacyAtomic>;
using BroadcastControl = ringbuf::BroadcastControl<RelacyAtomic>;
using BroadcastWriter = ringbuf::BroadcastWriter<kSlotBytes, RelacyAtomic>;
using BroadcastReader = ringbuf::BroadcastReader<kSlotBytes, RelacyAtomic>;

/// How far writers are, in the order of execution: what a reader sees can only be older.
struct Truth {
  std::uint64_t first = 0;     // sequence of the ring's life
  std::uint64_t started = 0;   // newest record whose slot is being taken
  std::uint64_t complete = 0;  // everything up to here is complete
};

/// One reader, and what it has been told so far.
class CheckedReader {
 public:
  CheckedReader(const BroadcastControl& control, const BroadcastSlot* slots, const Truth& truth, std::uint64_t next)
      : reader_(control, slots, kSlots, {next}), truth_(&truth), next_(next) {}

  /// One poll; false when there was nothing.
  bool poll() {
    // R3 <- W3: whoever knows from `published` that a record is complete finds it, or one that replaced it.
    const bool is_published = choose(2) == 0 && reader_.published().value >= next_;
    Tick tick;
    const ringbuf::ReadStatus status = reader_.poll(&tick);
    switch (status) {
      case ringbuf::ReadStatus::record:
        require(tick.is(next_), "a record is whole and the one of its sequence");
        ++next_;
        break;
      case ringbuf::ReadStatus::empty: require(!is_published, "what is published is found"); break;
      case ringbuf::ReadStatus::overrun: {
        const ringbuf::SequenceRange lost = reader_.lost();
        require(next_ < truth_->first || next_ + kSlots <= truth_->started, "lapped only when the slot was taken");
        require(lost.first == next_ && lost.last >= next_, "what was lost begins with the next record");
        require(lost.last < truth_->first || lost.last + kSlots / 2 <= truth_->complete, "half a ring is kept");
        next_ = lost.last + 1;
        break;
      }
    }
    require(reader_.next().value == next_, "records and losses together are all there were");
    return status != ringbuf::ReadStatus::empty;
  }

  /// When nobody writes any more: everything that is left.
  void drain() {
    for (int polls = 0; poll(); ++polls) require(polls < 16, "a reader comes to the end");
    require(next_ == std::max(truth_->complete + 1, truth_->first), "nothing is left out at the end");
  }

 private:
  BroadcastReader reader_;
  const Truth* truth_;
  std::uint64_t next_;
};

/// `LongHistory`: also rings that begin at 1 or are empty, and a flush or none after each record.
template <int Readers, unsigned Records, unsigned Polls, bool LongHistory>
struct BroadcastModel : rl::test_suite<BroadcastModel<Readers, Records, Polls, LongHistory>, 1 + Readers> {
  BroadcastControl control{};
  std::array<BroadcastSlot, kSlots> slots{};
  Truth truth;
  std::optional<BroadcastWriter> writer;
  std::array<std::optional<CheckedReader>, Readers> readers;

  void before() {
    // A ring's life begins at 1, or behind what a predecessor's numbers ended with.
    const std::uint64_t base = LongHistory ? choose(2) * 6 : 6;
    truth = {base + 1, base, base};
    writer.emplace(control, slots.data(), kSlots, ringbuf::Sequence{base});
    const unsigned lap = LongHistory && choose(2) == 0 ? 0 : unsigned{kSlots};
    for (unsigned i = 0; i < lap; ++i) publish();
    const bool before_its_life = LongHistory && base != 0 && choose(2) == 0;
    for (auto& reader : readers) reader.emplace(control, slots.data(), truth, before_its_life ? base : base + 1);
  }

  void thread(unsigned index) {
    if (index == 0) {
      for (unsigned i = 0; i < Records; ++i) {
        publish();
        if (!LongHistory || choose(2) == 0) writer->flush();
      }
    } else {
      for (unsigned i = 0; i < Polls; ++i) readers[index - 1]->poll();
    }
  }

  void after() {
    for (auto& reader : readers) reader->drain();
  }

 private:
  void publish() {
    const std::uint64_t sequence = ++truth.started;
    const Tick tick = Tick::of(sequence);
    require(writer->publish(&tick).value == sequence, "sequences are consecutive");
    truth.complete = sequence;
  }
};

}  // namespace tickplant::model
