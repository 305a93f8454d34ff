// boost::interprocess::message_queue: a mutex, two conditions and a heap of messages in shared memory.
//
// Threads: writer and reader, a process each, over the mapping they inherit: its name is gone before they start, so
// nothing stays behind whatever happens.
#include <unistd.h>

#include <boost/interprocess/ipc/message_queue.hpp>

#include "bench/peers/peers.hpp"

namespace tickplant::bench {
namespace {

namespace ipc = boost::interprocess;

struct BoostMessageQueue {
  static constexpr PeerTraits kTraits{
      .name = "boost message_queue",
      .how = "boost::interprocess::message_queue, 8,192 messages, try_send and try_receive, polled"};
  const std::string name = "tickplant-bench-" + std::to_string(::getpid());
  ipc::message_queue queue{ipc::create_only, name.c_str(), 8'192, sizeof(CheckedRecord), ipc::permissions(0600)};

  BoostMessageQueue() { ipc::message_queue::remove(name.c_str()); }

  struct Writer {
    explicit Writer(BoostMessageQueue& peer) : queue(peer.queue) {}
    bool try_send(const CheckedRecord& record) { return queue.try_send(&record, sizeof record, 0); }
    void flush() noexcept {}
    ipc::message_queue& queue;
  };
  struct Reader {
    explicit Reader(BoostMessageQueue& peer) : queue(peer.queue) {}
    bool try_receive(CheckedRecord& out) {
      ipc::message_queue::size_type bytes = 0;
      unsigned priority = 0;
      return queue.try_receive(&out, sizeof out, bytes, priority) && bytes == sizeof out;
    }
    ipc::message_queue& queue;
  };
};

}  // namespace

Candidate boost_message_queue() { return candidate<BoostMessageQueue>(); }

}  // namespace tickplant::bench
