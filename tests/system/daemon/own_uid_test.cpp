// The daemon names clients that run under its own user; the demo, where everything is one user's, does not nag.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/child_process.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using testing::HasSubstr;
using testing::Not;
using tests::LivePlant;

std::uint64_t counted(const LivePlant& live) { return live.counter(counter::kHousekeeping, counter::kOwnUidClients); }

TEST(OwnUid, AClientUnderTheDaemonsUserIsNamedInLogAndStatus) {
  LivePlant live;
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  const clients::Plant plant = live.attach();  // we are one
  ASSERT_TRUE(tests::eventually([&] { return counted(live) == 1; })) << live.daemon().output();
  ASSERT_TRUE(tests::eventually(
      [&] { return live.daemon().output().find("under the daemon's own user") != std::string::npos; }));
  EXPECT_THAT(live.daemon().output(), HasSubstr("(" + std::to_string(::getpid()) + ")"));
  std::string status;
  EXPECT_EQ(live.command({"status"}, &status), 0);
  EXPECT_THAT(status, HasSubstr("under the daemon's own user"));
}

TEST(OwnUid, TheDemoDoesNotNag) {
  LivePlant live;
  tests::Program::Environment environment = live.environment();
  environment["TICKPLANT_FEEDS_DEMO_SOURCE_LINE_A_PORT"] = std::to_string(live.port());
  environment["TICKPLANT_FEEDS_DEMO_SOURCE_LINE_B_PORT"] = std::to_string(live.port() + 1);
  tests::Program daemon("tickplantd", {"--demo"}, environment, tests::Streams{live.file("demo.log")});
  const auto beats = [&] { return live.counter(counter::kHousekeeping, counter::kBeats); };
  ASSERT_TRUE(tests::eventually([&] { return beats() > 0; })) << daemon.output();
  const clients::Plant plant = live.attach();
  const std::uint64_t before = beats();
  ASSERT_TRUE(tests::eventually([&] { return beats() >= before + 12; })) << "more than a second: one look at least";
  EXPECT_EQ(counted(live), 0u);
  EXPECT_EQ(daemon.stop(), 0);
  EXPECT_THAT(daemon.output(), Not(HasSubstr("own user")));
}

}  // namespace
}  // namespace tickplant::this_file
