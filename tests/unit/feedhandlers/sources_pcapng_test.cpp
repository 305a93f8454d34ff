#include <gtest/gtest.h>

#include <vector>

#include "feedhandlers/sources/pcap_source.hpp"
#include "feedhandlers/sources/timestamp_scale.hpp"
#include "tests/support/capture_writer.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Packet;
using feedhandlers::sources::ByteStream;
using feedhandlers::sources::CaptureCounters;
using feedhandlers::sources::PcapngReader;
using feedhandlers::sources::PcapSource;
using feedhandlers::sources::SourceStatus;
using feedhandlers::sources::TimestampScale;
using platform::kNoTime;

struct Run {
  std::vector<Bytes> payloads;
  std::vector<std::int64_t> times;
  SourceStatus status;
  CaptureCounters counters;
};

Run run(std::string_view file, std::size_t chunk_bytes = ByteStream::kBufferBytes) {
  Run result{};
  PcapSource source(ByteStream::over(as_span(file), chunk_bytes));
  Packet packet;
  while ((result.status = source.next(packet)) == SourceStatus::packet) {
    result.payloads.push_back(to_bytes(packet.payload));
    result.times.push_back(packet.ts_recv.value);
  }
  result.counters = source.counters();
  return result;
}

using Payloads = std::vector<Bytes>;
using Times = std::vector<std::int64_t>;

const PcapngWriter kLittle{.order = std::endian::little};
const PcapngWriter kBig{.order = std::endian::big};

TEST(PcapngSource, ReadsEachKindOfPacketBlockInBothByteOrders) {
  for (const auto& writer : {kLittle, kBig}) {
    const auto result = run(writer.section() + writer.interface() + writer.enhanced(udp_frame("enhanced"), 1'000'001) +
                            writer.simple(udp_frame("simple")) + writer.obsolete(udp_frame("obsolete"), 2'000'002));
    EXPECT_EQ(result.payloads, (Payloads{"enhanced", "simple", "obsolete"}));
    EXPECT_EQ(result.times, (Times{1'000'001'000, kNoTime.value, 2'000'002'000}));
    EXPECT_EQ(result.status, SourceStatus::end);
  }
}

TEST(PcapngSource, StartsAnewWithEachSection) {
  const auto nanos = kBig.resolution(9);
  const auto result =
      run(kLittle.section() + kLittle.interface() + kLittle.interface() + kLittle.enhanced(udp_frame("one"), 5, 1) +
          kBig.section() + kBig.interface(1, 0, nanos) + kBig.enhanced(udp_frame("two"), 5) +
          kBig.enhanced(udp_frame("interface of the section before"), 5, 1));
  EXPECT_EQ(result.payloads, (Payloads{"one", "two"}));
  EXPECT_EQ(result.times, (Times{5'000, 5}));
  EXPECT_EQ(result.counters.unsupported_link, 1U);
}

TEST(PcapngSource, KeepsInterfacesApart) {
  const auto result =
      run(kLittle.section() + kLittle.interface() +
          kLittle.interface(101, 0, kLittle.option(2, "eth1") + kLittle.resolution(3) + kLittle.offset(100)) +
          kLittle.enhanced(udp_frame("ether"), 7, 0) + kLittle.enhanced(ipv4(udp("raw")), 7, 1));
  EXPECT_EQ(result.payloads, (Payloads{"ether", "raw"}));
  EXPECT_EQ(result.times, (Times{7'000, 100'007'000'000}));
}

TEST(PcapngSource, StepsOverBlocksItDoesNotKnowHoweverLarge) {
  const auto result = run(kLittle.section(kLittle.option(1, Bytes(60'000, 'c'))) + kLittle.block(5, Bytes(8, 's')) +
                          kLittle.interface() + kLittle.block(0x0bad, Bytes(2'000'000, 'x')) +
                          kLittle.enhanced(udp_frame("after"), 1, 0, kLittle.option(1, "comment")));
  EXPECT_EQ(result.payloads, Payloads{"after"});
  EXPECT_EQ(result.status, SourceStatus::end);
}

TEST(PcapngSource, StopsReadingOptionsAtTheirEnd) {
  const auto options = kLittle.option(0, "") + kLittle.resolution(9);
  EXPECT_EQ(run(kLittle.section() + kLittle.interface(1, 0, options) + kLittle.enhanced(udp_frame("x"), 5)).times,
            Times{5'000});
}

TEST(PcapngSource, LimitsSimplePacketsToTheSnapshotLength) {
  const auto result = run(kLittle.section() + kLittle.interface(1, 50) + kLittle.simple(udp_frame(Bytes(50, 'p'))));
  EXPECT_TRUE(result.payloads.empty());
  EXPECT_EQ(result.counters.snapped, 1U);
}

TEST(PcapngSource, CountsFramesOfInterfacesBeyondItsTable) {
  Bytes file = kLittle.section();
  for (std::size_t i = 0; i <= PcapngReader::kMaxInterfaces; ++i) file += kLittle.interface();
  file += kLittle.enhanced(udp_frame("last kept"), 1, PcapngReader::kMaxInterfaces - 1) +
          kLittle.enhanced(udp_frame("one past"), 1, PcapngReader::kMaxInterfaces);
  const auto result = run(file);
  EXPECT_EQ(result.payloads, Payloads{"last kept"});
  EXPECT_EQ(result.counters.unsupported_link, 1U);
}

TEST(PcapngSource, SaysTruncatedWhereverTheFileIsCut) {
  const auto head = kLittle.section() + kLittle.interface();
  const auto first = head + kLittle.enhanced(udp_frame("first"), 1);
  const auto file = first + kLittle.block(5, Bytes(20, 's'));
  for (std::size_t kept = 4; kept < file.size(); ++kept) {
    const auto result = run(std::string_view(file).substr(0, kept));
    EXPECT_EQ(result.payloads.size(), kept >= first.size() ? 1U : 0U) << kept;
    const bool between_blocks = kept == kLittle.section().size() || kept == head.size() || kept == first.size();
    EXPECT_EQ(result.status, between_blocks ? SourceStatus::end : SourceStatus::truncated_tail) << kept;
  }
}

TEST(PcapngSource, GivesUpOnBlocksThatContradictThemselves) {
  const auto head = kLittle.section() + kLittle.interface();
  const auto packet = kLittle.enhanced(udp_frame("x"), 1);
  auto with = [&](const Bytes& block, std::size_t at, std::uint32_t value) {
    auto changed = block;
    changed.replace(at, 4, kLittle.u32(value));
    return head + packet + changed + packet;
  };
  const auto length = static_cast<std::uint32_t>(packet.size());
  const auto other = kLittle.block(5, Bytes(20, 's'));
  for (const auto& file : {
           with(packet, 4, 8),           // shorter than any block
           with(packet, 4, length + 1),  // not a multiple of four
           with(packet, 4, ByteStream::kMaxPeekBytes + 4),
           with(packet, packet.size() - 4, length + 4),
           with(other, other.size() - 4, 12),
           with(packet, 20, length - 28),           // frame runs past its block
           with(kLittle.section(), 8, 0x12345678),  // no byte order magic
           head + packet + kLittle.block(6, Bytes(16, '\0')),
           head + packet + kLittle.block(3, ""),
           head + packet + kLittle.block(1, ""),
           head + packet + kLittle.interface(1, 0, kLittle.u16(2) + kLittle.u16(400)),
       }) {
    const auto result = run(file);
    EXPECT_EQ(result.payloads, Payloads{"x"});
    EXPECT_EQ(result.status, SourceStatus::corrupt);
  }
}

TEST(PcapngSource, TakesNoPacketBeforeASectionAndNoInterfaceForASimpleOne) {
  PcapngReader reader;
  const Bytes file = kLittle.interface() + kLittle.simple(udp_frame("too early"));
  auto stream = ByteStream::over(as_span(file));
  feedhandlers::sources::CapturedFrame frame;
  EXPECT_EQ(reader.next(stream, frame), SourceStatus::corrupt);
  EXPECT_STREQ(reader.problem(), "a block comes before the first section header");
  const auto result = run(kLittle.section() + kLittle.simple(udp_frame("of no interface")));
  EXPECT_EQ(result.status, SourceStatus::end);
  EXPECT_EQ(result.counters.frames, 1U);
  EXPECT_EQ(result.counters.unsupported_link, 1U);
}

TEST(PcapngSource, PassesOverOptionsOfAnotherLengthThanTheirs) {
  const Bytes options = kLittle.option(9, Bytes(2, '\x03')) + kLittle.option(14, Bytes(4, '\x7f'));
  const auto result =
      run(kLittle.section() + kLittle.interface(1, 0, options) + kLittle.enhanced(udp_frame("in microseconds"), 5));
  EXPECT_EQ(result.times, (Times{5'000}));
}

TEST(PcapngSource, ReadsTheSameWhateverTheChunks) {
  const auto file = kBig.section() + kBig.interface() + kBig.block(5, Bytes(20, 's')) +
                    kBig.enhanced(udp_frame("one"), 1) + kBig.enhanced(udp_frame("two"), 2);
  for (const std::size_t chunk_bytes : {1U, 7U, 64U}) {
    EXPECT_EQ(run(file, chunk_bytes).payloads, (Payloads{"one", "two"}));
    EXPECT_EQ(run(gzip(file), chunk_bytes).payloads, (Payloads{"one", "two"}));
  }
}

TEST(TimestampScale, ConvertsDecimalAndBinaryUnits) {
  auto convert = [](std::uint8_t resolution, std::uint64_t stamp, std::int64_t offset = 0) {
    TimestampScale scale;
    scale.set_resolution(resolution);
    scale.set_offset_seconds(offset);
    return scale.to_unix(stamp).value;
  };
  EXPECT_EQ(TimestampScale().to_unix(1'500'000).value, 1'500'000'000) << "microseconds unless said otherwise";
  EXPECT_EQ(convert(0, 3), 3'000'000'000);
  EXPECT_EQ(convert(9, 1'234'567'890), 1'234'567'890);
  EXPECT_EQ(convert(12, 1'999), 1);
  EXPECT_EQ(convert(28, UINT64_MAX), 1) << "10^19 units to a nanosecond";
  EXPECT_EQ(convert(29, UINT64_MAX), 0);
  EXPECT_EQ(convert(127, UINT64_MAX), 0);
  EXPECT_EQ(convert(0x80, 3), 3'000'000'000);
  EXPECT_EQ(convert(0x80 | 1, 3), 1'500'000'000);
  EXPECT_EQ(convert(0x80 | 32, (std::uint64_t{1'700'000'000} << 32) | 0x8000'0000), 1'700'000'000'500'000'000);
  EXPECT_EQ(convert(0x80 | 127, UINT64_MAX), 0);
  EXPECT_EQ(convert(9, 5, -2), -1'999'999'995);
  EXPECT_EQ(convert(9, 5, INT64_MAX), kNoTime.value);
  EXPECT_EQ(convert(6, UINT64_MAX), kNoTime.value);
  EXPECT_EQ(convert(9, INT64_MAX, 1), kNoTime.value);
}

}  // namespace
}  // namespace tickplant::tests::this_file
