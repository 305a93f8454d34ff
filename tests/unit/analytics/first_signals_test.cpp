#include <gtest/gtest.h>

#include "tests/support/analytics_run.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::DerivedType;
using ringbuf::SignalBody;
using ringbuf::SignalStatus;

/// Signals that are said when a window first fires, of bars that may still change for a minute.
class FirstSignals : public ::testing::Test {
 protected:
  AnalyticsRun run() {
    WindowsYaml yaml;
    yaml.lateness = 60 * kSecond;
    yaml.set_lines = "    signals:\n      - {name: up, on: T60, price_change: {bps: 100}, basis: first}\n";
    return AnalyticsRun(windows_yaml(yaml, {"{name: T60, size: 1m}"}), instruments_);
  }
  static std::vector<SignalStatus> statuses(const AnalyticsRun& run) {
    std::vector<SignalStatus> all;
    for (const auto& record : run.others(DerivedType::signal)) all.push_back(record.as<SignalBody>().status);
    return all;
  }
  AnalyticsInstruments instruments_;
  ringbuf::InstrumentId a_ = instruments_.add("A"), b_ = instruments_.add("B");
};

TEST_F(FirstSignals, WhatIsSaidEarlyIsConfirmedWhenTheBarIsFinal) {
  AnalyticsRun run = this->run();
  run.on(trade(a_, 1 * kSecond, 100, 1, 1)).on(trade(a_, 50 * kSecond, 102, 1, 2)).on(trade(b_, 61 * kSecond, 7, 1, 3));
  ASSERT_TRUE(run.settle());
  ASSERT_EQ(statuses(run), std::vector{SignalStatus::provisional});
  EXPECT_EQ(run.others(DerivedType::signal)[0].header.basis, ringbuf::Basis::first);
  EXPECT_TRUE(has(run.others(DerivedType::signal)[0].header.quality, ringbuf::Quality::provisional));
  run.on(trade(b_, 121 * kSecond, 7, 1, 4)).finish();
  EXPECT_EQ(statuses(run), (std::vector{SignalStatus::provisional, SignalStatus::confirmed}));
  EXPECT_EQ(run.others(DerivedType::signal)[1].header.basis, ringbuf::Basis::final);
}

TEST_F(FirstSignals, ALateTradeWithdrawsWhatDoesNotHoldAnyMore) {
  AnalyticsRun run = this->run();
  run.on(trade(a_, 1 * kSecond, 100, 1, 1)).on(trade(a_, 50 * kSecond, 102, 1, 2)).on(trade(b_, 61 * kSecond, 7, 1, 3));
  run.on(trade(a_, 55 * kSecond, 100, 1, 4, 61 * kSecond));  // the close now
  run.on(trade(b_, 121 * kSecond, 7, 1, 5)).finish();
  EXPECT_EQ(statuses(run), (std::vector{SignalStatus::provisional, SignalStatus::withdrawn}));
}

TEST_F(FirstSignals, ALateTradeCanBringOne) {
  AnalyticsRun run = this->run();
  run.on(trade(a_, 1 * kSecond, 100, 1, 1)).on(trade(b_, 61 * kSecond, 7, 1, 3));
  run.on(trade(a_, 55 * kSecond, 105, 1, 4, 61 * kSecond));
  run.on(trade(b_, 121 * kSecond, 7, 1, 5)).finish();
  EXPECT_EQ(statuses(run), (std::vector{SignalStatus::provisional, SignalStatus::confirmed}));
}

}  // namespace
}  // namespace tickplant::tests::this_file
