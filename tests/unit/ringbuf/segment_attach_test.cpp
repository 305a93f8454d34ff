// Attaching to segments: a checked, strictly read-only mapping, or the reason why not.
#include <gmock/gmock.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::HasSubstr;

class SegmentAttach : public SegmentTest {
 protected:
  void SetUp() override { create().announce(); }

  /// Overwrites bytes of the file.
  template <class Value>
  void poke(std::size_t offset, const Value& value) {
    std::fstream out(file(), std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(offset));
    out.write(reinterpret_cast<const char*>(&value), sizeof value);
    ASSERT_TRUE(out.flush());
  }
};

TEST_F(SegmentAttach, SeesWhatTheWriterStoresWithoutACopy) {
  WritableSegment writer = create();
  writer.announce();
  const ReadOnlySegment reader = ReadOnlySegment::attach(file(), kExpected);
  writer.payload()[100] = std::byte{42};
  EXPECT_EQ(reader.payload()[100], std::byte{42});
  EXPECT_EQ(reader.payload().size(), 2 * platform::kPageBytes);
  EXPECT_EQ(reader.path(), file());
  EXPECT_EQ(reader.state(), SegmentState::live);
  writer.close();
  EXPECT_EQ(reader.state(), SegmentState::closed);
}

TEST_F(SegmentAttach, AClosedSegmentCanStillBeRead) {
  create().close();
  EXPECT_EQ(ReadOnlySegment::attach(file(), kExpected).state(), SegmentState::closed);
}

TEST_F(SegmentAttach, AHigherMinorVersionIsRead) {
  poke(0x00a, std::uint16_t{kLayoutMinor + 7});
  EXPECT_EQ(attach_error(), "");
}

TEST_F(SegmentAttach, RefusesAnotherMajorVersionWithBothNumbers) {
  poke(0x008, std::uint16_t{9});
  poke(0x00a, std::uint16_t{3});
  EXPECT_THAT(attach_error(),
              HasSubstr("segment '" + file().string() + "' has layout version 9.3, this program reads 1.3"));
}

TEST_F(SegmentAttach, RefusesAMissingFile) {
  std::filesystem::remove(file());
  EXPECT_THAT(attach_error(), HasSubstr("segment '" + file().string() + "' does not exist"));
  EXPECT_THAT(attach_error(), HasSubstr("remedy: start the plant"));
}

TEST_F(SegmentAttach, RefusesALink) {
  std::filesystem::rename(file(), folder_ / "elsewhere.seg");
  std::filesystem::create_symlink(folder_ / "elsewhere.seg", file());
  EXPECT_THAT(attach_error(), HasSubstr("is a symbolic link"));
}

TEST_F(SegmentAttach, RefusesWhatIsNoFileWithoutWaitingForIt) {
  std::filesystem::remove(file());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  EXPECT_THAT(attach_error(), HasSubstr("is not a regular file"));
  std::filesystem::remove(file());
  std::filesystem::create_directory(file());
  EXPECT_THAT(attach_error(), HasSubstr("is not a regular file"));
}

TEST_F(SegmentAttach, RefusesAForeignFile) {
  folder_.write("ticks.seg", std::string(8192, 'x'));
  EXPECT_THAT(attach_error(), HasSubstr("is not a segment of a plant"));
}

TEST_F(SegmentAttach, RefusesAFileShorterThanAHeader) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, platform::kPageBytes - 1}) {
    std::filesystem::resize_file(file(), size);
    EXPECT_THAT(attach_error(), HasSubstr(" is " + std::to_string(size) + " bytes long, shorter than"));
  }
}

TEST_F(SegmentAttach, RefusesATruncatedFile) {
  std::filesystem::resize_file(file(), 2 * platform::kPageBytes);
  EXPECT_THAT(attach_error(), HasSubstr("is 8192 bytes long, its header says 12288"));
}

TEST_F(SegmentAttach, RefusesAHalfBuiltSegment) {
  const WritableSegment unannounced = create();
  EXPECT_THAT(attach_error(), HasSubstr("is half built"));
}

TEST_F(SegmentAttach, RefusesAnotherByteOrder) {
  poke(0x00c, std::uint32_t{0x04030201});
  EXPECT_THAT(attach_error(), HasSubstr("another byte order"));
}

TEST_F(SegmentAttach, RefusesAnotherKindByName) {
  EXPECT_THAT(attach_error({SegmentKind::clock, 77}), HasSubstr("is of kind broadcast, expected clock"));
  poke(0x018, std::uint32_t{999});
  EXPECT_THAT(attach_error(), HasSubstr("is of kind unknown, expected broadcast"));
}

TEST_F(SegmentAttach, RefusesAnotherSchemaWithBothHashes) {
  EXPECT_THAT(attach_error({SegmentKind::broadcast, 78}),
              HasSubstr("has schema 0x000000000000004d, this program reads 0x000000000000004e"));
}

TEST_F(SegmentAttach, RefusesSlotsThatDoNotFit) {
  poke(0x038, std::uint64_t{129});
  EXPECT_THAT(attach_error(), HasSubstr("impossible header: 129 slots of 64 bytes"));
  poke(0x038, std::uint64_t{1} << 58);  // times 64 is 0 in 64 bits
  EXPECT_THAT(attach_error(), HasSubstr("impossible header"));
}

TEST_F(SegmentAttach, RefusesAnotherHeaderOrCacheLineSize) {
  poke(0x014, std::uint32_t{128});
  EXPECT_THAT(attach_error(), HasSubstr("cache line 128"));
  poke(0x014, std::uint32_t{64});
  poke(0x010, std::uint32_t{8192});
  EXPECT_THAT(attach_error(), HasSubstr("header 8192"));
}

/// Somebody who is neither the owner nor in the group; root becomes "nobody" for a while.
class Stranger {
 public:
  Stranger() : user_(::geteuid()) {
    if (user_ == 0) {
      EXPECT_EQ(::seteuid(65534), 0);
    }
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  ~Stranger() {
    if (user_ == 0) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }

 private:
  uid_t user_;
};

std::string our_group() {
  const auto* entry = ::getgrgid(::getegid());
  return entry != nullptr ? entry->gr_name : std::to_string(::getegid());
}

TEST_F(SegmentAttach, NamesTheGroupToJoin) {
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0711), 0);
  ASSERT_EQ(::chmod(file().c_str(), 0000), 0);
  const Stranger stranger;
  EXPECT_THAT(attach_error(), HasSubstr("no permission to read segment '" + file().string() + "': '" + file().string() +
                                        "' is open to group '" + our_group() + "'"));
  EXPECT_THAT(attach_error(), HasSubstr("usermod -aG " + our_group()));
}

TEST_F(SegmentAttach, NamesTheFolderThatStoppedIt) {
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0000), 0);
  std::string error;
  {
    const Stranger stranger;
    error = attach_error();
  }
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
  EXPECT_THAT(error, HasSubstr("': '" + folder_.path().string() + "' is open to group '"));
}

using SegmentAttachDeath = SegmentAttach;

TEST_F(SegmentAttachDeath, AReaderCannotWriteEvenWithACast) {
  const ReadOnlySegment reader = ReadOnlySegment::attach(file(), kExpected);
  auto* const byte = const_cast<volatile std::byte*>(reader.payload().data());
  EXPECT_DEATH(*byte = std::byte{1}, "");
}

TEST(WriterIsAlive, TellsARunningProcessFromADeadOneAndFromAReusedPid) {
  SegmentHeader header{};
  EXPECT_FALSE(writer_is_alive(header));
  const auto self = static_cast<std::uint32_t>(::getpid());
  header.writer_pid = self;
  header.writer_start_time = process_start_time(self);
  EXPECT_TRUE(writer_is_alive(header));
  header.writer_start_time = process_start_time(self) + 1;
  EXPECT_FALSE(writer_is_alive(header));
}

TEST(ProcessStartTime, IsZeroForAProcessThatDiedButWasNotWaitedFor) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(process_start_time(static_cast<std::uint32_t>(child)), 0u);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(process_start_time(static_cast<std::uint32_t>(child)), 0u);
}

TEST(ProcessStartTime, IsKnownForTheFirstProcess) {
  EXPECT_GE(process_start_time(static_cast<std::uint32_t>(::getppid())), 1u);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
