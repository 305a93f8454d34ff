// A reader that joins late: image and stream together are the full history, also when it was lapped and joined again.
//
// The record's effect is a sum over all records up to it, so that one left out or counted twice shows for ever. The
// join is that of clients/cpp/ring_stream.hpp, for one instrument, over the shipped ring and entry.
//
// Threads: one writer, Readers joiners. Not here: what a reader without a table sees (broadcast_model.hpp).
#pragma once

#include "tests/model/rings/broadcast_model.hpp"
#include "tests/model/rings/table_model.hpp"

namespace tickplant::model {

/// What the records 1 to `sequence` leave behind. Order and number of the records both matter.
[[nodiscard]] constexpr std::uint64_t sum_of(std::uint64_t before, std::uint64_t sequence) noexcept {
  return before * 31 + sequence;
}

class Joiner {
 public:
  Joiner(const BroadcastControl& control, const BroadcastSlot* slots, const Entry& entry)
      : reader_(control, slots, kSlots, {1}), entry_(&entry) {}

  /// One step; false when there is nothing to do.
  bool poll() {
    if (phase_ != Phase::follow) return join();
    Tick tick;
    switch (reader_.poll(&tick)) {
      case ringbuf::ReadStatus::record: apply(tick); return true;
      case ringbuf::ReadStatus::empty: return false;
      case ringbuf::ReadStatus::overrun: phase_ = Phase::join_again; return true;
    }
    return false;
  }

  /// When nobody writes any more.
  void drain(std::uint64_t last, std::uint64_t sum) {
    for (int polls = 0; poll(); ++polls) require(polls < 16, "a joiner comes to the end");
    require(phase_ == Phase::follow && through_ == last && sum_ == sum, "image and stream are the full history");
  }

 private:
  enum class Phase : std::uint8_t { join, join_again, read_image, follow };

  bool join() {
    if (phase_ != Phase::read_image) {
      complete_ = reader_.image_complete_through().value;
      if (phase_ == Phase::join) reader_.seek({std::max(complete_ + 1, reader_.first_sequence().value)});
      if (phase_ == Phase::join_again && complete_ + 1 < reader_.next().value)
        return false;  // what we lost comes first
      phase_ = Phase::read_image;
    }
    EntryImage image;
    const ringbuf::TableRead read = entry_->read(&image);
    require(read != ringbuf::TableRead::busy, "a living writer's entry can be read");
    if (read == ringbuf::TableRead::never) image = {};
    // R4 <- W4: the image holds everything up to image_complete_through.
    require(image.stamp >= complete_, "what the image is said to hold is in it");
    require(image.word[1] == ~image.word[0] || image.stamp == 0, "an image is whole");
    through_ = image.stamp;
    sum_ = image.word[0];
    phase_ = Phase::follow;
    return true;
  }

  void apply(const Tick& tick) {
    require(tick.is(tick.stamp), "a record is whole and the one of its sequence");
    if (tick.stamp <= through_) return;  // the image has it
    require(tick.stamp == through_ + 1, "nothing between image and stream is left out");
    through_ = tick.stamp;
    sum_ = sum_of(sum_, tick.stamp);
  }

  BroadcastReader reader_;
  const Entry* entry_;
  Phase phase_ = Phase::join;
  std::uint64_t complete_ = 0;
  std::uint64_t through_ = 0;
  std::uint64_t sum_ = 0;
};

/// `Batches`: the writer may tell of its progress after each record, or only at the end.
template <int Readers, unsigned Records, unsigned Polls, bool Batches>
struct JoinModel : rl::test_suite<JoinModel<Readers, Records, Polls, Batches>, 1 + Readers> {
  BroadcastControl control{};
  std::array<BroadcastSlot, kSlots> slots{};
  Entry entry{};
  std::uint64_t sum = 0;
  std::optional<BroadcastWriter> writer;
  std::array<std::optional<Joiner>, Readers> joiners;

  void before() {
    writer.emplace(control, slots.data(), kSlots);
    if (!Batches || choose(2) == 0) {
      publish();
      tell();
    }
    for (auto& joiner : joiners) joiner.emplace(control, slots.data(), entry);
  }

  void thread(unsigned index) {
    if (index == 0) {
      for (unsigned i = 0; i < Records; ++i) {
        publish();
        if (i + 1 == Records || (Batches && choose(2) == 0)) tell();
      }
    } else {
      for (unsigned i = 0; i < Polls; ++i) joiners[index - 1]->poll();
    }
  }

  void after() {
    for (auto& joiner : joiners) joiner->drain(writer->last().value, sum);
  }

 private:
  /// Ring first, then the table: clients rely on it.
  void publish() {
    const Tick tick = Tick::of(writer->last().value + 1);
    const ringbuf::Sequence sequence = writer->publish(&tick);
    sum = sum_of(sum, sequence.value);
    const std::array<std::uint64_t, 2> words{sum, ~sum};
    entry.begin(sequence);
    entry.store(8, words.data(), sizeof words);
    entry.end(sequence);
  }
  void tell() {
    writer->flush();
    writer->complete_image();
  }
};

}  // namespace tickplant::model
