// Datagrams of one socket that were received and not handed on yet, oldest first. What the kernel handed over as one
// (UDP_GRO) comes out again in the datagrams that it was.
//
// Threads: one.
// Not here: receiving (intake.hpp), which queue is next (udp_multicast_source.hpp).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/sources/card_clock.hpp"
#include "platform/check.hpp"
#include "platform/datagram.hpp"

namespace tickplant::feedhandlers::sources {

struct ReceivedDatagram {
  platform::Datagram datagram;
  platform::UnixNanos ts_recv;  // the one of its stamps to go by
};

class DatagramQueue {
 public:
  /// A datagram as it was sent.
  struct Segment {
    std::span<const std::byte> payload;
    bool is_last;  // of those in front()
  };

  explicit DatagramQueue(std::size_t capacity) : datagrams_(std::bit_ceil(capacity)) {}

  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] const ReceivedDatagram& front() const noexcept { return datagrams_[begin_ & mask()]; }

  /// The next of front(). A size that cannot be, or one that does not fit, makes one of what is left.
  [[nodiscard]] Segment next() const noexcept {
    const platform::Datagram& whole = front().datagram;
    const auto left = whole.payload.subspan(stepped_over_);
    if (whole.segment_bytes == 0 || whole.segment_bytes >= left.size()) [[likely]]
      return {left, true};
    return {left.first(whole.segment_bytes), false};
  }
  /// `segment`: what next() gave, not the last.
  void step_over(const Segment& segment) noexcept { stepped_over_ += segment.payload.size(); }
  void pop() noexcept {
    ++begin_;
    stepped_over_ = 0;
  }

  void push(const platform::Datagram& datagram) noexcept {
    TP_DCHECK(end_ - begin_ < datagrams_.size());
    const UnixNanos ts_recv = clock_.choose(datagram.hardware_time, datagram.kernel_time, segment_count(datagram));
    datagrams_[end_++ & mask()] = {datagram, ts_recv};
  }
  [[nodiscard]] const CardClock& card_clock() const noexcept { return clock_; }

 private:
  using UnixNanos = platform::UnixNanos;

  static std::size_t segment_count(const platform::Datagram& datagram) noexcept {
    if (datagram.segment_bytes == 0 || datagram.payload.empty()) return 1;
    return (datagram.payload.size() + datagram.segment_bytes - 1) / datagram.segment_bytes;
  }
  [[nodiscard]] std::size_t mask() const noexcept { return datagrams_.size() - 1; }

  std::vector<ReceivedDatagram> datagrams_;
  CardClock clock_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t stepped_over_ = 0;  // bytes of front()
};

}  // namespace tickplant::feedhandlers::sources
