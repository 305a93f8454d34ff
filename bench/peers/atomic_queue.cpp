// atomic_queue::AtomicQueue2 inside one process, in its form for one producer and one consumer.
//
// Threads: writer and reader, of one process.
#include <atomic_queue/atomic_queue.h>

#include <memory>

#include "bench/peers/peers.hpp"

namespace tickplant::bench {
namespace {

struct AtomicQueueSpsc {
  static constexpr PeerTraits kTraits{
      .name = "atomic_queue",
      .how = "atomic_queue::AtomicQueue2, two threads of one process, SPSC form, 65,536 records, polled",
      .between = Between::threads};
  // minimise contention, maximise throughput, no total order, one producer and one consumer
  using Queue = atomic_queue::AtomicQueue2<CheckedRecord, 1 << 16, true, true, false, true>;
  std::unique_ptr<Queue> queue = std::make_unique<Queue>();

  struct Writer {
    explicit Writer(AtomicQueueSpsc& peer) : queue(*peer.queue) {}
    bool try_send(const CheckedRecord& record) noexcept { return queue.try_push(record); }
    void flush() noexcept {}
    Queue& queue;
  };
  struct Reader {
    explicit Reader(AtomicQueueSpsc& peer) : queue(*peer.queue) {}
    bool try_receive(CheckedRecord& out) noexcept { return queue.try_pop(out); }
    Queue& queue;
  };
};

}  // namespace

Candidate atomic_queue_spsc() { return candidate<AtomicQueueSpsc>(); }

}  // namespace tickplant::bench
