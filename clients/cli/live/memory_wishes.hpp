// What came of the plant's wishes about memory, from its counters of owner "memory", in words for operators.
//
// Threads: values. Not here: making the wishes (daemon/memory_wishes.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ringbuf/counter_names.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::cli {

struct MemoryWishFacts {
  std::string wish;  // as in config: "huge_pages", "lock", "numa_bind"
  std::string ring;  // empty: the whole plant
  ringbuf::counter::MemoryOutcome outcome = ringbuf::counter::MemoryOutcome::not_wished;

  [[nodiscard]] bool is_refused() const noexcept {
    return outcome >= ringbuf::counter::MemoryOutcome::not_mounted_huge;
  }
};

/// Those that config asked for, in the order they were made.
[[nodiscard]] std::vector<MemoryWishFacts> memory_wishes(const ringbuf::CountersReader& counters);

/// "granted", "reserved pages"; why it was refused.
[[nodiscard]] std::string_view reason_of(ringbuf::counter::MemoryOutcome outcome) noexcept;
/// What an operator can do about it; empty unless it was refused.
[[nodiscard]] std::string_view remedy_for(ringbuf::counter::MemoryOutcome outcome) noexcept;

}  // namespace tickplant::cli
