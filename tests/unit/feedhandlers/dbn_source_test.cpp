// A DBN file as bytes: its header, its records, where it was cut, and what is refused.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "feedhandlers/dbn/dbn_source.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/support/dbn_encoder.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests::dbn::this_file {
namespace {

using feedhandlers::dbn::DbnSource;
using feedhandlers::dbn::DbnStatus;
using feedhandlers::dbn::RecordBatch;
using platform::SetupError;

Bytes small_file(std::uint8_t version = 3) {
  Bytes file =
      encoded_header({.symbols = {"ESH4"}, .mappings = {{"ESH4", {{20240101, 20240102, "17"}}}}}, {.version = version});
  append(file, encoded(Mbo{.order = 1}, {.version = version}));
  append(file, encoded(Statistics{}, {.version = version}));
  append(file, encoded(Trade{}, {.version = version}));
  return file;
}

/// All records of the file behind each other, and how it ended.
struct Read {
  Bytes records;
  std::uint64_t count = 0;
  DbnStatus status{};
};
Read read_all(DbnSource& source) {
  Read read;
  RecordBatch batch;
  while ((read.status = source.next(batch)) == DbnStatus::records) {
    EXPECT_EQ(batch.first_number, read.count + 1);
    read.count += batch.records.size();
    for (const auto record : batch.records) read.records.insert(read.records.end(), record.begin(), record.end());
    EXPECT_EQ(batch.end_offset, source.position());
  }
  EXPECT_EQ(source.next(batch), read.status);
  EXPECT_TRUE(batch.records.empty());
  EXPECT_EQ(source.record_count(), read.count);
  return read;
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const SetupError& error) {
    EXPECT_FALSE(error.remedy().empty());
    return error.problem();
  }
  return "accepted";
}
std::string refusal(const Bytes& file) {
  return refusal([&] { (void)DbnSource::over(file, "x"); });
}

TEST(DbnSource, GivesHeaderAndAllRecordsInEveryChunkSize) {
  for (std::uint8_t version = 1; version <= 3; ++version) {
    const Bytes file = small_file(version);
    for (const std::size_t chunk : {1U, 7U, 16U, 100U, 100'000U}) {
      DbnSource source = DbnSource::over(file, "x", chunk);
      EXPECT_EQ(source.metadata().version, version);
      EXPECT_EQ(source.metadata().symbols, std::vector<std::string>{"ESH4"});
      const std::uint64_t header_bytes = source.position();
      const Read read = read_all(source);
      EXPECT_EQ(read.status, DbnStatus::end);
      EXPECT_EQ(read.count, 3U);
      EXPECT_TRUE(std::equal(read.records.begin(), read.records.end(),
                             file.begin() + static_cast<std::ptrdiff_t>(header_bytes), file.end()));
      EXPECT_EQ(source.truncated_bytes(), 0U);
    }
  }
}

TEST(DbnSource, SaysOfEveryCutHowManyBytesWereLeftOver) {
  const Bytes file = small_file();
  const std::size_t header_bytes = encoded_header({.symbols = {"ESH4"}, .mappings = {{"ESH4", {{1, 2, "17"}}}}}).size();
  const std::size_t mbo_end = header_bytes + 56;
  const std::size_t statistics_end = mbo_end + 80;
  for (std::size_t cut = header_bytes; cut < file.size(); ++cut) {
    DbnSource source = DbnSource::over(std::span(file).first(cut), "x", 64);
    const Read read = read_all(source);
    const std::size_t whole = cut >= statistics_end ? statistics_end : cut >= mbo_end ? mbo_end : header_bytes;
    EXPECT_EQ(read.status, cut == whole ? DbnStatus::end : DbnStatus::truncated) << cut;
    EXPECT_EQ(source.truncated_bytes(), cut - whole);
    EXPECT_EQ(source.position(), whole);
    EXPECT_EQ(std::string(source.problem()).empty(), cut == whole);
  }
}

TEST(DbnSource, RefusesEveryCutInsideTheHeaderWithTheBytesThatAreThere) {
  const Bytes file = encoded_header({.symbols = {"ESH4"}});
  for (std::size_t cut = 3; cut < file.size(); ++cut) {
    const Bytes part(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(cut));
    EXPECT_NE(refusal(part).find("stops inside its header: " + std::to_string(cut) + " of"), std::string::npos) << cut;
  }
}

TEST(DbnSource, TakesALengthBelowTheHeaderForCorrupt) {
  for (const int words : {0, 1, 3}) {
    Bytes file = small_file();
    file.push_back(static_cast<std::byte>(words));
    file.insert(file.end(), 40, std::byte{0});
    DbnSource source = DbnSource::over(file);
    const Read read = read_all(source);
    EXPECT_EQ(read.count, 3U);
    EXPECT_EQ(read.status, DbnStatus::corrupt);
    EXPECT_STRNE(source.problem(), "");
  }
}

TEST(DbnSource, ReadsAFileWithoutRecords) {
  const Bytes file = encoded_header({});
  DbnSource source = DbnSource::over(file);
  EXPECT_EQ(read_all(source).status, DbnStatus::end);
}

TEST(DbnSource, GivesMoreRecordsThanFitIntoABatch) {
  Bytes file = encoded_header({});
  for (int i = 0; i < 1500; ++i) append(file, encoded(Mbo{.order = static_cast<std::uint64_t>(i)}));
  DbnSource source = DbnSource::over(file);
  EXPECT_EQ(read_all(source).count, 1500U);
}

TEST(DbnSource, NamesAFragment) {
  for (std::uint8_t version = 1; version <= 3; ++version) {
    const Bytes fragment = encoded(Definition{}, {.version = version});
    EXPECT_EQ(refusal(fragment), "x is a DBN fragment: records without the header that says their version");
  }
}

TEST(DbnSource, NamesTheLegacyFormat) {
  Bytes dbz;
  Out out(dbz);
  out.number(std::uint32_t{0x184d2a50});  // a frame that decompressors step over
  out.number(std::uint32_t{12});
  out.text("DBZ\x01", 12);
  EXPECT_EQ(refusal(dbz), "x is a DBZ file, the format of Databento before DBN");
}

TEST(DbnSource, RefusesOtherVersions) {
  for (const int version : {0, 4, 255}) {
    Bytes file = small_file();
    file[3] = static_cast<std::byte>(version);
    EXPECT_EQ(refusal(file), "x is DBN of version " + std::to_string(version) + "; versions 1 to 3 are read");
  }
}

TEST(DbnSource, RefusesWhatIsNoDbnAtAll) {
  Bytes text;
  Out(text).text("date,open,high,low,close,volume", 31);
  EXPECT_EQ(refusal(text), "x is no DBN file: it does not start with \"DBN\"");
  EXPECT_EQ(refusal(Bytes{}), "x is no DBN file: it does not start with \"DBN\"");
  EXPECT_EQ(refusal(Bytes(300)), "x is no DBN file: it does not start with \"DBN\"");
}

TEST(DbnSource, RefusesAHeaderWhoseListsClaimMoreThanThereIs) {
  const Bytes good = encoded_header({.symbols = {"A", "B"}, .mappings = {{"A", {{1, 2, "17"}}}}});
  // Counts: symbols, partial, not found, mappings, intervals; and the length of the schema definition before them.
  const std::size_t lists = 112;
  const std::size_t mappings = lists + 4 + 2 * 71 + 4 + 4;
  for (const std::size_t at : {lists - 4, lists, lists + 4 + 2 * 71, mappings, mappings + 4 + 71}) {
    for (const std::byte most : {std::byte{0xff}, std::byte{0x7f}}) {
      Bytes file = good;
      for (std::size_t i = 0; i < 4; ++i) file[at + i] = most;
      EXPECT_EQ(refusal(file), "x has a damaged header: a list claims more entries than there are") << at;
    }
  }
}

TEST(DbnSource, RefusesImpossibleSymbolLengthsAndHeaderLengths) {
  Bytes file = encoded_header({});
  file[53] = file[54] = std::byte{0};
  EXPECT_EQ(refusal(file), "x has a damaged header: symbols of an impossible length");
  file = encoded_header({});
  for (int i = 4; i < 8; ++i) file[static_cast<std::size_t>(i)] = std::byte{0xff};
  EXPECT_EQ(refusal(file), "x claims a header of 4294967295 bytes");
  file = encoded_header({});
  file[4] = std::byte{50};
  file[5] = std::byte{0};
  EXPECT_EQ(refusal(file), "x has a damaged header: it is shorter than its fixed part");
}

TEST(DbnSource, RefusesAHeaderThatStopsBetweenItsMappings) {
  // Two mappings by the count, room for the first one with its interval, and for a part of the second.
  Bytes file = encoded_header({.mappings = {{"A", {{1, 2, "17"}}}, {"B", {}}}});
  const std::size_t kept = 3 * 4 + 4 + 2 * (71 + 4) + 4 + 4 + 71 + 112;
  for (const std::size_t cut : {1U, 5U, 40U, 76U}) {
    Bytes part(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(kept - cut));
    const auto length = static_cast<std::uint32_t>(part.size() - 8);
    for (std::size_t i = 0; i < 4; ++i) part[4 + i] = static_cast<std::byte>(length >> (8 * i));
    EXPECT_EQ(refusal(part), "x has a damaged header: a list claims more entries than there are") << cut;
  }
}

TEST(DbnSource, RefusesAHeaderThatStopsBetweenItsLists) {
  const Bytes file = encoded_header({});
  for (std::size_t lists = 0; lists < 4; ++lists) {
    Bytes part(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(112 + 4 * lists + 3));
    const auto length = static_cast<std::uint32_t>(part.size() - 8);
    for (std::size_t i = 0; i < 4; ++i) part[4 + i] = static_cast<std::byte>(length >> (8 * i));
    EXPECT_EQ(refusal(part), "x has a damaged header: a list claims more entries than there are") << lists;
  }
}

TEST(DbnSource, RefusesSymbolsLongerThanAnyRecordHasRoomFor) {
  Bytes file = encoded_header({});
  file[53] = std::byte{0x01};
  file[54] = std::byte{0x04};  // 1025
  EXPECT_EQ(refusal(file), "x has a damaged header: symbols of an impossible length");
}

TEST(DbnSource, NamesTheLegacyFormatWithoutAFrameAroundIt) {
  Bytes dbz;
  Out(dbz).text("DBZ\x01", 40);
  EXPECT_EQ(refusal(dbz), "x is a DBZ file, the format of Databento before DBN");
  for (const char* other : {"DBx", "DxZ"}) {
    Bytes text;
    Out(text).text(other, 40);
    EXPECT_EQ(refusal(text), "x is no DBN file: it does not start with \"DBN\"");
  }
}

/// The file of `bytes`, compressed by `pack`, cut and damaged in its compression.
void expect_ends_well(const std::function<std::string(const std::string&)>& pack) {
  Bytes file = encoded_header({});
  for (std::uint64_t i = 0; i < 30000; ++i) append(file, encoded(Mbo{.order = i * 0x9e37'79b9'7f4a'7c15}));
  const std::string plain(static_cast<const char*>(static_cast<const void*>(file.data())), file.size());
  const std::string packed = pack(plain);
  const TempDirectory directory;
  const auto read = [&](const std::string& bytes, std::string& problem) {
    DbnSource source = DbnSource::open(directory.write("file", bytes));
    const Read all = read_all(source);
    problem = source.problem();
    return all;
  };
  std::string problem;
  EXPECT_EQ(read(packed, problem).count, 30000U);
  EXPECT_EQ(problem, "");
  const Read cut = read(packed.substr(0, packed.size() - packed.size() / 10), problem);
  EXPECT_EQ(cut.status, DbnStatus::truncated);
  EXPECT_LT(cut.count, 30000U);
  EXPECT_NE(problem, "");
  std::string damaged = packed;
  for (std::size_t i = packed.size() / 2; i < packed.size() / 2 + 40; ++i) damaged[i] = static_cast<char>(~damaged[i]);
  EXPECT_EQ(read(damaged, problem).status, DbnStatus::corrupt);
  EXPECT_NE(problem, "");
}

TEST(DbnSource, SaysWhetherCompressedDataIsCutOrDamaged) {
  expect_ends_well([](const std::string& plain) { return gzip(plain); });
  expect_ends_well([](const std::string& plain) { return zstd(plain); });
}

TEST(DbnSource, SaysWhichFileCannotBeOpened) {
  EXPECT_NE(refusal([] { (void)DbnSource::open("/nowhere/at/all.dbn"); }).find("'/nowhere/at/all.dbn'"),
            std::string::npos);
}

}  // namespace
}  // namespace tickplant::tests::dbn::this_file
