#include "feedhandlers/glimpse/snapshot_reader.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/soupbintcp_writer.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::glimpse::encode_end_marker;
using feedhandlers::glimpse::is_end_marker;
using feedhandlers::glimpse::parse_end_marker;
using feedhandlers::glimpse::SnapshotReader;
using feedhandlers::glimpse::SpinState;

struct Messages {
  void operator()(std::span<const std::byte> message) { all.push_back(to_bytes(message)); }
  std::vector<Bytes> all;
};

const Bytes kMarker = "G" + padded_left("4711", 20);

TEST(GlimpseEndMarker, IsALetterAndTwentyDigits) {
  EXPECT_EQ(to_bytes(encode_end_marker(4711)), kMarker);
  EXPECT_EQ(parse_end_marker(as_span(kMarker)), 4711u);
  for (const std::uint64_t sequence : {std::uint64_t{1}, std::uint64_t{1} << 32, ~std::uint64_t{0}})
    EXPECT_EQ(parse_end_marker(encode_end_marker(sequence)), sequence);
}

TEST(GlimpseEndMarker, IsNoneOfAnotherSizeOrTypeOrWithoutANumber) {
  for (std::size_t size = 0; size <= 30; ++size)
    EXPECT_EQ(parse_end_marker(as_span(padded_right(kMarker, 30)).first(size)).has_value(), size == 21) << size;
  EXPECT_FALSE(parse_end_marker(as_span("A" + padded_left("4711", 20))));
  EXPECT_FALSE(parse_end_marker(as_span("G" + padded_left("47x1", 20))));
  EXPECT_FALSE(parse_end_marker(as_span("G" + padded_left("0", 20)))) << "sequences start at 1";
  EXPECT_TRUE(is_end_marker(as_span("G"))) << "of that type, if nothing else";
  EXPECT_FALSE(is_end_marker({}));
}

TEST(GlimpseSnapshotReader, HandsOnMessagesUpToTheMarker) {
  SnapshotReader reader;
  Messages messages;
  EXPECT_EQ(reader.state(), SpinState::waiting);
  reader.on_login(1);
  EXPECT_EQ(reader.on_message(as_span("S..."), messages), SpinState::spinning);
  EXPECT_EQ(reader.on_message(as_span("A..."), messages), SpinState::spinning);
  EXPECT_EQ(reader.live_from(), 0u);
  EXPECT_EQ(reader.on_message(as_span(kMarker), messages), SpinState::complete);
  EXPECT_EQ(reader.live_from(), 4711u);
  EXPECT_EQ(messages.all, (std::vector<Bytes>{"S...", "A..."}));
  reader.on_end_of_session();
  EXPECT_EQ(reader.state(), SpinState::complete);
}

TEST(GlimpseSnapshotReader, OfAnEmptyMarketIsCompleteAtOnce) {
  SnapshotReader reader;
  Messages messages;
  reader.on_login(1);
  EXPECT_EQ(reader.on_message(as_span(kMarker), messages), SpinState::complete);
  EXPECT_TRUE(messages.all.empty());
}

TEST(GlimpseSnapshotReader, IgnoresMessagesBeforeTheLoginAndBehindTheMarker) {
  SnapshotReader reader;
  Messages messages;
  EXPECT_EQ(reader.on_message(as_span("A..."), messages), SpinState::waiting);
  reader.on_login(1);
  (void)reader.on_message(as_span(kMarker), messages);
  EXPECT_EQ(reader.on_message(as_span("A..."), messages), SpinState::complete);
  EXPECT_EQ(reader.on_message(as_span(to_bytes(encode_end_marker(9))), messages), SpinState::complete);
  EXPECT_EQ(reader.live_from(), 4711u);
  EXPECT_TRUE(messages.all.empty());
  EXPECT_EQ(reader.counters().unexpected, 3u);
}

TEST(GlimpseSnapshotReader, IsBrokenByAMarkerThatIsNone) {
  SnapshotReader reader;
  Messages messages;
  reader.on_login(1);
  EXPECT_EQ(reader.on_message(as_span(kMarker.substr(0, 20)), messages), SpinState::broken);
  EXPECT_EQ(reader.counters().bad_markers, 1u);
  EXPECT_EQ(reader.on_message(as_span(kMarker), messages), SpinState::broken);
  EXPECT_EQ(reader.live_from(), 0u);
  EXPECT_TRUE(messages.all.empty());
}

TEST(GlimpseSnapshotReader, IsBrokenByAnEndWithoutAMarker) {
  SnapshotReader reader;
  Messages messages;
  reader.on_login(1);
  (void)reader.on_message(as_span("A..."), messages);
  reader.on_end_of_session();
  EXPECT_EQ(reader.state(), SpinState::broken);
  EXPECT_EQ(reader.counters().ended_early, 1u);
}

TEST(GlimpseSnapshotReader, DoesNotResumeASpinButBeginsItAnew) {
  SnapshotReader reader;
  Messages messages;
  reader.on_login(1);
  (void)reader.on_message(as_span("A..."), messages);
  reader.on_login(2);
  EXPECT_EQ(reader.state(), SpinState::broken);
  EXPECT_EQ(reader.counters().not_from_start, 1u);
  reader.on_login(1);
  EXPECT_EQ(reader.on_message(as_span(kMarker), messages), SpinState::complete);
  reader.on_login(1);
  EXPECT_EQ(reader.live_from(), 0u) << "of another spin, not known yet";
  EXPECT_EQ(reader.counters().complete, 1u);
}

}  // namespace
}  // namespace tickplant::tests::this_file
