// When to connect again: after each failure in a row twice as long a wait, up to a limit, with chance in it, so that
// many clients of a venue that fell over do not come back in one moment. It never gives up, but says when it has failed
// so often that somebody should look.
//
//   failure in a row   1        2        3          ...   n
//   wait               d/2..d   d..2d    2d..4d           limit/2..limit
//
// A connection counts as good only when it has held for a while: a venue that accepts and closes at once is a failure
// each time.
//
// Threads: one. No clock: time is passed in. The same seed gives the same waits.
// Not here: connecting.
#pragma once

#include <algorithm>
#include <cstdint>

#include "platform/check.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers {

struct ReconnectOptions {
  std::int64_t first_nanos = 500'000'000;                      // d, the most after one failure; at least 2
  std::int64_t limit_nanos = 60 * platform::kNanosPerSecond;   // at least first_nanos
  std::int64_t stable_nanos = 30 * platform::kNanosPerSecond;  // a connection that held so long was good
  std::uint32_t failures_until_open = 5;                       // in a row; then circuit() is open
};

enum class Circuit : std::uint8_t {
  closed,  /// up, or failed only a few times
  open,    /// failed again and again: tell somebody; attempts go on
};

class ReconnectBackoff {
 public:
  ReconnectBackoff(const ReconnectOptions& options, std::uint64_t seed) noexcept : options_(options), state_(seed) {
    TP_CHECK(options.first_nanos >= 2 && options.limit_nanos >= options.first_nanos);
  }

  /// A connection is usable: whatever the protocol says to that, e.g. logged in.
  void on_up(platform::UnixNanos now) noexcept {
    up_since_ = now;
    is_up_ = true;
  }

  /// The connection, or the attempt to get one, failed. Returns when to try next.
  [[nodiscard]] platform::UnixNanos on_down(platform::UnixNanos now) noexcept {
    if (is_stable(now)) failures_ = 0;
    is_up_ = false;
    ++failures_;
    ++total_failures_;
    const std::int64_t most = longest_wait();
    return now + (most - static_cast<std::int64_t>(chance() % static_cast<std::uint64_t>(most / 2 + 1)));
  }

  [[nodiscard]] Circuit circuit(platform::UnixNanos now) const noexcept {
    return failures_ >= options_.failures_until_open && !is_stable(now) ? Circuit::open : Circuit::closed;
  }

  /// In a row, without a good connection between.
  [[nodiscard]] std::uint32_t failures() const noexcept { return failures_; }
  [[nodiscard]] std::uint64_t total_failures() const noexcept { return total_failures_; }

 private:
  [[nodiscard]] bool is_stable(platform::UnixNanos now) const noexcept {
    return is_up_ && now - up_since_ >= options_.stable_nanos;
  }

  [[nodiscard]] std::int64_t longest_wait() const noexcept {
    std::int64_t wait = options_.first_nanos;
    for (std::uint32_t i = 1; i < failures_ && wait < options_.limit_nanos; ++i)
      wait = wait > options_.limit_nanos / 2 ? options_.limit_nanos : wait * 2;
    return wait;
  }

  /// SplitMix64: enough to spread clients.
  [[nodiscard]] std::uint64_t chance() noexcept {
    std::uint64_t mixed = state_ += 0x9e37'79b9'7f4a'7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11eb;
    return mixed ^ (mixed >> 31);
  }

  ReconnectOptions options_;
  std::uint64_t state_;
  platform::UnixNanos up_since_{};
  bool is_up_ = false;
  std::uint32_t failures_ = 0;
  std::uint64_t total_failures_ = 0;
};

}  // namespace tickplant::feedhandlers
