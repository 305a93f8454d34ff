// The 64 bytes that every candidate carries: each word follows from the sequence and the time it was due, so that a
// torn, lost, doubled or swapped record is recognised.
//
// Threads: plain values.
#pragma once

#include <cstdint>
#include <string>

#include "platform/setup_error.hpp"
#include "ringbuf/unrolled.hpp"

namespace tickplant::bench {

struct CheckedRecord {
  std::uint64_t word[8];  // sequence, time due, six that follow from these
  [[nodiscard]] std::uint64_t due() const noexcept { return word[1]; }
};
static_assert(sizeof(CheckedRecord) == 64);

namespace detail {
constexpr std::uint64_t mixed(std::uint64_t sequence, std::uint64_t due) noexcept {
  return sequence * 0x9e3779b97f4a7c15u + due;
}
}  // namespace detail

[[nodiscard]] inline CheckedRecord make_record(std::uint64_t sequence, std::uint64_t due) noexcept {
  CheckedRecord record;
  record.word[0] = sequence;
  record.word[1] = due;
  const std::uint64_t base = detail::mixed(sequence, due);
  ringbuf::unrolled<6>([&](std::size_t i) { record.word[i + 2] = base ^ (i << 56); });
  return record;
}

[[nodiscard]] inline bool is_record(const CheckedRecord& record, std::uint64_t sequence) noexcept {
  const std::uint64_t base = detail::mixed(sequence, record.word[1]);
  std::uint64_t difference = record.word[0] ^ sequence;
  ringbuf::unrolled<6>([&](std::size_t i) { difference |= record.word[i + 2] ^ base ^ (i << 56); });
  return difference == 0;
}

/// Throws SetupError unless this is record `sequence`, whole.
inline void require_record(const CheckedRecord& record, std::uint64_t sequence) {
  if (is_record(record, sequence)) [[likely]]
    return;
  const bool whole = is_record(record, record.word[0]);
  throw platform::SetupError{
      whole ? "record " + std::to_string(sequence) + " was expected, " + std::to_string(record.word[0]) + " came"
            : "record " + std::to_string(sequence) + " is torn",
      "this is a bug of the candidate or of its use here"};
}

}  // namespace tickplant::bench
