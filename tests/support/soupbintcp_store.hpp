// Messages that a SoupBinTCP server sends, as a test wants them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/soupbintcp/sequenced_messages.hpp"
#include "tests/support/capture_writer.hpp"

namespace tickplant::tests {

struct SoupStore final : feedhandlers::soupbintcp::SequencedMessages {
  [[nodiscard]] feedhandlers::sequencing::SequenceRange range() const noexcept override {
    return {oldest, messages.size() + 1};
  }
  [[nodiscard]] std::span<const std::byte> message(std::uint64_t sequence) noexcept override {
    return as_span(messages[sequence - 1]);
  }
  [[nodiscard]] bool is_complete() const noexcept override { return complete; }

  std::vector<Bytes> messages;
  std::uint64_t oldest = 1;  // those before cannot be had any more
  bool complete = false;
};

}  // namespace tickplant::tests
