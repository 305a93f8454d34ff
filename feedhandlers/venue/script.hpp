// What the exchange says, and when: a file that is played again (replay.hpp), a market that is made up as time goes
// (market_script.hpp).
//
// Threads: one.
#pragma once

#include <cstddef>
#include <span>

#include "feedhandlers/venue/since_start.hpp"

namespace tickplant::feedhandlers::venue {

class Script {
 public:
  virtual ~Script() = default;

  /// When the next message is to be sent, never decreasing but by stop(); kNever when all is said.
  [[nodiscard]] virtual SinceStart next_due() const noexcept = 0;

  /// The next message, without its length, at `now` >= next_due(): valid until the next call. Not when all is said.
  [[nodiscard]] virtual std::span<const std::byte> take(SinceStart now) = 0;

  /// To come to an orderly end from `now` on. Called again, it changes nothing.
  virtual void stop(SinceStart now) = 0;
};

}  // namespace tickplant::feedhandlers::venue
