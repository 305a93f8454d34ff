// MDP 3.0 packets as the reorder buffer sees them: one number each, in a run of numbers of its channel. A run ends when
// the venue starts its numbers anew, which it does each week and after a failure without saying so.
//
// Threads: any; pure functions, but for Run: one thread.
// Not here: what is in a packet (framing.hpp), which channel it belongs to (channels.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/mdp3/framing.hpp"
#include "feedhandlers/sequencing/sequence_range.hpp"
#include "feedhandlers/sequencing/session_id.hpp"

namespace tickplant::feedhandlers::mdp3 {

struct PacketNumbers {
  struct Datagram {
    sequencing::SessionId session;  // the run, set by whoever follows the channel
    sequencing::SequenceRange range;
    std::uint64_t sending_time = 0;
    bool is_whole_header = false;
  };

  [[nodiscard]] static Datagram parse(std::span<const std::byte> bytes) noexcept {
    const mdp3::Datagram packet = parse_packet(bytes);
    if (packet.damage == Damage::short_header) return {};
    return {{}, {packet.sequence, std::uint64_t{packet.sequence} + 1}, packet.sending_time, true};
  }
  /// A packet is taken whole or not at all.
  [[nodiscard]] static Datagram from_sequence(const Datagram& datagram, std::uint64_t) noexcept { return datagram; }
  [[nodiscard]] static bool wraps(const Datagram&) noexcept { return false; }
};

/// Tells the runs of a channel apart: a number behind what was delivered, in a packet sent after it, begins another
/// one. Line B is no such case, since both lines send the same packet with the same time.
class Runs {
 public:
  /// `next`: the number to be delivered next, 0 before the first.
  void name_run_of(PacketNumbers::Datagram& datagram, std::uint64_t next) noexcept {
    const bool is_sent_later = newest_sending_time_ > 0 && datagram.sending_time > newest_sending_time_;
    if (next > 0 && datagram.range.begin < next && is_sent_later) ++run_;
    datagram.session.words[0] = run_;
  }
  void on_delivered(const PacketNumbers::Datagram& datagram) noexcept {
    newest_sending_time_ = std::max(newest_sending_time_, datagram.sending_time);
  }

 private:
  std::uint64_t run_ = 1;
  std::uint64_t newest_sending_time_ = 0;
};

}  // namespace tickplant::feedhandlers::mdp3
