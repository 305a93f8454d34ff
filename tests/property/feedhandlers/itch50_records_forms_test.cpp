// Law: a day gives the same records as a day file and as MoldUDP64 packets, however these are cut and whichever line
// brings them first. Only receive time and source positions belong to the way it came.
#include <gtest/gtest.h>

#include "tests/property/feedhandlers/itch50_records_day.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

using ringbuf::Record;
using ringbuf::RecordType;

struct Plant {
  explicit Plant(feedhandlers::PublishedForms forms) : memory(book, forms) {
    memory.feed.begin_day({.midnight = kMidnight, .date = 20190130, .utc_offset_seconds = -18'000});
  }
  void keep() {
    for (Record& record : published.take()) {
      if (record.header.type == RecordType::source_position) continue;
      record.header.ts_recv = {};
      texts.push_back(text_of(record));
    }
  }

  feedhandlers::OrderBook book{FeedInMemory::kBookConfig};
  FeedInMemory memory;
  Published published{memory};
  Texts texts;
};

class Itch50RecordsForms : public testing::TestWithParam<DayOptions> {};

TEST_P(Itch50RecordsForms, AreTheSameInPacketsAndInADayFile) {
  SCOPED_TRACE(testing::Message() << GetParam().name << ", TICKPLANT_TEST_SEED=" << test_seed());
  const Day day{GetParam()};
  Plant file{GetParam().forms};
  file.memory.feed.on_messages(day.messages(), 1, [&](auto) { file.keep(); });

  Plant packets{GetParam().forms};
  Random random{GetParam().session.seed};
  platform::UnixNanos recv = kMidnight;
  for (std::size_t at = 0; at < day.messages().size();) {
    const std::size_t count = std::min<std::size_t>(1 + random.below(40), day.messages().size() - at);
    std::vector<Bytes> held;
    for (std::size_t i = at; i < at + count; ++i) held.push_back(to_bytes(day.messages()[i]));
    const Bytes packet = mold_packet("S", at + 1, held);
    recv = recv + random.below(1'000);
    for (std::uint32_t line = 0; line <= random.below(2); ++line)
      packets.memory.feed.on_packet({.payload = as_span(packet), .ts_recv = recv}, 0, [&](auto) { packets.keep(); });
    at += count;
    if (random.chance(1, 2))
      at -= random.below(static_cast<std::uint32_t>(std::min<std::size_t>(count, 5)));  // overlap
  }
  ASSERT_GT(file.texts.size(), day.messages().size() / 2);
  ASSERT_EQ(file.texts.size(), packets.texts.size());
  for (std::size_t i = 0; i < file.texts.size(); ++i) ASSERT_EQ(file.texts[i], packets.texts[i]) << "record " << i;
}

INSTANTIATE_TEST_SUITE_P(Days, Itch50RecordsForms, testing::ValuesIn(all_days()), name_of);

}  // namespace
}  // namespace tickplant::tests::itch::this_file
