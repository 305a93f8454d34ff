// A capture that goes through the packet recorder and comes back tells the same: `inspect` finds the same facts in it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "clients/cli/inspect/facts_json.hpp"
#include "clients/cli/inspect/inspection.hpp"
#include "tests/support/packet_capture.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

using Json = nlohmann::json;
using feedhandlers::sources::ByteStream;
using feedhandlers::sources::OfferResult;
using feedhandlers::sources::PacketCapture;
using feedhandlers::sources::PacketCaptureFile;
using feedhandlers::sources::PcapSource;
using feedhandlers::sources::SourceStatus;

/// `original` through queue and file, with a turn of the writer now and then. The file it made.
std::filesystem::path recorded(const std::filesystem::path& original, const tests::TempDirectory& folder) {
  tests::CaptureQueueInMemory queue(1 << 14);
  PacketCapture capture = queue.capture();
  PacketCaptureFile file(tests::capture_settings(folder.path()), queue.packets());
  PcapSource source(ByteStream::open(original));
  feedhandlers::Packet packet;
  for (int i = 0; source.next(packet) == SourceStatus::packet; ++i) {
    EXPECT_EQ(capture.offer(packet), OfferResult::captured);
    if (i % 7 == 0) (void)file.turn({i});
  }
  EXPECT_TRUE(file.finish({1}));
  return folder / "test.000001.pcapng";
}

/// Facts of a capture, without the name of its file.
Json facts_of(const std::filesystem::path& file) {
  Json facts = Json::parse(to_json(inspect_file(file, {})));
  facts.erase("file");
  return facts;
}

void expect_same(const std::filesystem::path& original) {
  SCOPED_TRACE(original);
  const tests::TempDirectory folder;
  const auto again = recorded(original, folder);
  const auto before = tests::read_capture(original);
  const auto after = tests::read_capture(again);
  ASSERT_FALSE(before.packets.empty());
  EXPECT_TRUE(after.packets == before.packets);
  Json expected = facts_of(original);
  expected["format"] = "itch50/moldudp64/pcapng";  // and nothing else is different
  EXPECT_EQ(facts_of(again), expected);
}

TEST(InspectRecordedCaptures, FindsTheFactsOfAMulticastCaptureAgain) {
  TP_SHARED_DATA(file, "pcap/dhsilv-subset.pcap");
  expect_same(file);
  const tests::TempDirectory folder;
  const Json facts = facts_of(recorded(file, folder));
  EXPECT_EQ(facts["packets"], 100);
  EXPECT_EQ(facts["messages"], 269);
  EXPECT_EQ(facts["messages_by_type"],
            Json({{"A", 125}, {"F", 6}, {"E", 3}, {"D", 30}, {"U", 99}, {"I", 5}, {"S", 1}}));
  EXPECT_EQ(facts["unknown_references_by_type"], Json({{"U", 99}, {"D", 30}, {"E", 3}}));
  ASSERT_EQ(facts["sessions"].size(), 1u);
  EXPECT_EQ(facts["sessions"][0]["session"], "000010059B");
  EXPECT_EQ(facts["sessions"][0]["first_sequence"], 14'757'701);
  EXPECT_EQ(facts["sessions"][0]["next_sequence"], 14'757'970);
}

TEST(InspectRecordedCaptures, FindsOneSampleOfEachMessageTypeAgain) {
  TP_SHARED_DATA(folder, "pcap/omi/Nasdaq/Nasdaq.Equities.TotalView.Itch.v5.0.20230822");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    expect_same(entry.path());
    ++files;
  }
  EXPECT_EQ(files, 15);
}

}  // namespace
}  // namespace tickplant::cli::this_file
