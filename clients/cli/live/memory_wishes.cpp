#include "clients/cli/live/memory_wishes.hpp"

#include <utility>

namespace tickplant::cli {

namespace counter = ringbuf::counter;
using counter::MemoryOutcome;

std::vector<MemoryWishFacts> memory_wishes(const ringbuf::CountersReader& counters) {
  std::vector<MemoryWishFacts> wishes;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const ringbuf::CounterReading reading = counters.read(i);
    const auto outcome = static_cast<MemoryOutcome>(reading.value);
    if (reading.owner != counter::kMemory || outcome == MemoryOutcome::not_wished) continue;
    const auto add_if = [&](std::string_view prefix, const char* wish) {
      if (!reading.name.starts_with(prefix)) return;
      wishes.push_back({wish, std::string(reading.name.substr(prefix.size())), outcome});
    };
    add_if(counter::kMemoryLock, "lock");
    add_if(counter::kPagesPrefix, "huge_pages");
    add_if(counter::kNodePrefix, "numa_bind");
  }
  return wishes;
}

std::string_view reason_of(MemoryOutcome outcome) noexcept {
  switch (outcome) {
    case MemoryOutcome::not_wished: return "not wished";
    case MemoryOutcome::granted: return "granted";
    case MemoryOutcome::reserved_pages: return "reserved pages";
    case MemoryOutcome::transparent_pages: return "transparent pages";
    case MemoryOutcome::not_mounted_huge: return "none are reserved, and its tmpfs gives no transparent ones";
    case MemoryOutcome::none_free: return "none are reserved, and no memory was free in one piece";
    case MemoryOutcome::limit_too_low: return "the limit on locked memory is too low";
    case MemoryOutcome::not_permitted: return "the daemon may not";
    case MemoryOutcome::no_such_node: return "that node has no memory";
    case MemoryOutcome::failed: return "the kernel refused; the daemon's log says how";
  }
  return "unknown to this program";
}

std::string_view remedy_for(MemoryOutcome outcome) noexcept {
  switch (outcome) {
    case MemoryOutcome::not_mounted_huge:
      return "reserve some (vm.nr_hugepages), or mount -o remount,huge=advise its tmpfs, then restart";
    case MemoryOutcome::none_free: return "start the plant sooner after boot, or echo 1 > /proc/sys/vm/compact_memory";
    case MemoryOutcome::limit_too_low: return "LimitMEMLOCK=infinity in its unit, or ulimit -l unlimited";
    case MemoryOutcome::not_permitted: return "give it CAP_IPC_LOCK and CAP_SYS_NICE, or LimitMEMLOCK=infinity";
    case MemoryOutcome::no_such_node:
    case MemoryOutcome::failed: return "see the daemon's log";
    case MemoryOutcome::not_wished:
    case MemoryOutcome::granted:
    case MemoryOutcome::reserved_pages:
    case MemoryOutcome::transparent_pages: return "";
  }
  return "";
}

}  // namespace tickplant::cli
