#include "feedhandlers/sources/packet_capture_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <set>

#include "platform/setup_error.hpp"
#include "tests/support/packet_capture.hpp"
#include "tests/support/pcapng_blocks.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Line;
using feedhandlers::sources::CaptureSync;
using feedhandlers::sources::OfferResult;
using feedhandlers::sources::PacketCapture;
using feedhandlers::sources::PacketCaptureFile;
using feedhandlers::sources::SourceStatus;
using platform::UnixNanos;

constexpr UnixNanos kNow{1'700'000'000'000'000'000};
constexpr std::int64_t kSecond = platform::kNanosPerSecond;

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}
using Names = std::set<std::string>;

/// No file of this process may grow beyond `bytes`, until the object goes: a disk that is full for everybody's tests.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

struct PacketCaptureFiles : testing::Test {
  TempDirectory folder;
  CaptureQueueInMemory queue{1 << 16};
  PacketCapture capture = queue.capture();

  void offer(int first, int last) {
    for (int i = first; i <= last; ++i)
      ASSERT_EQ(capture.offer(packet_of("packet " + std::to_string(i), i)), OfferResult::captured);
  }
  /// Whether the file holds packets first to last and nothing else.
  static void expect_packets(const std::filesystem::path& file, int first, int last) {
    const ReadCapture found = read_capture(file);
    EXPECT_EQ(found.status, SourceStatus::end);
    ASSERT_EQ(found.packets.size(), static_cast<std::size_t>(last - first + 1)) << file;
    for (int i = first; i <= last; ++i)
      EXPECT_EQ(found.packets[static_cast<std::size_t>(i - first)], kept(packet_of("packet " + std::to_string(i), i)));
  }
};

TEST_F(PacketCaptureFiles, AreCalledPartUntilTheyAreFinished) {
  PacketCaptureFile file(capture_settings(folder.path() / "made"), queue.packets());
  EXPECT_EQ(names_in(folder / "made"), Names{"test.000001.pcapng.part"});
  offer(1, 3);
  EXPECT_EQ(file.turn(kNow), 3u);
  EXPECT_EQ(file.turn(kNow), 0u);
  expect_packets(folder / "made/test.000001.pcapng.part", 1, 3);
  offer(4, 4);
  EXPECT_TRUE(file.finish(kNow));
  EXPECT_EQ(names_in(folder / "made"), Names{"test.000001.pcapng"});
  expect_packets(folder / "made/test.000001.pcapng", 1, 4);
  EXPECT_EQ(file.counters().packets, 4u);
  EXPECT_EQ(file.counters().files, 1u);
  EXPECT_EQ(file.counters().errors, 0u);
  EXPECT_EQ(file.counters().bytes, std::filesystem::file_size(folder / "made/test.000001.pcapng"));
  struct stat status {};
  ASSERT_EQ(::stat((folder / "made/test.000001.pcapng").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0137U, 0u) << "others read nothing, nobody else writes";
}

TEST_F(PacketCaptureFiles, BeginWithTheMachineAndTheLinesAndEndWithStatistics) {
  PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
  for (const Line line : {Line::b, Line::recovery, Line::a})
    ASSERT_EQ(capture.offer(packet_of("on a line", 1, line)), OfferResult::captured);
  ASSERT_TRUE(file.finish(kNow));
  const auto blocks = pcapng_blocks(content_of(folder / "test.000001.pcapng"));
  ASSERT_EQ(blocks.size(), 8u);
  EXPECT_EQ(blocks[0].option(2), "a machine");
  EXPECT_EQ(blocks[0].option(3)->substr(0, 6), "Linux ");
  EXPECT_EQ(blocks[0].option(4), "tickplant test");
  EXPECT_EQ(blocks[1].option(2), "test.a");
  EXPECT_EQ(blocks[1].option(3), "239.192.1.1:26400 on lo");
  EXPECT_EQ(blocks[2].option(2), "test.b");
  EXPECT_EQ(blocks[3].option(2), "test.recovery");
  EXPECT_EQ(little(blocks[4].fixed, 0, 4), 1u);
  EXPECT_EQ(little(blocks[5].fixed, 0, 4), 2u);
  EXPECT_EQ(little(blocks[6].fixed, 0, 4), 0u);
  EXPECT_EQ(blocks[7].type, kStatisticsBlock);
  EXPECT_EQ(little(blocks[7].fixed, 4, 4), static_cast<std::uint64_t>(kNow.value) >> 32);
  EXPECT_EQ(blocks[7].number(8), 3u);
  EXPECT_EQ(blocks[7].number(5), 0u);
}

TEST_F(PacketCaptureFiles, AreValidWithoutAnyPacket) {
  PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
  EXPECT_TRUE(file.finish(kNow));
  EXPECT_TRUE(file.finish(kNow)) << "the second time there is nothing to do";
  EXPECT_EQ(file.turn(kNow), 0u);
  expect_packets(folder / "test.000001.pcapng", 1, 0);
}

TEST_F(PacketCaptureFiles, AreNumberedBehindThoseThatAreThere) {
  folder.write("test.000007.pcapng", "finished");
  folder.write("test.000009.pcapng.part", "left by a crash");
  folder.write("test.000099.pcap", "another kind");
  folder.write("tes.000098.pcapng", "another name");
  folder.write("test.x97.pcapng", "no number");
  PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
  EXPECT_TRUE(file.finish(kNow));
  EXPECT_TRUE(names_in(folder.path()).contains("test.000010.pcapng"));
  EXPECT_EQ(content_of(folder / "test.000007.pcapng"), "finished");
  EXPECT_EQ(content_of(folder / "test.000009.pcapng.part"), "left by a crash");
}

TEST_F(PacketCaptureFiles, StayPartWithoutBeingFinished) {
  {
    PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
    offer(1, 2);
    EXPECT_EQ(file.turn(kNow), 2u);
  }
  EXPECT_EQ(names_in(folder.path()), Names{"test.000001.pcapng.part"});
  expect_packets(folder / "test.000001.pcapng.part", 1, 2);
}

TEST_F(PacketCaptureFiles, AreReadableUpToTheLastWholeBlockWhereverACrashCutsThem) {
  PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
  offer(1, 3);
  EXPECT_EQ(file.turn(kNow), 3u);
  const Bytes whole = content_of(folder / "test.000001.pcapng.part");
  const std::size_t header = whole.size() - 3 * little(whole, whole.size() - 4, 4);
  const std::size_t block = little(whole, whole.size() - 4, 4);
  for (std::size_t bytes = header; bytes < whole.size(); ++bytes) {
    const ReadCapture found =
        read_capture(feedhandlers::sources::ByteStream::over(as_span(std::string_view(whole).substr(0, bytes))));
    EXPECT_EQ(found.packets.size(), (bytes - header) / block) << bytes;
    EXPECT_EQ(found.status, (bytes - header) % block == 0 ? SourceStatus::end : SourceStatus::truncated_tail);
  }
}

TEST_F(PacketCaptureFiles, RotateBeforeTheyGrowBeyondTheirSize) {
  auto settings = capture_settings(folder.path());
  settings.rotate_bytes = 1000;
  PacketCaptureFile file(settings, queue.packets());
  offer(1, 50);
  ASSERT_TRUE(file.finish(kNow));
  EXPECT_EQ(file.counters().packets, 50u);
  EXPECT_GE(file.counters().files, 5u);
  const Names names = names_in(folder.path());
  EXPECT_EQ(names.size(), file.counters().files);
  int next = 1;
  std::uint64_t bytes = 0;
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    EXPECT_TRUE(name.ends_with(".pcapng"));
    const auto blocks = pcapng_blocks(content_of(folder / name));
    ASSERT_EQ(blocks.back().type, kStatisticsBlock);
    const int count = static_cast<int>(*blocks.back().number(8));
    expect_packets(folder / name, next, next + count - 1);
    next += count;
    bytes += std::filesystem::file_size(folder / name);
    EXPECT_LE(std::filesystem::file_size(folder / name), 1000u + 60) << "the statistics come on top";
  }
  EXPECT_EQ(next, 51);
  EXPECT_EQ(bytes, file.counters().bytes);
}

TEST_F(PacketCaptureFiles, HoldOnePacketAtLeastHoweverSmallTheyMustBe) {
  auto settings = capture_settings(folder.path());
  settings.rotate_bytes = 1;
  PacketCaptureFile file(settings, queue.packets());
  offer(1, 3);
  ASSERT_TRUE(file.finish(kNow));
  for (int i = 1; i <= 3; ++i) expect_packets(folder / ("test.00000" + std::to_string(i) + ".pcapng"), i, i);
  EXPECT_EQ(names_in(folder.path()).size(), 3u);
}

TEST_F(PacketCaptureFiles, TellExactlyWhatTheQueueHadNoRoomFor) {
  PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
  const Bytes payload(1000, 'p');
  std::uint64_t captured = 0;
  const auto fill = [&](std::uint64_t refused) {
    while (capture.offer(packet_of(payload)) == OfferResult::captured) ++captured;
    for (std::uint64_t i = 1; i < refused; ++i) ASSERT_EQ(capture.offer(packet_of(payload)), OfferResult::full);
  };
  fill(5);
  const std::uint64_t before_first_loss = captured;
  EXPECT_EQ(file.turn(kNow), captured);
  EXPECT_EQ(file.counters().not_captured, 0u) << "nothing is behind the gap yet that could tell it";
  fill(3);
  EXPECT_GT(file.turn(kNow), 0u);
  EXPECT_EQ(file.counters().not_captured, 5u);
  ASSERT_TRUE(file.finish(kNow));
  EXPECT_EQ(file.counters().not_captured, 8u);

  const auto blocks = pcapng_blocks(content_of(folder / "test.000001.pcapng"));
  std::uint64_t packets = 0;
  for (const PcapngBlock& block : blocks) {
    if (block.type != kPacketBlock) continue;
    const auto expected = packets == before_first_loss ? std::optional<std::uint64_t>(5) : std::nullopt;
    EXPECT_EQ(block.number(4), expected) << packets;
    ++packets;
  }
  EXPECT_EQ(packets, captured);
  EXPECT_EQ(blocks.back().number(5), 8u);
  EXPECT_EQ(blocks.back().option(1), "3 packets after the last one were not captured");
}

TEST_F(PacketCaptureFiles, AFullDiskIsToldAndRecordingGoesOnWhenThereIsRoom) {
  PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
  offer(1, 10);
  ASSERT_EQ(file.turn(kNow), 10u);
  const auto path = folder / "test.000001.pcapng.part";
  const auto block = little(content_of(path), content_of(path).size() - 4, 4);
  const auto size = std::filesystem::file_size(path);
  {
    const FullDisk full(size + 2 * block + 5);
    offer(11, 20);
    EXPECT_EQ(file.turn(kNow), 2u) << "the blocks that had room";
    EXPECT_EQ(file.counters().error_number, EFBIG);
    EXPECT_EQ(file.counters().errors, 1u);
    expect_packets(path, 1, 12);
    offer(21, 21);
    EXPECT_EQ(file.turn(kNow + (kSecond - 1)), 0u);
    EXPECT_EQ(file.counters().errors, 1u) << "too early to try again";
    EXPECT_EQ(file.turn(kNow + kSecond), 0u);
    EXPECT_EQ(file.counters().errors, 2u);
    EXPECT_FALSE(file.finish(kNow + kSecond)) << "not even the statistics";
    EXPECT_EQ(names_in(folder.path()), Names{"test.000001.pcapng.part"});
  }
  EXPECT_EQ(file.turn(kNow + 2 * kSecond), 9u);
  EXPECT_EQ(file.counters().error_number, 0);
  ASSERT_TRUE(file.finish(kNow + 2 * kSecond));
  expect_packets(folder / "test.000001.pcapng", 1, 21);
  EXPECT_EQ(file.counters().not_captured, 0u) << "the queue had room for all of it";
}

TEST_F(PacketCaptureFiles, CountWhatTheQueueLosesWhileTheDiskIsFull) {
  PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
  std::uint64_t captured = 0, refused = 0;
  {
    const FullDisk full(0);
    for (int i = 0; i < 5000; ++i) {
      (capture.offer(packet_of("a packet of a busy feed")) == OfferResult::captured ? captured : refused) += 1;
      EXPECT_EQ(file.turn(kNow), 0u) << "no room for a header";
    }
  }
  EXPECT_GT(refused, 1000u);
  while (file.turn(kNow + kSecond) != 0) continue;
  ASSERT_EQ(capture.offer(packet_of("room again")), OfferResult::captured);
  ASSERT_TRUE(file.finish(kNow + kSecond));
  const auto blocks = pcapng_blocks(content_of(folder / "test.000001.pcapng"));
  EXPECT_EQ(blocks[blocks.size() - 2].number(4), refused);
  EXPECT_EQ(file.counters().packets, captured + 1);
  EXPECT_EQ(file.counters().not_captured, refused);
}

TEST_F(PacketCaptureFiles, ARefusedRotationIsTriedAgain) {
  auto settings = capture_settings(folder.path());
  settings.rotate_bytes = 600;
  PacketCaptureFile file(settings, queue.packets());
  offer(1, 2);
  ASSERT_EQ(file.turn(kNow), 2u);
  offer(3, 12);
  {
    const FullDisk full(std::filesystem::file_size(folder / "test.000001.pcapng.part") + 10);
    EXPECT_EQ(file.turn(kNow), 0u);
    EXPECT_EQ(file.turn(kNow + kSecond), 0u);
    expect_packets(folder / "test.000001.pcapng.part", 1, 2);
  }
  ASSERT_TRUE(file.finish(kNow + 2 * kSecond));
  int next = 1;
  for (const std::string& name : names_in(folder.path())) {
    const int count = static_cast<int>(*pcapng_blocks(content_of(folder / name)).back().number(8));
    expect_packets(folder / name, next, next + count - 1);
    next += count;
  }
  EXPECT_EQ(next, 13);
}

TEST_F(PacketCaptureFiles, AFileCutShortByAFullDiskIsFilledToItsSizeLater) {
  const auto probed = [&](int packets) {
    CaptureQueueInMemory own(1 << 16);
    PacketCapture own_capture = own.capture();
    const TempDirectory elsewhere;
    PacketCaptureFile file(capture_settings(elsewhere.path()), own.packets());
    for (int i = 0; i < packets; ++i) EXPECT_EQ(own_capture.offer(packet_of("packet 0")), OfferResult::captured);
    (void)file.turn(kNow);
    return std::filesystem::file_size(elsewhere / "test.000001.pcapng.part");
  };
  auto settings = capture_settings(folder.path());
  settings.rotate_bytes = probed(5);
  PacketCaptureFile file(settings, queue.packets());
  offer(1, 8);
  {
    const FullDisk full(probed(3) + 4);
    EXPECT_EQ(file.turn(kNow), 3u);
  }
  ASSERT_TRUE(file.finish(kNow));
  expect_packets(folder / "test.000001.pcapng", 1, 5);
  expect_packets(folder / "test.000002.pcapng", 6, 8);
}

TEST_F(PacketCaptureFiles, ANameThatIsRefusedDoesNotStopTheRecording) {
  auto settings = capture_settings(folder.path());
  settings.rotate_bytes = 1;
  PacketCaptureFile file(settings, queue.packets());
  folder.write("test.000001.pcapng", "somebody else's");
  offer(1, 2);
  ASSERT_TRUE(file.finish(kNow));
  EXPECT_EQ(content_of(folder / "test.000001.pcapng"), "somebody else's");
  expect_packets(folder / "test.000001.pcapng.part", 1, 1);
  expect_packets(folder / "test.000002.pcapng", 2, 2);
  EXPECT_EQ(file.counters().files, 1u);
  EXPECT_EQ(file.counters().errors, 1u);
}

TEST_F(PacketCaptureFiles, SyncInEveryPolicyWithoutChangingWhatIsWritten) {
  std::set<Bytes> contents;
  for (const CaptureSync sync : {CaptureSync::never, CaptureSync::when_finished, CaptureSync::periodically}) {
    CaptureQueueInMemory own(1 << 16);
    PacketCapture own_capture = own.capture();
    auto settings = capture_settings(folder.path() / std::to_string(static_cast<int>(sync)));
    settings.sync = sync;
    PacketCaptureFile file(settings, own.packets());
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(own_capture.offer(packet_of("packet")), OfferResult::captured);
      EXPECT_EQ(file.turn(kNow + i * kSecond), 1u);
    }
    ASSERT_TRUE(file.finish(kNow));
    EXPECT_EQ(file.counters().errors, 0u);
    contents.insert(content_of(std::filesystem::path(settings.folder) / "test.000001.pcapng"));
  }
  EXPECT_EQ(contents.size(), 1u);
}

TEST_F(PacketCaptureFiles, RefuseToStartWhereTheyCannotBeMade) {
  folder.write("file", "in the way");
  EXPECT_THROW(PacketCaptureFile(capture_settings(folder / "file"), queue.packets()), platform::SetupError);
  auto settings = capture_settings(folder.path());
  for (const Bytes& name : {Bytes(), Bytes("a/b"), Bytes(201, 'n')}) {
    settings.name = name;
    EXPECT_THROW(PacketCaptureFile(settings, queue.packets()), platform::SetupError) << name;
  }
  settings.name = Bytes(200, 'n');
  EXPECT_TRUE(PacketCaptureFile(settings, queue.packets()).finish(kNow));
}

}  // namespace
}  // namespace tickplant::tests::this_file
