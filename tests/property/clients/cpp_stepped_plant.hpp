// A plant whose writer can be stopped between any two of its stores of a record, for a client that polls then.
//
// Threads: one.
#pragma once

#include <atomic>
#include <span>
#include <string>
#include <vector>

#include "clients/cpp/record_filter.hpp"
#include "clients/cpp/ring_stream.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/newest_table.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/random.hpp"

namespace tickplant::clients {

/// The instruments are named A, B, … and have the ids 1, 2, …
class SteppedPlant {
 public:
  SteppedPlant(std::uint32_t instruments, std::uint64_t slot_count, std::uint64_t seed)
      : random_(seed), instruments_(instruments), slot_count_(slot_count) {
    ringbuf::InstrumentDirectoryWriter directory(directory_bytes_.bytes(), instruments);
    for (std::uint32_t i = 0; i < instruments; ++i) {
      const std::string symbol(1, static_cast<char>('A' + i));
      ringbuf::InstrumentSpec spec;
      spec.symbol = symbol, spec.venue = "X";
      (void)directory.find_or_add(spec);
    }
  }
  virtual ~SteppedPlant() = default;

  void write_some(std::uint32_t batches) {
    for (std::uint32_t i = 0; i < batches; ++i) {
      for (std::uint32_t n = 1 + random_.below(6); n > 0; --n) write_record();
      ring_.flush();
      maybe_poll();
      ring_.complete_image();
      maybe_poll();
    }
  }
  /// From now on the client polls at one of so many stops.
  void set_poll_chance(std::uint32_t one_in) { poll_one_in_ = one_in; }
  /// The client's; nothing before it has joined.
  virtual void poll(std::size_t limit) = 0;

 protected:
  /// What is written next, without a sequence.
  virtual ringbuf::Record any_record() = 0;
  /// It is in the ring, and in no table yet.
  virtual void on_published(const ringbuf::Record&) {}

  void complete() {
    ring_.flush();
    ring_.complete_image();
  }
  [[nodiscard]] std::uint64_t complete_through() const {
    return ringbuf::object_at<ringbuf::BroadcastControl<>>(ring_bytes_.bytes(), 0).image_complete_through.load();
  }
  [[nodiscard]] std::uint64_t last_published() const noexcept { return ring_.last().value; }
  /// All that was published.
  [[nodiscard]] const std::vector<ringbuf::Record>& history() const noexcept { return history_; }

  [[nodiscard]] RecordFilter make_filter(const Subscription& subscription) const {
    return {ringbuf::InstrumentDirectoryReader(std::as_const(directory_bytes_).bytes()), subscription};
  }
  [[nodiscard]] RingStream make_stream(OnOverrun on_overrun) const {
    return {"ticks", ringbuf::TickReader::over(std::as_const(ring_bytes_).bytes(), slot_count_, {1}), slot_count_,
            on_overrun};
  }
  [[nodiscard]] std::span<const ringbuf::ImageSlot> images() const { return table<ringbuf::ImageSlot>(image_bytes_); }
  [[nodiscard]] std::span<const ringbuf::NewestSlot> newest() const {
    return table<ringbuf::NewestSlot>(newest_bytes_);
  }

  tests::Random random_;

 private:
  template <class Slot>
  [[nodiscard]] std::span<Slot> table(ringbuf::PrivatePayload& bytes) const {
    return ringbuf::array_at<Slot>(bytes.bytes(), 0, instruments_ + 1);
  }
  void maybe_poll() {
    if (random_.chance(1, poll_one_in_)) poll(1 + random_.below(12));
  }
  /// In the order of TickPublisher: ring, newest, image; of a session, one instrument after another.
  void write_record() {
    ringbuf::Record record = any_record();
    record.header.stamp = ring_.publish(&record).value;
    history_.push_back(record);
    on_published(record);
    maybe_poll();
    poll_while_half_written(table<ringbuf::NewestSlot>(newest_bytes_)[record.header.instrument.value].stamp);
    newest_.apply(record);
    maybe_poll();
    poll_while_half_written(table<ringbuf::ImageSlot>(image_bytes_)[record.header.instrument.value].stamp);
    if (record.header.type != ringbuf::RecordType::session) return image_.apply(record);
    for (std::uint32_t id = 1; id <= instruments_; ++id) {
      image_.on_session(record.header, {id}, record.as<ringbuf::SessionBody>());
      maybe_poll();
    }
  }
  /// As between the first and the last store of an entry.
  void poll_while_half_written(std::atomic<std::uint64_t>& stamp) {
    const std::uint64_t before = stamp.exchange(stamp | ringbuf::kWritingBit);
    maybe_poll();
    stamp = before;
  }

  std::uint32_t instruments_;
  std::uint64_t slot_count_;
  std::uint32_t poll_one_in_ = 1'000'000;
  std::vector<ringbuf::Record> history_;
  ringbuf::PrivatePayload directory_bytes_{ringbuf::InstrumentDirectoryWriter::payload_bytes(instruments_)};
  mutable ringbuf::PrivatePayload ring_bytes_{ringbuf::broadcast_segment_bytes(ringbuf::kTickSlotBytes, slot_count_) -
                                              ringbuf::kSegmentHeaderBytes};
  mutable ringbuf::PrivatePayload image_bytes_{sizeof(ringbuf::ImageSlot) * (instruments_ + 1)};
  mutable ringbuf::PrivatePayload newest_bytes_{sizeof(ringbuf::NewestSlot) * (instruments_ + 1)};
  ringbuf::TickWriter ring_ = ringbuf::TickWriter::over(ring_bytes_.bytes(), slot_count_);
  ringbuf::NewestWriter newest_{table<ringbuf::NewestSlot>(newest_bytes_)};
  ringbuf::ImageWriter image_{table<ringbuf::ImageSlot>(image_bytes_)};
};

}  // namespace tickplant::clients
