// Ours: the shipped broadcast ring, its reader on a read-only mapping.
//
// Threads: writer and reader, a process each.
#pragma once

#include <new>

#include "bench/ring/peer.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/broadcast_writer.hpp"

namespace tickplant::bench {

/// The bytes of a ring, as behind a segment's header page.
class RingMemory {
 public:
  static constexpr std::uint64_t kSlots = 1 << 16;  // as shipped
  using Control = ringbuf::BroadcastControl<>;
  using Slot = ringbuf::TickWriter::Slot;

  RingMemory() : memory_(sizeof(Control) + kSlots * sizeof(Slot)) { new (memory_.writable()) Control; }

  [[nodiscard]] ringbuf::TickWriter writer() {
    memory_.prefault();
    return ringbuf::TickWriter::over({memory_.writable(), memory_.size()}, kSlots);
  }
  [[nodiscard]] ringbuf::TickReader reader() const {
    memory_.prefault();
    return ringbuf::TickReader::over({memory_.read_only(), memory_.size()}, kSlots, {1});
  }
  [[nodiscard]] Control& control() noexcept { return *reinterpret_cast<Control*>(memory_.writable()); }
  [[nodiscard]] const Control& read_only_control() const noexcept {
    return *reinterpret_cast<const Control*>(memory_.read_only());
  }
  [[nodiscard]] Slot* slots() noexcept { return reinterpret_cast<Slot*>(memory_.writable() + sizeof(Control)); }
  [[nodiscard]] const Slot* read_only_slots() const noexcept {
    return reinterpret_cast<const Slot*>(memory_.read_only() + sizeof(Control));
  }
  void prefault() const { memory_.prefault(); }

 private:
  SharedBlock memory_;
};

struct BroadcastRing {
  static constexpr PeerTraits kTraits{.name = "ours",
                                      .how = "broadcast ring of 65,536 slots, reader on a read-only mapping, polled",
                                      .window = RingMemory::kSlots};
  RingMemory memory;

  struct Writer {
    explicit Writer(BroadcastRing& ring) : writer(ring.memory.writer()) {}
    bool try_send(const CheckedRecord& record) noexcept {
      writer.publish(&record);
      return true;
    }
    void flush() noexcept { writer.flush(); }
    ringbuf::TickWriter writer;
  };
  struct Reader {
    explicit Reader(BroadcastRing& ring) : reader(ring.memory.reader()) {}
    bool try_receive(CheckedRecord& out) {
      const ringbuf::ReadStatus status = reader.poll(&out);
      if (status == ringbuf::ReadStatus::overrun) [[unlikely]] {
        throw platform::SetupError{std::to_string(reader.lost().count()) + " records were lost",
                                   "this is a bug: run the stress tests of ringbuf"};
      }
      return status == ringbuf::ReadStatus::record;
    }
    ringbuf::TickReader reader;
  };
};

}  // namespace tickplant::bench
