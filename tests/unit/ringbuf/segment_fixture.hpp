// A 0700 folder on tmpfs, a small segment to build in it, and the text of the error that a call ends with.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "platform/setup_error.hpp"
#include "ringbuf/segment.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf {

inline constexpr platform::UnixNanos kNow{1'548'856'800'000'000'000};
inline constexpr SegmentExpectation kExpected{SegmentKind::broadcast, 77};

inline SegmentSpec small_spec() {
  return {SegmentKind::broadcast, 77, 3 * platform::kPageBytes, 64, 128, "demo", "ticks"};
}

/// The whole message of the SetupError that `call` throws; "" if it throws none.
template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const platform::SetupError& error) {
    return error.what();
  }
  return "";
}

class SegmentTest : public testing::Test {
 protected:
  WritableSegment create(const SegmentSpec& spec = small_spec()) {
    return WritableSegment::create(folder_.path(), spec, kNow);
  }
  std::string attach_error(SegmentExpectation expected = kExpected) {
    return error_of([&] { (void)ReadOnlySegment::attach(file(), expected); });
  }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "ticks.seg"; }

  tests::TempDirectory folder_{"/dev/shm"};
};

}  // namespace tickplant::ringbuf
