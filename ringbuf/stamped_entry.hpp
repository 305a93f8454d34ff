// One entry of a table that is overwritten in place: a stamp and words, read without a lock, never torn.
//
// The stamp is the ring sequence of the record that was applied last, so one word says both "how new" and "was it
// disturbed". It must grow with every write: two writes under one stamp could not be told apart by a reader.
//
// Threads: one writer per entry; readers in any process. Reads are bounded: after kReadAttempts disturbed tries the
// answer is `busy`, because the writer may have died half-way (its successor rebuilds the tables).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "platform/check.hpp"
#include "platform/cpu_pause.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/records/instrument_id.hpp"
#include "ringbuf/unrolled.hpp"

namespace tickplant::ringbuf {

enum class TableRead : std::uint8_t {
  value,  // `out` holds a consistent copy
  never,  // the entry was never written
  busy,   // being written at every attempt
};

template <std::size_t Bytes, template <class> class Atomic = std::atomic>
struct StampedEntry {
  static_assert(Bytes % 8 == 0 && Bytes >= 16);
  static constexpr std::size_t kWords = Bytes / 8 - 1;
  static constexpr int kReadAttempts = 64;

  Atomic<std::uint64_t> stamp;
  std::array<Atomic<std::uint64_t>, kWords> word;

  // --- the writer ---

  /// `sequence`: above that of the last write, or the same one again where a predecessor died half-way.
  void begin(Sequence sequence) noexcept {
    TP_DCHECK(may_follow(sequence.value, stamp.load(std::memory_order_relaxed)));
    stamp.store(writing(sequence.value), std::memory_order_relaxed);  // seen before any new word, by W5
  }
  /// Stores the words that cover `bytes` bytes of `from` at byte `offset` of the entry; both multiples of 8, offset
  /// >= 8.
  [[gnu::always_inline]] void store(std::size_t offset, const void* from, std::size_t bytes) noexcept {
    TP_DCHECK(offset >= 8 && offset % 8 == 0 && bytes % 8 == 0 && offset + bytes <= Bytes);
    const auto* source = static_cast<const std::byte*>(from);
    // Sizes are known where this is called. A loop that stays one keeps the words in memory: a trade 28 instead of 7
    // ns.
#pragma GCC unroll 32
    for (std::size_t i = 0; i < bytes / 8; ++i) {
      std::uint64_t value;
      std::memcpy(&value, source + 8 * i, 8);
      // W5 -> R6: whoever sees this word also sees the entry marked as being written.
      word[offset / 8 - 1 + i].store(value, std::memory_order_release);
    }
  }
  void end(Sequence sequence) noexcept {
    // W6 -> R5: whoever sees the stamp sees every word stored before it.
    stamp.store(ready(sequence.value), std::memory_order_release);
  }

  // --- readers ---

  /// Copies the whole entry, stamp included, into `out` (Bytes bytes).
  TableRead read(void* out) const noexcept {
    std::array<std::uint64_t, kWords + 1> words;
    for (int attempt = 0; attempt < kReadAttempts; ++attempt) {
      words[0] = stamp.load(std::memory_order_acquire);  // R5 <- W6
      if (words[0] == 0) return TableRead::never;
      if ((words[0] & kWritingBit) != 0) {
        platform::cpu_pause();  // a write takes tens of nanoseconds: without this all attempts could fall into one
        continue;
      }
      unrolled<kWords>([&](std::size_t i) { words[i + 1] = word[i].load(std::memory_order_acquire); });  // R6 <- W5
      if (stamp.load(std::memory_order_relaxed) != words[0]) continue;  // kept behind the words by R6
      std::memcpy(out, words.data(), Bytes);
      return TableRead::value;
    }
    return TableRead::busy;
  }

 private:
  static constexpr bool may_follow(std::uint64_t sequence, std::uint64_t before) noexcept {
    return (before & kWritingBit) != 0 ? writing(sequence) >= before : sequence > before;
  }
};

static_assert(sizeof(StampedEntry<256>) == 256 && sizeof(StampedEntry<32>) == 32);

}  // namespace tickplant::ringbuf
