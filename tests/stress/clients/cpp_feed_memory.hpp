// Directory, ring and tables of one feed in memory that forked children share, and who writes and reads them.
//
// Threads: as the structures in it.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <span>
#include <string>

#include "clients/cpp/ring_stream.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "ringbuf/instrument_directory.hpp"

namespace tickplant::clients {

class FeedMemory {
 public:
  FeedMemory(std::uint32_t instruments, std::uint64_t slot_count) : instruments_(instruments), slot_count_(slot_count) {
    void* const at = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    memory_ = {static_cast<std::byte*>(at), kBytes};
    directory_ = take(ringbuf::InstrumentDirectoryWriter::payload_bytes(instruments));
    ring_ = take(ringbuf::broadcast_segment_bytes(ringbuf::kTickSlotBytes, slot_count) - ringbuf::kSegmentHeaderBytes);
    image_ = take(sizeof(ringbuf::ImageSlot) * (instruments + 1));
    newest_ = take(sizeof(ringbuf::NewestSlot) * (instruments + 1));
    depth_ = take(sizeof(ringbuf::DepthSlot) * (instruments + 1));
    gating_ = take(sizeof(ringbuf::GatingPage<>));
    ringbuf::InstrumentDirectoryWriter directory(directory_, instruments);
    for (std::uint32_t id = 1; id <= instruments; ++id) {
      const std::string symbol = std::to_string(id);
      ringbuf::InstrumentSpec spec;
      spec.symbol = symbol;
      spec.venue = "X";
      (void)directory.find_or_add(spec);
    }
  }
  FeedMemory(const FeedMemory&) = delete;
  FeedMemory& operator=(const FeedMemory&) = delete;
  ~FeedMemory() { ::munmap(memory_.data(), memory_.size()); }

  /// The writer of this memory, and the only one.
  [[nodiscard]] feedhandlers::TickPublisher publisher() const {
    return {ringbuf::TickWriter::over(ring_, slot_count_), ringbuf::ImageWriter(table<ringbuf::ImageSlot>(image_)),
            ringbuf::NewestWriter(table<ringbuf::NewestSlot>(newest_)),
            ringbuf::DepthWriter(table<ringbuf::DepthSlot>(depth_))};
  }
  /// Opens the ring to several writers, before any of them is made.
  void open_to_several() const {
    ringbuf::SharedTickWriter::open(ringbuf::object_at<ringbuf::BroadcastControl<>>(ring_, 0), {0});
  }
  /// One of `count` writers, each with instruments of its own.
  [[nodiscard]] feedhandlers::TickPublisher publisher(std::size_t writer, std::size_t count) const {
    return {ringbuf::SharedTickWriter::over(ring_, slot_count_, gating_, writer, count),
            ringbuf::ImageWriter(table<ringbuf::ImageSlot>(image_)),
            ringbuf::NewestWriter(table<ringbuf::NewestSlot>(newest_)),
            ringbuf::DepthWriter(table<ringbuf::DepthSlot>(depth_))};
  }
  [[nodiscard]] RecordFilter filter(const Subscription& subscription = {}) const {
    return {ringbuf::InstrumentDirectoryReader(directory_), subscription};
  }
  [[nodiscard]] RingStream stream(OnOverrun on_overrun = OnOverrun::report) const {
    return {"ticks", ringbuf::TickReader::over(ring_, slot_count_, {1}), slot_count_, on_overrun};
  }
  /// The newest sequence anybody can read now.
  [[nodiscard]] std::uint64_t published() const {
    return ringbuf::TickReader::over(ring_, slot_count_, {1}).published().value;
  }
  [[nodiscard]] std::span<const ringbuf::ImageSlot> images() const { return table<ringbuf::ImageSlot>(image_); }
  [[nodiscard]] std::span<const ringbuf::NewestSlot> newest() const { return table<ringbuf::NewestSlot>(newest_); }

 private:
  static constexpr std::size_t kBytes = std::size_t{4} << 20;

  std::span<std::byte> take(std::size_t bytes) {
    const std::size_t rounded = (bytes + 4095) / 4096 * 4096;
    const std::span<std::byte> part = memory_.subspan(taken_, rounded);
    taken_ += rounded;
    return part;
  }
  template <class Slot>
  [[nodiscard]] std::span<Slot> table(std::span<std::byte> bytes) const {
    return ringbuf::array_at<Slot>(bytes, 0, instruments_ + 1);
  }

  std::uint32_t instruments_;
  std::uint64_t slot_count_;
  std::span<std::byte> memory_;
  std::size_t taken_ = 0;
  std::span<std::byte> directory_, ring_, image_, newest_, depth_, gating_;
};

}  // namespace tickplant::clients
