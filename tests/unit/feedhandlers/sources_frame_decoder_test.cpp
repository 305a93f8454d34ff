#include <gtest/gtest.h>

#include "feedhandlers/sources/frame_decoder.hpp"
#include "tests/support/capture_writer.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Packet;
using feedhandlers::sources::CapturedFrame;
using feedhandlers::sources::FrameContent;
using feedhandlers::sources::LinkType;

struct Decoded {
  FrameContent content;
  Packet packet;
  Bytes payload;
};

Decoded decode(const Bytes& bytes, LinkType link_type = LinkType::ethernet, bool snapped = false) {
  Decoded result{};
  const CapturedFrame frame{.bytes = as_span(bytes), .ts_recv = {77}, .link_type = link_type, .snapped = snapped};
  result.content = decode_frame(frame, result.packet);
  result.payload = to_bytes(result.packet.payload);
  return result;
}

FrameContent content_of(const Bytes& bytes) { return decode(bytes).content; }

TEST(FrameDecoder, FindsPayloadAddressesPortsAndTime) {
  const auto decoded = decode(udp_frame("hello"));
  ASSERT_EQ(decoded.content, FrameContent::udp);
  EXPECT_EQ(decoded.payload, "hello");
  EXPECT_EQ(decoded.packet.source_address, kSender.address);
  EXPECT_EQ(decoded.packet.source_port, kSender.port);
  EXPECT_EQ(decoded.packet.destination_address, kGroup.address);
  EXPECT_EQ(decoded.packet.destination_port, kGroup.port);
  EXPECT_EQ(decoded.packet.ts_recv.value, 77);
}

TEST(FrameDecoder, TrimsEthernetPaddingAndKeepsEmptyPayloads) {
  EXPECT_EQ(decode(udp_frame("x")).payload, "x");
  EXPECT_EQ(content_of(udp_frame("")), FrameContent::udp);
  EXPECT_EQ(decode(udp_frame("")).payload, "");
}

TEST(FrameDecoder, LooksThroughVlanTags) {
  const auto ip = ipv4(udp("tagged"));
  EXPECT_EQ(decode(ethernet(ip, 0x0800, {0x8100})).payload, "tagged");
  EXPECT_EQ(decode(ethernet(ip, 0x0800, {0x88a8, 0x8100})).payload, "tagged");
  EXPECT_EQ(decode(ethernet(ip, 0x0800, {0x9100, 0x8100, 0x8100, 0x8100})).payload, "tagged");
  EXPECT_EQ(content_of(ethernet(ip, 0x0800, {0x8100, 0x8100, 0x8100, 0x8100, 0x8100})), FrameContent::not_ip);
}

TEST(FrameDecoder, StepsOverIpOptions) {
  EXPECT_EQ(decode(ethernet(ipv4(udp("optional"), {.options = Bytes(40, '\x01')}))).payload, "optional");
}

TEST(FrameDecoder, ReadsEachLinkType) {
  const auto ip = ipv4(udp("linked"));
  const auto cooked = Bytes(14, '\0') + big(0x0800, 2) + ip;
  const auto cooked_v2 = big(0x0800, 2) + Bytes(18, '\0') + ip;
  const auto cooked_tagged = Bytes(14, '\0') + big(0x8100, 2) + big(5, 2) + big(0x0800, 2) + ip;
  EXPECT_EQ(decode(cooked, LinkType::linux_cooked).payload, "linked");
  EXPECT_EQ(decode(cooked_tagged, LinkType::linux_cooked).payload, "linked");
  EXPECT_EQ(decode(cooked_v2, LinkType::linux_cooked_v2).payload, "linked");
  EXPECT_EQ(decode(integer(2, 4, std::endian::little) + ip, LinkType::null_loopback).payload, "linked");
  EXPECT_EQ(decode(big(2, 4) + ip, LinkType::openbsd_loopback).payload, "linked");
  EXPECT_EQ(decode(integer(30, 4, std::endian::little) + ipv6(udp("six")), LinkType::null_loopback).payload, "six");
  for (const auto raw : {LinkType::raw_ip, LinkType::raw_bsd, LinkType::raw_openbsd, LinkType::ipv4})
    EXPECT_EQ(decode(ip, raw).payload, "linked");
  EXPECT_EQ(decode(ipv6(udp("six")), LinkType::raw_ip).payload, "six");
  EXPECT_EQ(decode(ip, LinkType{147}).content, FrameContent::unsupported_link);
}

TEST(FrameDecoder, ReadsIpv6WithExtensionHeaders) {
  const auto plain = decode(ethernet(ipv6(udp("six")), 0x86dd));
  ASSERT_EQ(plain.content, FrameContent::udp);
  EXPECT_EQ(plain.payload, "six");
  EXPECT_EQ(plain.packet.destination_address, kGroup.address);
  EXPECT_EQ(plain.packet.source_address, kSender.address);
  const Bytes hop_by_hop = big(60, 1) + big(0, 1) + Bytes(6, '\0');
  const Bytes options = big(17, 1) + big(1, 1) + Bytes(14, '\0');
  EXPECT_EQ(decode(ethernet(ipv6(hop_by_hop + options + udp("far"), 0), 0x86dd)).payload, "far");
  EXPECT_EQ(content_of(ethernet(ipv6(Bytes(8, '\0') + udp("part"), 44), 0x86dd)), FrameContent::fragment);
  EXPECT_EQ(content_of(ethernet(ipv6("tcp", 6), 0x86dd)), FrameContent::not_udp);
  const Bytes too_long = big(17, 1) + big(200, 1) + Bytes(6, '\0');
  EXPECT_EQ(content_of(ethernet(ipv6(too_long + udp("x"), 60), 0x86dd)), FrameContent::bad_length);
  const Bytes chained = big(60, 1) + big(0, 1) + Bytes(6, '\0');
  Bytes endless;
  for (int i = 0; i < 20; ++i) endless += chained;
  EXPECT_EQ(content_of(ethernet(ipv6(endless, 60), 0x86dd)), FrameContent::not_udp);
}

TEST(FrameDecoder, NamesWhatIsNotUdp) {
  EXPECT_EQ(content_of(ethernet("who has", 0x0806)), FrameContent::not_ip);
  EXPECT_EQ(content_of(ethernet(ipv4("segment", {.protocol = 6}))), FrameContent::not_udp);
  EXPECT_EQ(decode(Bytes(40, '\x10'), LinkType::raw_ip).content, FrameContent::not_ip);
}

TEST(FrameDecoder, RefusesFragmentsFirstAndLater) {
  EXPECT_EQ(content_of(ethernet(ipv4(udp("first"), {.fragment = 0x2000}))), FrameContent::fragment);
  EXPECT_EQ(content_of(ethernet(ipv4("later", {.fragment = 0x0003}))), FrameContent::fragment);
  EXPECT_EQ(content_of(ethernet(ipv4(udp("whole"), {.fragment = 0x0000}))), FrameContent::udp);
}

TEST(FrameDecoder, RefusesLengthsThatContradictEachOther) {
  auto frame = [](std::size_t at, std::uint64_t value, int width, std::string_view payload = "payload") {
    auto bytes = udp_frame(payload);
    return bytes.replace(at, static_cast<std::size_t>(width), big(value, width));
  };
  constexpr std::size_t kIp = 14;
  constexpr std::size_t kUdp = kIp + 20;
  EXPECT_EQ(content_of(frame(kIp, 0x44, 1)), FrameContent::bad_length) << "header of 16 bytes";
  EXPECT_EQ(content_of(frame(kIp, 0x65, 1)), FrameContent::bad_length) << "version 6 behind EtherType IPv4";
  EXPECT_EQ(content_of(frame(kIp + 2, 19, 2)), FrameContent::bad_length) << "shorter than its header";
  EXPECT_EQ(content_of(frame(kIp + 2, 27, 2)), FrameContent::bad_length) << "no room for UDP";
  EXPECT_EQ(content_of(frame(kIp + 2, 28, 2)), FrameContent::bad_length) << "UDP longer than IP";
  EXPECT_EQ(content_of(frame(kUdp + 4, 7, 2)), FrameContent::bad_length) << "UDP shorter than its header";
  EXPECT_EQ(content_of(frame(kUdp + 4, 16, 2)), FrameContent::bad_length) << "UDP one byte longer than IP";
}

TEST(FrameDecoder, CallsAShortFrameSnappedOnlyIfTheCaptureSaysSo) {
  const auto whole = ethernet(ipv4(udp(Bytes(100, 'p'))), 0x0800, {0x8100});
  for (std::size_t kept = 0; kept < whole.size(); ++kept) {
    EXPECT_EQ(decode(whole.substr(0, kept), LinkType::ethernet, true).content, FrameContent::snapped) << kept;
    EXPECT_EQ(decode(whole.substr(0, kept), LinkType::ethernet, false).content, FrameContent::bad_length) << kept;
  }
  const auto whole_v6 = ethernet(ipv6(big(17, 1) + Bytes(7, '\0') + udp(Bytes(60, 'p')), 0), 0x86dd);
  for (std::size_t kept = 0; kept < whole_v6.size(); ++kept)
    EXPECT_EQ(decode(whole_v6.substr(0, kept), LinkType::ethernet, true).content, FrameContent::snapped) << kept;
}

TEST(FrameDecoder, CallsAShortFrameOfAnyLinkSnapped) {
  for (const LinkType link : {LinkType::raw_ip, LinkType::raw_bsd, LinkType::raw_openbsd, LinkType::ipv4,
                              LinkType::ipv6, LinkType::null_loopback, LinkType::openbsd_loopback}) {
    const bool has_family = link == LinkType::null_loopback || link == LinkType::openbsd_loopback;
    for (const Bytes& ip :
         {ipv4(udp("payload")), ipv4(udp("payload"), {.options = Bytes(8, '\x01')}), ipv6(udp("six"))}) {
      const Bytes whole = Bytes(has_family ? 4 : 0, '\0') + ip;
      EXPECT_EQ(decode(whole, link).content, FrameContent::udp);
      for (std::size_t kept = 0; kept < whole.size(); ++kept) {
        EXPECT_EQ(decode(whole.substr(0, kept), link, true).content, FrameContent::snapped) << kept;
        EXPECT_EQ(decode(whole.substr(0, kept), link, false).content, FrameContent::bad_length) << kept;
      }
    }
  }
}

TEST(FrameDecoder, ReadsEachExtensionHeaderThatMayComeBeforeUdp) {
  for (const std::uint8_t extension : std::initializer_list<std::uint8_t>{0, 43, 60}) {
    const Bytes header = big(17, 1) + big(1, 1) + Bytes(14, '\0');
    const Bytes whole = ipv6(header + udp("behind it"), extension);
    EXPECT_EQ(decode(whole, LinkType::raw_ip).payload, "behind it") << int{extension};
    for (std::size_t kept = 0; kept < whole.size(); ++kept)
      EXPECT_EQ(decode(whole.substr(0, kept), LinkType::raw_ip, true).content, FrameContent::snapped) << kept;
  }
  EXPECT_EQ(content_of(ethernet(ipv4(udp("four")), 0x86dd)), FrameContent::bad_length)
      << "version 4 behind EtherType IPv6";
}

TEST(FrameDecoder, DeliversASnappedFrameThatStillHoldsItsPayload) {
  const auto padded = udp_frame("x");
  EXPECT_EQ(decode(padded.substr(0, 14 + 20 + 8 + 1), LinkType::ethernet, true).payload, "x");
}

}  // namespace
}  // namespace tickplant::tests::this_file
