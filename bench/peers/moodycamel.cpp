// moodycamel::ConcurrentQueue inside one process, with producer and consumer tokens. (Its single-producer sibling,
// ReaderWriterQueue, is not packaged.)
//
// Threads: writer and reader, of one process.
#include <concurrentqueue/concurrentqueue.h>

#include "bench/peers/peers.hpp"

namespace tickplant::bench {
namespace {

struct Moodycamel {
  static constexpr PeerTraits kTraits{
      .name = "moodycamel queue",
      .how = "moodycamel::ConcurrentQueue, two threads of one process, tokens, at most 65,536 records ahead, polled",
      .between = Between::threads,
      .window = 1 << 16};
  using Queue = moodycamel::ConcurrentQueue<CheckedRecord>;
  Queue queue{std::size_t{1} << 17, 1, 0};  // taken in advance: allocating is not what is compared
  moodycamel::ProducerToken producer{queue};

  struct Writer {
    explicit Writer(Moodycamel& peer) : queue(peer.queue), token(peer.producer) {}
    bool try_send(const CheckedRecord& record) { return queue.try_enqueue(token, record); }
    void flush() noexcept {}
    Queue& queue;
    moodycamel::ProducerToken& token;
  };
  struct Reader {
    explicit Reader(Moodycamel& peer) : queue(peer.queue), token(peer.producer) {}
    bool try_receive(CheckedRecord& out) { return queue.try_dequeue_from_producer(token, out); }
    Queue& queue;
    moodycamel::ProducerToken& token;
  };
};

}  // namespace

Candidate moodycamel_queue() { return candidate<Moodycamel>(); }

}  // namespace tickplant::bench
