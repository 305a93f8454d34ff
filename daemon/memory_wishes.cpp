#include "daemon/memory_wishes.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>

#include "daemon/log.hpp"
#include "platform/cpu_topology.hpp"
#include "platform/numa_memory.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using counter::MemoryOutcome;

bool is_refused(MemoryOutcome outcome) noexcept { return outcome >= MemoryOutcome::not_mounted_huge; }

class Report {
 public:
  explicit Report(ringbuf::CountersWriter& counters) : counters_(counters) {}

  void tell(const std::string& name, const std::string& meaning, MemoryOutcome outcome, const std::string& refusal) {
    counters_.add(counter::kMemory, {name, meaning, "outcome", ringbuf::CounterKind::level})
        .set(static_cast<std::uint64_t>(outcome));
    if (is_refused(outcome)) log_warning(refusal);
  }

 private:
  ringbuf::CountersWriter& counters_;
};

void tell_pages(const PlantSegments& segments, Report& report) {
  for (const RingPages& pages : segments.pages()) {
    report.tell(std::string(counter::kPagesPrefix) + pages.ring, "pages of the ring: 2, 3 huge ones, 4 and up refused",
                pages.outcome, "memory.huge_pages: ring " + pages.ring + " is on normal pages: " + pages.reason);
  }
}

MemoryOutcome outcome_of_lock(int error) noexcept {
  if (error == 0) return MemoryOutcome::granted;
  return error == EPERM ? MemoryOutcome::not_permitted : MemoryOutcome::limit_too_low;
}

void lock(bool is_wished, Report& report) {
  const int error = !is_wished || ::mlockall(MCL_CURRENT | MCL_FUTURE) == 0 ? 0 : errno;
  report.tell(
      std::string(counter::kMemoryLock), "memory locked, never swapped: 1 yes, 4 and up refused",
      is_wished ? outcome_of_lock(error) : MemoryOutcome::not_wished,
      platform::with_errno("memory.lock was refused", error) + " (raise LimitMEMLOCK= of the unit, or ulimit -l)");
}

/// The core that the writer of a ring is pinned to.
std::optional<int> core_of_writer(const config::PlantConfig& config, const ThreadPlans& plans,
                                  const std::string& ring) {
  for (const config::FeedConfig& feed : config.feeds) {
    if (feed.ring != ring) continue;
    for (const ThreadPlan& thread : plans.threads) {
      const auto runs = std::find(thread.stages.begin(), thread.stages.end(), "feed." + feed.name);
      if (thread.cpu && runs != thread.stages.end()) return thread.cpu;
    }
  }
  return std::nullopt;
}

MemoryOutcome outcome_of_bind(const platform::MemoryWish& wish) noexcept {
  if (wish.granted) return MemoryOutcome::granted;
  if (wish.error_number == EPERM) return MemoryOutcome::not_permitted;
  return wish.error_number == EINVAL ? MemoryOutcome::no_such_node : MemoryOutcome::failed;
}

/// The first that was refused, else the last.
platform::MemoryWish bind(TickRing& ring, int node) {
  platform::MemoryWish wish;
  for (ringbuf::WritableSegment* segment : {&ring.ring, &ring.image, &ring.newest, &ring.depth}) {
    wish = platform::bind_to_node(segment->payload(), node);
    if (!wish.granted) break;
  }
  return wish;
}

void bind_rings(const config::PlantConfig& config, const ThreadPlans& plans, PlantSegments& segments, Report& report) {
  const bool has_choice = config.memory.numa_bind && platform::numa_node_count() > 1;
  const platform::CpuTopology topology = platform::CpuTopology::of_this_machine();
  for (TickRing& ring : segments.rings()) {
    const std::optional<int> core = has_choice ? core_of_writer(config, plans, ring.name) : std::nullopt;
    const platform::MemoryWish wish = core ? bind(ring, topology.find(*core)->node) : platform::MemoryWish{};
    report.tell(std::string(counter::kNodePrefix) + ring.name,
                "ring and tables on the NUMA node of their writer: 1 yes, 4 and up refused",
                core ? outcome_of_bind(wish) : MemoryOutcome::not_wished,
                "memory.numa_bind: ring " + ring.name + ": " + wish.what + " was refused: " + wish.reason);
  }
}

}  // namespace

void wish_for_memory(const config::PlantConfig& config, const ThreadPlans& plans, PlantSegments& segments) {
  Report report(segments.counters());
  tell_pages(segments, report);
  lock(config.memory.lock, report);
  bind_rings(config, plans, segments, report);
}

}  // namespace tickplant::daemon
