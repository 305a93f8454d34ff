// Results as a client follows them: which, in what order, what was missed, and what becomes of rebuilt rings.
#include "clients/cpp/derived_subscriber.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "platform/setup_error.hpp"
#include "tests/support/computing_plant.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::DerivedRecord;
using ringbuf::DerivedType;
using ringbuf::SignalValue;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::ComputingPlant;
using tests::PlantInFolder;

constexpr platform::UnixNanos kStart{1'700'000'040'000'000'000};

struct Seen {
  std::vector<std::string> names;
  std::vector<std::uint64_t> sequences;
  std::vector<ringbuf::SequenceRange> lost;
  std::vector<std::string> attached;
  const DerivedSubscriber* from = nullptr;

  void operator()(const DerivedRecord& record) {
    names.emplace_back(from->functions().name_of(record.header.function));
    sequences.push_back(record.header.stamp);
  }
  void on_lost(std::string_view, ringbuf::SequenceRange range) { lost.push_back(range); }
  void on_attached(std::string_view ring, ringbuf::Sequence) { attached.emplace_back(ring); }
};

class DerivedSubscribers : public testing::Test {
 protected:
  DerivedSubscribers() : apple_(made_.define("AAPL")), microsoft_(made_.define("MSFT")) {}
  void say_everything(ComputingPlant& computed) const {
    computed.row(apple_, "T60", kStart);
    computed.values(apple_, "T60.sma(5)", kStart, {10.5, 55});
    computed.row(microsoft_, "S300_60", kStart);
    computed.signal(apple_, "ticks.price_x_ma_5min", kStart, SignalValue::golden, 11);
  }
  [[nodiscard]] Seen all_of(DerivedSubscription wanted) {
    Plant plant = Plant::in_folder(made_.folder());
    wanted.join = DerivedJoin::oldest;
    DerivedSubscriber results(plant, std::move(wanted));
    Seen seen;
    seen.from = &results;
    while (results.poll(seen) != 0) continue;
    seen.from = nullptr;
    return seen;
  }

  PlantInFolder made_;
  ringbuf::InstrumentId apple_, microsoft_;
};

TEST_F(DerivedSubscribers, HandOverEverythingTheRingHoldsInItsOrder) {
  ComputingPlant computed(made_);
  say_everything(computed);
  const Seen seen = all_of({});
  EXPECT_THAT(seen.names, ElementsAre("T60", "T60.sma(5)", "S300_60", "ticks.price_x_ma_5min"));
  EXPECT_THAT(seen.sequences, ElementsAre(1, 2, 3, 4));
}

TEST_F(DerivedSubscribers, TellOnlyWhatIsNewWhenNothingElseIsAskedFor) {
  ComputingPlant computed(made_);
  say_everything(computed);
  Plant plant = Plant::in_folder(made_.folder());
  DerivedSubscriber results(plant, {});
  Seen seen;
  seen.from = &results;
  EXPECT_EQ(results.poll(seen), 0u);
  computed.row(apple_, "T60", kStart + ComputingPlant::kMinute);
  EXPECT_EQ(results.poll(seen), 1u);
  EXPECT_THAT(seen.sequences, ElementsAre(5));
}

TEST_F(DerivedSubscribers, ChooseByInstrumentTypeAndFunction) {
  ComputingPlant computed(made_);
  say_everything(computed);
  EXPECT_THAT(all_of({.symbols = {"MSFT"}}).names, ElementsAre("S300_60"));
  EXPECT_THAT(all_of({.symbols = {"AAPL@XNAS"}, .types = {DerivedType::window_row}}).names, ElementsAre("T60"));
  EXPECT_THAT(all_of({.functions = {"T60.*"}}).names, ElementsAre("T60.sma(5)"));
  EXPECT_THAT(all_of({.functions = {"price_x_*"}}).names, ElementsAre("ticks.price_x_ma_5min"));
  EXPECT_THAT(all_of({.functions = {"nothing"}}).names, IsEmpty());
  EXPECT_THAT(all_of({.types = DerivedTypes{}}).names, IsEmpty());
}

TEST_F(DerivedSubscribers, ChooseAmongFunctionsThatAReloadHasAdded) {
  ComputingPlant computed(made_);
  Plant plant = Plant::in_folder(made_.folder());
  DerivedSubscriber results(plant, {.functions = {"T5*"}});
  Seen seen;
  seen.from = &results;
  computed.row(apple_, "T60", kStart);
  (void)results.poll(seen);
  EXPECT_THAT(seen.names, IsEmpty());
  computed.add_window("T5");
  computed.add_window("S10");
  computed.row(apple_, "S10", kStart);
  computed.row(apple_, "T5", kStart);
  (void)results.poll(seen);
  EXPECT_THAT(seen.names, ElementsAre("T5"));
}

TEST_F(DerivedSubscribers, FindAValueThatIsNotTheFirstOfItsRecord) {
  ComputingPlant computed(made_);
  say_everything(computed);
  EXPECT_THAT(all_of({.functions = {"rsi(14)"}}).names, ElementsAre("T60.sma(5)")) << "the record it is in";
}

TEST_F(DerivedSubscribers, FollowTheRingsOfAllShards) {
  ComputingPlant computed(made_, {.shards = 3});
  say_everything(computed);
  EXPECT_EQ(all_of({}).names.size(), 4u);
  EXPECT_THAT(all_of({.rings = {derived_ring_of(microsoft_, 3)}}).names, ElementsAre("S300_60"));
}

TEST_F(DerivedSubscribers, SayExactlyWhatTheyLostWhenLapped) {
  ComputingPlant computed(made_, {.ring_slots = 16});
  computed.row(apple_, "T60", kStart);
  Plant plant = Plant::in_folder(made_.folder());
  DerivedSubscriber results(plant, {.join = DerivedJoin::oldest});
  for (int i = 1; i < 40; ++i) computed.row(apple_, "T60", kStart + i * ComputingPlant::kMinute);
  Seen seen;
  seen.from = &results;
  while (results.poll(seen) != 0) continue;
  ASSERT_EQ(seen.lost.size(), 1u);
  EXPECT_EQ(seen.lost.front().first, 1u);
  EXPECT_EQ(seen.lost.front().last + 1, seen.sequences.front());
  EXPECT_EQ(seen.sequences.back(), 40u);
  EXPECT_EQ(results.lost_count() + seen.sequences.size(), 40u);
}

TEST_F(DerivedSubscribers, TurnToRingsThatComputeSomethingElseWhenTheOldOnesAreRead) {
  auto before = std::make_unique<ComputingPlant>(made_);
  Plant plant = Plant::in_folder(made_.folder());
  DerivedSubscriber results(plant, {});
  before->row(apple_, "T60", kStart);
  before.reset();
  ComputingPlant after(made_, {.windows = {"T5"}});
  after.row(apple_, "T5", kStart);
  Seen seen;
  seen.from = &results;
  for (int i = 0; i < 300 && seen.names.size() < 2; ++i) {
    if (results.poll(seen) == 0) ::usleep(2'000);
  }
  EXPECT_THAT(seen.names, ElementsAre("T60", "T5")) << "each by the table it was written with";
  EXPECT_THAT(seen.attached, ElementsAre("derived"));
}

TEST_F(DerivedSubscribers, RefuseAPlantThatComputesNothing) {
  Plant plant = Plant::in_folder(made_.folder());
  EXPECT_FALSE(computes_anything(plant));
  try {
    DerivedSubscriber results(plant, {});
    FAIL() << "not refused";
  } catch (const platform::SetupError& error) {
    EXPECT_THAT(error.problem(), HasSubstr("computes nothing"));
    EXPECT_THAT(error.remedy(), HasSubstr("analytics.file"));
  }
}

TEST_F(DerivedSubscribers, RefuseARingThatIsNotOfResults) {
  const ComputingPlant computed(made_);
  Plant plant = Plant::in_folder(made_.folder());
  EXPECT_THROW(DerivedSubscriber(plant, {.rings = {"ticks"}}), platform::SetupError);
  EXPECT_THROW(DerivedSubscriber(plant, {.rings = {"derived.7"}}), platform::SetupError);
}

class DerivedViews : public DerivedSubscribers {};

TEST_F(DerivedViews, ReadWhatWasComputedLast) {
  ComputingPlant computed(made_);
  say_everything(computed);
  computed.row(apple_, "T60", kStart, {.close = 11.5, .average_5min = 11, .trend = ringbuf::Trend::bullish});
  Plant plant = Plant::in_folder(made_.folder());
  const DerivedView view(plant);
  ringbuf::DerivedImageEntry entry;
  ASSERT_EQ(view.read(apple_, entry), ringbuf::TableRead::value);
  EXPECT_EQ(entry.window[0].close, tests::dollars(11.5));
  EXPECT_EQ(entry.trend, ringbuf::Trend::bullish);
  EXPECT_EQ(view.functions().name_of(entry.cross.function), "ticks.price_x_ma_5min");
  EXPECT_EQ(view.complete_through(apple_).value, 5u);
  EXPECT_EQ(view.read({63}, entry), ringbuf::TableRead::never);
  EXPECT_EQ(view.read({64'000}, entry), ringbuf::TableRead::never);
}

TEST_F(DerivedViews, TurnToTheTablesOfASuccessorWhenAsked) {
  auto before = std::make_unique<ComputingPlant>(made_);
  before->row(apple_, "T60", kStart);
  Plant plant = Plant::in_folder(made_.folder());
  DerivedView view(plant);
  EXPECT_FALSE(view.refresh());
  before.reset();
  const ComputingPlant after(made_, {.windows = {"T5"}});
  EXPECT_TRUE(view.refresh());
  ringbuf::DerivedImageEntry entry;
  EXPECT_EQ(view.read(apple_, entry), ringbuf::TableRead::never);
  EXPECT_EQ(view.functions().name_of({1}), "T5");
}

TEST_F(DerivedViews, KnowFunctionsByTheNameInTheFile) {
  const ComputingPlant computed(made_);
  const Plant plant = Plant::in_folder(made_.folder());
  const AttachedFunctions attached(plant);
  const auto own = [&](const char* name) { return own_name_of(attached.functions, *attached.functions.find(name)); };
  EXPECT_EQ(own("T60"), "T60");
  EXPECT_EQ(own("T60.sma(5)"), "sma(5)");
  EXPECT_EQ(own("ticks.price_x_ma_5min"), "price_x_ma_5min");
  EXPECT_EQ(own_name_of(attached.functions, {999}), "");
  EXPECT_THAT(names_of(attached.functions, ringbuf::FunctionKind::window), ElementsAre("T60", "S300_60"));
}

}  // namespace
}  // namespace tickplant::clients::this_file
