// The path from packet to ring and tables allocates nothing and makes no system call; the simulated exchange, whose
// pace is a promise, allocates nothing while it trades.
//
// Allocations: this program's malloc family counts while a thread asks for it (under a sanitizer, which has a malloc of
// its own, its hook does). operator new ends there, too.
// System calls: a forked child prepares everything, forbids itself all calls but exit, and plays the day: the kernel
// kills it at the first one. Locks: an uncontended futex lock is no system call, so this finds only those that wait;
// the feed has one thread and nobody to wait for.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "feedhandlers/sequencing/reorder_buffer.hpp"
#include "feedhandlers/venue/market.hpp"
#include "tests/support/itch_feed_in_memory.hpp"
#include "tests/support/itch_session.hpp"
#include "tests/support/mold_writer.hpp"
#include "tests/support/sanitizers.hpp"

namespace {

constinit thread_local bool counting = false;
constinit thread_local std::uint64_t calls = 0;

void count_call() noexcept {
  if (counting) ++calls;
}

}  // namespace

extern "C" {

#if defined(TP_UNDER_TSAN) || defined(TP_UNDER_ASAN)
#define TICKPLANT_TEST_SANITIZER_OWNS_MALLOC 1

void __sanitizer_malloc_hook(const volatile void*, std::size_t);
void __sanitizer_free_hook(const volatile void*);
void __sanitizer_malloc_hook(const volatile void*, std::size_t) { count_call(); }
void __sanitizer_free_hook(const volatile void*) { count_call(); }

#else

// glibc's own, under the names it keeps for those who replace it.
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t bytes) noexcept {
  count_call();
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) noexcept {
  count_call();
  return __libc_calloc(count, bytes);
}
void* realloc(void* old, std::size_t bytes) noexcept {
  count_call();
  return __libc_realloc(old, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  count_call();
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  count_call();
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** out, std::size_t alignment, std::size_t bytes) noexcept {
  count_call();
  *out = __libc_memalign(alignment, bytes);
  return *out == nullptr ? ENOMEM : 0;
}
void free(void* memory) noexcept {
  count_call();
  __libc_free(memory);
}

#endif
}

namespace tickplant::tests::itch::this_file {
namespace {

/// How often `work` asked for memory or gave some back.
template <class Work>
std::uint64_t allocations_of(Work&& work) {
  calls = 0;
  counting = true;
  std::atomic_signal_fence(std::memory_order_seq_cst);  // compilers believe that malloc looks at nothing of ours
  work();
  std::atomic_signal_fence(std::memory_order_seq_cst);
  counting = false;
  return calls;
}

/// A day with all 23 types, unknown references, wrong lengths and books that cross; and the same day as packets that
/// are doubled, late, lost and damaged. All bytes stand ready.
class DataPathCosts : public testing::Test {
 protected:
  DataPathCosts() {
    Session session{{.seed = test_seed(),
                     .symbols = 20,
                     .live_orders = 500,
                     .may_cross = true,
                     .dropped_per_million = 10'000,
                     .bad_length_per_million = 10'000}};
    session.open(file_);
    session.trade(20'000, file_);
    session.close(file_);
    messages_ = unframed(file_);

    Random random{test_seed()};
    for (std::size_t at = 0; at < messages_.size();) {
      const std::size_t count = std::min<std::size_t>(1 + random.below(40), messages_.size() - at);
      std::vector<Bytes> held;
      for (std::size_t i = at; i < at + count; ++i) held.push_back(to_bytes(messages_[i]));
      const Bytes packet = mold_packet("S", at + 1, held);
      if (!random.chance(1, 20)) packets_.push_back(packet);
      if (random.chance(1, 10)) packets_.push_back(packet);
      if (random.chance(1, 20)) packets_.push_back(packet.substr(0, packet.size() - 1));
      if (random.chance(1, 20)) packets_.push_back(mold_heartbeat("S", at + 1));
      if (random.chance(1, 10) && packets_.size() > 1) std::swap(packets_.back(), packets_[packets_.size() - 2]);
      at += count;
    }
    packets_.push_back(mold_end_of_session("S", messages_.size() + 1));
    packets_.push_back("short");
  }

  /// One day as a file, the next as packets. Returns the ring's last sequence.
  static std::uint64_t play(FeedInMemory& plant, const DataPathCosts& day) noexcept {
    plant.feed.begin_day({.midnight = kMidnight, .date = 20190130});
    const std::span messages{day.messages_};
    for (std::size_t at = 0; at < messages.size(); at += 100)
      plant.feed.on_messages(messages.subspan(at, std::min<std::size_t>(100, messages.size() - at)), at + 1);
    plant.feed.begin_day({.midnight = kMidnight + platform::kNanosPerDay, .date = 20190131});
    for (const Bytes& packet : day.packets_)
      plant.feed.on_packet({.payload = as_span(packet), .ts_recv = kMidnight + platform::kNanosPerDay}, 1'000);
    return plant.publisher.last().value;
  }

  static constexpr feedhandlers::sequencing::ReorderOptions kReorder{.can_request = true, .held_bytes_max = 1 << 16};

  /// Each child and each run has one of its own.
  struct Plant {
    feedhandlers::OrderBook book{FeedInMemory::kBookConfig};
    FeedInMemory memory{book, {.quotes = true, .levels = true, .depth = true}};
    feedhandlers::sequencing::ReorderBuffer reorder{kReorder};
  };

  /// The packets as a live feed takes them: put in order, asked for, given up. Returns the ring's last sequence.
  static std::uint64_t play_live(Plant& plant, const DataPathCosts& day) noexcept {
    FeedInMemory& memory = plant.memory;
    memory.feed.begin_day({.midnight = kMidnight, .date = 20190130});
    const auto deliver = [&](const feedhandlers::Packet& packet, const feedhandlers::moldudp64::Datagram& datagram) {
      memory.feed.on_packet(packet, datagram, 1'000);
    };
    platform::UnixNanos now = kMidnight;
    for (const Bytes& packet : day.packets_) {
      now = now + 100'000'000;
      plant.reorder.on_packet({.payload = as_span(packet), .ts_recv = now}, deliver);
      while (plant.reorder.take_request(now)) {
      }
      plant.reorder.on_time(now + 50'000'000, deliver);
    }
    plant.reorder.flush(deliver);
    memory.feed.publish_heartbeat({now, 1, 2, 3});
    return memory.publisher.last().value;
  }

  static constexpr platform::UnixNanos kMidnight{1'548'824'400'000'000'000};
  Buffer file_;
  std::vector<feedhandlers::itch50::Message> messages_;
  std::vector<Bytes> packets_;
};

TEST_F(DataPathCosts, CountEveryAllocation) {
  std::vector<int> grown;
  EXPECT_GE(allocations_of([&] { grown.push_back(1); }), 1u);
  EXPECT_EQ(allocations_of([&] { grown.back() = 2; }), 0u);

  void* volatile memory = nullptr;  // volatile: or the compiler sees that nobody uses it and drops the pair
  const auto expect_counted = [&](std::string_view what, auto&& allocate) {
    EXPECT_GE(allocations_of([&] { memory = allocate(); }), 1u) << what;
    EXPECT_GE(allocations_of([&] { std::free(memory); }), 1u) << "free after " << what;
  };
  expect_counted("malloc", [] { return std::malloc(8); });
  expect_counted("calloc", [] { return std::calloc(1, 8); });
  expect_counted("realloc", [] { return std::realloc(nullptr, 8); });
#if !defined(TICKPLANT_TEST_SANITIZER_OWNS_MALLOC)  // whose hook is not told of these
  expect_counted("aligned_alloc", [] { return std::aligned_alloc(64, 64); });
  expect_counted("memalign", [] { return ::memalign(64, 64); });
  expect_counted("posix_memalign", [] {
    void* out = nullptr;
    return ::posix_memalign(&out, 64, 64) == 0 ? out : nullptr;
  });
#endif
  constexpr std::align_val_t wide{256};
  EXPECT_GE(allocations_of([&] { memory = ::operator new(256, wide); }), 1u);
  EXPECT_GE(allocations_of([&] { ::operator delete(memory, wide); }), 1u);
}

TEST_F(DataPathCosts, AreNoAllocations) {
  Plant plant;
  std::uint64_t published = 0;
  EXPECT_EQ(allocations_of([&] { published = play(plant.memory, *this); }), 0u);
  EXPECT_GT(published, 2 * messages_.size());
  const auto& counters = plant.memory.feed.counters();
  for (std::size_t row = 0; row < counters.messages.size(); ++row)
    EXPECT_GT(counters.messages[row], 0u) << feedhandlers::itch50::kMessageTypes[row].type << " was not among them";
  EXPECT_GT(counters.bad_lengths, 0u);
  EXPECT_GT(counters.damaged_packets, 1u);
  EXPECT_GT(plant.memory.feed.sessions().totals().late_messages, 0u);
}

TEST_F(DataPathCosts, AreNoAllocationsWhilePacketsArePutInOrder) {
  Plant plant;
  EXPECT_EQ(allocations_of([&] { play_live(plant, *this); }), 0u);
  const auto& counters = plant.reorder.counters();
  EXPECT_GT(counters.released_packets, 0u);
  EXPECT_GT(counters.duplicate_packets, 0u);
  EXPECT_GT(counters.requests, 0u);
  EXPECT_GT(counters.given_up_holes, 0u);
}

/// From here on the kernel kills this process at any system call but exit. False where filters are not to be had.
bool forbid_system_calls() noexcept {
  static constexpr std::array<sock_filter, 4> kProgram{
      sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, __NR_exit},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS},
  };
  std::array<sock_filter, 4> program = kProgram;
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // leaves no core file
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

constexpr int kNoFilter = 77;
constexpr int kWrongResult = 1;

/// Wait status of a child that forbids itself system calls and exits with what `work` returns.
template <class Work>
int status_without_system_calls(Work&& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int code = forbid_system_calls() ? work() : kNoFilter;
    ::syscall(SYS_exit, code);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

bool has_no_filter(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == kNoFilter; }

TEST_F(DataPathCosts, KillAChildThatMakesASystemCall) {
  const int status = status_without_system_calls([] { return ::syscall(SYS_getppid) > 0 ? 0 : kWrongResult; });
  if (has_no_filter(status)) GTEST_SKIP() << "this kernel or container refuses seccomp filters";
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSYS);
}

TEST_F(DataPathCosts, AreNoSystemCalls) {
#if defined(TP_UNDER_TSAN)
  GTEST_SKIP() << "ThreadSanitizer makes system calls of its own";
#endif
  Plant first;
  const std::uint64_t expected = play(first.memory, *this);
  const std::uint64_t expected_live = play_live(*std::make_unique<Plant>(), *this);
  Plant second;
  Plant live;
  const int status = status_without_system_calls([&] {
    return play(second.memory, *this) == expected && play_live(live, *this) == expected_live ? 0 : kWrongResult;
  });
  if (has_no_filter(status)) GTEST_SKIP() << "this kernel or container refuses seccomp filters";
  EXPECT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status) << ": it made a system call";
  EXPECT_EQ(WEXITSTATUS(status), 0) << "another result than without the filter";
}

TEST(VenueMarketCosts, AreNoAllocationsOnceTheBooksHaveTheirSize) {
  using feedhandlers::venue::Market;
  Market market{{.seed = test_seed(), .symbols = 40, .live_orders = 2'000, .session_seconds = 40}};
  Buffer out;
  out.reserve(std::size_t{1} << 20);
  std::uint64_t now_nanos = 34'200'000'000'000;
  const auto trade_until = [&](std::uint64_t messages) {
    for (; market.messages() < messages; now_nanos += 1'000'000) {
      if (out.size() > out.capacity() / 2) out.clear();
      market.trade({now_nanos}, out);
    }
  };
  market.begin_day({now_nanos}, out);
  market.open({now_nanos}, out);
  trade_until(20'000);
  EXPECT_EQ(allocations_of([&] { trade_until(60'000); }), 0u) << "TICKPLANT_TEST_SEED=" << test_seed();
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
