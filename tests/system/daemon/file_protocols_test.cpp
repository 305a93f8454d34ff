// A plant fed from real captures of every protocol: as much of each as independent decoders found in it.
#include <gtest/gtest.h>

#include <ostream>

#include "tests/support/shared_data.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using tests::LivePlant;

struct RealFile {
  const char* name;
  const char* protocol;
  const char* venue;
  const char* kind;
  const char* path;
  std::uint64_t messages;
  std::uint64_t missed;
};

void PrintTo(const RealFile& file, std::ostream* out) { *out << file.path; }

class FileProtocols : public testing::TestWithParam<RealFile> {};

TEST_P(FileProtocols, GiveTheMessagesThatAreInTheFile) {
  const RealFile& real = GetParam();
  TP_SHARED_DATA(path, real.path);
  LivePlant live;
  std::ofstream(live.config_file()) << "plant: {name: demo, state_folder: " << live.state_folder()
                                    << "}\ninstruments: {capacity: 4096}\nfeeds:\n  demo:\n    protocol: "
                                    << real.protocol << "\n    venue: " << real.venue
                                    << "\n    source: {kind: " << real.kind << ", path: \"" << path.string() << "\"}\n";
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return live.has_ended(); })) << live.daemon().output();
  EXPECT_EQ(live.feed_counter(counter::kMessages), real.messages);
  EXPECT_EQ(live.feed_counter(counter::kMissedMessages), real.missed);
  EXPECT_EQ(live.feed_counter(counter::kBadMessages), 0u);
  EXPECT_GT(live.feed_counter(counter::kRecords), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Of, FileProtocols,
    testing::Values(RealFile{"IexDeep", "iex", "IEXG", "pcap", "iex/20170826-iex-deep.pcap.gz", 48'635, 0},
                    RealFile{"CmeMdp3", "mdp3", "XCME", "pcap", "cme/Cme.Mdp3.Sbe.v1.9.Example.pcap", 194, 4},
                    RealFile{"DatabentoMbo", "dbn", "XCME", "dbn_file",
                             "dbn/nautilus/esh4-glbx-mdp3-20231224.mbo.dbn.zst", 8'725, 0}),
    [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace tickplant::this_file
