// What a server has to send: numbered messages that are kept, so that a client can come back for them.
//
// Threads: one. Not here: who wants them from where (server_session.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/sequencing/sequence_range.hpp"

namespace tickplant::feedhandlers::soupbintcp {

class SequencedMessages {
 public:
  virtual ~SequencedMessages() = default;

  /// Those that can be had. The first message ever has sequence 1, `end` is the next to come.
  [[nodiscard]] virtual sequencing::SequenceRange range() const noexcept = 0;
  /// At most kMaxPayloadBytes; `sequence` is in range(). Valid until the next call of anything here.
  [[nodiscard]] virtual std::span<const std::byte> message(std::uint64_t sequence) noexcept = 0;
  /// Nothing will be added: whoever has heard all is told the end of the session.
  [[nodiscard]] virtual bool is_complete() const noexcept = 0;
};

}  // namespace tickplant::feedhandlers::soupbintcp
