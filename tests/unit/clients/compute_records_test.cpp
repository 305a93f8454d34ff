// Derived records put in order, in memory and on disk, and what signals say as text.
#include <gtest/gtest.h>

#include <limits>

#include "clients/cli/compute/signal_text.hpp"
#include "clients/cli/compute/sorted_records.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

using ringbuf::DerivedRecord;
using ringbuf::SignalBody;
using ringbuf::SignalValue;

DerivedRecord numbered(std::uint64_t number) {
  DerivedRecord record;
  record.header.cause_seq = {number};
  return record;
}

std::vector<std::uint64_t> numbers_of(SortedRecords& records) {
  std::vector<std::uint64_t> numbers;
  records.for_each([&](const DerivedRecord& record) { numbers.push_back(record.header.cause_seq.value); });
  return numbers;
}

TEST(SortedRecords, GoByKeyThenInTheOrderTheyCameIn) {
  const tests::TempDirectory folder;
  SortedRecords records(folder.path());
  EXPECT_TRUE(numbers_of(records).empty());
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  records.add({2, 0, 0}, numbered(1));
  records.add({1, 5, 0}, numbered(2));
  records.add({1, least, 9}, numbered(3));
  records.add({2, 0, 0}, numbered(4));
  records.add({-1, 0, 0}, numbered(5));
  records.add({1, 5, 0}, numbered(6));
  EXPECT_EQ(numbers_of(records), (std::vector<std::uint64_t>{5, 3, 2, 6, 1, 4}));
}

TEST(SortedRecords, AreTheSameWhenTheyAreTooManyForMemoryAndLeaveNothingBehind) {
  const tests::TempDirectory folder;
  SortedRecords records(folder.path());
  constexpr std::uint64_t kMany = 50'000;  // three times the buffer, and something
  for (std::uint64_t i = 0; i < kMany; ++i)
    records.add({static_cast<std::int64_t>(i * 7919 % kMany), 0, 0}, numbered(i));
  for (int twice = 0; twice < 2; ++twice) {
    std::uint64_t expected = 0;
    for (const std::uint64_t number : numbers_of(records)) ASSERT_EQ(number * 7919 % kMany, expected++);
    EXPECT_EQ(expected, kMany);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SortedRecords, SayWhereThereIsNoRoom) {
  SortedRecords records("/nowhere/at/all");
  for (std::uint64_t i = 0; i < 20'000; ++i) records.add({0, 0, 0}, numbered(i));
  try {
    (void)numbers_of(records);
    FAIL() << "kept in a folder that is not there";
  } catch (const platform::SetupError& error) {
    EXPECT_NE(error.problem().find("/nowhere/at/all"), std::string::npos) << error.what();
    EXPECT_NE(error.remedy().find("--out"), std::string::npos);
  }
}

TEST(SignalText, OfAPriceChangeDependsOnWhatItIsOver) {
  SignalBody signal;
  signal.what = SignalValue::down;
  signal.value[0] = -1.0641872969600001;
  EXPECT_EQ(value_text(signal), "-1.06418729696");
  signal.fired = SignalBody::kOverBars;
  EXPECT_EQ(value_text(signal), "down");
  signal.is_edge = 1;
  EXPECT_EQ(value_text(signal), "down:edge");
}

TEST(SignalText, OfAVolumeNamesTheTestsThatFired) {
  SignalBody signal;
  signal.what = SignalValue::volume;
  signal.value = {8.75, ringbuf::kNoValue, 15'730, ringbuf::kNoValue};
  signal.fired = SignalBody::kByZ | SignalBody::kByVolume;
  EXPECT_EQ(value_text(signal), "z+absolute");
  EXPECT_EQ(volume_text(signal), "15730,8.75,1,,0,");
  signal.value[1] = 6.5;
  signal.fired = SignalBody::kByRobustZ | SignalBody::kMeanDeviation;
  EXPECT_EQ(volume_text(signal), "15730,8.75,0,6.5,1,meanad");
}

TEST(SignalText, OfAMatchSaysWhenThereIsMoreThanTheRecordHolds) {
  config::PatternConfig pattern;
  pattern.steps = {{.name = "a"}, {.name = "b"}};
  SignalBody match;
  match.what = SignalValue::match;
  match.bound[0] = 7;
  match.bound[1] = std::uint64_t{1} << 56 | 9;
  match.bound_count = 2;
  const auto text = [](std::uint64_t index) { return std::to_string(index); };
  EXPECT_EQ(binding_text(pattern, match, text), "a=7;b=9");
  match.bound_count = 16;
  const std::string more = binding_text(pattern, match, text);
  EXPECT_TRUE(more.starts_with("a=7;b=9;a=0;")) << more;
  EXPECT_TRUE(more.ends_with(";...")) << more;
}

}  // namespace
}  // namespace tickplant::cli::this_file
