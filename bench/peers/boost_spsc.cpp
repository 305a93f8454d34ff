// boost::lockfree::spsc_queue with a capacity known when compiled: no pointers inside, so it may live in shared memory.
//
// Threads: writer and reader, a process each; both map it for writing, the queue needs it.
#include <boost/lockfree/spsc_queue.hpp>
#include <new>

#include "bench/peers/peers.hpp"

namespace tickplant::bench {
namespace {

struct BoostSpsc {
  static constexpr std::size_t kCapacity = (1 << 16) - 1;  // it keeps one cell free
  static constexpr PeerTraits kTraits{
      .name = "boost spsc_queue",
      .how = "boost::lockfree::spsc_queue, 65,535 records in shared memory, push and pop of one, polled"};
  using Queue = boost::lockfree::spsc_queue<CheckedRecord, boost::lockfree::capacity<kCapacity>>;
  SharedBlock memory{sizeof(Queue)};
  Queue& queue = *new (memory.writable()) Queue;

  struct Writer {
    explicit Writer(BoostSpsc& peer) : queue(peer.queue) { peer.memory.prefault(); }
    bool try_send(const CheckedRecord& record) { return queue.push(record); }
    void flush() noexcept {}
    Queue& queue;
  };
  struct Reader {
    explicit Reader(BoostSpsc& peer) : queue(peer.queue) { peer.memory.prefault(); }
    bool try_receive(CheckedRecord& out) { return queue.pop(out); }
    Queue& queue;
  };
};

}  // namespace

Candidate boost_spsc() { return candidate<BoostSpsc>(); }

}  // namespace tickplant::bench
