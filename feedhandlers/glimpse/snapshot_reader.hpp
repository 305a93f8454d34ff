// Reads a GLIMPSE 5.0 spin: hands on its ITCH messages one by one, up to the marker that says where the live feed goes
// on. Fed by a SoupBinTCP client session (soupbintcp/client_session.hpp), whose events have the same names.
//
// A spin is of the moment at which it was asked for. One that was cut off cannot be resumed, only asked for again: a
// login at any sequence but 1 spoils it, a login at 1 begins it anew, and what was handed on before is void.
//
// Threads: one. No memory of its own.
// Not here: what the messages mean (itch50/), keeping live messages until the spin is over (the caller), the session
// (soupbintcp/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/glimpse/end_marker.hpp"

namespace tickplant::feedhandlers::glimpse {

enum class SpinState : std::uint8_t {
  waiting,   /// no login yet
  spinning,  /// messages come
  complete,  /// live_from() is known
  broken,    /// ask for another spin; the counters say why
};

struct SpinCounters {
  std::uint64_t messages = 0;        // handed on, of all spins
  std::uint64_t complete = 0;        // spins
  std::uint64_t not_from_start = 0;  // logins at another sequence than 1
  std::uint64_t bad_markers = 0;     // of the marker's type, but not one
  std::uint64_t ended_early = 0;     // sessions that ended without a marker
  std::uint64_t unexpected = 0;      // messages before the login or after the marker: ignored
};

class SnapshotReader {
 public:
  /// A login was accepted; `next` is the sequence of the first message to come.
  void on_login(std::uint64_t next) noexcept {
    live_from_ = 0;
    state_ = next == 1 ? SpinState::spinning : SpinState::broken;
    if (next != 1) ++counters_.not_from_start;
  }

  /// Calls `on_message(span)` for an ITCH message of the spin. Returns the state after it.
  template <typename OnMessage>
  SpinState on_message(std::span<const std::byte> message, OnMessage&& on_message) noexcept {
    if (state_ != SpinState::spinning) {
      ++counters_.unexpected;
    } else if (is_end_marker(message)) {
      on_end_marker(message);
    } else {
      ++counters_.messages;
      on_message(message);
    }
    return state_;
  }

  void on_end_of_session() noexcept {
    if (state_ != SpinState::spinning) return;
    ++counters_.ended_early;
    state_ = SpinState::broken;
  }

  [[nodiscard]] SpinState state() const noexcept { return state_; }
  /// The first live message that the spin does not know of; 0 before it is complete.
  [[nodiscard]] std::uint64_t live_from() const noexcept { return live_from_; }
  [[nodiscard]] const SpinCounters& counters() const noexcept { return counters_; }

 private:
  void on_end_marker(std::span<const std::byte> message) noexcept {
    if (const auto sequence = parse_end_marker(message)) {
      live_from_ = *sequence;
      state_ = SpinState::complete;
      ++counters_.complete;
    } else {
      ++counters_.bad_markers;
      state_ = SpinState::broken;
    }
  }

  SpinState state_ = SpinState::waiting;
  std::uint64_t live_from_ = 0;
  SpinCounters counters_;
};

}  // namespace tickplant::feedhandlers::glimpse
