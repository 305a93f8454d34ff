#include <gtest/gtest.h>

#include "feedhandlers/sources/detect_format.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/support/shared_data.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sources::ByteStream;
using feedhandlers::sources::Container;
using feedhandlers::sources::unknown_format;

/// A toy protocol: 'A' has 5 bytes, 'B' has 2.
bool plausible(std::span<const std::byte> message) noexcept {
  return (message[0] == std::byte{'A'} && message.size() == 5) || (message[0] == std::byte{'B'} && message.size() == 2);
}

const Bytes kA = day_record("Aaaaa");
const Bytes kB = day_record("Bb");

Container detect(std::string_view file) {
  auto stream = ByteStream::over(as_span(file), 3);
  const auto container = detect_container(stream, plausible);
  EXPECT_EQ(stream.position(), 0U) << "looks without consuming";
  EXPECT_EQ(detect_container(stream, plausible), container);
  return container;
}

TEST(DetectFormat, KnowsCapturesByTheirMagic) {
  EXPECT_EQ(detect(pcap_of({})), Container::pcap);
  EXPECT_EQ(detect(PcapWriter{.order = std::endian::big, .nanos = true}.header()), Container::pcap);
  EXPECT_EQ(detect(PcapngWriter{}.section()), Container::pcapng);
  EXPECT_EQ(detect(PcapngWriter{.order = std::endian::big}.section()), Container::pcapng);
}

TEST(DetectFormat, LooksThroughCompression) {
  EXPECT_EQ(detect(gzip(pcap_of({}))), Container::pcap);
  EXPECT_EQ(detect(zstd(PcapngWriter{}.section())), Container::pcapng);
  EXPECT_EQ(detect(gzip(kA + kB)), Container::day_file);
}

TEST(DetectFormat, KnowsADayFileByItsFirstRecords) {
  EXPECT_EQ(detect(kA), Container::day_file);
  EXPECT_EQ(detect(kA + kB + kA), Container::day_file);
  EXPECT_EQ(detect(kA + kB.substr(0, 3)), Container::day_file) << "cut tail";
  EXPECT_EQ(detect(kA + day_record("") + "rest"), Container::day_file) << "end of session";
}

TEST(DetectFormat, ForgivesTheOddMessageButNotTheMajority) {
  const auto odd = day_record("?");
  EXPECT_EQ(detect(odd + kA + kB), Container::day_file);
  EXPECT_EQ(detect(odd + kA), Container::unknown);
  Bytes late_oddities;
  for (int i = 0; i < 16; ++i) late_oddities += kA;
  for (int i = 0; i < 100; ++i) late_oddities += odd;
  EXPECT_EQ(detect(late_oddities), Container::day_file);
}

TEST(DetectFormat, CallsEverythingElseUnknown) {
  EXPECT_EQ(detect(""), Container::unknown);
  EXPECT_EQ(detect("A"), Container::unknown);
  EXPECT_EQ(detect(kA.substr(0, 6)), Container::unknown) << "less than one record";
  EXPECT_EQ(detect("time,price,size\n1,2,3\n"), Container::unknown);
  EXPECT_EQ(detect(Bytes(100'000, '\0')), Container::unknown);
}

TEST(DetectFormat, TellsAPersonWhatItFoundAndWhatItReads) {
  const Bytes text = zstd("GIF89a\x01");
  auto stream = ByteStream::over(as_span(text));
  const auto error = unknown_format(stream, "cat.gif");
  EXPECT_EQ(error.problem(),
            "'cat.gif' is of no format known here: zstd compression, first bytes 47 49 46 38 39 61 01");
  EXPECT_NE(error.remedy().find("pcapng"), std::string::npos);
  const Bytes cut = gzip("something long enough to be cut").substr(0, 15);
  auto cut_stream = ByteStream::over(as_span(cut));
  EXPECT_NE(unknown_format(cut_stream, "x").problem().find("stops in the middle"), std::string::npos);
}

TEST(PrivateCaptures, AreDetected) {
  TP_SHARED_DATA(folder, ".");
  auto detect_file = [&](const char* name) {
    auto stream = ByteStream::open(folder / name);
    return detect_container(stream, [](std::span<const std::byte> message) noexcept {
      return message.size() >= 12 && message.size() <= 50;  // ITCH 5.0
    });
  };
  EXPECT_EQ(detect_file("pcap/dhsilv-subset.pcap"), Container::pcap);
  EXPECT_EQ(detect_file("iex/20170826-iex-deep.pcap.gz"), Container::pcap);
  EXPECT_EQ(detect_file("iex/iextools-example1.pcapng"), Container::pcapng);
  EXPECT_EQ(detect_file("itch/lync-real_sample_slice.itch"), Container::day_file);
  EXPECT_EQ(detect_file("itch/runk-locate-13-10k.bin"), Container::day_file);
  EXPECT_EQ(detect_file("ws/hftbacktest/spot_btcusdt_20240808.gz"), Container::unknown);
}

}  // namespace
}  // namespace tickplant::tests::this_file
