#include "ringbuf/resolve_symbol.hpp"

#include <gmock/gmock.h>

#include "ringbuf/private_payload.hpp"
#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ResolveSymbol : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& [symbol, venue] : {std::pair{"AAPL", "XNAS"},
                                        {"MSFT", "XNAS"},
                                        {"AAPL", "XNYS"},
                                        {"GOOGL", "XNAS"},
                                        {"GOOG", "XNAS"},
                                        {"A", "XNYS"},
                                        {"BTC-USD", "CBSE"}}) {
      InstrumentSpec spec;
      spec.symbol = symbol;
      spec.venue = venue;
      writer_.find_or_add(spec);
    }
  }
  [[nodiscard]] std::string resolve_error(std::string_view text) const {
    return error_of([&] { (void)resolve_symbol(writer_.reader(), text); });
  }
  [[nodiscard]] std::vector<std::string> nearest(std::string_view text) const {
    return nearest_symbols(writer_.reader(), text, 3);
  }

  PrivatePayload memory_{InstrumentDirectoryWriter::payload_bytes(16)};
  InstrumentDirectoryWriter writer_{memory_.bytes(), 16};
};

TEST_F(ResolveSymbol, FindsWhatIsClear) {
  EXPECT_EQ(resolve_symbol(writer_.reader(), "MSFT"), InstrumentId{2});
  EXPECT_EQ(resolve_symbol(writer_.reader(), "AAPL@XNYS"), InstrumentId{3});
}

TEST_F(ResolveSymbol, ListsTheVenuesOfAnAmbiguousSymbol) {
  EXPECT_THAT(resolve_error("AAPL"), HasSubstr("symbol 'AAPL' is at several venues: AAPL@XNAS, AAPL@XNYS\n"));
}

TEST_F(ResolveSymbol, SuggestsWhatWasMeant) {
  EXPECT_THAT(resolve_error("MFST"), HasSubstr("symbol 'MFST' is unknown"));
  EXPECT_THAT(resolve_error("MFST"), HasSubstr("did you mean MSFT@XNAS?"));
  EXPECT_THAT(resolve_error("QQQQQQ"), HasSubstr("list what there is"));
}

TEST_F(ResolveSymbol, NearestForgivesCaseSwapsAndMissingLetters) {
  EXPECT_THAT(nearest("msft"), ElementsAre("MSFT@XNAS"));
  EXPECT_THAT(nearest("MFST"), ElementsAre("MSFT@XNAS"));
  EXPECT_THAT(nearest("BTCUSD"), ElementsAre("BTC-USD@CBSE"));
  EXPECT_THAT(nearest("GOOGLE"), ElementsAre("GOOGL@XNAS", "GOOG@XNAS"));
  EXPECT_THAT(nearest("MSFT@XNYS"), ElementsAre("MSFT@XNAS"));
}

TEST_F(ResolveSymbol, NearestStopsAtTwoMistakesAndAtHalfTheLetters) {
  EXPECT_THAT(nearest("MXXXT"), IsEmpty());
  EXPECT_THAT(nearest("B"), IsEmpty()) << "one letter, and that one wrong";
  EXPECT_THAT(nearest(""), IsEmpty());
}

TEST_F(ResolveSymbol, NearestGivesNoMoreThanAskedFor) {
  EXPECT_EQ(nearest_symbols(writer_.reader(), "GOO", 5).size(), 1u);
  EXPECT_EQ(nearest_symbols(writer_.reader(), "AAPLX", 1).size(), 1u);
  EXPECT_THAT(nearest_symbols(writer_.reader(), "AAPL", 0), IsEmpty());
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
