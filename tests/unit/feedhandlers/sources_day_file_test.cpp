#include <gtest/gtest.h>

#include <vector>

#include "feedhandlers/sources/day_file_source.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/support/shared_data.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sources::ByteStream;
using feedhandlers::sources::DayFileSource;
using feedhandlers::sources::DayFileStatus;
using feedhandlers::sources::MessageBatch;

struct Run {
  std::vector<Bytes> messages;
  std::size_t batches = 0;
  DayFileStatus status;
  std::uint64_t truncated_bytes = 0;
  std::uint64_t bytes_after_end = 0;
  std::string problem;
};

Run run(DayFileSource source) {
  Run result{};
  MessageBatch batch;
  while ((result.status = source.next(batch)) == DayFileStatus::messages) {
    EXPECT_FALSE(batch.messages.empty());
    EXPECT_LE(batch.messages.size(), DayFileSource::kMaxBatch);
    EXPECT_EQ(batch.first_number, result.messages.size() + 1);
    for (const auto& message : batch.messages) result.messages.push_back(to_bytes(message));
    EXPECT_EQ(source.message_count(), result.messages.size());
    ++result.batches;
  }
  EXPECT_TRUE(batch.messages.empty());
  EXPECT_EQ(source.next(batch), result.status) << "the last answer stays";
  result.truncated_bytes = source.truncated_bytes();
  result.bytes_after_end = source.bytes_after_end();
  result.problem = source.problem();
  return result;
}

Run run(std::string_view file, std::size_t chunk_bytes = ByteStream::kBufferBytes) {
  return run(DayFileSource(ByteStream::over(as_span(file), chunk_bytes)));
}

TEST(DayFileSource, YieldsMessagesInBatchesNumberedFromOne) {
  Bytes file;
  std::vector<Bytes> expected;
  for (std::size_t i = 0; i < 3 * DayFileSource::kMaxBatch + 1; ++i) {
    expected.push_back("message " + std::to_string(i));
    file += day_record(expected.back());
  }
  const auto result = run(file);
  EXPECT_EQ(result.messages, expected);
  EXPECT_EQ(result.batches, 4U) << "full batches where the bytes are at hand";
  EXPECT_EQ(result.status, DayFileStatus::end);
  EXPECT_EQ(result.problem, "");
}

TEST(DayFileSource, ReadsTheSameWhateverTheChunksAndTheCompression) {
  Bytes file;
  std::vector<Bytes> expected;
  for (std::size_t i = 1; i < 300; ++i) {
    expected.emplace_back(i, static_cast<char>('a' + i % 26));
    file += day_record(expected.back());
  }
  for (const std::size_t chunk_bytes : {1U, 2U, 3U, 1000U}) {
    EXPECT_EQ(run(file, chunk_bytes).messages, expected) << chunk_bytes;
    EXPECT_EQ(run(gzip(file), chunk_bytes).messages, expected) << chunk_bytes;
    EXPECT_EQ(run(zstd(file), chunk_bytes).messages, expected) << chunk_bytes;
  }
}

TEST(DayFileSource, CarriesTheLargestMessagesAcrossItsBuffer) {
  const Bytes largest(65'535, 'm');
  Bytes file;
  for (int i = 0; i < 40; ++i) file += day_record(largest);
  const auto result = run(file);
  EXPECT_EQ(result.messages, std::vector<Bytes>(40, largest));
  EXPECT_EQ(result.status, DayFileStatus::end);
}

TEST(DayFileSource, ReportsHowManyBytesOfTheTailWereCut) {
  const auto first = day_record("first");
  const auto file = first + day_record("second");
  for (std::size_t kept = 0; kept < file.size(); ++kept) {
    const auto result = run(std::string_view(file).substr(0, kept));
    const bool has_first = kept >= first.size();
    EXPECT_EQ(result.messages.size(), has_first ? 1U : 0U) << kept;
    EXPECT_EQ(result.truncated_bytes, kept - (has_first ? first.size() : 0)) << kept;
    EXPECT_EQ(result.status, result.truncated_bytes == 0 ? DayFileStatus::end : DayFileStatus::truncated_tail) << kept;
  }
}

TEST(DayFileSource, StopsAtTheEndOfSessionAndCountsWhatFollows) {
  const auto session = day_record("one") + day_record("two") + day_record("");
  const auto clean = run(session);
  EXPECT_EQ(clean.messages.size(), 2U);
  EXPECT_EQ(clean.status, DayFileStatus::end_of_session);
  EXPECT_EQ(clean.bytes_after_end, 0U);
  const auto followed = run(session + day_record("three") + Bytes(2'000'000, 'x'));
  EXPECT_EQ(followed.messages.size(), 2U);
  EXPECT_EQ(followed.status, DayFileStatus::end_of_session);
  EXPECT_EQ(followed.bytes_after_end, 2'000'007U);
  EXPECT_EQ(run(day_record("")).status, DayFileStatus::end_of_session);
}

TEST(DayFileSource, PassesOnThatItsCompressionIsCutOrDamaged) {
  const auto file = day_record("one") + day_record("two");
  const auto whole = gzip(file);
  const auto cut = run(whole.substr(0, whole.size() - 4));
  EXPECT_EQ(cut.messages.size(), 2U);
  EXPECT_EQ(cut.status, DayFileStatus::truncated_tail);
  EXPECT_NE(cut.problem, "");
  const auto followed = run(whole + "rubbish");
  EXPECT_EQ(followed.messages.size(), 2U);
  EXPECT_EQ(followed.status, DayFileStatus::corrupt);
  const auto inside = run(gzip(day_record("one") + "\x01") + "rubbish");
  EXPECT_EQ(inside.status, DayFileStatus::corrupt);
  EXPECT_EQ(inside.truncated_bytes, 1U);
}

// --- private captures -----------------------------------------------------------------------------------------------

TEST(PrivateCaptures, DayFilesHoldTheMessagesTheirFactsName) {
  TP_SHARED_DATA(runk, "itch/runk-locate-13-10k.bin");
  TP_SHARED_DATA(ritch, "itch/ritch-ex20101224.reframed.itch");
  TP_SHARED_DATA(aapl, "itch/aapl-20190130-open/aapl-20190130-open.rebuilt.itch");
  for (const auto& [file, messages] : {std::pair(runk, 10'000U), std::pair(ritch, 12'012U), std::pair(aapl, 10'061U)}) {
    const auto result = run(DayFileSource(ByteStream::open(file)));
    EXPECT_EQ(result.messages.size(), messages) << file;
    EXPECT_EQ(result.status, DayFileStatus::end) << file;
  }
}

TEST(PrivateCaptures, LyncIsCutInsideItsLastMessage) {
  TP_SHARED_DATA(file, "itch/lync-real_sample_slice.itch");
  const auto result = run(DayFileSource(ByteStream::open(file)));
  EXPECT_EQ(result.messages.size(), 35'581U);
  EXPECT_EQ(result.status, DayFileStatus::truncated_tail);
  EXPECT_EQ(result.truncated_bytes, 2U);
}

}  // namespace
}  // namespace tickplant::tests::this_file
