// The C interface to what a plant computes: results, their functions, what cannot be asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "clients/c/tickplant.h"
#include "tests/support/computing_plant.hpp"

namespace tickplant::tests::this_file {
namespace {

using testing::HasSubstr;

class CResults : public testing::Test {
 protected:
  CResults() { EXPECT_EQ(tickplant_attach_folder(made_.folder().c_str(), &plant_), TICKPLANT_OK) << tickplant_error(); }
  ~CResults() override {
    tickplant_results_close(results_);
    tickplant_detach(plant_);
  }
  int open(tickplant_results_options options = {}) {
    options.struct_size = sizeof options;
    tickplant_results_close(results_);
    return tickplant_results_open(plant_, &options, &results_);
  }
  std::vector<tickplant_result> poll() {
    std::vector<tickplant_result> records(16);
    const std::int64_t count = tickplant_results_poll(results_, records.data(), records.size());
    EXPECT_GE(count, 0) << tickplant_error();
    records.resize(static_cast<std::size_t>(count < 0 ? 0 : count));
    return records;
  }

  PlantInFolder made_;
  ringbuf::InstrumentId apple_ = made_.define("AAPL");
  tickplant_plant* plant_ = nullptr;
  tickplant_results* results_ = nullptr;
};

TEST_F(CResults, AreNoneWhereNothingIsComputed) {
  EXPECT_EQ(open(), TICKPLANT_SETUP);
  EXPECT_EQ(results_, nullptr);
  EXPECT_THAT(tickplant_error(), HasSubstr("remedy: "));
}

TEST_F(CResults, ComeWithTheirFunctions) {
  ComputingPlant computed{made_};
  ASSERT_EQ(open(), TICKPLANT_OK) << tickplant_error();
  EXPECT_TRUE(poll().empty());
  const auto start = platform::UnixNanos{60'000'000'000};
  computed.row(apple_, "T60", start, {.close = 11.5, .volume = 700});
  computed.signal(apple_, "ticks.price_x_ma_5min", start, ringbuf::SignalValue::golden, 11);
  const auto records = poll();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].type, TICKPLANT_WINDOW_ROW);
  EXPECT_EQ(records[0].instrument, apple_.value);
  EXPECT_EQ(records[0].body.window_row.close, 11'500'000'000);
  EXPECT_EQ(records[0].body.window_row.volume, 700u);
  EXPECT_EQ(records[1].type, TICKPLANT_SIGNAL);
  EXPECT_EQ(records[1].body.signal.what, TICKPLANT_SIGNAL_GOLDEN);
  tickplant_function function{};
  function.struct_size = sizeof function;
  ASSERT_EQ(tickplant_results_function(results_, records[0].function, &function), TICKPLANT_OK);
  EXPECT_STREQ(function.name, "T60");
  EXPECT_EQ(function.kind, TICKPLANT_FUNCTION_WINDOW);
  EXPECT_EQ(function.size, 60'000'000'000);
  EXPECT_EQ(tickplant_results_function(results_, 0, &function), TICKPLANT_UNKNOWN);
  EXPECT_EQ(tickplant_results_function(results_, 70'000, &function), TICKPLANT_UNKNOWN);
  tickplant_info info{};
  info.struct_size = sizeof info;
  ASSERT_EQ(tickplant_plant_info(plant_, &info), TICKPLANT_OK);
  EXPECT_EQ(info.has_results, 1);
}

TEST_F(CResults, AreChosenByFunctionAndType) {
  ComputingPlant computed{made_};
  const char* const functions[] = {"S300*"};
  tickplant_results_options options{};
  options.functions = functions;
  options.function_count = 1;
  options.types = 1u << TICKPLANT_WINDOW_ROW;
  ASSERT_EQ(open(options), TICKPLANT_OK) << tickplant_error();
  const auto start = platform::UnixNanos{60'000'000'000};
  computed.row(apple_, "T60", start);
  computed.row(apple_, "S300_60", start);
  computed.signal(apple_, "ticks.price_x_ma_5min", start, ringbuf::SignalValue::golden, 11);
  const auto records = poll();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].function, computed.function("S300_60").value);
}

TEST_F(CResults, ThatWereOverwrittenAreTold) {
  ComputingPlant computed{made_, {.ring_slots = 16}};
  tickplant_results_options options{};
  options.on_overrun = TICKPLANT_RAISE;
  ASSERT_EQ(open(options), TICKPLANT_OK) << tickplant_error();
  for (int i = 0; i < 100; ++i) computed.row(apple_, "T60", platform::UnixNanos{60'000'000'000} + i);
  tickplant_result record;
  EXPECT_EQ(tickplant_results_poll(results_, &record, 1), TICKPLANT_LAPPED);
  tickplant_event event{};
  event.struct_size = sizeof event;
  ASSERT_EQ(tickplant_results_event(results_, &event), 1);
  EXPECT_STREQ(event.ring, "derived");
  EXPECT_EQ(tickplant_results_poll(results_, &record, 1), 1);
  EXPECT_EQ(record.sequence, event.last + 1);
}

TEST_F(CResults, HaveAHistoryThatEnds) {
  ComputingPlant computed{made_};
  computed.row(apple_, "T60", platform::UnixNanos{60'000'000'000});
  tickplant_results_options options{};
  options.from = TICKPLANT_FROM_BEGINNING;
  options.ends_when_caught_up = 1;
  ASSERT_EQ(open(options), TICKPLANT_OK) << tickplant_error();
  EXPECT_EQ(poll().size(), 1u);
  tickplant_result record;
  EXPECT_EQ(tickplant_results_wait(results_, &record, 1, 1'000'000'000), TICKPLANT_END);
}

TEST_F(CResults, RefuseWhatOnlyTicksHave) {
  ComputingPlant computed{made_};
  tickplant_results_options options{};
  options.from = TICKPLANT_FROM_IMAGE;
  EXPECT_EQ(open(options), TICKPLANT_INVALID);
  EXPECT_THAT(tickplant_error(), HasSubstr("no images"));
  options.from = TICKPLANT_FROM_NEWEST;
  options.on_overrun = TICKPLANT_CONFLATE;
  EXPECT_EQ(open(options), TICKPLANT_INVALID);
  EXPECT_THAT(tickplant_error(), HasSubstr("do not conflate"));
}

}  // namespace
}  // namespace tickplant::tests::this_file
