// One way of taking datagrams from several sockets.
//
// Threads: built by one, then used by one other. Only the constructors of intakes allocate.
// Not here: the queues they go to (datagram_queue.hpp), which socket is which line, who gets the datagrams
// (udp_multicast_source.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/sources/datagram_queue.hpp"
#include "platform/datagram.hpp"

namespace tickplant::feedhandlers::sources {

/// What an intake lays out for each socket.
struct IntakeRoom {
  std::size_t buffers;
  std::size_t buffer_bytes;  // a datagram that is longer is cut and marked
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
