// A capture of nine channels, both lines each, against facts that an independent decoder computed: 100 packets, 194
// messages (46: 170, 47: 8, 48: 8, 37: 8), 4 gaps. The facts count line by line; the two lines together have no gap.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "feedhandlers/sources/pcap_source.hpp"
#include "tests/support/mdp3_in_memory.hpp"
#include "tests/support/shared_data.hpp"

namespace tickplant::tests::mdp3::this_file {
namespace {

using namespace feedhandlers;
using namespace feedhandlers::mdp3;
using ringbuf::RecordType;

constexpr const char* kCapture = "cme/Cme.Mdp3.Sbe.v1.9.Example.pcap";

/// The last bytes of the groups and the ports of lines A and B, as the venue's configuration has them: B is 127 groups
/// and 1000 ports above A.
struct Lines {
  std::uint16_t channel;
  std::uint8_t group_a;
};
constexpr std::array<Lines, 9> kLines{
    {{312, 3}, {313, 4}, {314, 5}, {315, 6}, {316, 7}, {317, 8}, {348, 29}, {360, 19}, {361, 20}}};

Endpoint endpoint(const Lines& lines, bool b) {
  const std::uint32_t base = (224U << 24) | (28U << 8);
  return {base + lines.group_a + (b ? 127U : 0U), static_cast<std::uint16_t>(14'000 + lines.channel + (b ? 1000 : 0))};
}
std::vector<ChannelLines> arbitrated() {
  std::vector<ChannelLines> all;
  for (const Lines& lines : kLines) all.push_back({lines.channel, endpoint(lines, false), endpoint(lines, true)});
  return all;
}
/// One line each, as if it were a channel.
std::vector<ChannelLines> line_by_line() {
  std::vector<ChannelLines> all;
  for (const Lines& lines : kLines) {
    all.push_back({lines.channel, endpoint(lines, false), {}});
    all.push_back({static_cast<std::uint16_t>(lines.channel + 1000), endpoint(lines, true), {}});
  }
  return all;
}

sources::CaptureCounters replay(FeedInMemory& plant, const std::filesystem::path& file, Records* records = nullptr) {
  sources::PcapSource source(sources::ByteStream::open(file));
  Packet packet;
  while (source.next(packet) == sources::SourceStatus::packet) {
    plant.feed.on_packet(packet, 0);
    for (const ringbuf::Record& record : plant.take())
      if (records != nullptr) records->push_back(record);
  }
  return source.counters();
}

std::uint64_t messages_of(const FeedInMemory& plant, std::uint16_t template_id) {
  return plant.feed.counters().messages[template_index(template_id)];
}
std::uint64_t all_messages(const FeedInMemory& plant) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : plant.feed.counters().messages) sum += count;
  return sum;
}
void expect_nothing_refused(const FeedInMemory& plant) {
  for (const std::uint64_t count : plant.feed.counters().refused) EXPECT_EQ(count, 0U);
  for (const std::uint64_t count : plant.feed.counters().damaged) EXPECT_EQ(count, 0U);
  EXPECT_EQ(plant.feed.counters().foreign_packets, 0U);
  EXPECT_EQ(plant.feed.counters().restarts, 0U);
}

TEST(Mdp3Capture, AgreesWithTheFactsLineByLine) {
  TP_SHARED_DATA(file, kCapture);
  const auto channels = line_by_line();
  FeedInMemory plant({.channels = channels});
  Records records;
  const sources::CaptureCounters frames = replay(plant, file, &records);
  EXPECT_EQ(frames.frames, 100U);
  EXPECT_EQ(frames.packets, 99U);
  EXPECT_EQ(frames.not_udp, 1U) << "a group report of the capturing machine";
  EXPECT_EQ(all_messages(plant), 194U);
  EXPECT_EQ(messages_of(plant, 46), 170U);
  EXPECT_EQ(messages_of(plant, 47), 8U);
  EXPECT_EQ(messages_of(plant, 48), 8U);
  EXPECT_EQ(messages_of(plant, 37), 8U);
  expect_nothing_refused(plant);

  EXPECT_EQ(plant.feed.packets().gaps, 4U);
  EXPECT_EQ(plant.feed.packets().missed_messages, 4U);
  EXPECT_EQ(plant.feed.packets().duplicate_messages, 0U);
  using Gap = std::tuple<std::string, std::uint64_t, std::uint64_t>;
  std::vector<Gap> gaps;
  for (const ringbuf::Record& record : records) {
    if (record.header.type != RecordType::gap) continue;
    const auto gap = record.as<ringbuf::GapBody>();
    gaps.emplace_back(std::string(gap.session.data()), gap.first, gap.last);
  }
  const std::vector<Gap> expected{{"315", 1'160'085, 1'160'085},
                                  {"361", 1'028'099, 1'028'099},
                                  {"360", 911'523, 911'523},
                                  {"1348", 579'465, 579'465}};
  EXPECT_EQ(gaps, expected);
}

TEST(Mdp3Capture, LosesNothingWhereBothLinesAreRead) {
  TP_SHARED_DATA(file, kCapture);
  const auto channels = arbitrated();
  FeedInMemory plant({.channels = channels});
  Records records;
  replay(plant, file, &records);
  expect_nothing_refused(plant);
  EXPECT_EQ(plant.feed.packets().packets, 99U);
  EXPECT_EQ(plant.feed.packets().messages, 52U) << "packets that are not copies";
  EXPECT_EQ(plant.feed.packets().duplicate_messages, 47U);
  EXPECT_EQ(plant.feed.packets().gaps, 0U);
  EXPECT_EQ(all_messages(plant), 102U);
  EXPECT_EQ(messages_of(plant, 46), 90U);
  EXPECT_EQ(messages_of(plant, 47), 4U);
  EXPECT_EQ(messages_of(plant, 48), 4U);
  EXPECT_EQ(messages_of(plant, 37), 4U);
  const NormaliserCounters& counters = plant.counters();
  EXPECT_EQ(counters.level_entries, 74U + 9 + 64 + 78 + 6 + 75);
  EXPECT_EQ(counters.implied_entries, 38U + 18 + 4 + 50 + 24 + 9);
  EXPECT_EQ(counters.volume_entries, 4U);
  EXPECT_EQ(counters.trades, 4U);
  EXPECT_EQ(counters.trade_orders, 10U);
  EXPECT_EQ(counters.order_entries, 69U + 92 + 52 + 6);
  EXPECT_EQ(counters.bad_references, 0U);
  EXPECT_EQ(counters.backward_times, 0U);
  EXPECT_EQ(counters.other_channel_entries, 0U) << "each instrument is of one channel";
  EXPECT_EQ(counters.rpt_seq_jumps, 0U) << "statistics between the lines would show here";
  EXPECT_EQ(counters.rpt_seq_restarts, 0U);
  EXPECT_EQ(counters.joined_instruments, 242U);
  EXPECT_EQ(plant.feed.normaliser().instruments().all().size(), 242U);
}

TEST(Mdp3Capture, GivesTheTradesAndTheEndsOfEvents) {
  TP_SHARED_DATA(file, kCapture);
  const auto channels = arbitrated();
  FeedInMemory plant({.channels = channels});
  Records records;
  replay(plant, file, &records);
  using Trade = std::tuple<std::string, std::int64_t, std::uint64_t, ringbuf::Side, std::uint64_t>;
  std::vector<Trade> trades;
  std::map<RecordType, std::size_t> count;
  std::size_t ends_of_record_events = 0;
  std::size_t packets_within_events = 0;
  for (const ringbuf::Record& record : records) {
    ++count[record.header.type];
    const bool ends = has(record.header.flags, ringbuf::RecordFlags::end_of_event);
    if (record.header.type == RecordType::source_position) {
      packets_within_events += ends ? 0 : 1;
      continue;
    }
    ends_of_record_events += ends ? 1 : 0;
    EXPECT_EQ(record.header.type != RecordType::definition,
              has(record.header.flags, ringbuf::RecordFlags::maybe_bad_book))
        << "joined in the middle of the week";
    if (record.header.type != RecordType::trade) continue;
    const auto trade = record.as<ringbuf::TradeBody>();
    trades.emplace_back(plant.directory.reader().symbol_of(record.header.instrument), trade.price.value,
                        trade.size.value, trade.side, trade.trade_id);
  }
  const std::vector<Trade> expected{{"170506@XCME", 12'952'000'000'000, 2, ringbuf::Side::bid, 341'412},
                                    {"170506@XCME", 12'952'000'000'000, 3, ringbuf::Side::bid, 341'413},
                                    {"121933@XCME", 1'000'000'000, 1, ringbuf::Side::bid, 341'414},
                                    {"121933@XCME", 1'000'000'000, 9, ringbuf::Side::bid, 341'415}};
  EXPECT_EQ(trades, expected) << "aggressors sold, so bids were resting";
  EXPECT_EQ(count[RecordType::order], 219U);
  EXPECT_EQ(count[RecordType::definition], 242U);
  EXPECT_EQ(count[RecordType::source_position], 52U);
  EXPECT_EQ(count[RecordType::gap], 0U);
  EXPECT_EQ(packets_within_events, 4U) << "52 packets, 49 events, two of them in one packet";
  EXPECT_LE(ends_of_record_events, 49U) << "the venue ended 49 events, some of which held implied prices alone";
  EXPECT_GT(ends_of_record_events, 0U);
}

}  // namespace
}  // namespace tickplant::tests::mdp3::this_file
