// Which of a packet's two stamps to believe: the card's is nearer to the wire, but by a clock of its own, which may run
// free, tell TAI (37 s ahead of UTC) or have lost its master. The kernel's is by the system clock.
//
// A packet reaches the kernel after the card, never before, and some packet of many gets there without delay. So the
// card's clock is believed while, of the last kWindow packets, none came to the kernel before it came to the card (by
// more than kSlack), and the fastest took kLongestFastWay at most. That bound is also how far off a believed clock can
// be on the late side; how good it really is, is phc2sys's to say. A stall of the host delays single packets and
// changes nothing.
//
// Threads: one; a value. Not here: reading stamps (platform/datagram.hpp), asking for them (multicast_socket.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::sources {

class CardClock {
 public:
  static constexpr unsigned kWindow = 1'024;                  // packets
  static constexpr std::int64_t kSlack = 20'000;              // two clocks in step differ by this much at most
  static constexpr std::int64_t kLongestFastWay = 1'000'000;  // interrupt coalescing included

  /// The stamp to go by: `card` when it is there and the card's clock is believed, else `kernel`. `packets`: that share
  /// both.
  [[nodiscard]] platform::UnixNanos choose(platform::UnixNanos card, platform::UnixNanos kernel,
                                           std::uint64_t packets = 1) noexcept {
    if (card == platform::kNoTime || kernel == platform::kNoTime) [[likely]]
      return kernel;
    const std::int64_t way = kernel - card;
    fastest_ = std::min(fastest_, way);
    if (way < -kSlack) is_in_step_ = false;
    if (++seen_ == kWindow) {
      is_in_step_ = fastest_ >= -kSlack && fastest_ <= kLongestFastWay;
      fastest_ = std::numeric_limits<std::int64_t>::max();
      seen_ = 0;
    }
    (is_in_step_ ? believed_ : refused_) += packets;
    return is_in_step_ ? card : kernel;
  }

  [[nodiscard]] std::uint64_t believed() const noexcept { return believed_; }  /// stamps of the card
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

 private:
  std::int64_t fastest_ = std::numeric_limits<std::int64_t>::max();
  std::uint64_t believed_ = 0;
  std::uint64_t refused_ = 0;
  unsigned seen_ = 0;  // of the window
  bool is_in_step_ = false;
};

}  // namespace tickplant::feedhandlers::sources
