// What the doctor finds on machines that are only described, and what it says to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "clients/cli/doctor/findings.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

MachineFacts good_machine() {
  MachineFacts facts;
  facts.processors = "1 package, 4 cores";
  facts.allowed = {0, 1, 2, 3};
  facts.isolated = {2, 3};
  facts.governors = {"performance"};
  facts.sleep_latency_us = 2;
  facts.tsc = {true, ""};
  facts.clock_source = "tsc";
  facts.is_synchronised = true;
  facts.huge_pools = {{.page_bytes = 2u << 20, .node = 0, .total = 512, .free = 500}};
  facts.huge_mounts = {{.path = "/dev/hugepages", .page_bytes = 2u << 20}};
  facts.transparent_pages = "madvise";
  facts.descriptors = 65'536;
  facts.shared_free_bytes = std::uint64_t{8} << 30;
  facts.receive_buffer_bytes = 64u << 20;
  facts.cards = {{"eth0", platform::CardStamps::every_one}};
  facts.unit = "/usr/lib/systemd/system/tickplant@.service";
  return facts;
}

Finding found(const std::vector<Finding>& findings, const std::string& check) {
  for (const Finding& finding : findings) {
    if (finding.check == check) return finding;
  }
  ADD_FAILURE() << "nothing about " << check;
  return {};
}

TEST(Doctor, FindsNothingWrongWithAGoodMachine) {
  for (const Finding& finding : findings_about(good_machine())) {
    EXPECT_EQ(finding.verdict, Verdict::ok) << finding.check << ": " << finding.text;
    EXPECT_THAT(finding.remedy, IsEmpty()) << finding.check;
  }
}

TEST(Doctor, NamesARemedyForWhateverIsNotOk) {
  MachineFacts bad;
  bad.processors = "1 package, 1 core";
  bad.allowed = {0};
  bad.governors = {"ondemand", "powersave"};
  bad.sleep_latency_us = 400;
  bad.tsc = {false, "the counter stops in deep sleep"};
  bad.clock_source = "hpet";
  bad.is_synchronised = false;
  bad.is_numa = bad.balances_numa = true;
  bad.transparent_pages = "always";
  bad.memlock_bytes = 65'536;
  bad.descriptors = 256;
  bad.has_swap = true;
  bad.receive_buffer_bytes = 212'992;
  bad.cards = {{"eth0", platform::CardStamps::off}};
  const std::vector<Finding> findings = findings_about(bad);
  for (const Finding& finding : findings) {
    if (finding.check == "isolated cores") continue;  // there is none to spare
    EXPECT_NE(finding.verdict, Verdict::ok) << finding.check;
    EXPECT_FALSE(finding.remedy.empty()) << finding.check;
  }
  EXPECT_THAT(found(findings, "governor").text, HasSubstr("ondemand, powersave"));
  EXPECT_THAT(found(findings, "network card").remedy, HasSubstr("hwstamp_ctl -i eth0"));
  EXPECT_EQ(found(findings, "shared memory").verdict, Verdict::problem) << "no plant without it";
}

TEST(Doctor, NamesTheCoresThatCouldBeIsolated) {
  MachineFacts machine = good_machine();
  machine.isolated.clear();
  EXPECT_THAT(found(findings_about(machine), "isolated cores").remedy, HasSubstr("isolcpus=1-3"));
}

TEST(Doctor, BelievesAVirtualMachineThatShowsNothing) {
  MachineFacts guest = good_machine();
  guest.governors.clear();
  guest.sleep_latency_us = -1;
  guest.is_synchronised.reset();
  guest.cards = {{"ens3", platform::CardStamps::none}};
  for (const Finding& finding : findings_about(guest)) EXPECT_EQ(finding.verdict, Verdict::ok) << finding.check;
}

ConfigNeeds needs() {
  ConfigNeeds needs;
  needs.plant.rings.push_back({.name = "ticks", .kind = config::SlotKind::tick, .slot_count = 1u << 20});
  needs.runtime_folder = "/run/tickplant/demo";
  needs.runtime_free = std::uint64_t{8} << 30;
  return needs;
}

TEST(Doctor, HasNothingAgainstAConfigThatFits) {
  for (const Finding& finding : findings_about(needs(), good_machine())) {
    EXPECT_EQ(finding.verdict, Verdict::ok) << finding.check << ": " << finding.text;
  }
}

TEST(Doctor, FindsAConfigThatDoesNotFit) {
  ConfigNeeds much = needs();
  much.runtime_free = 1u << 20;
  much.plant.journal.folder = much.journal_folder = "/var/lib/x";
  much.journal_free = 1u << 20;
  const std::vector<Finding> findings = findings_about(much, good_machine());
  EXPECT_EQ(found(findings, "config: shared memory").verdict, Verdict::problem);
  EXPECT_EQ(found(findings, "config: journal").verdict, Verdict::problem);
}

TEST(Doctor, TakesRefusedHugePagesForAProblemWhereTheyAreRequired) {
  ConfigNeeds huge = needs();
  MachineFacts without = good_machine();
  without.huge_pools.clear();
  huge.plant.memory.huge_pages = config::HugePages::prefer;
  EXPECT_EQ(found(findings_about(huge, without), "config: huge pages").verdict, Verdict::note);
  huge.plant.memory.huge_pages = config::HugePages::require;
  const Finding refused = found(findings_about(huge, without), "config: huge pages");
  EXPECT_EQ(refused.verdict, Verdict::problem);
  EXPECT_THAT(refused.remedy, HasSubstr("sysctl vm.nr_hugepages="));
}

TEST(Doctor, FindsAThreadOnACoreThatIsNotThere) {
  ConfigNeeds pinned = needs();
  pinned.plant.threads.push_back(
      {.name = "ingest", .stages = {}, .core = "cpu4095", .idle = config::IdleStrategy::spin});
  pinned.plant.threads.push_back({.name = "loose", .stages = {}, .core = "any", .idle = config::IdleStrategy::spin});
  const std::vector<Finding> findings = findings_about(pinned, good_machine());
  EXPECT_EQ(found(findings, "config: thread ingest").verdict, Verdict::problem);
  EXPECT_EQ(found(findings, "config: thread loose").verdict, Verdict::note);
}

TEST(Doctor, SeesWhichThreadsOfAPlantSpinWithoutACore) {
  PlantFacts plant;
  plant.name = "demo";
  plant.state = clients::PlantState::live;
  plant.threads = {{.name = "ingest", .core = 2, .idle = "spin"}, {.name = "journal", .core = {}, .idle = "park"}};
  EXPECT_EQ(findings_about(plant).front().verdict, Verdict::ok);
  EXPECT_THAT(findings_about(plant).front().text, HasSubstr("ingest on 2"));
  plant.threads[0].core.reset();
  EXPECT_EQ(findings_about(plant).front().verdict, Verdict::note);
  plant.state = clients::PlantState::dead;
  EXPECT_THAT(findings_about(plant).front().remedy, HasSubstr("tickplant health --plant demo"));
}

TEST(MachineFacts, ReadListsAndChoicesAsTheKernelWritesThem) {
  EXPECT_THAT(parse_cpu_list("0-2,8"), ElementsAre(0, 1, 2, 8));
  EXPECT_THAT(parse_cpu_list(""), IsEmpty());
  EXPECT_THAT(parse_cpu_list("x,3-2,4-"), ElementsAre(4)) << "what makes no sense is left out";
  EXPECT_THAT(parse_cpu_list("0-99999999"), testing::SizeIs(8'192)) << "and has an end";
  EXPECT_EQ(chosen_word("always [madvise] never"), "madvise");
  EXPECT_EQ(chosen_word("never"), "");
}

TEST(MachineFacts, AreReadBelowARoot) {
  const tests::TempDirectory root;
  const auto write = [&](const std::string& file, const std::string& text) {
    const std::filesystem::path path = root / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << '\n';
  };
  write("sys/devices/system/cpu/isolated", "1-2");
  write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave");
  write("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave");
  write("sys/devices/system/cpu/cpu0/cpuidle/state0/latency", "0");
  write("sys/devices/system/cpu/cpu0/cpuidle/state1/latency", "35");
  write("sys/devices/system/cpu/cpu0/cpuidle/state2/latency", "900");
  write("sys/devices/system/cpu/cpu0/cpuidle/state2/disable", "1");
  write("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never");
  write("proc/swaps", "Filename Type\n/dev/sda2 partition");
  write("proc/sys/net/core/rmem_max", "212992");
  write("usr/lib/systemd/system/tickplant@.service", "[Unit]");
  const MachineFacts facts = look_at_machine(root.path());
  EXPECT_THAT(facts.isolated, ElementsAre(1, 2));
  EXPECT_THAT(facts.governors, ElementsAre("powersave"));
  EXPECT_EQ(facts.sleep_latency_us, 35) << "the deepest that is not disabled";
  EXPECT_EQ(facts.transparent_pages, "always");
  EXPECT_TRUE(facts.has_swap);
  EXPECT_EQ(facts.receive_buffer_bytes, 212'992u);
  EXPECT_THAT(facts.unit, HasSubstr("tickplant@.service"));
}

}  // namespace
}  // namespace tickplant::cli::this_file
