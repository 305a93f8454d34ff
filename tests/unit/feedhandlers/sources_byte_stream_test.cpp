#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "feedhandlers/sources/byte_stream.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sources::ByteStream;
using feedhandlers::sources::Compression;
using feedhandlers::sources::StreamStatus;
using platform::SetupError;

/// More than the buffer and not periodic with it, so that a lost or doubled chunk shows.
Bytes long_text() {
  Bytes text;
  for (int i = 0; text.size() < 3 * ByteStream::kBufferBytes; ++i) text += std::to_string(i) + ' ';
  return text;
}

/// Reads to the end in steps of `step` bytes.
Bytes drain(ByteStream& stream, std::size_t step = 1000) {
  Bytes all;
  for (;;) {
    const auto seen = stream.peek(step);
    const auto taken = seen.first(std::min(step, seen.size()));
    all += to_bytes(taken);
    stream.consume(taken.size());
    if (taken.size() < step) return all;
  }
}

std::string setup_problem(const std::filesystem::path& file) {
  try {
    (void)ByteStream::open(file);
  } catch (const SetupError& error) {
    EXPECT_FALSE(error.remedy().empty());
    return error.problem();
  }
  return "";
}

TEST(ByteStream, GivesAPlainFileUnchanged) {
  const TempDirectory directory;
  const auto text = long_text();
  auto stream = ByteStream::open(directory.write("plain", text));
  EXPECT_EQ(drain(stream), text);
  EXPECT_EQ(stream.status(), StreamStatus::end);
  EXPECT_EQ(stream.position(), text.size());
  EXPECT_EQ(stream.compression(), Compression::none);
}

TEST(ByteStream, GivesFilesSmallerThanAMagicNumber) {
  const TempDirectory directory;
  auto stream = ByteStream::open(directory.write("three", "abc"));
  EXPECT_EQ(drain(stream), "abc");
  EXPECT_EQ(stream.status(), StreamStatus::end);
}

TEST(ByteStream, TellsCompressionByMagicNumberNotByName) {
  const TempDirectory directory;
  const auto text = long_text();
  auto zipped = ByteStream::open(directory.write("named.zst", gzip(text)));
  EXPECT_EQ(zipped.compression(), Compression::gzip);
  EXPECT_EQ(drain(zipped), text);
  auto packed = ByteStream::open(directory.write("named.gz", zstd(text)));
  EXPECT_EQ(packed.compression(), Compression::zstd);
  EXPECT_EQ(drain(packed), text);
  auto plain = ByteStream::open(directory.write("liar.gz", "not compressed"));
  EXPECT_EQ(plain.compression(), Compression::none);
  EXPECT_EQ(drain(plain), "not compressed");
}

TEST(ByteStream, JoinsGzipMembersAndZstdFrames) {
  const Bytes gz = gzip("one ") + gzip("") + gzip("two ") + gzip("three");
  const Bytes zst = zstd("one ") + zstd("") + zstd("two ") + zstd("three");
  for (const std::size_t chunk_bytes : {std::size_t{1}, std::size_t{7}, ByteStream::kBufferBytes}) {
    auto members = ByteStream::over(as_span(gz), chunk_bytes);
    EXPECT_EQ(drain(members), "one two three");
    EXPECT_EQ(members.status(), StreamStatus::end);
    auto frames = ByteStream::over(as_span(zst), chunk_bytes);
    EXPECT_EQ(drain(frames), "one two three");
    EXPECT_EQ(frames.status(), StreamStatus::end);
  }
}

TEST(ByteStream, StepsOverSkippableZstdFrames) {
  const Bytes skippable = Bytes("\x5f\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  const Bytes file = skippable + zstd("data");
  auto stream = ByteStream::over(as_span(file));
  EXPECT_EQ(drain(stream), "data");
  EXPECT_EQ(stream.status(), StreamStatus::end);
}

TEST(ByteStream, DeliversWhatPrecedesACutAndSaysTruncated) {
  const auto text = long_text();
  const Bytes twice = "first" + text;
  for (const auto& [whole, plain] :
       {std::pair(gzip(text), text), std::pair(zstd(text), text), std::pair(gzip("first") + gzip(text), twice),
        std::pair(zstd("first") + zstd(text), twice)}) {
    for (const std::size_t cut : {whole.size() - 1, whole.size() / 2, std::size_t{5}}) {
      auto stream = ByteStream::over(as_span(whole).first(cut));
      const auto got = drain(stream);
      EXPECT_EQ(stream.status(), StreamStatus::truncated) << cut << " of " << whole.size();
      EXPECT_STRNE(stream.problem(), "");
      EXPECT_EQ(got, plain.substr(0, got.size()));
      EXPECT_GE(got.size() * 8, cut == 5 ? 0 : plain.size()) << "what precedes the cut is delivered";
    }
  }
}

TEST(ByteStream, DeliversWhatPrecedesDamageAndSaysCorrupt) {
  const auto text = long_text();
  for (auto whole : {gzip(text), zstd(text)}) {
    whole[whole.size() - 6] = static_cast<char>(whole[whole.size() - 6] ^ 0x55);  // checksum or last block
    auto stream = ByteStream::over(as_span(whole));
    const auto got = drain(stream);
    EXPECT_EQ(stream.status(), StreamStatus::corrupt);
    EXPECT_STRNE(stream.problem(), "");
    EXPECT_GT(got.size(), text.size() / 2);
    EXPECT_EQ(got.substr(0, text.size() / 2), text.substr(0, text.size() / 2));
  }
}

TEST(ByteStream, SaysCorruptWhenSomethingElseFollowsTheCompressedData) {
  for (const auto& whole : {gzip("data") + "rubbish", zstd("data") + "rubbish"}) {
    auto stream = ByteStream::over(as_span(whole));
    EXPECT_EQ(drain(stream), "data");
    EXPECT_EQ(stream.status(), StreamStatus::corrupt);
  }
}

TEST(ByteStream, HandsOutEachByteOnceHoweverTheInputIsCut) {
  const auto text = long_text().substr(0, 20'000);
  for (const auto& file : {text, gzip(text), zstd(text)}) {
    for (const std::size_t chunk_bytes : {1U, 2U, 3U, 997U}) {
      auto stream = ByteStream::over(as_span(file), chunk_bytes);
      EXPECT_EQ(drain(stream, 513), text) << chunk_bytes;
    }
  }
}

TEST(ByteStream, SkipsBeyondTheBufferAndSaysHowFarItGot) {
  const auto text = long_text();
  auto stream = ByteStream::over(as_span(text));
  EXPECT_EQ(stream.skip(text.size() - 5), text.size() - 5);
  EXPECT_EQ(to_bytes(stream.peek(5)), text.substr(text.size() - 5));
  EXPECT_EQ(stream.skip(100), 5U);
  EXPECT_EQ(stream.position(), text.size());
}

TEST(ByteStream, UnpacksMoreThanMemoryWouldHoldWithOneBuffer) {
  const Bytes zeros(16 << 20, '\0');
  const auto bomb = zstd(zeros) + zstd(zeros) + zstd(zeros) + zstd(zeros);
  auto stream = ByteStream::over(as_span(bomb));
  EXPECT_EQ(stream.skip(~std::uint64_t{0}), 4U * zeros.size());
  EXPECT_EQ(stream.status(), StreamStatus::end);
}

TEST(ByteStream, ReadsFromAPipe) {
  const TempDirectory directory;
  const auto pipe = directory / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto text = long_text();
  std::thread writer([&] { std::ofstream(pipe, std::ios::binary) << gzip(text); });
  auto stream = ByteStream::open(pipe);
  EXPECT_EQ(drain(stream), text);
  writer.join();
}

TEST(ByteStream, RefusesWhatItCannotOpenWithReasonAndRemedy) {
  const TempDirectory directory;
  EXPECT_NE(setup_problem(directory / "missing").find("No such file"), std::string::npos);
  EXPECT_NE(setup_problem(directory.path()).find("is a directory"), std::string::npos);
  EXPECT_NE(setup_problem(directory.write("empty", "")).find("is empty"), std::string::npos);
}

TEST(ByteStream, OfNothingHasEnded) {
  auto stream = ByteStream::over({});
  EXPECT_TRUE(stream.peek(1).empty());
  EXPECT_EQ(stream.status(), StreamStatus::end);
}

}  // namespace
}  // namespace tickplant::tests::this_file
