// A slot ring without care, for orientation: the words, then the stamp, and no mark while writing. A reader that is
// lapped while it copies gets a torn record and never knows; here the writer waits for it, so it cannot happen.
//
// Threads: writer and reader, a process each.
#include <new>

#include "bench/peers/peers.hpp"

namespace tickplant::bench {
namespace {

struct NaiveRing {
  static constexpr std::uint64_t kSlots = 1 << 16;
  static constexpr PeerTraits kTraits{
      .name = "naive slot ring", .how = "65,536 slots, stamp stored last, no writing mark, polled", .window = kSlots};
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> stamp;
    std::atomic<std::uint64_t> word[7];
  };
  SharedBlock memory{kSlots * sizeof(Slot)};

  struct Writer {
    explicit Writer(NaiveRing& ring) : slots(reinterpret_cast<Slot*>(ring.memory.writable())) {
      ring.memory.prefault();
    }
    bool try_send(const CheckedRecord& record) noexcept {
      Slot& slot = slots[record.word[0] % kSlots];
      ringbuf::unrolled<7>([&](std::size_t i) { slot.word[i].store(record.word[i + 1], std::memory_order_relaxed); });
      slot.stamp.store(record.word[0], std::memory_order_release);
      return true;
    }
    void flush() noexcept {}
    Slot* slots;
  };
  struct Reader {
    explicit Reader(NaiveRing& ring) : slots(reinterpret_cast<const Slot*>(ring.memory.read_only())) {
      ring.memory.prefault();
    }
    bool try_receive(CheckedRecord& out) noexcept {
      const Slot& slot = slots[next % kSlots];
      if (slot.stamp.load(std::memory_order_acquire) != next) return false;
      out.word[0] = next++;
      ringbuf::unrolled<7>([&](std::size_t i) { out.word[i + 1] = slot.word[i].load(std::memory_order_relaxed); });
      return true;
    }
    const Slot* slots;
    std::uint64_t next = 1;
  };
};

}  // namespace

Candidate naive_ring() { return candidate<NaiveRing>(); }

}  // namespace tickplant::bench
