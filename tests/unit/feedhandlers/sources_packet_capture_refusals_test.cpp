// What a packet recorder does when the kernel refuses a folder, a file, a name, a sync or half a write.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "feedhandlers/sources/packet_capture_file.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/packet_capture.hpp"
#include "tests/support/pcapng_blocks.hpp"
#include "tests/support/refused_system_call.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sources::CaptureSync;
using feedhandlers::sources::OfferResult;
using feedhandlers::sources::PacketCapture;
using feedhandlers::sources::PacketCaptureFile;
using feedhandlers::sources::SourceStatus;
using platform::UnixNanos;

constexpr UnixNanos kNow{1'700'000'000'000'000'000};
constexpr std::int64_t kSecond = platform::kNanosPerSecond;

class PacketCaptureRefusals : public testing::Test {
 protected:
  void offer(int count) {
    for (int i = 0; i < count; ++i) ASSERT_EQ(capture.offer(packet_of("a packet")), OfferResult::captured);
  }
  /// Why the recorder cannot be set up under these refusals; "" when it can.
  std::string problem(const std::vector<RefusedCall>& calls) {
    std::string text;
    with_refused(calls, [&] {
      try {
        const PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
      } catch (const platform::SetupError& error) {
        EXPECT_FALSE(error.remedy().empty());
        text = error.problem();
      }
    });
    return text;
  }
  [[nodiscard]] std::size_t packets_in(const std::string& name) const {
    const ReadCapture found = read_capture(folder / name);
    EXPECT_EQ(found.status, SourceStatus::end);
    return found.packets.size();
  }
  [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(folder / name); }

  TempDirectory folder;
  CaptureQueueInMemory queue{1 << 16};
  PacketCapture capture = queue.capture();
};

TEST_F(PacketCaptureRefusals, AFolderThatCannotBeOpenedOrReadIsNamed) {
  const std::string name = folder.path().string();
  EXPECT_EQ(problem({{SYS_openat, EMFILE, 2, O_RDONLY | O_DIRECTORY | O_CLOEXEC}}),
            "cannot open the folder " + name + ": Too many open files (errno 24)");
  EXPECT_EQ(problem({{SYS_getdents64, EIO}}), "cannot read the folder " + name + ": Input/output error");
  EXPECT_EQ(problem({{SYS_openat, EROFS, 2, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC}}),
            "cannot make a file test in " + name + ": Read-only file system (errno 30)");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_EQ(problem({}), "");
}

TEST_F(PacketCaptureRefusals, AFileWhoseNameBeginsTheSameIsNotOneOfThem) {
  folder.write("testing.000041.pcapng", "another feed's");
  EXPECT_EQ(problem({}), "");
  EXPECT_TRUE(has("test.000001.pcapng.part"));
}

TEST_F(PacketCaptureRefusals, AKernelThatDoesNotSayItsNameIsLeftOut) {
  with_refused({{SYS_uname, EPERM}}, [&] {
    PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
    EXPECT_TRUE(file.finish(kNow));
  });
  const auto blocks = pcapng_blocks(content_of(folder / "test.000001.pcapng"));
  EXPECT_EQ(blocks[0].option(3), std::nullopt);
  EXPECT_EQ(blocks[0].option(4), "tickplant test") << "the rest is there";
}

TEST_F(PacketCaptureRefusals, ANameOfTheOperatingSystemThatIsGivenIsTaken) {
  auto settings = capture_settings(folder.path());
  settings.operating_system = "another one";
  PacketCaptureFile file(settings, queue.packets());
  ASSERT_TRUE(file.finish(kNow));
  EXPECT_EQ(pcapng_blocks(content_of(folder / "test.000001.pcapng"))[0].option(3), "another one");
}

TEST_F(PacketCaptureRefusals, ANextFileThatCannotBeMadeIsTriedAgainUnderTheSameNumber) {
  auto settings = capture_settings(folder.path());
  settings.rotate_bytes = 1;
  PacketCaptureFile file(settings, queue.packets());
  offer(2);
  ASSERT_EQ(file.turn(kNow), 1u);
  with_refused({{SYS_openat, ENOSPC, 2, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC}}, [&] {
    EXPECT_EQ(file.turn(kNow), 0u);
    EXPECT_FALSE(file.finish(kNow));
  });
  EXPECT_EQ(file.counters().error_number, ENOSPC);
  EXPECT_EQ(file.counters().errors, 2u);
  EXPECT_TRUE(has("test.000001.pcapng")) << "the file before is finished";
  EXPECT_EQ(file.turn(kNow + kSecond), 1u);
  ASSERT_TRUE(file.finish(kNow + kSecond));
  EXPECT_EQ(packets_in("test.000002.pcapng"), 1u);
}

TEST_F(PacketCaptureRefusals, ANumberThatSomebodyTookMeanwhileIsLeftToThem) {
  auto settings = capture_settings(folder.path());
  settings.rotate_bytes = 1;
  PacketCaptureFile file(settings, queue.packets());
  offer(2);
  ASSERT_EQ(file.turn(kNow), 1u);
  folder.write("test.000002.pcapng.part", "somebody else's");
  EXPECT_EQ(file.turn(kNow), 0u);
  EXPECT_EQ(file.counters().error_number, EEXIST);
  EXPECT_EQ(file.turn(kNow + kSecond), 1u);
  ASSERT_TRUE(file.finish(kNow + kSecond));
  EXPECT_EQ(content_of(folder / "test.000002.pcapng.part"), "somebody else's");
  EXPECT_EQ(packets_in("test.000003.pcapng"), 1u);
}

TEST_F(PacketCaptureRefusals, ADiskThatFailsIsTriedAgainASecondLater) {
  PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
  offer(3);
  with_refused({{SYS_pwrite64, EIO}}, [&] { EXPECT_EQ(file.turn(kNow), 0u); });
  EXPECT_EQ(file.counters().error_number, EIO);
  EXPECT_EQ(file.turn(kNow + kSecond), 3u);
  EXPECT_EQ(file.counters().error_number, 0);
  ASSERT_TRUE(file.finish(kNow + kSecond));
  EXPECT_EQ(packets_in("test.000001.pcapng"), 3u);
}

TEST_F(PacketCaptureRefusals, AWriteOfNothingIsAnErrorToo) {
  PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
  offer(1);
  with_refused({{SYS_pwrite64, 0}}, [&] { EXPECT_EQ(file.turn(kNow), 0u); });
  EXPECT_EQ(file.counters().error_number, EIO);
  ASSERT_TRUE(file.finish(kNow));
  EXPECT_EQ(packets_in("test.000001.pcapng"), 1u);
}

TEST_F(PacketCaptureRefusals, AFullFileWhoseEndIsRefusedIsEndedLater) {
  auto settings = capture_settings(folder.path());
  settings.rotate_bytes = 1;
  PacketCaptureFile file(settings, queue.packets());
  offer(2);
  ASSERT_EQ(file.turn(kNow), 1u);
  with_refused({{SYS_pwrite64, ENOSPC}}, [&] {
    EXPECT_EQ(file.turn(kNow), 0u);
    EXPECT_FALSE(file.finish(kNow));
  });
  EXPECT_TRUE(has("test.000001.pcapng.part"));
  EXPECT_FALSE(has("test.000002.pcapng.part")) << "one file at a time";
  ASSERT_TRUE(file.finish(kNow));
  EXPECT_EQ(packets_in("test.000001.pcapng"), 1u);
  EXPECT_EQ(packets_in("test.000002.pcapng"), 1u);
}

TEST_F(PacketCaptureRefusals, MoreThanItsBufferHoldsIsWrittenInSeveralTurns) {
  CaptureQueueInMemory large(1 << 22);
  PacketCapture large_capture = large.capture();
  PacketCaptureFile file(capture_settings(folder.path()), large.packets());
  const Bytes payload(1400, 'p');
  std::size_t offered = 0;
  while (large_capture.offer(packet_of(payload)) == OfferResult::captured) ++offered;
  ASSERT_GT(offered * payload.size(), std::size_t{2} << 20);
  const std::size_t first = file.turn(kNow);
  EXPECT_GT(first, 0u);
  EXPECT_LT(first * payload.size(), std::size_t{1} << 20);
  ASSERT_TRUE(file.finish(kNow));
  EXPECT_EQ(packets_in("test.000001.pcapng"), offered);
}

TEST_F(PacketCaptureRefusals, ASyncThatFailsIsToldAndTheRecordingGoesOn) {
  auto settings = capture_settings(folder.path());
  settings.sync = CaptureSync::periodically;
  PacketCaptureFile file(settings, queue.packets());
  offer(1);
  with_refused({{SYS_fdatasync, EIO}, {SYS_fsync, EIO}}, [&] {
    EXPECT_EQ(file.turn(kNow), 1u);
    EXPECT_EQ(file.counters().errors, 1u);
    offer(1);
    EXPECT_EQ(file.turn(kNow + 1), 1u) << "not due: it is not tried";
    EXPECT_EQ(file.counters().errors, 1u);
    EXPECT_TRUE(file.finish(kNow + 2));
  });
  EXPECT_EQ(file.counters().errors, 3u) << "the file and its folder";
  EXPECT_EQ(file.counters().error_number, EIO);
  EXPECT_EQ(packets_in("test.000001.pcapng"), 2u);
}

TEST_F(PacketCaptureRefusals, AFileSystemThatCannotKeepFromOverwritingRenamesAllTheSame) {
  PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
  offer(1);
  with_refused({{SYS_renameat2, EINVAL}}, [&] { EXPECT_TRUE(file.finish(kNow)); });
  EXPECT_EQ(file.counters().files, 1u);
  EXPECT_EQ(file.counters().errors, 0u);
  EXPECT_EQ(packets_in("test.000001.pcapng"), 1u);
  EXPECT_FALSE(has("test.000001.pcapng.part"));
}

}  // namespace
}  // namespace tickplant::tests::this_file
