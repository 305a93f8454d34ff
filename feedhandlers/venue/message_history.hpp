// The newest messages that were sent, to be had again by sequence number: a circle of bytes.
//
// Messages lie behind their lengths, one after the other, across the end of the circle too. Every 64th has its place
// noted, the others are walked to. When the circle is full the oldest 64 go at a time.
//
// Threads: one. Memory is taken at construction.
// Not here: who asks and how the answer travels (rerequest_server.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/sequencing/sequence_range.hpp"

namespace tickplant::feedhandlers::venue {

class MessageHistory {
 public:
  /// Messages and their lengths (2 bytes each) share `bytes`; at least kLeastBytes, so that 64 of the longest fit.
  explicit MessageHistory(std::size_t bytes);
  static constexpr std::size_t kLeastBytes = std::size_t{64} * (2 + 65'535);

  /// The next message; the first has sequence 1. At most 65,535 bytes.
  void add(std::span<const std::byte> message) noexcept;

  /// Nothing will be added to this session.
  void complete() noexcept { is_complete_ = true; }
  [[nodiscard]] bool is_complete() const noexcept { return is_complete_; }

  /// Another session begins: nothing is there, the next message has sequence 1.
  void clear() noexcept;

  /// The sequences that can be had.
  [[nodiscard]] sequencing::SequenceRange range() const noexcept { return {oldest_, next_}; }

  /// Writes messages as MoldUDP64 blocks from sequence `wanted.begin` on into `out`: as many of `wanted` as are there
  /// and fit. How many bytes, and of which messages; `wanted.begin` must be in range().
  struct Copied {
    std::size_t bytes = 0;
    std::uint16_t messages = 0;
  };
  [[nodiscard]] Copied copy(sequencing::SequenceRange wanted, std::span<std::byte> out) const noexcept;

 private:
  static constexpr std::uint64_t kMessagesPerMark = 64;

  [[nodiscard]] std::uint64_t& mark_of(std::uint64_t sequence) noexcept {
    return marks_[(sequence - 1) / kMessagesPerMark % marks_.size()];
  }
  [[nodiscard]] std::uint64_t mark_of(std::uint64_t sequence) const noexcept {
    return marks_[(sequence - 1) / kMessagesPerMark % marks_.size()];
  }
  void append(std::span<const std::byte> bytes) noexcept;
  void read(std::uint64_t position, std::span<std::byte> into) const noexcept;
  [[nodiscard]] std::size_t length_at(std::uint64_t position) const noexcept;

  // Positions count all bytes ever added; a byte lies at its position modulo the size.
  std::vector<std::byte> circle_;
  std::vector<std::uint64_t> marks_;  // position of messages 1, 65, 129, ...: a circle as well
  std::uint64_t end_ = 0;
  std::uint64_t oldest_ = 1;  // the first of a group of 64
  std::uint64_t next_ = 1;
  bool is_complete_ = false;
};

}  // namespace tickplant::feedhandlers::venue
