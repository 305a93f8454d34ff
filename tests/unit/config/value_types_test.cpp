#include "config/value_types.hpp"

#include <gtest/gtest.h>

#include "config/text_kinds.hpp"

namespace tickplant::config::this_file {
namespace {

/// "= text" of what was parsed, or "problem | remedy".
template <class Kind, class Value>
std::string outcome(const Kind& kind, std::string_view text, Value value) {
  const Value before = value;
  if (const Refusal refusal = kind.parse(text, value)) {
    EXPECT_EQ(kind.text(value), kind.text(before)) << "a refused value was stored";
    return refusal->problem + " | " + refusal->remedy;
  }
  return "= " + kind.text(value);
}

TEST(Count, TakesDigitsWithinItsRange) {
  const Count kind{1, 65'535};
  const auto count = [&](std::string_view text) { return outcome(kind, text, std::uint16_t{7}); };
  EXPECT_EQ(count("1"), "= 1");
  EXPECT_EQ(count("65535"), "= 65535");
  EXPECT_EQ(count("0"), "is 0, out of range | set it to a whole number from 1 to 65535");
  EXPECT_EQ(count("65536"), "is 65536, out of range | set it to a whole number from 1 to 65535");
  EXPECT_EQ(count("99999999999999999999999999"),
            "is 999999999999999999999999, out of range | set it to a whole number from 1 to 65535");
  for (const std::string_view text : {"", "-1", "+1", "1.0", "1e3", "0x10", " 1", "1 ", "one"}) {
    EXPECT_EQ(count(text), "is '" + std::string(text) +
                               "', not a whole number | write a whole number from 1 to 65535, in digits only");
  }
}

TEST(Count, NamesThePowersOfTwoAroundAWrongOne) {
  const Count kind{64, 4096, true};
  const auto count = [&](std::string_view text) { return outcome(kind, text, std::uint64_t{64}); };
  EXPECT_EQ(count("64"), "= 64");
  EXPECT_EQ(count("4096"), "= 4096");
  EXPECT_EQ(count("65"), "is 65, not a power of two | use 64 or 128");
  EXPECT_EQ(count("4095"), "is 4095, not a power of two | use 2048 or 4096");
  EXPECT_EQ(count("63"), "is 63, out of range | set it to a power of two from 64 to 4096");
}

TEST(ByteSize, NeedsAUnit) {
  const ByteSize kind{1024, std::uint64_t{1} << 30};
  const auto size = [&](std::string_view text) { return outcome(kind, text, std::uint64_t{2048}); };
  EXPECT_EQ(size("1024B"), "= 1KiB");
  EXPECT_EQ(size("1KiB"), "= 1KiB");
  EXPECT_EQ(size("1536B"), "= 1536B");
  EXPECT_EQ(size("256MiB"), "= 256MiB");
  EXPECT_EQ(size("1GiB"), "= 1GiB");
  const std::string remedy = " | write a whole number and one of B, KiB, MiB, GiB, for example 1KiB";
  EXPECT_EQ(size("4096"), "is '4096', without a unit" + remedy);
  EXPECT_EQ(size("4MB"), "is '4MB', with an unknown unit" + remedy);
  EXPECT_EQ(size("1.5MiB"), "is '1.5MiB', with an unknown unit" + remedy);
  EXPECT_EQ(size("much"), "is 'much', not a size" + remedy);
  EXPECT_EQ(size(""), "is '', not a size" + remedy);
  EXPECT_EQ(size("1023B"), "is 1023B, out of range | set it to a size from 1KiB to 1GiB");
  EXPECT_EQ(size("2GiB"), "is 2GiB, out of range | set it to a size from 1KiB to 1GiB");
}

TEST(ByteSize, DoesNotWrapAround) {
  const ByteSize kind{0, std::uint64_t{1} << 40};
  EXPECT_EQ(outcome(kind, "17179869184GiB", std::uint64_t{0}),  // 2^64
            "is 17179869184GiB, out of range | set it to a size from 0B to 1024GiB");
  EXPECT_EQ(outcome(kind, "17179869185GiB", std::uint64_t{0}),  // 2^64 + 2^30
            "is 17179869185GiB, out of range | set it to a size from 0B to 1024GiB");
}

TEST(ByteSize, CanBeHeldToPowersOfTwo) {
  const ByteSize kind{1024, 1u << 30, true};
  EXPECT_EQ(outcome(kind, "96KiB", std::uint64_t{1024}), "is 96KiB, not a power of two | use 64KiB or 128KiB");
}

TEST(Age, IsInDaysOrNone) {
  const Age kind{36'500 * 86'400'000'000'000};
  std::int64_t nanos = 1;
  for (const auto& [text, seconds] : std::vector<std::pair<std::string, std::int64_t>>{
           {"none", 0}, {"1s", 1}, {"90m", 5400}, {"36h", 129'600}, {"7d", 604'800}}) {
    ASSERT_FALSE(kind.parse(text, nanos)) << text;
    EXPECT_EQ(nanos, seconds * 1'000'000'000) << text;
  }
  EXPECT_EQ(kind.text(0), "none");
  EXPECT_EQ(kind.text(7 * 86'400'000'000'000), "7d");
  EXPECT_EQ(kind.text(36 * 3'600'000'000'000), "36h");
  for (const char* text : {"0s", "7", "7w", "-1d", "", "36501d", "99999999999999999999d"}) {
    EXPECT_TRUE(kind.parse(text, nanos)) << text;
  }
  EXPECT_EQ(kind.expected(), "an age from 1s to 36500d, or none");
}

TEST(Duration, NeedsAUnit) {
  const Duration kind{1'000, 5'000'000'000};
  const auto time = [&](std::string_view text) { return outcome(kind, text, std::int64_t{1'000}); };
  EXPECT_EQ(time("1000ns"), "= 1us");
  EXPECT_EQ(time("100us"), "= 100us");
  EXPECT_EQ(time("10ms"), "= 10ms");
  EXPECT_EQ(time("5s"), "= 5s");
  const std::string remedy = " | write a whole number and one of ns, us, ms, s, for example 1us";
  EXPECT_EQ(time("10"), "is '10', without a unit" + remedy);
  EXPECT_EQ(time("10m"), "is '10m', with an unknown unit" + remedy);
  EXPECT_EQ(time("-1s"), "is '-1s', not a length of time" + remedy);
  EXPECT_EQ(time("999ns"), "is 999ns, out of range | set it to a length of time from 1us to 5s");
  EXPECT_EQ(time("6s"), "is 6s, out of range | set it to a length of time from 1us to 5s");
  EXPECT_EQ(time("18446744073709551615s"),
            "is 18446744073709551615s, out of range | set it to a length of time from 1us to 5s");
}

TEST(Flag, IsTrueOrFalseAndNothingElse) {
  EXPECT_EQ(outcome(Flag{}, "true", false), "= true");
  EXPECT_EQ(outcome(Flag{}, "false", true), "= false");
  for (const std::string_view text : {"yes", "on", "1", "True", ""}) {
    EXPECT_EQ(outcome(Flag{}, text, true), "is '" + std::string(text) + "', not true or false | write true or false");
  }
}

TEST(Choice, TakesItsWordsAndHintsAtTheNearest) {
  const Choice<HugePages> kind;
  EXPECT_EQ(outcome(kind, "never", HugePages::prefer), "= never");
  EXPECT_EQ(outcome(kind, "require", HugePages::prefer), "= require");
  EXPECT_EQ(outcome(kind, "requir", HugePages::prefer),
            "is 'requir', not never, prefer or require | did you mean 'require'?");
  EXPECT_EQ(outcome(kind, "yes", HugePages::prefer),
            "is 'yes', not never, prefer or require | write never, prefer or require");
}

TEST(FileMode, LetsOnlyTheOwnerWrite) {
  const auto mode = [](std::string_view text) { return outcome(FileMode{}, text, std::uint32_t{0640}); };
  EXPECT_EQ(mode("0640"), "= 0640");
  EXPECT_EQ(mode("640"), "= 0640");
  EXPECT_EQ(mode("0600"), "= 0600");
  EXPECT_EQ(mode("0644"), "= 0644");
  for (const std::string_view text : {"0660", "0642", "0650", "0641", "0740", "0240", "0440", "0000"}) {
    EXPECT_NE(mode(text).find("which lets others write, lets somebody execute or locks the owner out"),
              std::string::npos)
        << text;
  }
  for (const std::string_view text : {"", "rw-r-----", "0689", "64", "00640", "1640", "-640"}) {
    EXPECT_NE(mode(text).find("not an octal file mode"), std::string::npos) << text;
  }
}

TEST(Date, IsADayOfTheCalendarOrAuto) {
  const auto date = [](std::string_view text) {
    return outcome(Date{}, text, std::optional<platform::CalendarDate>{});
  };
  EXPECT_EQ(date("2019-12-30"), "= 2019-12-30");
  EXPECT_EQ(date("2020-02-29"), "= 2020-02-29");
  EXPECT_EQ(date("auto"), "= auto");
  for (const std::string_view text : {"", "2019-02-29", "20191230", "2019-13-01", "30.12.2019", "2019-12-30 "}) {
    EXPECT_EQ(date(text),
              "is '" + std::string(text) + "', not a date | write a date YYYY-MM-DD or auto, for example 2019-12-30");
  }
}

TEST(Hours, OpenBeforeTheyClose) {
  const auto hours = [](std::string_view text) { return outcome(Hours{}, text, TradingHours{}); };
  EXPECT_EQ(hours("04:00-20:00"), "= 04:00-20:00");
  EXPECT_EQ(hours("00:00-24:00"), "= 00:00-24:00");
  EXPECT_EQ(hours("09:30-16:05"), "= 09:30-16:05");
  for (const std::string_view text : {"", "04:00", "20:00-04:00", "04:00-04:00", "04:00-24:01", "04:60-20:00",
                                      "4:00-20:00", "04:00 20:00", "04:00-20:00x", "0a:00-20:00"}) {
    EXPECT_EQ(hours(text),
              "is '" + std::string(text) +
                  "', not trading hours | write HH:MM-HH:MM with open before close, up to 24:00, for example "
                  "04:00-20:00");
  }
}

struct TextCase {
  bool (*accepts)(std::string_view);
  std::vector<std::string> good, bad;
};

TEST(TextKinds, AcceptWhatTheySayAndNothingElse) {
  const std::string long_name(32, 'a');
  const TextCase cases[] = {
      {is_plant_name,
       {"demo", "Demo-2", "7_x", std::string(31, 'a')},
       {"", "-a", "_a", "a.b", "a/b", "..", "a b", long_name}},
      {is_entry_name, {"ticks", "a", "a_1"}, {"", "A", "1a", "_a", "a-b", "a.b", long_name}},
      {is_absolute_path, {"/", "/run/a b"}, {"", "run", "./run", "/a\nb", "/" + std::string(1023, 'a')}},
      {is_path, {"a.pcap", "/a", "\xc3\xa9"}, {"", "a\tb", "a\x7f"}},
      {is_group_name, {"", "tick-readers", "md_1"}, {"-a", "a b", "a:b", long_name}},
      {is_time_zone, {"UTC", "America/New_York", "Etc/GMT+5"}, {"", "utc", "/etc/passwd", "auto", "America/", "A B"}},
      {is_mic, {"XNAS", "BATS", "X1S2"}, {"", "xnas", "XNA", "XNASD", "XN-S"}},
      {is_multicast_group,
       {"224.0.0.0", "239.255.255.255", "233.54.12.111"},
       {"", "223.255.255.255", "240.0.0.0", "10.0.0.1", "239.1.1", "239.1.1.256", "ff02::1", "239.1.1.1 "}},
      {is_unicast_address,
       {"127.0.0.1", "192.0.2.10", "223.255.255.255"},
       {"", "0.0.0.0", "224.0.0.0", "255.255.255.255", "10.0.0", "localhost", "::1", "10.0.0.1 "}},
      {is_interface, {"auto", "lo", "eth0.100", "127.0.0.1", "ens1f0"}, {"", "a b", "eth0/1", std::string(16, 'e')}},
      {is_core_name,
       {"any", "cpu5", "package0/core3", "package0/core3/thread1", "node1/core2", "nic:eth0/core2"},
       {"", "cpu", "core3", "3", "package0", "package0/core", "package0/core3/", "package0/core3/thread",
        "socket0/core1", "nic:/core1", "cpu5/core1", "package0/core3/thread1/x", "cpu12345"}},
      {is_stage_name,
       {"feed.nasdaq", "capture.nasdaq", "recorder", "analytics", "analytics.0", "analytics.11", "sequencer",
        "journal"},
       {"", "feed", "feed.", "feed.A", "nasdaq", "analytics.", "analytics.a", "analytics.123", "sequencer.0"}},
  };
  for (const TextCase& each : cases) {
    for (const std::string& text : each.good) EXPECT_TRUE(each.accepts(text)) << text << " in case " << (&each - cases);
    for (const std::string& text : each.bad) EXPECT_FALSE(each.accepts(text)) << text << " in case " << (&each - cases);
  }
}

}  // namespace
}  // namespace tickplant::config::this_file
