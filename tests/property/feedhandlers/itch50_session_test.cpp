// The generator of trading days: what tests and benchmarks rely on when they use one.
#include "tests/support/itch_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "feedhandlers/itch50/parser.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

namespace wire = feedhandlers::itch50;
using feedhandlers::itch50::parse;
using feedhandlers::itch50::ParseOutcome;

/// What the plant's parser makes of a day.
struct Reader {
  template <class View>
  void on(View view) {
    ++messages[View::kType];
    times_go_back += view.timestamp() < last_time;
    last_time = view.timestamp();
    if constexpr (View::kType == 'R') symbols.emplace(view.stock());
    if constexpr (View::kType == 'A' || View::kType == 'F') on_new_reference(view.order_ref());
    if constexpr (View::kType == 'U') on_new_reference(view.new_order_ref());
  }
  void on_new_reference(OrderReference reference) {
    references_repeat += reference <= last_reference;
    last_reference = reference;
  }
  void read(const Buffer& file) {
    for (const auto message : unframed(file)) ++outcomes[parse(message, *this)];
  }

  std::map<char, std::uint64_t> messages;
  std::map<ParseOutcome, std::uint64_t> outcomes;
  std::set<std::string> symbols;
  SinceMidnight last_time;
  OrderReference last_reference;
  int times_go_back = 0;
  int references_repeat = 0;
};

Buffer whole_day(Session& session, std::uint64_t message_count) {
  Buffer file;
  session.open(file);
  session.trade(message_count, file);
  session.close(file);
  return file;
}

class ItchSession : public testing::Test {
 protected:
  ItchSession() { options_.seed = test_seed(); }
  void TearDown() override {
    if (HasFailure()) std::cerr << "TICKPLANT_TEST_SEED=" << options_.seed << '\n';
  }
  SessionOptions options_;
};

TEST_F(ItchSession, IsReadByTheParserToTheLastMessage) {
  Session session{options_};
  Reader reader;
  reader.read(whole_day(session, 50'000));
  EXPECT_EQ(reader.outcomes, (std::map<ParseOutcome, std::uint64_t>{{ParseOutcome::ok, session.written()}}));
  EXPECT_EQ(reader.messages, session.truth().messages());
  EXPECT_EQ(reader.messages.size(), wire::kMessageTypeCount) << "every type occurs";
}

TEST_F(ItchSession, HasTimesThatNeverGoBackAndReferencesThatNeverRepeat) {
  Session session{options_};
  Reader reader;
  reader.read(whole_day(session, 20'000));
  EXPECT_EQ(reader.times_go_back, 0);
  EXPECT_EQ(reader.references_repeat, 0);
  EXPECT_LT(reader.last_time, SinceMidnight{24 * 3'600'000'000'000});
}

TEST_F(ItchSession, NamesEveryInstrumentOnce) {
  options_.symbols = 1000;
  Session session{options_};
  Reader reader;
  Buffer file;
  session.open(file);
  reader.read(file);
  EXPECT_EQ(reader.symbols.size(), 1000u);
  EXPECT_EQ(session.truth().books().size(), 1000u);
}

TEST_F(ItchSession, IsTheSameForTheSameSeedWithOrWithoutTruth) {
  Session one{options_};
  Session same{options_};
  const Buffer day = whole_day(one, 5000);
  EXPECT_EQ(day, whole_day(same, 5000));

  options_.keep_truth = false;
  Session without_truth{options_};
  EXPECT_EQ(day, whole_day(without_truth, 5000));
  EXPECT_TRUE(without_truth.truth().books().empty());

  ++options_.seed;
  Session other{options_};
  EXPECT_NE(day, whole_day(other, 5000));
}

TEST_F(ItchSession, IsTheSameInOneGoAndInPieces) {
  Session one{options_};
  Session other{options_};
  Buffer whole;
  Buffer pieces;
  one.trade(1000, whole);
  for (int i = 0; i < 10; ++i) other.trade(100, pieces);
  EXPECT_EQ(whole, pieces);
}

TEST_F(ItchSession, RefersOnlyToOrdersThatAreThere) {
  Session session{options_};
  whole_day(session, 50'000);
  EXPECT_TRUE(session.truth().unknown_references().empty());
  EXPECT_EQ(session.truth().open_orders(), session.live_orders());
}

TEST_F(ItchSession, NeverCrossesItsBooksUnlessAsked) {
  Session session{options_};
  Buffer file;
  session.open(file);
  for (int i = 0; i < 2000; ++i) {
    session.trade(10, file);
    for (const auto& [locate, book] : session.truth().books()) ASSERT_FALSE(book.crossed()) << book.symbol;
  }

  options_.may_cross = true;
  Session crossing{options_};
  crossing.trade(2000, file);
  const auto& books = crossing.truth().books();
  EXPECT_TRUE(std::any_of(books.begin(), books.end(), [](const auto& entry) { return entry.second.crossed(); }));
}

TEST_F(ItchSession, RisesToTheAskedNumberOfLiveOrdersAndStaysThere) {
  options_.live_orders = 5000;
  options_.keep_truth = false;
  Session session{options_};
  Buffer file;
  session.trade(30'000, file);
  for (int i = 0; i < 20; ++i) {
    session.trade(1000, file);
    EXPECT_NEAR(static_cast<double>(session.live_orders()), 5000, 500);
  }
}

TEST_F(ItchSession, HasTheMixOfABusyDayOnceTheBookIsFull) {
  Session session{options_};
  Buffer filling;
  session.trade(20'000, filling);
  Buffer file;
  session.trade(100'000, file);
  Reader reader;
  reader.read(file);
  const auto percent = [&reader](char type) { return static_cast<double>(reader.messages[type]) / 1000; };
  EXPECT_NEAR(percent('A') + percent('F'), 45, 2);
  EXPECT_NEAR(percent('D'), 40, 2);
  EXPECT_NEAR(percent('E'), 7, 1);
  EXPECT_NEAR(percent('U'), 6, 1);
}

TEST_F(ItchSession, SpreadsOrdersOverManyLevels) {
  options_.symbols = 1;
  options_.live_orders = 2000;
  Session session{options_};
  Buffer file;
  session.trade(40'000, file);
  EXPECT_GT(session.truth().books().at(1).bids.size(), 50u);
  EXPECT_GT(session.truth().books().at(1).asks.size(), 50u);
}

TEST_F(ItchSession, LeavesUnknownReferencesBehindWhenMessagesAreDropped) {
  options_.dropped_per_million = 20'000;
  Session session{options_};
  const Buffer file = whole_day(session, 20'000);
  EXPECT_NEAR(static_cast<double>(session.dropped()), 400, 100);
  EXPECT_EQ(unframed(file).size(), session.written());
  EXPECT_FALSE(session.truth().unknown_references().empty());
}

TEST_F(ItchSession, WritesAsManyBadLengthsAsItSays) {
  options_.bad_length_per_million = 20'000;
  Session session{options_};
  Reader reader;
  reader.read(whole_day(session, 20'000));
  EXPECT_NEAR(static_cast<double>(session.bad_lengths()), 400, 100);
  EXPECT_EQ(reader.outcomes[ParseOutcome::bad_length], session.bad_lengths());
  EXPECT_EQ(reader.outcomes[ParseOutcome::ok], session.written() - session.bad_lengths());
  EXPECT_EQ(reader.messages, session.truth().messages()) << "they mean nothing to the truth either";
}

TEST_F(ItchSession, CutsOffItsLastMessageWhenAsked) {
  Session session{options_};
  Buffer file;
  session.trade(10, file);
  const std::size_t whole = file.size();
  session.cut_off(20, file);
  EXPECT_EQ(file.size(), whole + 20);
  EXPECT_EQ(unframed(file).size(), session.written());
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
