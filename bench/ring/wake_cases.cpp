// From the wake call until a reader that slept runs: a futex on a read-only mapping, woken by another process, against
// a blocking Unix socket of the same shape. The plant wakes from housekeeping, never from the writer; how long until
// housekeeping looks is a setting and not part of this.
//
// The sleeper's core is idle, as it would be: most of this is the kernel's way out of idle.
//
// Threads: waker and sleeper, a process each.
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "bench/harness/futex.hpp"
#include "bench/harness/side_process.hpp"
#include "bench/ring/ring_suite.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::bench {
namespace {

constexpr double kInterval = 200'000;  // long enough to fall asleep again

struct Word {
  std::atomic<std::uint64_t> due;
  std::atomic<std::uint32_t> turn;
};

class FutexWake {
 public:
  void wake(std::uint64_t due) noexcept {
    Word& word = *reinterpret_cast<Word*>(memory_.writable());
    word.due.store(due, std::memory_order_relaxed);
    word.turn.fetch_add(1, std::memory_order_release);
    futex_wake(word.turn);
  }
  /// When the wake was due that ended this sleep.
  std::uint64_t sleep() noexcept {
    const Word& word = *reinterpret_cast<const Word*>(memory_.read_only());
    while (word.turn.load(std::memory_order_acquire) == seen_) futex_wait(word.turn, seen_, 1'000);
    ++seen_;
    return word.due.load(std::memory_order_relaxed);
  }

 private:
  SharedBlock memory_{sizeof(Word)};
  std::uint32_t seen_ = 0;  // the sleeper's
};

class SocketWake {
 public:
  SocketWake() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
      throw platform::SetupError{platform::with_errno("no socket pair", errno), "raise the limit on open files"};
    waker_ = platform::UniqueFd(ends[0]);
    sleeper_ = platform::UniqueFd(ends[1]);
  }
  void wake(std::uint64_t due) noexcept { (void)::send(waker_.get(), &due, sizeof due, MSG_NOSIGNAL); }
  std::uint64_t sleep() noexcept {
    std::uint64_t due = 0;
    (void)::recv(sleeper_.get(), &due, sizeof due, 0);
    return due;
  }

 private:
  platform::UniqueFd waker_, sleeper_;
};

template <class Wake>
Latencies measure_wake(Stage& stage, std::uint64_t count) {
  stage.reset_meeting();
  Wake way;
  SideProcess sleeper([&] {
    stage.enter_reader();
    stage.reader_is_ready();
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t due = way.sleep();
      stage.meeting().latency_ticks[i] = platform::read_tsc() - due;
      stage.meeting().reader_position.store(i + 1, std::memory_order_release);
    }
  });
  SideProcess waker([&] {
    stage.enter_writer();
    stage.wait_for_reader();
    LoadSchedule schedule(platform::read_tsc() + stage.clock().ticks(1e6), stage.clock().ticks(kInterval));
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t due = schedule.wait();
      stage.wait_for_position(i);  // or its due would be overwritten; charged like any other delay
      way.wake(due);
    }
  });
  SideProcess::join_all({&waker, &sleeper}, Stage::kPatience);
  return stage.latencies(count);
}

}  // namespace

void measure_wakes(Stage& stage) {
  const std::uint64_t count = stage.sized<std::uint64_t>(2'500, 100);
  std::vector<Pair> p50, p90, p99;
  for (int round = 0; round < stage.options().rounds; ++round) {
    const Latencies socket = measure_wake<SocketWake>(stage, count);
    const Latencies futex = measure_wake<FutexWake>(stage, count);
    p50.push_back({futex.p50, socket.p50});
    p90.push_back({futex.p90, socket.p90});
    p99.push_back({futex.p99, socket.p99});
  }
  const std::string conditions = std::to_string(count) +
                                 " wakes, one per 200 us, open loop; a futex wait on a read-only mapping against a "
                                 "blocking recv of 8 bytes from a Unix SOCK_SEQPACKET";
  const char* socket = "blocking Unix socket";
  stage.add("wake of a sleeping reader", "latency p50", "ns", p50, socket, conditions);
  stage.add("wake of a sleeping reader", "latency p90", "ns", p90, socket, conditions);
  stage.add("wake of a sleeping reader", "latency p99", "ns", p99, socket, conditions);
}

}  // namespace tickplant::bench
