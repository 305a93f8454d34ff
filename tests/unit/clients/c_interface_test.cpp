// The C interface over a plant of the test's own: plants, instruments, tables, streams of ticks, errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "clients/c/tickplant.h"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::tests::this_file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

using PlantHandle = std::unique_ptr<tickplant_plant, decltype(&tickplant_detach)>;
using TicksHandle = std::unique_ptr<tickplant_ticks, decltype(&tickplant_ticks_close)>;

PlantHandle attach(const PlantInFolder& made) {
  tickplant_plant* plant = nullptr;
  EXPECT_EQ(tickplant_attach_folder(made.folder().c_str(), &plant), TICKPLANT_OK) << tickplant_error();
  return {plant, tickplant_detach};
}

tickplant_ticks_options options() {
  tickplant_ticks_options all{};
  all.struct_size = sizeof all;
  return all;
}

TicksHandle open(const PlantHandle& plant, const tickplant_ticks_options& options) {
  tickplant_ticks* ticks = nullptr;
  EXPECT_EQ(tickplant_ticks_open(plant.get(), &options, &ticks), TICKPLANT_OK) << tickplant_error();
  return {ticks, tickplant_ticks_close};
}

/// What one poll says: the records' sequences, or the error.
std::vector<std::uint64_t> poll(const TicksHandle& ticks, std::size_t capacity = 64) {
  std::vector<tickplant_record> records(capacity);
  const std::int64_t count = tickplant_ticks_poll(ticks.get(), records.data(), capacity);
  EXPECT_GE(count, 0) << tickplant_error();
  std::vector<std::uint64_t> sequences;
  for (std::int64_t i = 0; i < count; ++i) sequences.push_back(records[static_cast<std::size_t>(i)].sequence);
  return sequences;
}

std::vector<tickplant_event> events(const TicksHandle& ticks) {
  std::vector<tickplant_event> all;
  tickplant_event event{};
  event.struct_size = sizeof event;
  while (tickplant_ticks_event(ticks.get(), &event) == 1) all.push_back(event);
  return all;
}

// ---- plants

TEST(CPlant, SaysWhatItIs) {
  PlantInFolder made;
  made.define("AAPL");
  made.beat(platform::system_now());
  const PlantHandle plant = attach(made);
  tickplant_info info{};
  info.struct_size = sizeof info;
  ASSERT_EQ(tickplant_plant_info(plant.get(), &info), TICKPLANT_OK);
  EXPECT_STREQ(info.name, "demo");
  EXPECT_EQ(info.folder, made.folder().string());
  EXPECT_EQ(info.state, TICKPLANT_LIVE);
  EXPECT_EQ(info.daemon_pid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(info.instrument_count, 1u);
  EXPECT_EQ(info.feed_count, 1u);
  EXPECT_EQ(info.has_results, 0);
  EXPECT_GT(info.now, info.created_at);
  tickplant_feed feed{};
  feed.struct_size = sizeof feed;
  ASSERT_EQ(tickplant_plant_feed(plant.get(), 0, &feed), TICKPLANT_OK);
  EXPECT_STREQ(feed.ring, "ticks");
  EXPECT_STREQ(feed.venue, "XNAS");
  EXPECT_EQ(tickplant_plant_feed(plant.get(), 1, &feed), TICKPLANT_UNKNOWN);
  EXPECT_STREQ(tickplant_error_problem(), "there is no feed 1, there are 1");
}

TEST(CPlant, IsFoundByNameOrTheErrorSaysWhere) {
  tickplant_plant* plant = nullptr;
  EXPECT_EQ(tickplant_attach("no_such_plant", &plant), TICKPLANT_SETUP);
  EXPECT_EQ(plant, nullptr);
  EXPECT_THAT(tickplant_error_problem(), HasSubstr("there is no plant 'no_such_plant'"));
  EXPECT_THAT(tickplant_error_remedy(), HasSubstr("tickplant start"));
  EXPECT_EQ(tickplant_error(), std::string(tickplant_error_problem()) + "\n  remedy: " + tickplant_error_remedy());
  EXPECT_EQ(tickplant_attach_folder("/nowhere", &plant), TICKPLANT_SETUP);
  EXPECT_EQ(tickplant_attach(nullptr, &plant), TICKPLANT_INVALID);
  EXPECT_THAT(tickplant_error(), HasSubstr("name is NULL"));
  EXPECT_EQ(tickplant_attach("demo", nullptr), TICKPLANT_INVALID);
  tickplant_detach(nullptr);
  tickplant_ticks_close(nullptr);
  tickplant_results_close(nullptr);
  tickplant_control_close(nullptr);
}

TEST(CPlant, EachThreadHasItsOwnError) {
  tickplant_plant* plant = nullptr;
  EXPECT_EQ(tickplant_attach("one", &plant), TICKPLANT_SETUP);
  std::thread other([] {
    EXPECT_STREQ(tickplant_error(), "");
    tickplant_plant* none = nullptr;
    EXPECT_EQ(tickplant_attach(nullptr, &none), TICKPLANT_INVALID);
  });
  other.join();
  EXPECT_THAT(tickplant_error(), HasSubstr("'one'"));
}

TEST(CPlant, KnowsInstrumentsBySymbolAndId) {
  PlantInFolder made{{.rings = {"ticks", "more"}}};
  made.define("AAPL", 0, "Apple Inc.");
  made.define("MSFT", 0);
  made.define("MSFT", 1);
  const PlantHandle plant = attach(made);
  std::uint32_t id = 0;
  EXPECT_EQ(tickplant_find_instrument(plant.get(), "AAPL", &id), TICKPLANT_OK);
  EXPECT_EQ(id, 1u);
  EXPECT_EQ(tickplant_find_instrument(plant.get(), "MSFT@X1", &id), TICKPLANT_OK);
  EXPECT_EQ(id, 3u);
  EXPECT_EQ(tickplant_find_instrument(plant.get(), "MSFT", &id), TICKPLANT_UNKNOWN) << "two venues have it";
  EXPECT_THAT(tickplant_error(), HasSubstr("MSFT@XNAS"));
  EXPECT_EQ(tickplant_find_instrument(plant.get(), "APPL", &id), TICKPLANT_UNKNOWN);
  EXPECT_THAT(tickplant_error(), HasSubstr("AAPL@XNAS"));
  tickplant_instrument instrument{};
  instrument.struct_size = sizeof instrument;
  ASSERT_EQ(tickplant_read_instrument(plant.get(), 1, &instrument), TICKPLANT_OK);
  EXPECT_STREQ(instrument.symbol, "AAPL");
  EXPECT_STREQ(instrument.venue, "XNAS");
  EXPECT_STREQ(instrument.name, "Apple Inc.");
  EXPECT_EQ(instrument.price_unit, 100'000);
  EXPECT_EQ(instrument.lot, 100u);
  EXPECT_EQ(instrument.status, TICKPLANT_INSTRUMENT_ACTIVE);
  for (const std::uint32_t none : {0u, 4u, 4'000'000'000u}) {
    EXPECT_EQ(tickplant_read_instrument(plant.get(), none, &instrument), TICKPLANT_UNKNOWN);
  }
  EXPECT_STREQ(tickplant_error_remedy(), "ids are 1 to 3");
}

TEST(CPlant, ReadsImageAndDepth) {
  PlantInFolder made;
  const auto apple = made.define("AAPL");
  const auto silent = made.define("MSFT");
  made.quote(apple, 189.01, 189.03, 500, 700);
  const auto last = made.trade(apple, 189.02, 100);
  made.depth(apple, {{dollars(189.01), {500}, 3, 0}}, {{dollars(189.03), {700}, 2, 0}, {dollars(189.04), {1}, 1, 0}});
  const PlantHandle plant = attach(made);
  tickplant_image image;
  ASSERT_EQ(tickplant_read_image(plant.get(), apple.value, &image), TICKPLANT_OK);
  EXPECT_EQ(image.sequence, last.value);
  EXPECT_EQ(image.bid_price, 189'010'000'000);
  EXPECT_EQ(image.ask_size, 700u);
  EXPECT_EQ(image.last_price, 189'020'000'000);
  EXPECT_EQ(image.volume, 100u);
  EXPECT_EQ(image.band_upper, TICKPLANT_NO_PRICE);
  tickplant_depth depth;
  ASSERT_EQ(tickplant_read_depth(plant.get(), apple.value, &depth), TICKPLANT_OK);
  EXPECT_EQ(depth.bid_count, 1);
  EXPECT_EQ(depth.ask_count, 2);
  EXPECT_EQ(depth.ask[1].price, 189'040'000'000);
  EXPECT_EQ(tickplant_read_depth(plant.get(), silent.value, &depth), TICKPLANT_NEVER);
  EXPECT_EQ(tickplant_read_image(plant.get(), 4711, &image), TICKPLANT_NEVER);
  EXPECT_EQ(tickplant_read_image(plant.get(), apple.value, nullptr), TICKPLANT_INVALID);
}

TEST(CPlant, TurnsToAPlantThatWasBuiltAnew) {
  PlantInFolder made;
  const auto apple = made.define("AAPL");
  made.quote(apple, 1, 2);
  const PlantHandle plant = attach(made);
  tickplant_image image;
  ASSERT_EQ(tickplant_read_image(plant.get(), apple.value, &image), TICKPLANT_OK);
  PlantShape larger = made.shape();
  larger.instruments *= 2;
  made.succeed(larger);
  made.define("AAPL");
  made.quote(apple, 3, 4);
  const auto sees_it = [&] {
    return tickplant_read_image(plant.get(), apple.value, &image) == TICKPLANT_OK && image.bid_price == 3'000'000'000;
  };
  for (int i = 0; i < 1'000 && !sees_it(); ++i) ::usleep(1'000);
  EXPECT_TRUE(sees_it());
}

// ---- structs of other ages

TEST(CSizedStructs, OfAnOlderProgramAreFilledAsFarAsTheyGo) {
  PlantInFolder made;
  const PlantHandle plant = attach(made);
  tickplant_info info;
  std::memset(&info, 0x55, sizeof info);
  info.struct_size = offsetof(tickplant_info, created_at);
  ASSERT_EQ(tickplant_plant_info(plant.get(), &info), TICKPLANT_OK);
  EXPECT_EQ(info.struct_size, offsetof(tickplant_info, created_at));
  EXPECT_EQ(info.daemon_pid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(info.created_at, 0x5555555555555555);
}

TEST(CSizedStructs, OfANewerProgramHaveZerosBehind) {
  PlantInFolder made;
  const PlantHandle plant = attach(made);
  struct Newer {
    tickplant_info known;
    std::uint64_t more = 7;
  } newer;
  newer.known.struct_size = sizeof newer;
  ASSERT_EQ(tickplant_plant_info(plant.get(), &newer.known), TICKPLANT_OK);
  EXPECT_STREQ(newer.known.name, "demo");
  EXPECT_EQ(newer.more, 0u);
}

TEST(CSizedStructs, OptionsThatThisLibraryDoesNotKnowAreRefusedUnlessZero) {
  PlantInFolder made;
  const PlantHandle plant = attach(made);
  struct Newer {
    tickplant_ticks_options known{};
    std::uint64_t more = 0;
  } newer;
  newer.known.struct_size = sizeof newer;
  tickplant_ticks* ticks = nullptr;
  EXPECT_EQ(tickplant_ticks_open(plant.get(), &newer.known, &ticks), TICKPLANT_OK) << tickplant_error();
  tickplant_ticks_close(ticks);
  newer.more = 1;
  EXPECT_EQ(tickplant_ticks_open(plant.get(), &newer.known, &ticks), TICKPLANT_INVALID);
  EXPECT_EQ(ticks, nullptr);
  EXPECT_THAT(tickplant_error(), HasSubstr("does not know"));
}

TEST(CSizedStructs, WithoutASizeAreRefused) {
  PlantInFolder made;
  const PlantHandle plant = attach(made);
  tickplant_info info{};
  EXPECT_EQ(tickplant_plant_info(plant.get(), &info), TICKPLANT_INVALID);
  EXPECT_STREQ(tickplant_error_problem(), "info->struct_size is 0");
  tickplant_ticks_options none{};
  tickplant_ticks* ticks = nullptr;
  EXPECT_EQ(tickplant_ticks_open(plant.get(), &none, &ticks), TICKPLANT_INVALID);
  EXPECT_THAT(tickplant_error(), HasSubstr("set it to the sizeof"));
}

// ---- streams

TEST(CTicks, BringsTheChosenRecordsInBatches) {
  PlantInFolder made;
  const auto apple = made.define("AAPL");
  const auto other = made.define("MSFT");
  const PlantHandle plant = attach(made);
  const char* const symbols[] = {"AAPL"};
  auto wanted = options();
  wanted.symbols = symbols;
  wanted.symbol_count = 1;
  wanted.types = 1u << TICKPLANT_TRADE;
  const TicksHandle ticks = open(plant, wanted);
  EXPECT_THAT(poll(ticks), IsEmpty());
  std::vector<std::uint64_t> expected;
  for (int i = 0; i < 10; ++i) {
    expected.push_back(made.trade(apple, 10 + i, 100).value);
    made.trade(other, 1, 1);
    made.quote(apple, 1, 2);
  }
  std::vector<tickplant_record> records(4);
  std::vector<std::uint64_t> found;
  for (std::int64_t count = 0; (count = tickplant_ticks_poll(ticks.get(), records.data(), 4)) > 0;) {
    EXPECT_LE(count, 4);
    for (std::int64_t i = 0; i < count; ++i) {
      const tickplant_record& record = records[static_cast<std::size_t>(i)];
      EXPECT_EQ(record.instrument, apple.value);
      EXPECT_EQ(record.type, TICKPLANT_TRADE);
      EXPECT_EQ(record.body.trade.price, 10'000'000'000 + 1'000'000'000 * static_cast<std::int64_t>(found.size()));
      EXPECT_EQ(record.body.trade.size, 100u);
      found.push_back(record.sequence);
    }
  }
  EXPECT_EQ(found, expected);
}

TEST(CTicks, FillsABatchFromSeveralRings) {
  PlantInFolder made{{.rings = {"ticks", "more", "third"}}};
  const auto apple = made.define("AAPL");
  const PlantHandle plant = attach(made);
  const TicksHandle ticks = open(plant, options());
  for (int i = 0; i < 50; ++i) made.quote(apple, 1 + i, 2 + i);
  EXPECT_EQ(poll(ticks, 40).size(), 40u);
  EXPECT_EQ(poll(ticks, 40).size(), 10u);
  for (int i = 0; i < 5; ++i) {
    made.quote(apple, 1, 2);
    made.quote(apple, 1, 2, 1, 1, 1);
  }
  std::size_t sum = 0;
  for (int i = 0; i < 10; ++i) {
    const std::size_t count = poll(ticks, 1).size();
    EXPECT_EQ(count, 1u) << "a capacity below the number of rings";
    sum += count;
  }
  EXPECT_EQ(sum, 10u);
  EXPECT_THAT(poll(ticks), IsEmpty());
}

TEST(CTicks, OutlivesThePlantItWasOpenedWith) {
  PlantInFolder made;
  const auto apple = made.define("AAPL");
  PlantHandle plant = attach(made);
  const TicksHandle ticks = open(plant, options());
  plant.reset();
  const auto sequence = made.quote(apple, 1, 2);
  EXPECT_THAT(poll(ticks), ElementsAre(sequence.value));
}

TEST(CTicks, TellsALossBetweenTheRecordsAroundIt) {
  PlantInFolder made{{.ring_slots = 64}};
  const auto apple = made.define("AAPL");
  const PlantHandle plant = attach(made);
  const TicksHandle ticks = open(plant, options());
  std::uint64_t last = 0;
  for (int i = 0; i < 200; ++i) last = made.quote(apple, 1, 2).value;
  EXPECT_THAT(poll(ticks), IsEmpty()) << "a batch does not reach across an event";
  const auto told = events(ticks);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, TICKPLANT_EVENT_LOST);
  EXPECT_STREQ(told[0].ring, "ticks");
  EXPECT_EQ(told[0].first, 2u);
  const auto records = poll(ticks);
  ASSERT_FALSE(records.empty());
  EXPECT_EQ(records.front(), told[0].last + 1);
  EXPECT_EQ(records.back(), last);
  EXPECT_THAT(events(ticks), IsEmpty());
  tickplant_progress progress{};
  progress.struct_size = sizeof progress;
  ASSERT_EQ(tickplant_ticks_progress(ticks.get(), &progress), TICKPLANT_OK);
  EXPECT_EQ(progress.lost_count, told[0].last - told[0].first + 1);
  EXPECT_EQ(progress.is_joined, 1);
  EXPECT_STREQ(progress.problem, "");
}

TEST(CTicks, RaisesALossWhereThatIsWantedAndGoesOnBehindIt) {
  PlantInFolder made{{.ring_slots = 64}};
  const auto apple = made.define("AAPL");
  const PlantHandle plant = attach(made);
  auto wanted = options();
  wanted.on_overrun = TICKPLANT_RAISE;
  const TicksHandle ticks = open(plant, wanted);
  for (int i = 0; i < 200; ++i) made.quote(apple, 1, 2);
  tickplant_record records[64];
  ASSERT_EQ(tickplant_ticks_poll(ticks.get(), records, 64), TICKPLANT_LAPPED);
  EXPECT_THAT(tickplant_error_problem(), StartsWith("lost "));
  EXPECT_THAT(tickplant_error_problem(), HasSubstr("ring 'ticks'"));
  const auto told = events(ticks);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].first, 2u);
  const std::int64_t count = tickplant_ticks_poll(ticks.get(), records, 64);
  ASSERT_GT(count, 0);
  EXPECT_EQ(records[0].sequence, told[0].last + 1);
}

TEST(CTicks, JoinsWithImagesAndThenWhatIsNotInThem) {
  PlantInFolder made;
  const auto apple = made.define("AAPL");
  const auto other = made.define("MSFT");
  made.trade(apple, 10, 100);
  made.quote(other, 7, 8);
  const PlantHandle plant = attach(made);
  auto wanted = options();
  wanted.from = TICKPLANT_FROM_IMAGE;
  const TicksHandle ticks = open(plant, wanted);
  EXPECT_THAT(poll(ticks), IsEmpty());
  const auto told = events(ticks);
  std::map<std::uint32_t, tickplant_image> images;
  for (const tickplant_event& event : told) {
    EXPECT_EQ(event.kind, TICKPLANT_EVENT_IMAGE);
    images[event.instrument] = event.image;
  }
  ASSERT_EQ(images.size(), 2u);
  EXPECT_EQ(images[apple.value].last_price, 10'000'000'000);
  EXPECT_EQ(images[other.value].ask_price, 8'000'000'000);
  const auto next = made.quote(apple, 9, 11);
  EXPECT_THAT(poll(ticks), ElementsAre(next.value));
}

TEST(CTicks, EventsThatNobodyFetchedAreGone) {
  PlantInFolder made;
  made.trade(made.define("AAPL"), 10, 100);
  const PlantHandle plant = attach(made);
  auto wanted = options();
  wanted.from = TICKPLANT_FROM_IMAGE;
  const TicksHandle ticks = open(plant, wanted);
  EXPECT_THAT(poll(ticks), IsEmpty());
  EXPECT_THAT(poll(ticks), IsEmpty());
  EXPECT_THAT(events(ticks), IsEmpty());
}

TEST(CTicks, ConflatesOnWish) {
  PlantInFolder made{{.ring_slots = 64}};
  const auto apple = made.define("AAPL");
  const PlantHandle plant = attach(made);
  auto wanted = options();
  wanted.on_overrun = TICKPLANT_CONFLATE;
  wanted.without_market_wide = 1;
  const TicksHandle ticks = open(plant, wanted);
  EXPECT_THAT(poll(ticks), IsEmpty());
  std::uint64_t told_volume = 0, told_trades = 0;
  for (int i = 0; i < 300; ++i) made.trade(apple, 10 + i, 2);
  std::uint64_t merged = 0, merged_volume = 0;
  tickplant_record records[64];
  for (int i = 0; i < 10; ++i) {
    const std::int64_t count = tickplant_ticks_poll(ticks.get(), records, 64);
    ASSERT_GE(count, 0) << tickplant_error();
    for (std::int64_t k = 0; k < count; ++k) told_volume += records[k].body.trade.size, ++told_trades;
    for (const tickplant_event& event : events(ticks)) {
      if (event.kind != TICKPLANT_EVENT_CONFLATED) continue;
      EXPECT_EQ(event.instrument, apple.value);
      EXPECT_EQ(event.image.last_price, 309'000'000'000);
      merged += event.updates;
      merged_volume += event.volume;
    }
  }
  EXPECT_EQ(merged + told_trades, 300u);
  EXPECT_EQ(merged_volume + told_volume, 600u);
  tickplant_progress progress{};
  progress.struct_size = sizeof progress;
  ASSERT_EQ(tickplant_ticks_progress(ticks.get(), &progress), TICKPLANT_OK);
  EXPECT_EQ(progress.merged_count, merged);
  EXPECT_EQ(progress.lost_count, 0u);
  EXPECT_EQ(tickplant_ticks_conflate(ticks.get()), TICKPLANT_OK);
  const TicksHandle plain = open(plant, options());
  EXPECT_EQ(tickplant_ticks_conflate(plain.get()), TICKPLANT_INVALID);
}

TEST(CTicks, ReadsTheRingFromItsOldestOn) {
  PlantInFolder made;
  const auto apple = made.define("AAPL");
  const auto first = made.quote(apple, 1, 2);
  const PlantHandle plant = attach(made);
  auto wanted = options();
  wanted.from = TICKPLANT_FROM_RING;
  const TicksHandle ticks = open(plant, wanted);
  EXPECT_THAT(poll(ticks), ElementsAre(1u, first.value));
}

TEST(CTicks, AHistoryEndsWhenItHasCaughtUpOrGoesOnLive) {
  PlantInFolder made;
  const auto apple = made.define("AAPL");
  for (int i = 0; i < 20; ++i) made.quote(apple, 1 + i, 2 + i);
  made.beat(platform::system_now());
  const PlantHandle plant = attach(made);
  auto wanted = options();
  wanted.from = TICKPLANT_FROM_SEQUENCE;
  wanted.from_value = 11;
  const TicksHandle live = open(plant, wanted);
  wanted.ends_when_caught_up = 1;
  const TicksHandle ending = open(plant, wanted);
  EXPECT_EQ(poll(live).size(), 11u);
  EXPECT_EQ(poll(ending).size(), 11u);
  tickplant_record record;
  EXPECT_EQ(tickplant_ticks_poll(ending.get(), &record, 1), TICKPLANT_END);
  EXPECT_EQ(tickplant_ticks_poll(ending.get(), &record, 1), TICKPLANT_END) << "and stays there";
  EXPECT_EQ(tickplant_ticks_poll(live.get(), &record, 1), 0);
  const auto next = made.quote(apple, 7, 8);
  EXPECT_THAT(poll(live), ElementsAre(next.value));
  EXPECT_EQ(tickplant_ticks_poll(ending.get(), &record, 1), TICKPLANT_END) << "whatever comes later";
}

TEST(CTicks, AHistoryHasAnEnd) {
  PlantInFolder made;
  const auto apple = made.define("AAPL");
  for (int i = 0; i < 5; ++i) made.quote(apple, 1, 2);
  const auto until = made.now() + 1;
  for (int i = 0; i < 5; ++i) made.quote(apple, 3, 4);
  const PlantHandle plant = attach(made);
  auto wanted = options();
  wanted.from = TICKPLANT_FROM_BEGINNING;
  wanted.until = until.value;
  const TicksHandle ticks = open(plant, wanted);
  EXPECT_THAT(poll(ticks), ElementsAre(1u, 2u, 3u, 4u, 5u, 6u));
  tickplant_record record;
  EXPECT_EQ(tickplant_ticks_poll(ticks.get(), &record, 1), TICKPLANT_END);
}

TEST(CTicks, WaitsUntilSomethingComesOrTimeIsOver) {
  PlantInFolder made;
  const auto apple = made.define("AAPL");
  const PlantHandle plant = attach(made);
  const TicksHandle ticks = open(plant, options());
  tickplant_record record;
  EXPECT_EQ(tickplant_ticks_wait(ticks.get(), &record, 1, 20'000'000), 0);
  EXPECT_EQ(tickplant_ticks_wait(ticks.get(), &record, 1, 0), 0);
  std::thread writer([&] {
    ::usleep(20'000);
    made.quote(apple, 1, 2);
  });
  EXPECT_EQ(tickplant_ticks_wait(ticks.get(), &record, 1, -1), 1);
  EXPECT_EQ(record.instrument, apple.value);
  writer.join();
}

TEST(CTicks, ASignalEndsAWait) {
  PlantInFolder made;
  made.define("AAPL");
  const PlantHandle plant = attach(made);
  const TicksHandle ticks = open(plant, options());
  struct sigaction action {
  }, before{};
  action.sa_handler = [](int) {};
  ::sigaction(SIGUSR1, &action, &before);
  const ::pthread_t waiter = ::pthread_self();
  std::atomic<bool> is_over{false};
  std::thread other([&] {
    while (!is_over) {
      ::usleep(5'000);
      ::pthread_kill(waiter, SIGUSR1);
    }
  });
  tickplant_record record;
  EXPECT_EQ(tickplant_ticks_wait(ticks.get(), &record, 1, -1), 0);
  is_over = true;
  other.join();
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(CTicks, RefusesWhatDoesNotFitTogether) {
  PlantInFolder made;
  const PlantHandle plant = attach(made);
  tickplant_ticks* ticks = nullptr;
  const auto refusal = [&](auto&& change) {
    auto wanted = options();
    change(wanted);
    EXPECT_EQ(tickplant_ticks_open(plant.get(), &wanted, &ticks), TICKPLANT_INVALID);
    return std::string(tickplant_error());
  };
  EXPECT_THAT(refusal([](auto& wanted) { wanted.from = 7; }), HasSubstr("from is 7"));
  EXPECT_THAT(refusal([](auto& wanted) { wanted.on_overrun = 3; }), HasSubstr("on_overrun is 3"));
  EXPECT_THAT(refusal([](auto& wanted) { wanted.until = 1; }), HasSubstr("TICKPLANT_FROM_BEGINNING"));
  EXPECT_THAT(refusal([](auto& wanted) { wanted.ends_when_caught_up = 1; }), HasSubstr("TICKPLANT_FROM_BEGINNING"));
  EXPECT_THAT(refusal([](auto& wanted) { wanted.symbol_count = 1; }), HasSubstr("symbols is NULL"));
  EXPECT_THAT(refusal([](auto& wanted) {
                wanted.from = TICKPLANT_FROM_TIME;
                wanted.from_value = -1;
              }),
              HasSubstr("from_value is -1"));
  EXPECT_THAT(refusal([](auto& wanted) {
                wanted.from = TICKPLANT_FROM_BEGINNING;
                wanted.on_overrun = TICKPLANT_CONFLATE;
              }),
              HasSubstr("does not conflate"));
  auto wanted = options();
  const char* const symbols[] = {"AA@PL@X"};
  wanted.symbols = symbols;
  wanted.symbol_count = 1;
  EXPECT_EQ(tickplant_ticks_open(plant.get(), &wanted, &ticks), TICKPLANT_SETUP);
  EXPECT_THAT(tickplant_error(), HasSubstr("AA@PL@X"));
  const char* const rings[] = {"no_ring"};
  wanted = options();
  wanted.rings = rings;
  wanted.ring_count = 1;
  EXPECT_EQ(tickplant_ticks_open(plant.get(), &wanted, &ticks), TICKPLANT_SETUP);
  EXPECT_THAT(tickplant_error(), HasSubstr("no_ring"));
  const TicksHandle open_ticks = open(plant, options());
  tickplant_record record;
  EXPECT_EQ(tickplant_ticks_poll(open_ticks.get(), &record, 0), TICKPLANT_INVALID);
  EXPECT_EQ(tickplant_ticks_poll(open_ticks.get(), nullptr, 1), TICKPLANT_INVALID);
  EXPECT_EQ(tickplant_ticks_poll(nullptr, &record, 1), TICKPLANT_INVALID);
}

TEST(CControl, SaysWhoDoesNotAnswer) {
  PlantInFolder made;
  const PlantHandle plant = attach(made);
  tickplant_control* control = nullptr;
  EXPECT_EQ(tickplant_control_connect(plant.get(), "test", &control), TICKPLANT_SETUP);
  EXPECT_THAT(tickplant_error(), HasSubstr("nobody answers"));
  EXPECT_EQ(tickplant_control_role(nullptr), TICKPLANT_INVALID);
  EXPECT_STREQ(tickplant_control_change(nullptr, 0), "");
}

}  // namespace
}  // namespace tickplant::tests::this_file
