// Which record it is, and whether it is as long as its type says in its version.
#include <gtest/gtest.h>

#include <type_traits>

#include "feedhandlers/dbn/parser.hpp"
#include "tests/support/dbn_encoder.hpp"

namespace tickplant::tests::dbn::this_file {
namespace {

namespace product = feedhandlers::dbn;
using product::ParseOutcome;

/// Counts the calls for the one view that is expected.
template <class Expected>
struct Expecting {
  int expected = 0;
  int others = 0;
  template <class Message>
  void on(const Message& /*message*/) {
    ++(std::is_same_v<Message, Expected> ? expected : others);
  }
};

constexpr std::array<std::uint8_t, 2> kBboTypes{0xc3, 0xc4};
constexpr std::array<std::uint8_t, 2> kCmbp1Types{0xb1, 0xc2};
constexpr std::array<std::uint8_t, 2> kCbboTypes{0xc0, 0xc1};
constexpr std::array<std::uint8_t, 6> kOhlcvTypes{0x11, 0x20, 0x21, 0x22, 0x23, 0x24};

template <class Record>
Record of_type(std::uint8_t rtype) {
  Record record;
  record.header.rtype = rtype;
  return record;
}

/// `check(view type, record)` for every record kind in the layout that `version` gives it.
template <class Check>
void for_each_kind(std::uint8_t version, Check&& check) {
  const auto with = [&]<class View, class Record>(std::type_identity<View> view, Record record) {
    check(view, record);
  };
  with(std::type_identity<product::Mbo>{}, Mbo{});
  with(std::type_identity<product::Trade>{}, Trade{});
  with(std::type_identity<product::Mbp1>{}, Mbp1{});
  with(std::type_identity<product::Mbp10>{}, Mbp10{});
  for (const std::uint8_t rtype : kBboTypes) with(std::type_identity<product::Bbo>{}, of_type<Bbo>(rtype));
  for (const std::uint8_t rtype : kCmbp1Types) with(std::type_identity<product::Cmbp1>{}, of_type<Cmbp1>(rtype));
  for (const std::uint8_t rtype : kCbboTypes) with(std::type_identity<product::Cbbo>{}, of_type<Cbbo>(rtype));
  for (const std::uint8_t rtype : kOhlcvTypes) with(std::type_identity<product::Ohlcv>{}, of_type<Ohlcv>(rtype));
  with(std::type_identity<product::Status>{}, Status{});
  with(std::type_identity<product::Imbalance>{}, Imbalance{});
  if (version == 1) {
    with(std::type_identity<product::DefinitionV1>{}, Definition{});
    with(std::type_identity<product::SymbolMappingV1>{}, Mapping{});
    with(std::type_identity<product::ErrorV1>{}, Error{});
    with(std::type_identity<product::SystemV1>{}, System{});
  } else {
    if (version == 2) with(std::type_identity<product::DefinitionV2>{}, Definition{});
    if (version == 3) with(std::type_identity<product::DefinitionV3>{}, Definition{});
    with(std::type_identity<product::SymbolMappingV2>{}, Mapping{});
    with(std::type_identity<product::ErrorV2>{}, Error{});
    with(std::type_identity<product::SystemV2>{}, System{});
  }
  if (version < 3)
    with(std::type_identity<product::StatisticsV1>{}, Statistics{});
  else
    with(std::type_identity<product::StatisticsV3>{}, Statistics{});
}

class DbnParser : public testing::TestWithParam<std::uint8_t> {};

TEST_P(DbnParser, GivesEachRecordToItsHandlerOnce) {
  const std::uint8_t version = GetParam();
  for_each_kind(version, [&]<class View, class Record>(std::type_identity<View>, const Record& record) {
    Expecting<View> handler;
    EXPECT_EQ(product::parse(encoded(record, {.version = version}), {version, false}, handler), ParseOutcome::ok)
        << int{record.header.rtype};
    EXPECT_EQ(handler.expected, 1) << int{record.header.rtype};
    EXPECT_EQ(handler.others, 0);
  });
}

TEST_P(DbnParser, ReadsRecordsWithATimeOfSendingBehindThemWhereTheHeaderSaysSo) {
  const std::uint8_t version = GetParam();
  for_each_kind(version, [&]<class View, class Record>(std::type_identity<View>, const Record& record) {
    const Bytes bytes = encoded(record, {.version = version, .has_ts_out = true, .ts_out = 7});
    Expecting<View> handler;
    EXPECT_EQ(product::parse(bytes, {version, true}, handler), ParseOutcome::ok);
    EXPECT_EQ(product::parse(bytes, {version, false}, handler), ParseOutcome::bad_length);
    EXPECT_EQ(handler.expected, 1);
  });
}

TEST_P(DbnParser, RefusesEveryOtherLength) {
  const std::uint8_t version = GetParam();
  for_each_kind(version, [&]<class View, class Record>(std::type_identity<View>, const Record& record) {
    const Bytes whole = encoded(record, {.version = version});
    Expecting<View> handler;
    for (std::size_t length = 0; length <= product::kMaxRecordBytes; ++length) {
      if (length == whole.size()) continue;
      Bytes bytes = whole;
      bytes.resize(length);
      if (length > 0) bytes[0] = static_cast<std::byte>(length / 4);
      ASSERT_EQ(product::parse(bytes, {version, false}, handler), ParseOutcome::bad_length) << length;
      if (length == whole.size() + product::kTsOutBytes) continue;
      ASSERT_EQ(product::parse(bytes, {version, true}, handler), ParseOutcome::bad_length) << length;
    }
    EXPECT_EQ(handler.expected + handler.others, 0);
  });
}

TEST_P(DbnParser, RefusesARecordThatIsNotAsLongAsItSays) {
  Bytes bytes = encoded(Mbo{}, {.version = GetParam()});
  bytes[0] = std::byte{13};
  EXPECT_EQ(product::parse(bytes, {GetParam(), false}, product::NoHandler{}), ParseOutcome::bad_length);
}

INSTANTIATE_TEST_SUITE_P(Versions, DbnParser, testing::Values(1, 2, 3));

TEST(DbnParserTypes, AreTheTwentyThreeAndNoOthers) {
  int known = 0;
  for (int rtype = 0; rtype < 256; ++rtype) {
    Mbo record;
    record.header.rtype = static_cast<std::uint8_t>(rtype);
    known += product::parse(encoded(record), {}, product::NoHandler{}) != ParseOutcome::unknown_rtype ? 1 : 0;
  }
  EXPECT_EQ(known, 23);
}

TEST(DbnFields, UndefinedTimesAndPricesAreOurs) {
  EXPECT_EQ(product::to_time(kUndefinedTime), platform::kNoTime);
  EXPECT_EQ(product::to_time(std::uint64_t{1} << 63), platform::kNoTime);
  EXPECT_EQ(product::to_time(5).value, 5);
  EXPECT_EQ(product::to_price(static_cast<std::uint64_t>(kUndefinedPrice)), ringbuf::kNoPrice);
  EXPECT_EQ(product::to_price(static_cast<std::uint64_t>(-1)).value, -1);
}

TEST(DbnFields, TextEndsAtItsFirstNulOrWithItsField) {
  const Bytes full = encoded(System{.text = std::string(400, 'x')}, {.version = 1});
  EXPECT_EQ(product::SystemV1{full.data()}.text(), std::string(64, 'x'));
  const Bytes empty = encoded(System{}, {.version = 1});
  EXPECT_EQ(product::SystemV1{empty.data()}.text(), "");
}

}  // namespace
}  // namespace tickplant::tests::dbn::this_file
