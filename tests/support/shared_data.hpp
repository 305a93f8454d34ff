// Where the private captures are: $TICKPLANT_SHARED_DATA, else ../shared/data beside the source tree.
//
// They are exchange data and never part of this repository. A test that needs one skips where they are absent:
//     TP_SHARED_DATA(file, "pcap/dhsilv-subset.pcap");
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace tickplant::tests {

inline std::filesystem::path shared_data() {
  const char* from_environment = std::getenv("TICKPLANT_SHARED_DATA");
  if (from_environment != nullptr) return from_environment;
  return std::filesystem::path(TICKPLANT_SOURCE_DIR) / ".." / "shared" / "data";
}

}  // namespace tickplant::tests

/// Declares `variable` as the path of that file or folder, or skips the test.
#define TP_SHARED_DATA(variable, relative_path)                                               \
  const std::filesystem::path variable = ::tickplant::tests::shared_data() / (relative_path); \
  if (!std::filesystem::exists(variable)) GTEST_SKIP() << "private capture absent: " << (relative_path)
