#include "daemon/waker.hpp"

#include <pthread.h>
#include <sys/prctl.h>

#include <algorithm>
#include <ctime>

#include "platform/setup_error.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/payload_view.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;

/// A stop waits at most this long for a sleep to end.
constexpr std::int64_t kNapNanosMax = 10'000'000;
/// Whether there are sleepers is asked this often, beside each time that one comes.
constexpr std::int64_t kAskNanos = platform::kNanosPerSecond;
/// The kernel may be this late on purpose; by default it is 50 us, half of the usual interval.
constexpr unsigned long kTimerSlackNanos = 1'000;

std::int64_t monotonic_now() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * platform::kNanosPerSecond + now.tv_nsec;
}

void sleep_until(std::int64_t monotonic) noexcept {
  const timespec until{monotonic / platform::kNanosPerSecond, monotonic % platform::kNanosPerSecond};
  ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

/// Where there is another core; with none it shares.
void keep_away_from(const platform::CpuList& taken) noexcept {
  try {
    platform::CpuList free;
    for (const int cpu : platform::allowed_cpus()) {
      if (std::find(taken.begin(), taken.end(), cpu) == taken.end()) free.push_back(cpu);
    }
    if (!taken.empty() && !free.empty()) platform::set_affinity_of_this_thread(free);
  } catch (const platform::SetupError&) {
    return;  // a wish
  }
}

}  // namespace

Waker::Waker(std::span<ringbuf::WritableSegment* const> rings, ringbuf::WritableSegment& catalog,
             const std::filesystem::path& catalog_file, std::int64_t interval_nanos, ringbuf::CountersWriter& counters)
    : catalog_(catalog),
      sleepers_(catalog_file),
      interval_(interval_nanos),
      wakes_(counters.add(counter::kWaker,
                          {counter::kWakes, "times the sleeping readers of a ring were woken for news", "wakes"})),
      is_awake_(counters.add(
          counter::kWaker,
          {counter::kIsAwake, "1: some reader may sleep, so every ring is looked at each interval; 0: none does",
           "yes or no", ringbuf::CounterKind::level})) {
  for (ringbuf::WritableSegment* segment : rings) {
    const auto& control = ringbuf::object_at<ringbuf::BroadcastControl<>>(segment->payload(), 0);
    rings_.push_back({segment, &control.published, control.published.load(std::memory_order_relaxed)});
  }
}

void Waker::start(const platform::CpuList& taken) {
  if (interval_ == 0 || thread_.joinable()) return;
  thread_ = std::thread([this, taken] { run(taken); });
}

void Waker::stop() noexcept {
  stop_.store(true, std::memory_order_relaxed);
  sleepers_.interrupt();
  if (thread_.joinable()) thread_.join();
}

std::size_t Waker::look() noexcept {
  std::size_t moved = 0;
  for (Ring& ring : rings_) {
    const std::uint64_t published = ring.published->load(std::memory_order_acquire);  // R3 <- W3
    if (published == ring.seen) continue;
    ring.seen = published;
    ring.segment->wake();
    ++moved;
  }
  if (moved == 0) return 0;
  catalog_.wake();
  wakes_.add(moved);
  return moved;
}

void Waker::run(const platform::CpuList& taken) noexcept {
  ::pthread_setname_np(::pthread_self(), "tp-waker");
  ::prctl(PR_SET_TIMERSLACK, kTimerSlackNanos);
  keep_away_from(taken);
  while (!stop_.load(std::memory_order_relaxed)) {
    const bool anybody = sleepers_.anybody();
    is_awake_.set(anybody ? 1 : 0);
    anybody ? look_for_a_while() : sleepers_.wait(kAskNanos);
  }
}

void Waker::look_for_a_while() noexcept {
  std::int64_t next = monotonic_now();
  const std::int64_t end = next + kAskNanos;
  for (std::int64_t now = next; now < end && !stop_.load(std::memory_order_relaxed); now = monotonic_now()) {
    if (now < next) {
      sleep_until(std::min(next, now + kNapNanosMax));
      continue;
    }
    (void)look();
    next = std::max(next + interval_, now);  // what was missed is not caught up with: one look sees it all
  }
}

}  // namespace tickplant::daemon
