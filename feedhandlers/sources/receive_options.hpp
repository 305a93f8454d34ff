// How the sockets of a live feed are to be set beyond what every feed needs. Wishes: what the host refuses is a note.
//
// Threads: a value.
#pragma once

#include <cstdint>

namespace tickplant::feedhandlers::sources {

struct ReceiveOptions {
  /// Time that a receive which finds nothing asks the card itself instead of waiting for its interrupt; 0: never. Only
  /// recvmmsg asks, so `receive: auto` then takes that. Up to a second.
  std::int64_t busy_poll_ns = 0;
  /// Take the card's stamps where it makes them and its clock is in step (card_clock.hpp).
  bool card_stamps = true;
  /// Let the kernel hand over datagrams of one sender that came together as one (UDP_GRO): several times as many a
  /// second, one stamp for all of them. Lines only.
  bool receive_offload = false;
};

}  // namespace tickplant::feedhandlers::sources
