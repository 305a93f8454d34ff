#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "feedhandlers/moldudp64/framing.hpp"
#include "feedhandlers/sources/pcap_source.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/support/shared_data.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Packet;
using feedhandlers::sources::ByteStream;
using feedhandlers::sources::CaptureCounters;
using feedhandlers::sources::PcapSource;
using feedhandlers::sources::SourceStatus;
namespace moldudp64 = feedhandlers::moldudp64;

struct Run {
  std::vector<Bytes> payloads;
  std::vector<std::int64_t> times;
  SourceStatus status;
  CaptureCounters counters;
  std::string problem;
};

Run run(PcapSource source) {
  Run result{};
  Packet packet;
  while ((result.status = source.next(packet)) == SourceStatus::packet) {
    result.payloads.push_back(to_bytes(packet.payload));
    result.times.push_back(packet.ts_recv.value);
  }
  EXPECT_EQ(source.next(packet), result.status) << "the last answer stays";
  result.counters = source.counters();
  result.problem = source.problem();
  return result;
}

Run run(std::string_view file, std::size_t chunk_bytes = ByteStream::kBufferBytes) {
  return run(PcapSource(ByteStream::over(as_span(file), chunk_bytes)));
}

using Payloads = std::vector<Bytes>;

TEST(PcapSource, ReadsBothByteOrdersAndBothUnits) {
  for (const auto order : {std::endian::little, std::endian::big}) {
    for (const bool nanos : {false, true}) {
      const PcapWriter writer{.order = order, .nanos = nanos};
      const auto result = run(writer.header() + writer.record(udp_frame("one"), 1'692'711'000, 999'999) +
                              writer.record(udp_frame("two"), 4'000'000'000, 1));
      EXPECT_EQ(result.payloads, (Payloads{"one", "two"}));
      EXPECT_EQ(result.times[0], 1'692'711'000'000'000'000 + (nanos ? 999'999 : 999'999'000));
      EXPECT_EQ(result.times[1], 4'000'000'000'000'000'000 + (nanos ? 1 : 1'000)) << "after 2038";
      EXPECT_EQ(result.status, SourceStatus::end);
      EXPECT_EQ(result.problem, "");
    }
  }
}

TEST(PcapSource, OfAHeaderAloneHasEnded) { EXPECT_EQ(run(PcapWriter{}.header()).status, SourceStatus::end); }

TEST(PcapSource, IgnoresTheUpperHalfOfTheLinkType) {
  const PcapWriter writer{.link_type = 0x24000001};
  EXPECT_EQ(run(writer.header() + writer.record(udp_frame("fcs"))).payloads, Payloads{"fcs"});
}

TEST(PcapSource, CountsByReasonWhatItDoesNotDeliver) {
  const PcapWriter writer;
  auto damaged = udp_frame("damaged");
  damaged[14 + 20 + 5] = 7;  // UDP length
  const auto whole = udp_frame(Bytes(100, 'p'));
  const auto result = run(writer.header() + writer.record(ethernet("arp", 0x0806)) + writer.record(udp_frame("one")) +
                          writer.record(ethernet(ipv4("tcp", {.protocol = 6}))) +
                          writer.record(ethernet(ipv4("part", {.fragment = 1}))) + writer.record(damaged) +
                          writer.record(whole.substr(0, 60), 1, 0, whole.size()) + writer.record(udp_frame("two")));
  EXPECT_EQ(result.payloads, (Payloads{"one", "two"}));
  EXPECT_EQ(result.counters.frames, 7U);
  EXPECT_EQ(result.counters.packets, 2U);
  EXPECT_EQ(result.counters.not_ip, 1U);
  EXPECT_EQ(result.counters.not_udp, 1U);
  EXPECT_EQ(result.counters.fragments, 1U);
  EXPECT_EQ(result.counters.bad_lengths, 1U);
  EXPECT_EQ(result.counters.snapped, 1U);
  EXPECT_EQ(result.counters.unsupported_link, 0U);
}

TEST(PcapSource, SaysTruncatedWhereverTheFileIsCutAndDeliversWhatIsWhole) {
  const auto first = pcap_of({udp_frame("first")});
  const auto file = pcap_of({udp_frame("first"), udp_frame("second")});
  for (std::size_t kept = 4; kept < file.size(); ++kept) {
    const auto result = run(std::string_view(file).substr(0, kept));
    EXPECT_EQ(result.payloads.size(), kept >= first.size() ? 1U : 0U) << kept;
    const bool between_records = kept == 24 || kept == first.size();
    EXPECT_EQ(result.status, between_records ? SourceStatus::end : SourceStatus::truncated_tail) << kept;
    EXPECT_EQ(result.problem.empty(), between_records) << kept;
  }
}

TEST(PcapSource, GivesUpOnARecordLargerThanAnyFrame) {
  auto file = pcap_of({udp_frame("one"), udp_frame("two")});
  const auto second = pcap_of({udp_frame("one")}).size();
  file.replace(second + 8, 4, integer(262'145, 4, std::endian::little));
  const auto result = run(file);
  EXPECT_EQ(result.payloads, Payloads{"one"});
  EXPECT_EQ(result.status, SourceStatus::corrupt);
}

TEST(PcapSource, AcceptsTheLargestFrame) {
  Bytes frame = udp_frame("jumbo");
  frame.resize(262'144);
  EXPECT_EQ(run(pcap_of({frame, frame, frame})).payloads, (Payloads{"jumbo", "jumbo", "jumbo"}));
}

TEST(PcapSource, RefusesWhatIsNoCapture) {
  EXPECT_EQ(run("this is a text").status, SourceStatus::corrupt);
  EXPECT_EQ(run("").status, SourceStatus::corrupt);
}

TEST(PcapSource, ReadsTheSameWhateverTheChunksAndTheCompression) {
  Bytes file = pcap_of({});
  Payloads expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back("packet " + std::to_string(i));
    file += PcapWriter{}.record(udp_frame(expected.back()));
  }
  for (const std::size_t chunk_bytes : {1U, 13U, 4096U}) {
    EXPECT_EQ(run(file, chunk_bytes).payloads, expected);
    EXPECT_EQ(run(gzip(file), chunk_bytes).payloads, expected);
    EXPECT_EQ(run(zstd(file), chunk_bytes).payloads, expected);
  }
}

TEST(PcapSource, PassesOnThatItsCompressionIsCutOrDamaged) {
  const auto file = pcap_of({udp_frame("one")});
  const auto cut = gzip(file) + gzip(PcapWriter{}.record(udp_frame("two"))).substr(0, 12);
  EXPECT_EQ(run(cut).payloads, Payloads{"one"});
  EXPECT_EQ(run(cut).status, SourceStatus::truncated_tail);
  const auto followed = gzip(file) + "rubbish";
  EXPECT_EQ(run(followed).payloads, Payloads{"one"});
  EXPECT_EQ(run(followed).status, SourceStatus::corrupt);
}

// --- private captures -----------------------------------------------------------------------------------------------

/// Messages in the MoldUDP64 packets of a capture.
std::uint64_t mold_messages(const Run& capture) {
  std::uint64_t messages = 0;
  for (const auto& payload : capture.payloads) {
    const auto datagram = moldudp64::parse(as_span(payload));
    EXPECT_EQ(datagram.damage, moldudp64::Damage::none);
    messages += datagram.range.count();
  }
  return messages;
}

TEST(PrivateCaptures, DhsilvHolds269MessagesInOneRunOf100Packets) {
  TP_SHARED_DATA(file, "pcap/dhsilv-subset.pcap");
  const auto capture = run(PcapSource(ByteStream::open(file)));
  EXPECT_EQ(capture.status, SourceStatus::end);
  EXPECT_EQ(capture.counters.frames, 100U);
  EXPECT_EQ(capture.counters.packets, 100U);
  EXPECT_EQ(mold_messages(capture), 269U);
  std::uint64_t next = 14'757'701;
  for (const auto& payload : capture.payloads) {
    const auto datagram = moldudp64::parse(as_span(payload));
    EXPECT_EQ(datagram.session.text(), "000010059B");
    EXPECT_EQ(datagram.range.begin, next);
    next = datagram.range.end;
  }
  EXPECT_EQ(next, 14'757'970U);
  Packet packet;
  PcapSource source(ByteStream::open(file));
  ASSERT_EQ(source.next(packet), SourceStatus::packet);
  EXPECT_EQ(packet.destination_address, 0xe9360c6fU) << "233.54.12.111";
  EXPECT_EQ(packet.destination_port, 26'477);
}

TEST(PrivateCaptures, FifteenSingleTypeFilesHold71Messages) {
  TP_SHARED_DATA(folder, "pcap/omi/Nasdaq/Nasdaq.Equities.TotalView.Itch.v5.0.20230822");
  int files = 0;
  std::uint64_t messages = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto capture = run(PcapSource(ByteStream::open(entry.path())));
    EXPECT_EQ(capture.status, SourceStatus::end) << entry.path();
    messages += mold_messages(capture);
    ++files;
  }
  EXPECT_EQ(files, 15);
  EXPECT_EQ(messages, 71U);
}

TEST(PrivateCaptures, IexDeepInGzipWithVlanTagsHolds20145Packets) {
  TP_SHARED_DATA(file, "iex/20170826-iex-deep.pcap.gz");
  const auto capture = run(PcapSource(ByteStream::open(file)));
  EXPECT_EQ(capture.status, SourceStatus::end);
  EXPECT_EQ(capture.payloads.size(), 20'145U);
  const auto heartbeats = std::count_if(capture.payloads.begin(), capture.payloads.end(), [](const Bytes& payload) {
    return payload.size() == 40;  // an IEX-TP header alone
  });
  EXPECT_EQ(heartbeats, 13'220);
  EXPECT_TRUE(std::is_sorted(capture.times.begin(), capture.times.end()));
}

TEST(PrivateCaptures, IexToolsPcapngHoldsTwoPackets) {
  TP_SHARED_DATA(file, "iex/iextools-example1.pcapng");
  const auto capture = run(PcapSource(ByteStream::open(file)));
  EXPECT_EQ(capture.status, SourceStatus::truncated_tail) << "its third packet is cut";
  ASSERT_EQ(capture.payloads.size(), 2U);
  EXPECT_EQ(capture.payloads[0].size(), 40U);
}

TEST(PrivateCaptures, CmeHolds99UdpPacketsAndARouterHello) {
  TP_SHARED_DATA(file, "cme/Cme.Mdp3.Sbe.v1.9.Example.pcap");
  const auto capture = run(PcapSource(ByteStream::open(file)));
  EXPECT_EQ(capture.status, SourceStatus::end);
  EXPECT_EQ(capture.counters.frames, 100U);
  EXPECT_EQ(capture.counters.packets, 99U);
  EXPECT_EQ(capture.counters.not_udp, 1U);
}

}  // namespace
}  // namespace tickplant::tests::this_file
