// Receives datagrams from one socket through an IoRing: one submission (multishot recvmsg) yields a completion for each
// datagram, written by the kernel into one of our buffers, without a system call per datagram. Linux 6.0.
//
//   IoRing ring;  DatagramReceiver line_a{ring, socket, kLineA};
//   loop:  if (!line_a.is_armed()) line_a.arm();            // at first, and after the buffers ran out
//          ring.submit();
//          for each completion of ring.poll(): if user_data == kLineA,
//            if (auto datagram = line_a.take(completion)) { use(*datagram); line_a.give_back(*datagram); }
//
// Threads: the ring's owner.
// Not here: opening the socket and its options (the UDP source); SO_TIMESTAMPNS, SO_TIMESTAMPING, SO_RXQ_OVFL and
// UDP_GRO are understood when the source has set them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "platform/datagram.hpp"
#include "platform/io_ring.hpp"

namespace tickplant::platform {

struct DatagramOptions {
  unsigned buffer_count = 1024;      // datagrams that can wait to be taken; a power of two up to 32,768
  std::size_t payload_bytes = 2048;  // of each; what is longer is cut and marked
};

class DatagramReceiver {
 public:
  /// `ring` outlives the receiver, `socket` is not owned. Completions carry `user_data`. Throws SetupError when the
  /// buffers are refused.
  DatagramReceiver(IoRing& ring, int socket, std::uint64_t user_data, const DatagramOptions& options = {});
  DatagramReceiver(const DatagramReceiver&) = delete;
  DatagramReceiver& operator=(const DatagramReceiver&) = delete;
  /// Stops receiving, waits until the kernel lets go of the buffers. Same thread rule as ~IoRing.
  ~DatagramReceiver();

  /// Queues the submission; false when the ring's queue is full.
  [[nodiscard]] bool arm() noexcept;
  [[nodiscard]] bool is_armed() const noexcept { return is_armed_; }

  /// The datagram of a completion with our `user_data`; nothing when it only reports an end (see is_armed, last_error).
  [[nodiscard]] std::optional<Datagram> take(const IoCompletion& completion) noexcept;

  /// Lets the kernel fill the buffer again.
  void give_back(const Datagram& datagram) noexcept;

  /// How often the kernel found no free buffer. The datagrams then wait in the socket: not lost yet.
  [[nodiscard]] std::uint64_t starved_count() const noexcept { return starved_count_; }
  /// The errno that ended the last submission, other than for want of buffers; 0 none.
  [[nodiscard]] int last_error() const noexcept { return last_error_; }

  /// The buffers, to be bound to a node or locked.
  [[nodiscard]] MemoryRange memory() const noexcept { return memory_; }

 private:
  struct State;  // msghdr and the kernel's ring of free buffers
  [[nodiscard]] std::byte* buffer_at(unsigned number) const noexcept;
  void offer(unsigned number) noexcept;

  IoRing& ring_;
  int socket_;
  std::uint64_t user_data_;
  unsigned buffer_count_;
  std::size_t buffer_bytes_;  // what the kernel may fill
  std::size_t stride_;        // from one buffer to the next: whole cache lines
  std::unique_ptr<State> state_;
  MemoryRange memory_;
  std::uint64_t starved_count_ = 0;
  int last_error_ = 0;
  bool is_armed_ = false;
};

}  // namespace tickplant::platform
