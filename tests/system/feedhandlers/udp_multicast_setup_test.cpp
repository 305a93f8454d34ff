// What cannot be set up for a live feed, and what is said then. Where the host has to be another one, a child becomes
// it: without a network, without privileges, without io_uring.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <vector>

#include "feedhandlers/sources/udp_multicast_source.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/multicast_loopback.hpp"
#include "tests/support/sanitizers.hpp"

namespace tickplant::tests::this_file {
namespace {

using config::ReceiveMethod;
using config::SourceConfig;
using feedhandlers::Packet;
using feedhandlers::sources::ReceiveOptions;
using feedhandlers::sources::UdpMulticastSource;
using testing::AllOf;
using testing::HasSubstr;

SourceConfig on_loopback(std::uint16_t port) {
  SourceConfig config;
  config.receive = ReceiveMethod::recvmmsg;
  config.receive_buffer_bytes = 64 << 10;
  config.line_a = {.group = own_group(8), .port = port, .interface = "lo"};
  return config;
}

/// What a person is told; empty when it can be set up.
std::string refusal(const SourceConfig& config) {
  try {
    const UdpMulticastSource source{config};
    return "";
  } catch (const platform::SetupError& error) {
    return error.what();
  }
}

TEST(MulticastSetup, NamesTheInterfacesThereAre) {
  SourceConfig config = on_loopback(LocalSocket{}.port());
  config.line_a.interface = "nosuch0";
  EXPECT_THAT(refusal(config), AllOf(HasSubstr("line A: there is no interface 'nosuch0', there are "), HasSubstr("lo"),
                                     HasSubstr("remedy: name one of them")));
  config.line_a.interface = "192.0.2.200";
  EXPECT_THAT(refusal(config),
              AllOf(HasSubstr("no interface has the address 192.0.2.200; there are "), HasSubstr("ip -4 address")));
}

TEST(MulticastSetup, SaysOnWhichLineItFails) {
  SourceConfig config = on_loopback(LocalSocket{}.port());
  config.line_b = {.group = own_group(9), .port = config.line_a.port, .interface = "nosuch0"};
  EXPECT_THAT(refusal(config), testing::StartsWith("line B: "));
}

TEST(MulticastSetup, WantsAGroup) {
  SourceConfig config = on_loopback(LocalSocket{}.port());
  config.line_a.group = "10.0.0.1";
  EXPECT_THAT(refusal(config), HasSubstr("10.0.0.1 is not a multicast group\n  remedy: use one from 224.0.0.0"));
  config.line_a.group = "somewhere";
  EXPECT_THAT(refusal(config), HasSubstr("'somewhere' is not an IPv4 address"));
}

TEST(MulticastSetup, SaysHowToFindWhoHoldsThePort) {
  const platform::UniqueFd holder{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_in everywhere = endpoint("0.0.0.0", 0);
  socklen_t length = sizeof everywhere;
  auto* const generic = reinterpret_cast<sockaddr*>(&everywhere);
  ASSERT_EQ(::bind(holder.get(), generic, length), 0);
  ASSERT_EQ(::getsockname(holder.get(), generic, &length), 0);
  const std::string port = std::to_string(ntohs(everywhere.sin_port));
  EXPECT_THAT(refusal(on_loopback(ntohs(everywhere.sin_port))),
              AllOf(HasSubstr("cannot listen on " + own_group(8) + ':' + port + ": Address already in use"),
                    HasSubstr("holds the port and does not share it"),
                    HasSubstr("`ss -ulpn 'sport = :" + port + "'` names it")));
}

// --- on another host ---

/// Runs `work` in a child after `become`; what it returned, "not possible here" when `become` failed.
template <class Become, class Work>
std::string on_another_host(Become&& become, Work&& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return "no pipe";
  platform::UniqueFd reading{ends[0]};
  platform::UniqueFd writing{ends[1]};
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string text = become() ? work() : "not possible here";
    const bool is_written = ::write(writing.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(is_written ? 0 : 1);
  }
  writing.reset();
  std::string text(4096, '\0');
  const ssize_t size = ::read(reading.get(), text.data(), text.size());
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  return text;
}

bool without_a_network() { return ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 || ::unshare(CLONE_NEWNET) == 0; }

TEST(MulticastSetup, SaysThatNoRouteLeadsToTheGroup) {
  SourceConfig config = on_loopback(LocalSocket{}.port());
  config.line_a.interface = "auto";
  const std::string text = on_another_host(without_a_network, [&] { return refusal(config); });
  if (text == "not possible here") GTEST_SKIP() << "no network namespaces here";
  EXPECT_THAT(text, AllOf(HasSubstr("line A: cannot join " + own_group(8) + ": No such device"),
                          HasSubstr("no route says which interface multicast comes from"),
                          HasSubstr("name the interface of the line, or `ip route add 224.0.0.0/4 dev INTERFACE`")));
}

TEST(MulticastSetup, SaysThatThereIsNoWayToTheServer) {
  SourceConfig config = on_loopback(LocalSocket{}.port());
  config.rerequest = {.address = "192.0.2.10", .port = 1};
  const std::string text = on_another_host(without_a_network, [&] { return refusal(config); });
  if (text == "not possible here") GTEST_SKIP() << "no network namespaces here";
  EXPECT_THAT(text, AllOf(HasSubstr("re-request server: no way to 192.0.2.10:1: Network is unreachable"),
                          HasSubstr("`ip route get 192.0.2.10` shows why; or leave `rerequest` out")));
}

std::string notes_of(const SourceConfig& config, const ReceiveOptions& options = {}) {
  try {
    const UdpMulticastSource source{config, options};
    std::string text = std::string(source.method()) + '\n';
    for (const std::string& note : source.notes()) text += note + '\n';
    return text;
  } catch (const platform::SetupError& error) {
    return error.what();
  }
}

TEST(MulticastSetup, NotesThatAnInterfaceIsDown) {
  const SourceConfig config = on_loopback(LocalSocket{}.port());
  const std::string text = on_another_host(without_a_network, [&] { return notes_of(config); });
  if (text == "not possible here") GTEST_SKIP() << "no network namespaces here";
  EXPECT_THAT(text, HasSubstr("line A: interface lo is down, nothing comes before `ip link set lo up`"));
}

TEST(MulticastSetup, NotesABufferThatIsSmallerThanAskedFor) {
  SourceConfig config = on_loopback(LocalSocket{}.port());
  config.receive_buffer_bytes = 1 << 30;
  const auto without_privileges = [] {
    constexpr uid_t kNobody = 65'534;
    return ::geteuid() != 0 || ::setresuid(kNobody, kNobody, kNobody) == 0;
  };
  const std::string text = on_another_host(without_privileges, [&] { return notes_of(config); });
  if (text == "not possible here") GTEST_SKIP() << "cannot become nobody here";
  if (text == "recvmmsg\n") GTEST_SKIP() << "this host allows buffers of 1 GiB";
  EXPECT_THAT(text, AllOf(HasSubstr("line A: the receive buffer is "),
                          HasSubstr(", not 1 GiB; sysctl net.core.rmem_max=1073741824")));
}

TEST(MulticastSetup, NotesWhatOfBusyPollingIsRefusedAndGoesOn) {
  const SourceConfig config = on_loopback(LocalSocket{}.port());
  const auto without_privileges = [] {
    constexpr uid_t kNobody = 65'534;
    return ::geteuid() != 0 || ::setresuid(kNobody, kNobody, kNobody) == 0;
  };
  const std::string text =
      on_another_host(without_privileges, [&] { return notes_of(config, {.busy_poll_ns = 50'000}); });
  if (text == "not possible here") GTEST_SKIP() << "cannot become nobody here";
  if (text == "recvmmsg\n") GTEST_SKIP() << "this host lets everybody poll";
  // Older kernels refuse it whole, newer ones that the card's interrupts are held back.
  EXPECT_THAT(text, AllOf(testing::StartsWith("recvmmsg\nline A: "), HasSubstr("busy polling"),
                          HasSubstr("Operation not permitted (errno 1); CAP_NET_ADMIN allows it")));
}

TEST(MulticastSetup, SaysThatItPollsBusily) {
  const UdpMulticastSource source{on_loopback(LocalSocket{}.port()), {.busy_poll_ns = 50'000}};
  if (!source.notes().empty()) GTEST_SKIP() << source.notes()[0];
  EXPECT_THAT(source.describe(), HasSubstr(" on lo (64 KiB, kernel stamps, busy polling 50 us)"));
}

TEST(MulticastSetup, ReceivesByRecvmmsgWhereItIsToPollBusilyAndMayChoose) {
  SourceConfig config = on_loopback(LocalSocket{}.port());
  config.receive = ReceiveMethod::automatic;
  EXPECT_THAT(notes_of(config, {.busy_poll_ns = 50'000}), testing::StartsWith("recvmmsg\n"));
  config.receive = ReceiveMethod::io_uring;
  if (refusal(config) != "") GTEST_SKIP() << refusal(config);
  EXPECT_THAT(
      notes_of(config, {.busy_poll_ns = 50'000}),
      AllOf(testing::StartsWith("io_uring multishot\n"), HasSubstr("busy polling comes to nothing by io_uring")));
}

/// All system calls but those of `program`.
template <std::size_t N>
bool filter(std::array<sock_filter, N> program) {
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

bool without_io_uring() {
  return filter(std::array<sock_filter, 4>{
      sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, __NR_io_uring_setup},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  });
}

TEST(MulticastSetup, RefusesWhereIoUringIsDemandedAndNotToBeHad) {
  SourceConfig config = on_loopback(LocalSocket{}.port());
  config.receive = ReceiveMethod::io_uring;
  const std::string text = on_another_host(without_io_uring, [&] { return refusal(config); });
  if (text == "not possible here") GTEST_SKIP() << "no seccomp filters here";
  EXPECT_THAT(text, AllOf(HasSubstr("receive: io_uring is not to be had: io_uring with "),
                          HasSubstr("or set receive: recvmmsg")));
}

TEST(MulticastSetup, FallsBackToRecvmmsgAndSaysSo) {
  SourceConfig config = on_loopback(LocalSocket{}.port());
  config.receive = ReceiveMethod::automatic;
  const std::string text = on_another_host(without_io_uring, [&] { return notes_of(config); });
  if (text == "not possible here") GTEST_SKIP() << "no seccomp filters here";
  EXPECT_THAT(text, AllOf(testing::StartsWith("recvmmsg\n"),
                          HasSubstr("receiving by recvmmsg, since io_uring is not to be had: ")));
}

TEST(MulticastSetup, PrefersIoUringWhereItWorks) {
  SourceConfig config = on_loopback(LocalSocket{}.port());
  config.receive = ReceiveMethod::io_uring;
  if (refusal(config) != "") GTEST_SKIP() << refusal(config);
  config.receive = ReceiveMethod::automatic;
  EXPECT_EQ(notes_of(config), "io_uring multishot\n");
}

/// From here on the kernel kills this process at any system call but exit.
bool without_system_calls() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // leaves no core file
  return filter(std::array<sock_filter, 4>{
      sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, __NR_exit},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS},
  });
}

TEST(MulticastSetup, MakesNoSystemCallWhileNothingComesByIoUring) {
#if defined(TP_UNDER_TSAN)
  GTEST_SKIP() << "ThreadSanitizer makes system calls of its own";
#endif
  SourceConfig config = on_loopback(LocalSocket{}.port());
  config.receive = ReceiveMethod::io_uring;
  config.line_b = {.group = own_group(9), .port = config.line_a.port, .interface = "lo"};
  if (refusal(config) != "") GTEST_SKIP() << refusal(config);
  constexpr int kNoFilter = 77;
  const pid_t child = ::fork();
  if (child == 0) {
    UdpMulticastSource source{config};
    std::size_t packets = source.poll([](const Packet&) {});  // arms
    int code = kNoFilter;
    if (without_system_calls()) {
      for (int i = 0; i < 1'000; ++i) packets += source.poll([](const Packet&) {});
      code = packets == 0 ? 0 : 1;
    }
    ::syscall(SYS_exit, code);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoFilter) GTEST_SKIP() << "no seccomp filters here";
  EXPECT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status) << ": it made a system call";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace tickplant::tests::this_file
