// When a record of a replay is due: as long after the first one as it was received after that, divided by the speed.
//
// Threads: plain values. Not here: waiting (journal_playback.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "platform/int128.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::cli {

/// In thousandths: 1000 is as it was. Nothing: as quick as can be.
using ReplaySpeed = std::optional<std::uint64_t>;

/// "1x", "10x", "0.5x", "max". Throws Failure (usage).
[[nodiscard]] ReplaySpeed parse_speed(std::string_view text);

class ReplayPace {
 public:
  explicit ReplayPace(ReplaySpeed speed) noexcept : speed_(speed) {}

  /// How long to wait yet, in ns; 0: it is due. The first call sets out. Receive times of different rings may fall a
  /// little: such a record is due at once.
  [[nodiscard]] std::int64_t wait_nanos(platform::UnixNanos received, std::int64_t now_nanos) noexcept {
    if (!speed_) return 0;
    if (!first_) {
      first_ = received;
      begun_at_ = now_nanos;
    }
    const platform::Int128 since = static_cast<platform::Int128>(received - *first_) * 1000;
    const auto due = begun_at_ + static_cast<std::int64_t>(since / static_cast<platform::Int128>(*speed_));
    return due > now_nanos ? due - now_nanos : 0;
  }

 private:
  ReplaySpeed speed_;
  std::optional<platform::UnixNanos> first_;
  std::int64_t begun_at_ = 0;
};

}  // namespace tickplant::cli
