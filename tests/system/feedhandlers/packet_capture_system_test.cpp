// The packet recorder and what is not ours: the kernel on its hot path, a disk that is full, other people's readers.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/child_process.hpp"
#include "tests/support/packet_capture.hpp"
#include "tests/support/random.hpp"
#include "tests/support/sanitizers.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Line;
using feedhandlers::sources::CaptureSync;
using feedhandlers::sources::kMaxCapturedPayloadBytes;
using feedhandlers::sources::OfferResult;
using feedhandlers::sources::PacketCapture;
using feedhandlers::sources::PacketCaptureFile;

// --- the hot path ---------------------------------------------------------------------------------------------------

// The thread sanitizer makes calls of its own, and hangs where they are refused.
constexpr bool kOwnCallsOnly = !kUnderTsan;

TEST(PacketCaptureHotPath, MakesNoSystemCallWhetherThereIsRoomOrNot) {
  if (!kOwnCallsOnly) GTEST_SKIP() << "the thread sanitizer makes system calls of its own";
  // The kernel kills the child at its first call but exit(2).
  ChildProcess child([] {
    CaptureQueueInMemory queue(1 << 20);
    PacketCapture capture = queue.capture();
    const Bytes payload(200, 'p');
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) ::_exit(2);
    std::uint64_t captured = 0;
    for (int i = 0; i < 100'000; ++i) captured += capture.offer(packet_of(payload)) == OfferResult::captured ? 1 : 0;
    const bool both = captured > 1000 && capture.not_captured() == 100'000 - captured;
    ::syscall(SYS_exit, both ? 0 : 3);
  });
  const int code = child.wait_for_exit_code();
  if (code == 2) GTEST_SKIP() << "seccomp is refused here";
  EXPECT_EQ(code, 0) << "-1: killed; 3: not as many captured as there is room for";
}

// --- the disk -------------------------------------------------------------------------------------------------------

/// From here on the kernel answers `error` to both calls. In a child of its own: nothing takes it back.
bool refuse_calls(std::uint32_t one, std::uint32_t other, std::uint32_t error) {
  std::array<sock_filter, 5> filter{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, one, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, other, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
  }};
  const sock_fprog program{.len = filter.size(), .filter = filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

constexpr int kRefused = 100;

/// Records six packets, half a second apart, with fsync and fdatasync refused: how often that was told.
int sync_errors(const std::filesystem::path& folder, CaptureSync sync) {
  ChildProcess child([&] {
    if (!refuse_calls(SYS_fsync, SYS_fdatasync, EIO)) ::_exit(kRefused);
    CaptureQueueInMemory queue(1 << 16);
    PacketCapture capture = queue.capture();
    auto settings = capture_settings(folder);
    settings.sync = sync;
    PacketCaptureFile file(settings, queue.packets());
    for (std::int64_t half_seconds = 0; half_seconds < 6; ++half_seconds) {
      (void)capture.offer(packet_of("packet"));
      if (file.turn({half_seconds * platform::kNanosPerSecond / 2}) != 1) ::_exit(kRefused + 1);
    }
    if (!file.finish({5 * platform::kNanosPerSecond / 2})) ::_exit(kRefused + 2);
    if (file.counters().errors != 0 && file.counters().error_number != EIO) ::_exit(kRefused + 3);
    ::_exit(static_cast<int>(file.counters().errors));
  });
  return child.wait_for_exit_code();
}

TEST(PacketCaptureDisk, IsToldToKeepFilesAsThePolicySaysAndItsRefusalsAreCounted) {
  const TempDirectory folder;
  const int never = sync_errors(folder / "never", CaptureSync::never);
  if (never == kRefused) GTEST_SKIP() << "seccomp is refused here";
  EXPECT_EQ(never, 0);
  EXPECT_EQ(sync_errors(folder / "finished", CaptureSync::when_finished), 2) << "the file, and its name";
  EXPECT_EQ(sync_errors(folder / "periodically", CaptureSync::periodically), 5) << "and in seconds 0, 1 and 2";
  for (const char* policy : {"never", "finished", "periodically"})
    EXPECT_EQ(read_capture(folder / policy / "test.000001.pcapng").packets.size(), 6u) << policy;
}

TEST(PacketCaptureDisk, OfAKindThatCannotRenameWithoutReplacingStillGivesFinalNames) {
  const TempDirectory folder;
  ChildProcess child([&] {
    if (!refuse_calls(SYS_renameat2, SYS_renameat2, EINVAL)) ::_exit(kRefused);
    CaptureQueueInMemory queue(1 << 16);
    PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
    ::_exit(file.finish({1}) && file.counters().files == 1 && file.counters().errors == 0 ? 0 : 1);
  });
  const int code = child.wait_for_exit_code();
  if (code == kRefused) GTEST_SKIP() << "seccomp is refused here";
  EXPECT_EQ(code, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "test.000001.pcapng"));
}

/// In a child of its own: a disk of 256 KiB at `folder`, which nobody else sees. 0: all as it should be; 2: may not
/// mount; others name the line that was wrong.
int record_on_a_tiny_disk(const std::filesystem::path& folder) {
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=256k") != 0)
    return 2;
  CaptureQueueInMemory queue(1 << 16);
  PacketCapture capture = queue.capture();
  const auto ballast = folder / "ballast";
  std::ofstream(ballast) << Bytes(100'000, 'b');
  PacketCaptureFile file(capture_settings(folder), queue.packets());
  std::int64_t captured = 0;
  std::uint64_t refused = 0;
  std::int64_t now = 1;
  for (int i = 0; i < 1000; ++i) {
    const Bytes payload(400, static_cast<char>(i));
    if (capture.offer(packet_of(payload, captured + 1)) == OfferResult::captured) {
      ++captured;
    } else {
      ++refused;
    }
    (void)file.turn({now});
  }
  const auto part = folder / "test.000001.pcapng.part";
  if (file.counters().error_number != ENOSPC || refused == 0) return __LINE__;
  const ReadCapture meanwhile = read_capture(part);
  if (meanwhile.status != feedhandlers::sources::SourceStatus::end) return __LINE__;
  if (meanwhile.packets.size() != file.counters().packets || meanwhile.packets.size() < 100) return __LINE__;

  std::filesystem::remove(ballast);
  now += PacketCaptureFile::kRetryNanos;
  while (file.turn({now}) != 0) continue;
  if (capture.offer(packet_of("room again", captured + 1)) != OfferResult::captured) return __LINE__;
  if (!file.finish({now}) || file.counters().error_number != 0) return __LINE__;
  const ReadCapture found = read_capture(folder / "test.000001.pcapng");
  if (std::ssize(found.packets) != captured + 1 || found.packets.back().payload != "room again") return __LINE__;
  for (std::size_t i = 0; i < found.packets.size(); ++i)
    if (found.packets[i].ts_recv != static_cast<std::int64_t>(i + 1)) return __LINE__;
  return file.counters().not_captured == refused ? 0 : __LINE__;
}

TEST(PacketCaptureDisk, ThatIsFullIsToldAndRecordingGoesOnWhenThereIsRoom) {
  const TempDirectory folder;
  ChildProcess child([&] { ::_exit(record_on_a_tiny_disk(folder.path())); });
  const int code = child.wait_for_exit_code();
  if (code == 2) GTEST_SKIP() << "a disk of our own needs root (unshare, mount)";
  EXPECT_EQ(code, 0) << "the line of this file that was wrong, modulo 256";
}

// --- other readers --------------------------------------------------------------------------------------------------

struct PacketCaptureStockReader : testing::Test {
  TempDirectory folder;
  std::filesystem::path file;
  std::vector<KeptPacket> expected;
  std::vector<Line> lines;

  void SetUp() override {
    CaptureQueueInMemory queue(1 << 22);
    PacketCapture capture = queue.capture();
    PacketCaptureFile recorded(capture_settings(folder.path()), queue.packets());
    Random random(test_seed());
    for (int i = 0; i < 60; ++i) {
      const bool is_largest = i == 30;
      Bytes payload(is_largest ? kMaxCapturedPayloadBytes : random.below(1400), '\0');
      for (char& byte : payload) byte = static_cast<char>(random.next());
      if (i == 31) payload.clear();
      const std::int64_t time = 1'700'000'000'000'000'000 + i * 1'000'000'007LL;
      const auto packet = packet_of(payload, time, static_cast<Line>(random.below(3)));
      if (i % 20 == 10) (void)capture.offer(packet_of(Bytes(65'508, 'x')));  // not captured, so told
      ASSERT_EQ(capture.offer(packet), OfferResult::captured);
      expected.push_back(kept(packet));
      lines.push_back(packet.line);
    }
    ASSERT_TRUE(recorded.finish({1'700'000'100'000'000'000}));
    file = folder / "test.000001.pcapng";
  }

  static bool is_installed(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
  }
  /// What the shell's command printed, without its errors; the test fails when it fails.
  [[nodiscard]] std::string output_of(const std::string& command) const {
    const auto out = folder / "out";
    EXPECT_EQ(std::system((command + " >" + out.string() + " 2>/dev/null").c_str()), 0) << command;
    return content_of(out);
  }
  [[nodiscard]] std::string tcpdump(const std::string& options) const {
    // As root it would become somebody else, who may not read here.
    const std::string user = ::geteuid() == 0 ? " -Z root" : "";
    return output_of("tcpdump -nn --time-stamp-precision=nano" + user + " -r " + file.string() + ' ' + options);
  }
};

TEST_F(PacketCaptureStockReader, TcpdumpCopiesAllOfItIntoAFileThatSaysTheSame) {
  if (!is_installed("tcpdump")) GTEST_SKIP() << "tcpdump is not installed";
  const Bytes copy = tcpdump("-w -");
  const ReadCapture found = read_capture(feedhandlers::sources::ByteStream::over(as_span(copy)));
  EXPECT_EQ(found.status, feedhandlers::sources::SourceStatus::end);
  ASSERT_EQ(found.packets.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(found.packets[i] == expected[i]) << i;
}

TEST_F(PacketCaptureStockReader, TcpdumpFindsEveryChecksumRight) {
  if (!is_installed("tcpdump")) GTEST_SKIP() << "tcpdump is not installed";
  const std::string text = tcpdump("-vv");
  std::size_t right = 0;
  for (std::size_t at = 0; (at = text.find("[udp sum ok]", at)) != std::string::npos; ++at) ++right;
  EXPECT_EQ(right, expected.size());
  EXPECT_EQ(text.find("bad "), std::string::npos) << "bad cksum, bad udp cksum";
}

TEST_F(PacketCaptureStockReader, CapinfosCountsAsWeDo) {
  if (!is_installed("capinfos")) GTEST_SKIP() << "capinfos is not installed";
  const std::string text = output_of("capinfos -M " + file.string());
  EXPECT_NE(text.find("Number of packets:   " + std::to_string(expected.size()) + '\n'), std::string::npos) << text;
  EXPECT_NE(text.find("Number of interfaces in file: 3"), std::string::npos) << text;
  EXPECT_NE(text.find("Capture application: tickplant test"), std::string::npos) << text;
}

TEST_F(PacketCaptureStockReader, TsharkSeesTimesLinesPayloadsAndLosses) {
  if (!is_installed("tshark")) GTEST_SKIP() << "tshark is not installed";
  const std::string text = output_of("tshark -r " + file.string() +
                                     " -o udp.check_checksum:TRUE -T fields -e frame.time_epoch -e frame.interface_name"
                                     " -e ip.src -e udp.dstport -e udp.length -e udp.checksum.status -e "
                                     "ip.checksum.status -e frame.drop_count");
  std::istringstream rows(text);
  std::string row;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_TRUE(std::getline(rows, row));
    const std::string nanos = std::to_string(expected[i].ts_recv);
    const char* const names[] = {"test.a", "test.b", "test.recovery"};
    std::ostringstream wanted;
    wanted << nanos.substr(0, 10) << '.' << nanos.substr(10) << '\t' << names[static_cast<std::size_t>(lines[i])]
           << "\t10.0.0.1\t26477\t" << expected[i].payload.size() + 8 << "\t1\t";
    EXPECT_EQ(row.substr(0, wanted.str().size()), wanted.str()) << i;
    EXPECT_EQ(row.ends_with("\t1"), i % 20 == 10) << row;
  }
  EXPECT_FALSE(std::getline(rows, row)) << row;
}

}  // namespace
}  // namespace tickplant::tests::this_file
