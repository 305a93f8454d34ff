#include "ringbuf/clock_page.hpp"

#include <gmock/gmock.h>

#include "ringbuf/private_payload.hpp"
#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using platform::ClockParameters;
using platform::ClockSource;
using platform::UnixNanos;

class ClockPage : public testing::Test {
 protected:
  [[nodiscard]] std::uint64_t word(std::size_t index) const {
    std::uint64_t value;
    std::memcpy(&value, memory_.bytes().data() + 8 * index, 8);
    return value;
  }

  PrivatePayload memory_{ClockPageWriter::payload_bytes()};
  ClockPageWriter writer_{memory_.bytes()};
  ClockPageReader reader_{std::as_const(memory_).bytes()};
  // Two ticks a nanosecond.
  const ClockParameters line_{.tsc_base = 1000,
                              .unix_nanos_base = 5'000'000,
                              .multiplier = 1u << 31,
                              .shift = 32,
                              .source = ClockSource::tsc,
                              .error_nanos = 40,
                              .error_multiplier = 3,
                              .step_count = 7};
};

TEST_F(ClockPage, ConvertsTicksOnBothSidesOfTheBase) {
  writer_.publish(line_);
  EXPECT_EQ(reader_.to_unix_nanos(1000), UnixNanos{5'000'000});
  EXPECT_EQ(reader_.to_unix_nanos(1200), UnixNanos{5'000'100});
  EXPECT_EQ(reader_.to_unix_nanos(800), UnixNanos{4'999'900});
}

TEST_F(ClockPage, HasTheDocumentedBytes) {
  writer_.publish(line_);
  EXPECT_EQ(word(0), 1u);
  EXPECT_EQ(word(1), 1000u);
  EXPECT_EQ(word(2), 5'000'000u);
  EXPECT_EQ(word(3), 1u << 31);
  EXPECT_EQ(word(4), std::uint64_t{1} << 32 | 32);
  EXPECT_EQ(word(5), 40u);
  EXPECT_EQ(word(6), 3u);
  EXPECT_EQ(word(7), 7u);
}

TEST_F(ClockPage, HandsOutTheWholeLineWithItsVersion) {
  writer_.publish(line_);
  writer_.publish(line_);
  ClockEntry entry;
  ASSERT_EQ(reader_.read(entry), TableRead::value);
  EXPECT_EQ(entry.stamp, 2u);
  EXPECT_EQ(reader_.version(), 2u);
  EXPECT_EQ(entry.line.error_nanos, 40);
}

TEST_F(ClockPage, HasNoAnswerBeforeTheFirstCalibration) {
  EXPECT_EQ(reader_.to_unix_nanos(1000), std::nullopt);
  EXPECT_EQ(reader_.version(), 0u);
}

TEST_F(ClockPage, HasNoAnswerWhereTheTscIsNoGood) {
  ClockParameters system = line_;
  system.source = ClockSource::system;
  writer_.publish(system);
  EXPECT_EQ(reader_.to_unix_nanos(1000), std::nullopt);
}

TEST_F(ClockPage, ASuccessorGoesOnAboveAWriteThatWasCutShort) {
  writer_.publish(line_);
  object_at<ClockSlot>(memory_.bytes(), 0).begin({2});
  EXPECT_EQ(reader_.to_unix_nanos(1000), std::nullopt);
  ClockPageWriter successor(memory_.bytes());
  successor.publish(line_);
  EXPECT_EQ(reader_.to_unix_nanos(1000), UnixNanos{5'000'000});
  EXPECT_EQ(reader_.version(), 3u);
}

TEST_F(ClockPage, RefusesAPayloadThatIsTooShort) {
  EXPECT_THAT(error_of([&] { ClockPageReader reader(std::as_const(memory_).bytes().first(63)); }),
              testing::HasSubstr("clock table claims 64 bytes, its segment has 63"));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
