// Windows of a few instruments through the engine, for tests of one behaviour each.
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/analytics_run.hpp"

namespace tickplant::tests {

[[nodiscard]] inline std::int64_t cents(ringbuf::Price price) { return price.value / kCent; }

/// Minutes of two instruments; neither bound nor lateness, unless said.
class CohortTest : public testing::Test {
 protected:
  AnalyticsRun make(const WindowsYaml& yaml, const std::vector<std::string>& windows = {"{name: T60, size: 1m}"}) {
    return AnalyticsRun(windows_yaml(yaml, windows), instruments_);
  }
  static WindowsYaml default_bounds(std::uint64_t corrections = 0) {
    return {.bound = 5 * kSecond, .lateness = 55 * kSecond, .corrections = corrections};
  }

  AnalyticsInstruments instruments_;
  ringbuf::InstrumentId a_ = instruments_.add("A"), b_ = instruments_.add("B");
};

}  // namespace tickplant::tests
