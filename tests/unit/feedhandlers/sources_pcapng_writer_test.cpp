#include "feedhandlers/sources/pcapng_writer.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/packet_capture.hpp"
#include "tests/support/pcapng_blocks.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Packet;
using feedhandlers::sources::kMaxCapturedPayloadBytes;
using feedhandlers::sources::kMaxCaptureTextBytes;
using Writer = feedhandlers::sources::PcapngWriter;  // PcapngWriter is the tests' own encoder

/// A writer and room for what it writes.
struct Written {
  std::vector<std::byte> buffer = std::vector<std::byte>(200'000);
  Writer writer{buffer};

  [[nodiscard]] Bytes bytes() const { return to_bytes(writer.bytes()); }
  [[nodiscard]] std::vector<PcapngBlock> blocks() const { return pcapng_blocks(bytes()); }
};

/// The slow way of RFC 1071: 16 bits at a time, as they stand on the wire. 0xffff over a header with its checksum.
std::uint32_t wire_sum(std::string_view bytes, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += std::uint32_t{static_cast<std::uint8_t>(bytes[i])} << (i % 2 == 0 ? 8 : 0);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return sum;
}

TEST(PcapngWriter, SaysWhereAndByWhatAFileWasWritten) {
  Written written;
  ASSERT_TRUE(written.writer.section({.hardware = "hw", .operating_system = "Linux 6", .application = "tickplant"}));
  const PcapngBlock block = written.blocks().at(0);
  EXPECT_EQ(block.type, kSectionBlock);
  EXPECT_EQ(little(block.fixed, 0, 4), 0x1a2b3c4du);
  EXPECT_EQ(little(block.fixed, 4, 2), 1u) << "version 1.0";
  EXPECT_EQ(little(block.fixed, 6, 2), 0u);
  EXPECT_EQ(little(block.fixed, 8, 8), UINT64_MAX) << "length unknown";
  EXPECT_EQ(block.option(2), "hw");
  EXPECT_EQ(block.option(3), "Linux 6");
  EXPECT_EQ(block.option(4), "tickplant");
}

TEST(PcapngWriter, LeavesEmptyTextsOutAndCutsLongOnes) {
  Written written;
  ASSERT_TRUE(written.writer.section({.application = std::string_view()}));
  EXPECT_TRUE(written.blocks().at(0).options.empty());
  const Bytes text(kMaxCaptureTextBytes + 1, 't');
  written.writer.clear();
  ASSERT_TRUE(written.writer.section({.hardware = text}));
  EXPECT_EQ(written.blocks().at(0).option(2), text.substr(1));
}

TEST(PcapngWriter, DescribesAnInterfaceOfBareIpPacketsInNanoseconds) {
  Written written;
  ASSERT_TRUE(written.writer.interface("itch.a", "239.192.1.1:26400 on lo"));
  ASSERT_TRUE(written.writer.interface("itch.b", ""));
  const auto blocks = written.blocks();
  ASSERT_EQ(blocks.size(), 2u);
  for (const PcapngBlock& block : blocks) {
    EXPECT_EQ(block.type, kInterfaceBlock);
    EXPECT_EQ(little(block.fixed, 0, 2), 228u) << "LINKTYPE_IPV4";
    EXPECT_EQ(little(block.fixed, 4, 4), 65'535u);
    EXPECT_EQ(block.option(9), Bytes(1, 9));
  }
  EXPECT_EQ(blocks[0].option(2), "itch.a");
  EXPECT_EQ(blocks[0].option(3), "239.192.1.1:26400 on lo");
  EXPECT_EQ(blocks[1].option(2), "itch.b");
  EXPECT_EQ(blocks[1].option(3), std::nullopt);
}

TEST(PcapngWriter, WritesThePacketBlockThatTheTestsOwnEncoderWrites) {
  for (const std::string_view payload : {"", "x", "odd", "even"}) {
    Written written;
    ASSERT_TRUE(written.writer.packet(1, packet_of(payload, 0x0123'4567'89ab'cdef), 0));
    Bytes frame = written.blocks().at(0).frame;
    EXPECT_EQ(written.bytes(), PcapngWriter().enhanced(frame, 0x0123'4567'89ab'cdef, 1));
    frame.replace(8, 1, 1, 16);  // its time to live, and no checksums
    frame.replace(10, 2, 2, '\0');
    frame.replace(26, 2, 2, '\0');
    EXPECT_EQ(frame, ipv4(udp(payload)));
  }
}

TEST(PcapngWriter, SumsHeadersAndPayloadAsReceiversDo) {
  Bytes payload;
  for (int bytes = 0; bytes < 70; ++bytes, payload += static_cast<char>(37 * bytes + 200)) {
    Written written;
    ASSERT_TRUE(written.writer.packet(0, packet_of(payload), 0));
    const Bytes frame = written.blocks().at(0).frame;
    EXPECT_EQ(wire_sum(frame.substr(0, 20)), 0xffffu);
    const Bytes pseudo = frame.substr(12, 8) + big(17, 2) + frame.substr(24, 2);
    EXPECT_EQ(wire_sum(pseudo + frame.substr(20)), 0xffffu) << bytes;
    EXPECT_NE(little(frame, 26, 2), 0u);
  }
}

TEST(PcapngWriter, WritesAUdpChecksumOfZeroAsAllOnes) {
  // Sums to 0xffff without the checksum: the payload is the complement of all the rest.
  Written written;
  ASSERT_TRUE(written.writer.packet(0, packet_of(Bytes(2, '\0')), 0));
  const Bytes complement = written.blocks().at(0).frame.substr(26, 2);
  written.writer.clear();
  ASSERT_TRUE(written.writer.packet(0, packet_of(complement), 0));
  EXPECT_EQ(written.blocks().at(0).frame.substr(26, 2), "\xff\xff");
}

TEST(PcapngWriter, TellsWhatWasNotCapturedBeforeAPacket) {
  Written written;
  ASSERT_TRUE(written.writer.packet(0, packet_of("after"), 7));
  ASSERT_TRUE(written.writer.packet(0, packet_of("after"), UINT64_MAX));
  ASSERT_TRUE(written.writer.packet(0, packet_of("nothing lost"), 0));
  const auto blocks = written.blocks();
  EXPECT_EQ(blocks[0].number(4), 7u);
  EXPECT_EQ(blocks[0].option(1), "7 packets before this one were not captured");
  EXPECT_EQ(blocks[1].number(4), UINT64_MAX);
  EXPECT_EQ(blocks[1].option(1), "18446744073709551615 packets before this one were not captured");
  EXPECT_TRUE(blocks[2].options.empty());
}

TEST(PcapngWriter, HasAStampBeyondAllOthersForNoTime) {
  for (const std::int64_t time : {platform::kNoTime.value, std::int64_t{-1}}) {
    Written written;
    ASSERT_TRUE(written.writer.section({}) && written.writer.interface("a", ""));
    ASSERT_TRUE(written.writer.packet(0, packet_of("timeless", time), 3));
    const PcapngBlock block = written.blocks().at(2);
    EXPECT_EQ(little(block.fixed, 4, 8), UINT64_MAX);
    ASSERT_EQ(block.options.size(), 3u);
    EXPECT_EQ(block.options[2].second, "no receive time");
    const Bytes file = written.bytes();
    EXPECT_EQ(read_capture(feedhandlers::sources::ByteStream::over(as_span(file))).packets.at(0).ts_recv,
              platform::kNoTime.value);
  }
}

TEST(PcapngWriter, CountsAtTheEndOfAFile) {
  Written written;
  ASSERT_TRUE(written.writer.statistics({0x1'0000'0002}, {.packets = 10, .not_captured = 5, .not_told = 2}));
  ASSERT_TRUE(written.writer.statistics({1}, {.packets = 10, .not_captured = 5, .not_told = 0}));
  const auto blocks = written.blocks();
  EXPECT_EQ(blocks[0].type, kStatisticsBlock);
  EXPECT_EQ(blocks[0].fixed, integer(0, 4, std::endian::little) + integer(1, 4, std::endian::little) +
                                 integer(2, 4, std::endian::little));
  EXPECT_EQ(blocks[0].number(5), 5u);
  EXPECT_EQ(blocks[0].number(8), 10u);
  EXPECT_EQ(blocks[0].option(1), "2 packets after the last one were not captured");
  EXPECT_EQ(blocks[1].option(1), std::nullopt);
}

TEST(PcapngWriter, TakesThePayloadThatFillsAnIpPacketAndNoLonger) {
  Written written;
  const Bytes payload(kMaxCapturedPayloadBytes + 1, 'p');
  ASSERT_TRUE(written.writer.packet(0, packet_of(std::string_view(payload).substr(1), -1), UINT64_MAX));
  EXPECT_EQ(written.writer.bytes().size(), Writer::kMaxPacketBlockBytes) << "the largest there is";
  EXPECT_EQ(written.blocks().at(0).frame.size(), 65'535u);
  EXPECT_FALSE(written.writer.packet(0, packet_of(payload), 0));
}

TEST(PcapngWriter, WritesABlockWholeOrNotAtAll) {
  Written whole;
  ASSERT_TRUE(whole.writer.packet(0, packet_of("first"), 0));
  const std::size_t first = whole.writer.bytes().size();
  ASSERT_TRUE(whole.writer.packet(0, packet_of("second", -1), 4));
  const Bytes both = whole.bytes();
  for (std::size_t room = 0; room <= both.size(); ++room) {
    std::vector<std::byte> buffer(room);  // the address sanitizer looks at its end
    Writer writer(buffer);
    EXPECT_EQ(writer.packet(0, packet_of("first"), 0), room >= first);
    EXPECT_EQ(room >= first && writer.packet(0, packet_of("second", -1), 4), room == both.size());
    EXPECT_EQ(to_bytes(writer.bytes()), both.substr(0, room == both.size() ? room : room >= first ? first : 0));
  }
  std::vector<std::byte> nothing(10);
  Writer writer(nothing);
  EXPECT_FALSE(writer.section({}) || writer.interface("a", "") || writer.statistics({1}, {}));
  EXPECT_TRUE(writer.bytes().empty());
}

}  // namespace
}  // namespace tickplant::tests::this_file
