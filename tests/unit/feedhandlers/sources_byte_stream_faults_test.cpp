// Files that the operating system gives up on, magic numbers that almost are one, and data that leads nowhere; what the
// readers above a stream say then.
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>

#include "feedhandlers/sources/byte_stream.hpp"
#include "feedhandlers/sources/day_file_source.hpp"
#include "feedhandlers/sources/detect_format.hpp"
#include "feedhandlers/sources/pcap_source.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/support/refused_system_call.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Packet;
using feedhandlers::sources::ByteStream;
using feedhandlers::sources::Compression;
using feedhandlers::sources::DayFileSource;
using feedhandlers::sources::DayFileStatus;
using feedhandlers::sources::MessageBatch;
using feedhandlers::sources::PcapSource;
using feedhandlers::sources::SourceStatus;
using feedhandlers::sources::StreamStatus;

constexpr const char* kNoFurther = "the file cannot be read any further";

/// A disk that fails from here on, for a thread that reads files and nothing else.
void with_failing_disk(const std::function<void()>& act) { with_refused({{SYS_read, EIO}}, act); }

std::string problem_of(const std::filesystem::path& file) {
  try {
    (void)ByteStream::open(file);
  } catch (const platform::SetupError& error) {
    EXPECT_FALSE(error.remedy().empty());
    return error.problem();
  }
  return "";
}

TEST(ByteStreamFaults, AFileThatCannotBeExaminedOrReadIsRefusedAtOnce) {
  const TempDirectory directory;
  const auto file = directory.write("file", "content");
  with_refused({{SYS_newfstatat, EIO}, {SYS_fstat, EIO}}, [&] {
    EXPECT_EQ(problem_of(file), "cannot examine '" + file.string() + "': Input/output error (errno 5)");
  });
  with_failing_disk([&] { EXPECT_EQ(problem_of(file), "cannot read '" + file.string() + "'"); });
  EXPECT_EQ(problem_of(file), "");
}

TEST(ByteStreamFaults, ADiskThatFailsInTheMiddleIsToldBehindWhatItGave) {
  const TempDirectory directory;
  const Bytes text(1000, 't');
  auto plain = ByteStream::open(directory.write("plain", text));
  with_failing_disk([&] { EXPECT_EQ(to_bytes(plain.peek(1000)), "tttt") << "the magic number was read before"; });
  EXPECT_EQ(plain.status(), StreamStatus::unreadable);
  EXPECT_STREQ(plain.problem(), kNoFurther);
  for (const Bytes& packed : {gzip(text), zstd(text)}) {
    auto stream = ByteStream::open(directory.write("packed", packed));
    with_failing_disk([&] { EXPECT_TRUE(stream.peek(1).empty()); });
    EXPECT_EQ(stream.status(), StreamStatus::unreadable) << "not truncated: there may be more";
    EXPECT_STREQ(stream.problem(), kNoFurther);
  }
}

TEST(ByteStreamFaults, AReaderOfCapturesPassesOnThatTheDiskFailed) {
  const TempDirectory directory;
  PcapSource source(ByteStream::open(directory.write("capture", pcap_of({udp_frame("first")}))));
  Packet packet;
  with_failing_disk([&] { EXPECT_EQ(source.next(packet), SourceStatus::corrupt); });
  EXPECT_STREQ(source.problem(), kNoFurther);
  EXPECT_EQ(source.next(packet), SourceStatus::corrupt) << "it stays so";
}

TEST(ByteStreamFaults, AReaderOfDayFilesPassesOnThatTheDiskFailed) {
  const TempDirectory directory;
  DayFileSource source(ByteStream::open(directory.write("day", day_record("message") + day_record("another"))));
  MessageBatch batch;
  with_failing_disk([&] { EXPECT_EQ(source.next(batch), DayFileStatus::corrupt); });
  EXPECT_STREQ(source.problem(), kNoFurther);
  EXPECT_TRUE(batch.messages.empty());
}

TEST(ByteStreamFaults, AFirstByteOfAMagicNumberMakesNoCompressedFile) {
  const Bytes magics[] = {Bytes("\x1f\x8b\x08\x00", 4), "\x28\xb5\x2f\xfd", "\x50\x2a\x4d\x18"};
  for (const Bytes& magic : magics) {
    const std::size_t length = magic[0] == '\x1f' ? 3 : 4;
    for (std::size_t i = 0; i < length; ++i) {
      Bytes almost = magic;
      almost[i] = static_cast<char>(almost[i] ^ 0x80);
      auto stream = ByteStream::over(as_span(almost));
      EXPECT_EQ(stream.compression(), Compression::none) << i;
      EXPECT_EQ(to_bytes(stream.peek(4)), almost) << "plain bytes, all of them";
      Bytes cut = magic.substr(0, i);
      auto short_stream = ByteStream::over(as_span(cut));
      EXPECT_EQ(short_stream.compression(), Compression::none) << i;
    }
  }
}

TEST(ByteStreamFaults, AHeaderThatIsNotOfGzipIsDamage) {
  Bytes file = gzip("content");
  file[3] = '\xe0';  // flags that nobody defined
  auto stream = ByteStream::over(as_span(file));
  EXPECT_TRUE(stream.peek(1).empty());
  EXPECT_EQ(stream.status(), StreamStatus::corrupt);
  EXPECT_STRNE(stream.problem(), "");
}

TEST(ByteStreamFaults, BytesThatUnpackToMoreThanThereIsRoomForLoseNothing) {
  const Bytes zeros(std::size_t{4} << 20, '\0');
  for (const Bytes& packed : {gzip(zeros), zstd(zeros)}) {
    auto stream = ByteStream::over(as_span(packed), 1);
    EXPECT_EQ(stream.skip(~std::uint64_t{0}), zeros.size());
    EXPECT_EQ(stream.status(), StreamStatus::end);
  }
}

TEST(ByteStreamFaults, AnUnknownFormatOfNoByteIsSaidToHaveNone) {
  const Bytes packed = zstd("");
  auto stream = ByteStream::over(as_span(packed));
  EXPECT_EQ(feedhandlers::sources::unknown_format(stream, "empty.zst").problem(),
            "'empty.zst' is of no format known here: zstd compression, first bytes none");
  const Bytes long_text(100, 'x');
  auto plain = ByteStream::over(as_span(long_text));
  EXPECT_EQ(feedhandlers::sources::unknown_format(plain, "x").problem(),
            "'x' is of no format known here: no compression, first bytes "
            "78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78");
}

}  // namespace
}  // namespace tickplant::tests::this_file
