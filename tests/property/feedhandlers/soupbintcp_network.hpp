// A TCP connection in memory whose two directions split and delay what is written, lose it silently (half-open) or are
// cut in the middle of a piece. Time is virtual; chance repeats.
//
// Threads: one.
// Not here: the ends (soupbintcp_network_test.cpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>

#include "platform/unix_nanos.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests {

/// One direction.
class SoupPipe {
 public:
  static constexpr std::int64_t kMaxDelayNanos = 400'000'000;

  explicit SoupPipe(Random& random) : random_(random) {}

  void write(platform::UnixNanos now, std::span<const std::byte> bytes) {
    Bytes rest = to_bytes(bytes);
    while (!rest.empty() && !is_lost_) {
      const std::size_t size = random_.chance(1, 3) ? rest.size() : 1 + random_.below(std::min(60U, size_of(rest)));
      pieces_.push_back({due(now), rest.substr(0, size)});
      rest.erase(0, std::min(size, rest.size()));
    }
  }
  /// The writer closes: the reader hears of it behind all that was written.
  void close(platform::UnixNanos now) {
    if (!is_lost_ && !closed_at_) closed_at_ = due(now);
  }
  /// From now on nothing arrives, and nobody hears of that.
  void lose() {
    is_lost_ = true;
    pieces_.clear();
  }
  /// Some of what is under way still arrives, then the reader hears that the connection is gone.
  void cut(platform::UnixNanos now) {
    if (is_lost_) return;
    pieces_.resize(random_.below(1 + size_of(pieces_)));
    if (!pieces_.empty()) {
      Bytes& last = pieces_.back().bytes;
      last.resize(1 + random_.below(size_of(last)));
    }
    is_lost_ = true;
    closed_at_ = due(now);
  }

  [[nodiscard]] std::optional<platform::UnixNanos> next_arrival() const {
    return pieces_.empty() ? closed_at_ : pieces_.front().due;
  }
  /// The next piece that has arrived.
  [[nodiscard]] std::optional<Bytes> read(platform::UnixNanos now) {
    if (pieces_.empty() || pieces_.front().due > now) return std::nullopt;
    Bytes bytes = std::move(pieces_.front().bytes);
    pieces_.pop_front();
    return bytes;
  }
  /// The reader has heard that no more comes.
  [[nodiscard]] bool is_closed(platform::UnixNanos now) const {
    return pieces_.empty() && closed_at_ && *closed_at_ <= now;
  }

 private:
  struct Piece {
    platform::UnixNanos due;
    Bytes bytes;
  };
  static std::uint32_t size_of(const auto& container) { return static_cast<std::uint32_t>(container.size()); }

  platform::UnixNanos due(platform::UnixNanos now) {
    const std::int64_t delay = random_.chance(1, 2) ? 0 : random_.below(kMaxDelayNanos);
    return last_due_ = std::max(last_due_, now + delay);
  }

  Random& random_;
  std::deque<Piece> pieces_;
  platform::UnixNanos last_due_ = platform::kNoTime;
  std::optional<platform::UnixNanos> closed_at_;
  bool is_lost_ = false;
};

}  // namespace tickplant::tests
