// One way of taking datagrams from several sockets, and the queues it puts them into.
//
// Threads: built by one, then used by one other. Only the constructors of intakes allocate.
// Not here: which socket is which line, who gets the datagrams (udp_multicast_source.hpp).
#pragma once

#include <bit>
#include <cstddef>
#include <span>
#include <vector>

#include "feedhandlers/sources/card_clock.hpp"
#include "platform/check.hpp"
#include "platform/datagram_receiver.hpp"

namespace tickplant::feedhandlers::sources {

struct ReceivedDatagram {
  platform::Datagram datagram;
  platform::UnixNanos ts_recv;  // the one of its stamps to go by
};

/// Datagrams of one socket that were received and not handed on yet, oldest first.
class DatagramQueue {
 public:
  explicit DatagramQueue(std::size_t capacity) : datagrams_(std::bit_ceil(capacity)) {}

  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] const ReceivedDatagram& front() const noexcept { return datagrams_[begin_ & mask()]; }
  void pop() noexcept { ++begin_; }
  void push(const platform::Datagram& datagram) noexcept {
    TP_DCHECK(end_ - begin_ < datagrams_.size());
    datagrams_[end_++ & mask()] = {datagram, clock_.choose(datagram.hardware_time, datagram.kernel_time)};
  }
  [[nodiscard]] const CardClock& card_clock() const noexcept { return clock_; }

 private:
  [[nodiscard]] std::size_t mask() const noexcept { return datagrams_.size() - 1; }

  std::vector<ReceivedDatagram> datagrams_;
  CardClock clock_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class Intake {
 public:
  struct Troubles {
    std::uint64_t starved = 0;  // times the kernel found no free buffer; datagrams then wait in the socket
    std::uint64_t errors = 0;   // refused receives: an ICMP answer to a request, as a rule
  };

  virtual ~Intake() = default;

  /// "io_uring multishot", for people.
  [[nodiscard]] virtual const char* name() const noexcept = 0;

  /// How many datagrams of one socket can be in its queue.
  [[nodiscard]] virtual std::size_t queue_capacity() const noexcept = 0;

  /// Fills queues that are empty, as far as there is something; `queues[i]` belongs to socket i. Never waits.
  /// `is_first`: of this round, so sockets that were found empty are looked at again.
  virtual void refill(std::span<DatagramQueue> queues, bool is_first) noexcept = 0;

  /// The datagram, taken off queue `socket`, is of no more use.
  virtual void give_back(std::size_t socket, const platform::Datagram& datagram) noexcept = 0;

  /// Readable (poll(2)) when refill() would find something.
  [[nodiscard]] virtual std::span<const int> descriptors() const noexcept = 0;

  [[nodiscard]] virtual Troubles troubles(std::size_t socket) const noexcept = 0;
};

}  // namespace tickplant::feedhandlers::sources
