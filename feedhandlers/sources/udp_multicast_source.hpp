// A live feed: the datagrams of its multicast lines A and B and of its re-request server, as packets, in the order in
// which the kernel received them, whichever line they came on.
//
//   UdpMulticastSource source{config};                       // set-up: joins, throws SetupError
//   loop:  source.poll([&](const Packet& packet) { ... });   // 0: nothing there; then the thread may sleep
//          poll(2) on source.descriptors()
//
// A spinning poll() that finds nothing costs no system call by io_uring and one for each socket by recvmmsg
// (README.md has the nanoseconds).
//
// Threads: built by the set-up thread; poll() and send_request() belong to one other, or the same, as do the counters.
// Not here: opening sockets (multicast_socket.hpp), putting numbers in order (sequencing/reorder_buffer.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/plant_config.hpp"
#include "feedhandlers/packet.hpp"
#include "feedhandlers/sources/intake.hpp"
#include "feedhandlers/sources/multicast_socket.hpp"

namespace tickplant::feedhandlers::sources {

struct LineCounters {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;                // of payload
  std::uint64_t kernel_drops = 0;         // the socket's buffer was full; known when the next packet comes. What came
                                          // together by receive offload and is dropped together is one
  std::uint64_t cut = 0;                  // longer than kPayloadBytes: delivered without their end
  std::uint64_t starved = 0;              // io_uring found no free buffer; nothing lost by that alone
  std::uint64_t card_stamps = 0;          // packets that go by the card's stamp
  std::uint64_t refused_card_stamps = 0;  // had one, by a clock that is not in step: they go by the kernel's
  std::uint64_t errors = 0;  // refused receives, such as "nobody listens" from the re-request server's host
};

class UdpMulticastSource {
 public:
  static constexpr std::size_t kPayloadBytes = 2048;
  static constexpr std::size_t kMaxPacketsPerPoll = 256;

  /// Joins the groups of `config`. Throws SetupError when one cannot be joined, or io_uring is demanded and refused.
  explicit UdpMulticastSource(const config::SourceConfig& config, const ReceiveOptions& options = {});

  /// Calls consume(const Packet&) for what is there, at most kMaxPacketsPerPoll times; how often. Never waits. The
  /// payload is valid until consume returns; ts_recv is the kernel's stamp, or the card's (card_clock.hpp), with
  /// receive offload one for all that came together. Addresses of senders are not asked for.
  template <class Consume>
  std::size_t poll(Consume&& consume) noexcept {
    intake_->refill(queues_, true);
    for (std::size_t count = 0; count < kMaxPacketsPerPoll; ++count) {
      const std::size_t oldest = oldest_queue();
      if (oldest == kNone) return count;
      DatagramQueue& queue = queues_[oldest];
      const DatagramQueue::Segment next = queue.next();
      consume(packet_of(oldest, queue.front(), next));
      if (!next.is_last) {
        queue.step_over(next);
        continue;
      }
      intake_->give_back(oldest, queue.front().datagram);
      queue.pop();
      if (queue.empty()) intake_->refill(queues_, false);  // before others are taken for older
    }
    return kMaxPacketsPerPoll;
  }

  /// Become readable when poll() would find something. To be slept on after a poll() that returned 0.
  [[nodiscard]] std::span<const int> descriptors() const noexcept { return intake_->descriptors(); }

  /// Leaves its groups: nothing comes any more but what the sockets hold, until join_again(). False: the kernel
  /// refuses.
  void leave() noexcept;
  [[nodiscard]] bool join_again() noexcept;

  /// To the re-request server. False: there is none, or the kernel did not take it.
  bool send_request(std::span<const std::byte> request) noexcept;

  /// All zero for a line that there is not.
  [[nodiscard]] LineCounters counters(Line line) const noexcept;

  /// "io_uring multishot", "recvmmsg".
  [[nodiscard]] const char* method() const noexcept { return intake_->name(); }
  /// "io_uring multishot, A 239.192.1.1:26400 on lo (8 MiB, kernel stamps), B ..., re-request 127.0.0.1:26499".
  [[nodiscard]] std::string describe() const;
  /// What is not as it was asked for but works, a line each: for the log, once.
  [[nodiscard]] std::span<const std::string> notes() const noexcept { return notes_; }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;

  struct Socket {
    OpenSocket open;
    Line line;
    LineCounters counters;
    std::uint32_t last_drops = 0;
  };

  [[nodiscard]] std::size_t oldest_queue() const noexcept {
    std::size_t oldest = kNone;
    for (std::size_t i = 0; i < queues_.size(); ++i) {
      if (queues_[i].empty()) continue;
      if (oldest == kNone || queues_[i].front().ts_recv < queues_[oldest].front().ts_recv) oldest = i;
    }
    return oldest;
  }

  [[nodiscard]] Packet packet_of(std::size_t socket, const ReceivedDatagram& received,
                                 const DatagramQueue::Segment& segment) noexcept;
  [[nodiscard]] std::unique_ptr<Intake> make_intake(config::ReceiveMethod method, bool busy_polls);

  std::vector<std::string> notes_;
  std::vector<Socket> sockets_;
  std::unique_ptr<Intake> intake_;
  std::vector<DatagramQueue> queues_;  // one for each socket
  std::array<std::size_t, kLineCount> socket_of_line_{kNone, kNone, kNone};
};

}  // namespace tickplant::feedhandlers::sources
