// How many system calls a turn makes that finds nothing: a forked child has the kernel trap each call, counts it, and
// answers "nothing there".
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>

#include "feedhandlers/sources/glimpse_source.hpp"
#include "feedhandlers/sources/soupbintcp_source.hpp"
#include "tests/support/random.hpp"
#include "tests/support/sanitizers.hpp"
#include "tests/system/feedhandlers/soupbintcp_loopback.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::soupbintcp::SessionName;
using feedhandlers::sources::DownReason;
using feedhandlers::sources::GlimpseSource;
using feedhandlers::sources::SoupBinTcpSource;
using platform::UnixNanos;

struct Nobody {
  void on_login(const SessionName&, std::uint64_t) {}
  void on_message(std::uint64_t, std::span<const std::byte>, UnixNanos) {}
  void on_end_of_session() {}
  void on_down(const DownReason&) { ++downs; }
  void on_spin() {}
  void on_message(std::span<const std::byte>, UnixNanos) {}
  int downs = 0;
};

#if defined(__x86_64__) && !defined(TP_UNDER_TSAN)

constexpr int kTurns = 100;
constexpr int kNoFilter = 250;
constexpr int kOtherCall = 251;

volatile int trapped_calls = 0;
volatile long expected_call = 0;
volatile bool was_other_call = false;

void answer_nothing(int, siginfo_t* info, void* context) {
  trapped_calls = trapped_calls + 1;
  if (info->si_syscall != expected_call) was_other_call = true;
  const long answer = info->si_syscall == SYS_connect ? -EALREADY : -EAGAIN;
  static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RAX] = answer;
}

bool trap_system_calls() {
  struct sigaction action {};
  action.sa_sigaction = answer_nothing;
  action.sa_flags = SA_SIGINFO;
  std::array<sock_filter, 5> program{
      sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 2, 0, __NR_exit},
      sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 1, 0, __NR_rt_sigreturn},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRAP},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return ::sigaction(SIGSYS, &action, nullptr) == 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

/// How many system calls `turn` makes in kTurns; kOtherCall where one of them is not `call`.
template <class Turn>
int calls_of(long call, Turn&& turn) {
  const pid_t child = ::fork();
  if (child == 0) {
    int code = kNoFilter;
    expected_call = call;
    if (trap_system_calls()) {
      for (int i = 0; i < kTurns; ++i) turn();
      code = was_other_call ? kOtherCall : trapped_calls;
    }
    ::syscall(SYS_exit, code);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  return WEXITSTATUS(status);
}

class TcpSourceCosts : public testing::Test {
 protected:
  TcpSourceCosts() { store_.messages = {"one"}; }

  void SetUp() override {
    const int calls = calls_of(SYS_getppid, [] { (void)::syscall(SYS_getppid); });
    if (calls == kNoFilter) GTEST_SKIP() << "this kernel or container refuses seccomp filters";
    ASSERT_EQ(calls, kTurns) << "they are counted";
    ASSERT_EQ(calls_of(SYS_getuid, [] { (void)::syscall(SYS_getppid); }), kOtherCall);
  }

  feedhandlers::sources::TcpOptions tcp() const { return {.server = server_.listener.endpoint()}; }

  SoupStore store_;
  SoupServer server_{{.session = {"MONDAY"}}, store_};
  Nobody nobody_;
};

TEST_F(TcpSourceCosts, AreOneReceiveATurnWhileNothingComesAndNoneWithoutAConnection) {
  using State = SoupBinTcpSource::State;
  SoupBinTcpSource source{{.tcp = tcp()}, test_seed()};
  LoopbackRun<SoupBinTcpSource, Nobody> run{source, State::live, nobody_, server_};
  const auto turn = [&] { source.poll(run.now, nobody_); };
  source.poll(run.now, nobody_);
  ASSERT_EQ(source.state(), State::connecting);
  EXPECT_EQ(calls_of(SYS_connect, turn), kTurns);
  run.until([&] { return source.next_sequence() == 2; });
  run.until_quiet();
  EXPECT_EQ(calls_of(SYS_recvmsg, turn), kTurns);
  server_.fate = {Fate::closes, 0};
  source.start_over({}, 1, run.now);
  run.until([&] { return nobody_.downs == 1; });
  ASSERT_EQ(source.state(), State::waiting);
  EXPECT_EQ(calls_of(0, turn), 0);
  source.stop(run.now);
  EXPECT_EQ(calls_of(0, turn), 0);
}

TEST_F(TcpSourceCosts, OfSpinsAreTheSame) {
  using State = GlimpseSource::State;
  GlimpseSource source{{.tcp = tcp()}, test_seed()};
  LoopbackRun<GlimpseSource, Nobody> run{source, State::spinning, nobody_, server_};
  const auto turn = [&] { source.poll(run.now, nobody_); };
  EXPECT_EQ(calls_of(0, turn), 0) << "idle";
  source.request(run.now);
  run.until([&] { return source.state() == State::spinning; });
  run.until_quiet();
  EXPECT_EQ(calls_of(SYS_recvmsg, turn), kTurns);
  store_.messages.push_back("G                   7");
  run.until([&] { return source.state() == State::complete; });
  EXPECT_EQ(calls_of(0, turn), 0) << "complete";
}

#endif

}  // namespace
}  // namespace tickplant::tests::this_file
