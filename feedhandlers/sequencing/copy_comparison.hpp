// Compares the copies of one packet that different lines bring, byte by byte, at a low rate: one whose first message
// has a number that kEvery divides, so all lines choose the same. A copy that differs was damaged on its way, or the
// venue's two senders do not say the same; which of them is right nobody here can know.
//
// Where lines cut packets at different messages, what both copies hold is compared.
//
// Threads: one. All memory is taken at construction; nothing here allocates, locks, logs or asks a clock.
// Not here: which copy is delivered (reorder_buffer.hpp), what is doubted then (the feed).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/packet.hpp"
#include "feedhandlers/sequencing/session_id.hpp"

namespace tickplant::feedhandlers::sequencing {

class CopyComparison {
 public:
  static constexpr std::uint64_t kEvery = 16;
  static constexpr std::size_t kWaiting = 64;      // copies that wait for the other line's
  static constexpr std::size_t kBytesMax = 2'048;  // of a packet; what is behind is not compared

  struct Counters {
    std::uint64_t compared_packets = 0;
    std::uint64_t differing_packets = 0;
  };

  CopyComparison() : waiting_(kWaiting) {}

  /// `messages`: what a packet of `line` holds from message `first` of `session` on. Returns what another line's copy
  /// held if they differ, until the next call; else nothing.
  [[nodiscard]] std::span<const std::byte> see(Line line, const SessionId& session, std::uint64_t first,
                                               std::span<const std::byte> messages) noexcept;

  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  struct Copy {
    SessionId session;
    std::uint64_t first = 0;  // 0: none
    std::size_t size = 0;
    Line line{};
    std::byte bytes[kBytesMax];
  };

  std::vector<Copy> waiting_;  // by number
  Counters counters_;
};

}  // namespace tickplant::feedhandlers::sequencing
