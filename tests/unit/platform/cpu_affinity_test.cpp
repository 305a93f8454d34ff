#include "platform/cpu_affinity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

#include "platform/setup_error.hpp"

namespace tickplant::platform::this_file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CpuAffinity, ReadsBackTheProcessorAThreadWasPinnedTo) {
  const CpuList before = affinity_of_this_thread();
  for (const int cpu : before) {
    std::thread([cpu] {
      pin_this_thread(cpu);
      EXPECT_THAT(affinity_of_this_thread(), ElementsAre(cpu));
      EXPECT_EQ(::sched_getcpu(), cpu);
    }).join();
  }
  EXPECT_EQ(affinity_of_this_thread(), before) << "only the calling thread is moved";
  EXPECT_EQ(allowed_cpus(), before);
}

TEST(CpuAffinity, CanBeWidenedAgain) {
  const CpuList all = affinity_of_this_thread();
  std::thread([&] {
    pin_this_thread(all.front());
    set_affinity_of_this_thread(all);
    EXPECT_EQ(affinity_of_this_thread(), all);
  }).join();
}

TEST(CpuAffinity, RefusesAProcessorThatIsNotThereAndNamesTheAllowed) {
  for (const int cpu : {-1, 1023, 1'000'000}) {
    try {
      pin_this_thread(cpu);
      ADD_FAILURE() << "pinned to cpu " << cpu;
    } catch (const SetupError& error) {
      EXPECT_THAT(error.problem(), HasSubstr("cannot run on cpu " + std::to_string(cpu)));
      EXPECT_THAT(error.remedy(), HasSubstr("cpu " + to_string(allowed_cpus())));
    }
  }
}

TEST(CpuList, IsWrittenInRanges) {
  EXPECT_EQ(to_string(CpuList{}), "none");
  EXPECT_EQ(to_string(CpuList{4}), "4");
  EXPECT_EQ(to_string(CpuList{0, 1, 2, 3, 8}), "0-3,8");
  EXPECT_EQ(to_string(CpuList{1, 3, 5, 6}), "1,3,5-6");
}

}  // namespace
}  // namespace tickplant::platform::this_file
