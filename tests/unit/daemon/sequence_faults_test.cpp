// A disk that fails at the nth thing it is asked while numbers are leased, for every n: the file says what is so, or
// the plant says that it does not, and the next try does.
#include <gtest/gtest.h>

#include <vector>

#include "daemon/sequence_leases.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/failing_system_call.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

constexpr std::int64_t kMade = 1'700'000'000;
constexpr std::uint64_t kBlock = SequenceLeases::kBlock;

/// One that is renewed beside, and then, for the outcome, in place.
void renew_until_safe(SequenceLeases& leases, std::uint64_t last) {
  const std::vector<SequenceLeases::Use> uses{{"ticks", kMade, {last}}};
  leases.renew(uses);
  for (int tries = 0; tries < 2; ++tries) {
    leases.take(uses);
    leases.announced();
    if (leases.problem().empty()) return;
  }
}

TEST(SequenceFaults, NoNumberComesTwiceWhicheverCallFails) {
  for (const int error : {ENOSPC, EIO, tests::FailingCall::kHalf}) {
    for (std::uint64_t nth = 1;; nth += tests::fault_stride()) {
      SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
      const tests::TempDirectory directory;
      const std::filesystem::path folder = directory / "state";
      const std::uint64_t used = 40 + kBlock * 3 / 4;  // more than the first lease has room for by half
      bool is_told = false, is_safe = false;
      const auto live_and_die = [&] {
        try {
          SequenceLeases leases(folder, "demo");
          leases.take({{"ticks", kMade, {40}}});
          leases.announced();
          is_told = !leases.problem().empty();
          renew_until_safe(leases, used);
          is_safe = leases.problem().empty();
        } catch (const platform::SetupError&) {
          is_told = true;  // it refuses to start
        }
      };
      const bool has_failed =
          tests::with_failing({tests::kWritingCalls, error, nth, directory.path().string()}, live_and_die);
      // Without a folder there is nothing to try again: that was told, too.
      ASSERT_TRUE(is_safe || is_told);
      const SequenceLeases successor(folder, "demo");
      const std::uint64_t last = successor.start_of("ticks", std::nullopt).last.value;
      if (is_safe) {
        ASSERT_GE(last, used + kBlock / 2);
      }
      if (!has_failed) break;
    }
  }
}

}  // namespace
}  // namespace tickplant::daemon::this_file
