#include "platform/cpu_topology.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_root.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::platform::this_file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kTwoSockets = "package:2 [numa] l3:2 core:4 pu:2";  // 2 packages x 8 cores x 2 threads, 2 nodes

class TwoSockets : public testing::Test {
 protected:
  FakeRoot root_;
  const CpuTopology machine_ = CpuTopology::synthetic(kTwoSockets, std::nullopt, root_.path());
};

std::string problem_of(const CpuTopology& machine, std::string_view name) {
  try {
    (void)machine.resolve(name);
  } catch (const SetupError& error) {
    return error.what();
  }
  return "accepted";
}

TEST_F(TwoSockets, AreCounted) {
  EXPECT_EQ(machine_.cpus().size(), 32u);
  EXPECT_EQ(machine_.package_count(), 2);
  EXPECT_EQ(machine_.core_count(), 16);
  EXPECT_EQ(machine_.node_count(), 2);
  EXPECT_EQ(machine_.allowed_count(), 32);
  EXPECT_EQ(machine_.summary(), "2 packages, 16 cores, 32 cpus, 2 nodes; allowed cpu 0-31");
}

TEST_F(TwoSockets, NumberTheirCoresPerPackageAndPerNode) {
  const Cpu* last = machine_.find(31);
  ASSERT_NE(last, nullptr);
  EXPECT_EQ(last->package, 1);
  EXPECT_EQ(last->package_core, 7);
  EXPECT_EQ(last->node, 1);
  EXPECT_EQ(last->node_core, 7);
  EXPECT_EQ(last->thread, 1);
  EXPECT_EQ(machine_.find(32), nullptr);
  EXPECT_EQ(machine_.find(-1), nullptr);
}

TEST_F(TwoSockets, ResolveEveryFormOfName) {
  EXPECT_EQ(machine_.resolve("package0/core0"), 0);
  EXPECT_EQ(machine_.resolve("package0/core3"), 6);
  EXPECT_EQ(machine_.resolve("package0/core3/thread1"), 7);
  EXPECT_EQ(machine_.resolve("package1/core7"), 30);
  EXPECT_EQ(machine_.resolve("node1/core2"), 20);
  EXPECT_EQ(machine_.resolve("node1/core2/thread1"), 21);
  EXPECT_EQ(machine_.resolve("cpu5"), 5);
  EXPECT_EQ(machine_.resolve("any"), std::nullopt);
}

TEST_F(TwoSockets, RefuseWhatDoesNotExistAndListWhatDoes) {
  for (const char* name : {"package2/core0", "package0/core8", "package0/core0/thread2", "node2/core0", "node0/core8",
                           "cpu32", "cpu99999"})
    EXPECT_THAT(problem_of(machine_, name), HasSubstr("does not exist here: 2 packages, 16 cores")) << name;
}

TEST_F(TwoSockets, RefuseWhatIsNotAName) {
  for (const char* name : {"", "core3", "package0", "package0/", "package/core1", "package0/core", "package0/core1x",
                           "package0/core-1", "package-1/core0", "cpu", "cpu-1", "cpu 1", "Any", "package0/core1/",
                           "package0/core1/thread0/x", "nic:/core0", "cpu99999999999999999999"})
    EXPECT_THAT(problem_of(machine_, name), HasSubstr("is not the name of a core")) << "'" << name << "'";
}

TEST_F(TwoSockets, KnowSiblingsAndSharedCaches) {
  EXPECT_THAT(machine_.siblings_of(6), ElementsAre(7));
  EXPECT_THAT(machine_.siblings_of(7), ElementsAre(6));
  EXPECT_EQ(machine_.find(0)->l3_group, machine_.find(7)->l3_group);
  EXPECT_NE(machine_.find(7)->l3_group, machine_.find(8)->l3_group);
}

TEST_F(TwoSockets, FindTheNodeOfANetworkDevice) {
  root_.write("sys/class/net/eth7/device/numa_node", "1\n");
  root_.write("sys/class/net/eth8/device/numa_node", "-1\n");
  EXPECT_EQ(machine_.node_of_network_device("eth7"), 1);
  EXPECT_EQ(machine_.node_of_network_device("eth8"), std::nullopt) << "the firmware does not say";
  EXPECT_EQ(machine_.node_of_network_device("lo"), std::nullopt) << "no device behind it";
  EXPECT_EQ(machine_.node_of_network_device("../net/eth7"), std::nullopt);
  EXPECT_EQ(machine_.node_of_network_device(""), std::nullopt);
  EXPECT_EQ(machine_.resolve("nic:eth7/core2"), 20);
  EXPECT_THAT(problem_of(machine_, "nic:eth8/core2"), HasSubstr("NUMA node of network device 'eth8' is not known"));
}

TEST(CpuTopology, TakesTheOnlyNodeForADeviceThatDoesNotSay) {
  const auto machine = CpuTopology::synthetic("package:1 core:4 pu:1", std::nullopt, "/nowhere");
  EXPECT_EQ(machine.resolve("nic:eth0/core2"), 2);
}

TEST(CpuTopology, RefusesACoreWhereTheProcessMayNotRun) {
  const auto machine = CpuTopology::synthetic(kTwoSockets, CpuList{0, 1, 2, 3});
  EXPECT_EQ(machine.allowed_count(), 4);
  EXPECT_EQ(machine.resolve("package0/core1"), 2);
  const std::string problem = problem_of(machine, "package0/core2");
  EXPECT_THAT(problem, HasSubstr("core 'package0/core2' is cpu 4, where this process may not run"));
  EXPECT_THAT(problem, HasSubstr("allowed cpu 0-3"));
}

TEST(CpuTopology, DoesWithoutSmtPackagesAndCaches) {
  const auto machine = CpuTopology::synthetic("core:2 pu:1");
  EXPECT_EQ(machine.summary(), "1 package, 2 cores, 2 cpus, 1 node; allowed cpu 0-1");
  EXPECT_EQ(machine.find(0)->l3_group, -1);
  EXPECT_THAT(machine.siblings_of(0), IsEmpty());
  EXPECT_EQ(machine.resolve("package0/core1"), 1);
}

TEST(CpuTopology, NumbersCoresPerNodeWhereAPackageHasSeveral) {
  const auto machine = CpuTopology::synthetic("package:1 group:2 [numa] core:4 pu:1");
  EXPECT_EQ(machine.node_count(), 2);
  EXPECT_EQ(machine.resolve("package0/core5"), 5);
  EXPECT_EQ(machine.resolve("node1/core1"), 5);
}

TEST(CpuTopology, RefusesADescriptionThatIsNone) {
  EXPECT_THROW((void)CpuTopology::synthetic("two big ones"), SetupError);
  EXPECT_THROW((void)CpuTopology::synthetic(""), SetupError);
}

TEST(CpuTopology, OfThisMachineAgreesWithTheOperatingSystem) {
  const CpuTopology machine = CpuTopology::of_this_machine();
  const CpuList allowed = allowed_cpus();
  EXPECT_EQ(machine.allowed_count(), static_cast<int>(allowed.size()));
  for (const int cpu : allowed) {
    ASSERT_NE(machine.find(cpu), nullptr);
    EXPECT_EQ(machine.resolve("cpu" + std::to_string(cpu)), cpu);
  }
}

}  // namespace
}  // namespace tickplant::platform::this_file
