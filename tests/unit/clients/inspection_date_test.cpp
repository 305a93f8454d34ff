// On which day a file's times were: from the option, else the capture's time stamps, else the file's name.
#include "tests/unit/clients/inspect_files.hpp"

namespace tickplant::cli::this_file {
namespace {

using tests::Bytes;
using namespace tests::itch;

constexpr std::int64_t kHalfPastNine = 34'200'000'000'000;
constexpr std::int64_t kHalfPastNineOf20190130 = 1'548'858'600'000'000'000;  // New York, UTC-5

class InspectionOfDates : public tests::InspectFiles {
 protected:
  InspectionOfDates() {
    Buffer out;
    encode_framed(SystemEvent{{{}, {}, {kHalfPastNine}}, 'Q'}, out);
    file_ = tests::to_bytes(out);
    capture_ = tests::pcap_file(tests::mold_packets(tests::messages_of(file_)));
  }

  static std::string date_of(const Facts& facts) {
    return facts.trading_date ? platform::to_string(*facts.trading_date) + ", " + facts.trading_date_from : "unknown";
  }
  static std::int64_t first_utc(const Facts& facts) { return facts.midnight.value + *facts.first_time; }
  static InspectOptions on(int year, int month, int day) {
    InspectOptions options;
    options.trading_date = platform::make_date(year, month, day);
    return options;
  }

  Bytes file_;
  Bytes capture_;
};

TEST_F(InspectionOfDates, ComesFromTheNameOfADayFile) {
  EXPECT_EQ(date_of(inspect(file_, "itch-20190130.bin")), "2019-01-30, YYYYMMDD in the file name");
  EXPECT_EQ(date_of(inspect(file_, "aapl-2019-01-30.itch")), "2019-01-30, YYYY-MM-DD in the file name");
  const Facts facts = inspect(tests::gzip(file_), "01302019.NASDAQ_ITCH50.gz");
  EXPECT_EQ(date_of(facts), "2019-01-30, MMDDYYYY in the file name");
  EXPECT_EQ(first_utc(facts), kHalfPastNineOf20190130);
}

TEST_F(InspectionOfDates, IsUnknownWhenNothingSays) {
  const Facts facts = inspect(file_, "20190130/day");  // folders are not looked at
  EXPECT_EQ(date_of(facts), "unknown");
  EXPECT_EQ(facts.first_time, kHalfPastNine);
}

TEST_F(InspectionOfDates, ComesFromTheTimesOfACapture) {
  const Facts facts = inspect(capture_, "copy-20200102.pcap");
  EXPECT_EQ(date_of(facts), "2019-01-30, capture time");
  EXPECT_EQ(first_utc(facts), kHalfPastNineOf20190130);
}

TEST_F(InspectionOfDates, ComesFromTheNameOfACaptureWithoutTimes) {
  const tests::PcapWriter writer;
  const auto packets = tests::mold_packets(tests::messages_of(file_));
  const Bytes without = writer.header() + writer.record(tests::udp_frame(packets[0]), 0);
  EXPECT_EQ(date_of(inspect(without, "a-20190130.pcap")), "2019-01-30, YYYYMMDD in the file name");
  EXPECT_EQ(date_of(inspect(without, "a.pcap")), "unknown");
}

TEST_F(InspectionOfDates, IsUnknownInACaptureWithoutTimeStamps) {
  const tests::PcapngWriter writer;
  const auto packets = tests::mold_packets(tests::messages_of(file_));
  const Facts facts = inspect(writer.section() + writer.interface() + writer.simple(tests::udp_frame(packets[0])));
  EXPECT_EQ(date_of(facts), "unknown");
  EXPECT_EQ(facts.messages, 1u);
  EXPECT_EQ(facts.first_time, kHalfPastNine);
}

TEST_F(InspectionOfDates, IsThatOfTheOptionAboveAll) {
  EXPECT_EQ(date_of(inspect(file_, "20200102", on(2019, 1, 30))), "2019-01-30, option");
  EXPECT_EQ(date_of(inspect(capture_, "a.pcap", on(2020, 1, 2))), "2020-01-02, option");
}

TEST_F(InspectionOfDates, CountsFromMidnightInTheVenuesZone) {
  EXPECT_EQ(first_utc(inspect(file_, "day", on(2019, 7, 1))), 1'561'987'800'000'000'000) << "summer time, UTC-4";
  InspectOptions options = on(2019, 1, 30);
  options.time_zone = "Europe/Stockholm";
  const Facts facts = inspect(file_, "day", options);
  EXPECT_EQ(first_utc(facts), 1'548'837'000'000'000'000);
  EXPECT_EQ(facts.time_zone, "Europe/Stockholm");
}

TEST_F(InspectionOfDates, TakesTheVenuesDateOfACaptureNearMidnight) {
  const tests::PcapWriter writer;
  const auto packets = tests::mold_packets(tests::messages_of(file_));
  const std::uint32_t after_midnight_utc = 1'548'896'400;  // 2019-01-31 01:00 UTC, 2019-01-30 20:00 in New York
  const Bytes capture = writer.header() + writer.record(tests::udp_frame(packets[0]), after_midnight_utc);
  EXPECT_EQ(date_of(inspect(capture)), "2019-01-30, capture time");
}

TEST_F(InspectionOfDates, RefusesAZoneThatDoesNotExist) {
  InspectOptions options;
  options.time_zone = "America/Gotham";
  EXPECT_THROW((void)inspect(file_, "day", options), platform::SetupError);
}

TEST_F(InspectionOfDates, RefusesAVenueThatIsNoMic) {
  for (const char* venue : {"", "xnas", "NASDAQ", "NOT A VENUE AT ALL"}) {
    InspectOptions options;
    options.venue = venue;
    EXPECT_THROW((void)inspect(file_, "day", options), platform::SetupError) << venue;
  }
}

}  // namespace
}  // namespace tickplant::cli::this_file
