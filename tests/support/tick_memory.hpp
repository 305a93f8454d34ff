// Ring and tables of one feed over bytes that anybody provides: shared with a process that will be killed, or a copy of
// what one left. The one place in the tests that knows how a writer and its successor are put together.
//
// Threads: as the parts.
#pragma once

#include <span>
#include <sstream>
#include <string>

#include "feedhandlers/tick_publisher.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/gating_layout.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/ring_repair.hpp"
#include "ringbuf/table_undo.hpp"
#include "tests/support/tick_history.hpp"

namespace tickplant::tests {

/// The instruments of tick_history.hpp, all of feed 1.
class HistoryDirectory {
 public:
  HistoryDirectory() {
    for (std::uint32_t id = 1; id < tick_history::kInstruments; ++id) {
      const std::string symbol = "I" + std::to_string(id);
      ringbuf::InstrumentSpec spec;
      spec.symbol = symbol;
      spec.venue = "XNAS";
      spec.feed = {1};
      writer_.find_or_add(spec);
    }
  }
  [[nodiscard]] const ringbuf::InstrumentDirectoryReader& reader() const noexcept { return writer_.reader(); }

 private:
  ringbuf::PrivatePayload bytes_{ringbuf::InstrumentDirectoryWriter::payload_bytes(tick_history::kInstruments)};
  ringbuf::InstrumentDirectoryWriter writer_{bytes_.bytes(), tick_history::kInstruments};
};

class TickMemory {
 public:
  static constexpr std::uint32_t kInstruments = tick_history::kInstruments;

  [[nodiscard]] static constexpr std::size_t bytes_for(std::uint64_t slot_count) noexcept {
    return tables_at(slot_count) + kInstruments * (ringbuf::kImageEntryBytes + ringbuf::kNewestEntryBytes);
  }

  TickMemory(std::span<std::byte> bytes, std::uint64_t slot_count) noexcept : bytes_(bytes), slot_count_(slot_count) {}

  [[nodiscard]] feedhandlers::TickPublisher publisher(ringbuf::Sequence last) const noexcept {
    feedhandlers::TickPublisher publisher(ringbuf::TickWriter::over(ring(), slot_count_, last),
                                          ringbuf::ImageWriter(image()), ringbuf::NewestWriter(newest()),
                                          ringbuf::DepthWriter({}),
                                          ringbuf::TableUndo(gating().undo[0], image(), newest()));
    publisher.continue_day(tick_history::trading_date_behind(last.value));
    return publisher;
  }
  ringbuf::RingRepair repair() const noexcept {
    static const HistoryDirectory directory;
    return ringbuf::repair_ring({.ring = ring(),
                                 .slot_count = slot_count_,
                                 .image = image(),
                                 .newest = newest(),
                                 .gating = &gating(),
                                 .directory = &directory.reader()});
  }
  [[nodiscard]] ringbuf::TickReader reader(ringbuf::Sequence next) const {
    return ringbuf::TickReader::over(ring(), slot_count_, next);
  }

  [[nodiscard]] std::span<std::byte> ring() const noexcept { return bytes_.first(ring_bytes(slot_count_)); }
  [[nodiscard]] ringbuf::GatingPage<>& gating() const noexcept {
    return ringbuf::object_at<ringbuf::GatingPage<>>(bytes_, ring_bytes(slot_count_));
  }
  [[nodiscard]] std::span<ringbuf::ImageSlot> image() const noexcept {
    return ringbuf::array_at<ringbuf::ImageSlot>(bytes_, tables_at(slot_count_), kInstruments);
  }
  [[nodiscard]] std::span<ringbuf::NewestSlot> newest() const noexcept {
    return ringbuf::array_at<ringbuf::NewestSlot>(
        bytes_, tables_at(slot_count_) + kInstruments * ringbuf::kImageEntryBytes, kInstruments);
  }

 private:
  [[nodiscard]] static constexpr std::size_t ring_bytes(std::uint64_t slot_count) noexcept {
    return sizeof(ringbuf::BroadcastControl<>) + ringbuf::kTickSlotBytes * slot_count;
  }
  [[nodiscard]] static constexpr std::size_t tables_at(std::uint64_t slot_count) noexcept {
    return ring_bytes(slot_count) + sizeof(ringbuf::GatingPage<>);
  }

  std::span<std::byte> bytes_;
  std::uint64_t slot_count_;
};

/// Are the two entries the same in every byte?
template <class Slot>
[[nodiscard]] bool is_same_entry(const Slot& a, const Slot& b) noexcept {
  if (a.stamp.load(std::memory_order_relaxed) != b.stamp.load(std::memory_order_relaxed)) return false;
  for (std::size_t i = 0; i < Slot::kWords; ++i) {
    if (a.word[i].load(std::memory_order_relaxed) != b.word[i].load(std::memory_order_relaxed)) return false;
  }
  return true;
}

/// The words that differ, for a failed test: byte offset, found, wanted.
template <class Slot>
[[nodiscard]] std::string difference(const Slot& found, const Slot& wanted) {
  std::ostringstream text;
  text << std::hex << "stamps " << found.stamp.load() << ' ' << wanted.stamp.load();
  for (std::size_t i = 0; i < Slot::kWords; ++i) {
    if (found.word[i].load() == wanted.word[i].load()) continue;
    text << ", at 0x" << 8 * (i + 1) << ": " << found.word[i].load() << " in place of " << wanted.word[i].load();
  }
  return text.str();
}

template <class Slot>
[[nodiscard]] bool is_half_written(const Slot& slot) noexcept {
  return (slot.stamp.load(std::memory_order_relaxed) & ringbuf::kWritingBit) != 0;
}

}  // namespace tickplant::tests
