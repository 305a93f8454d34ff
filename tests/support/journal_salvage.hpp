// A journal read from its first byte to its last, over every damage: what was found, what was missing, what each end
// said.
#pragma once

#include <filesystem>
#include <vector>

#include "ringbuf/journal/journal_scanner.hpp"

namespace tickplant::tests {

struct JournalSalvage {
  std::vector<std::uint64_t> numbers;  // of blocks, as found
  std::vector<ringbuf::JournalHole> holes;
  std::vector<ringbuf::JournalEnd> ends;  // before each hole, and the last one

  [[nodiscard]] ringbuf::JournalEndKind first_end() const { return ends.front().kind; }
  [[nodiscard]] std::vector<std::uint64_t> missing() const {
    std::vector<std::uint64_t> out;
    for (const ringbuf::JournalHole& hole : holes) {
      for (std::uint64_t number = hole.first; number <= hole.last; ++number) out.push_back(number);
    }
    return out;
  }
};

inline JournalSalvage salvage(const std::filesystem::path& folder) {
  JournalSalvage out;
  ringbuf::JournalScanner scanner(folder);
  for (;;) {
    while (const auto block = scanner.next()) out.numbers.push_back(block->header.number);
    out.ends.push_back(scanner.end(ringbuf::Search::thorough));
    const auto hole = scanner.resume();
    if (!hole) return out;
    out.holes.push_back(*hole);
  }
}

inline std::vector<std::uint64_t> numbers_between(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t number = first; number <= last; ++number) out.push_back(number);
  return out;
}

/// 1 to `last` without `left_out`.
inline std::vector<std::uint64_t> numbers_without(std::uint64_t last, std::uint64_t left_out) {
  std::vector<std::uint64_t> out = numbers_between(1, last);
  std::erase(out, left_out);
  return out;
}

}  // namespace tickplant::tests
