// No sequence ever gets a second content: where a ring begins after each way in which its predecessor can have ended.
#include "daemon/sequence_leases.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "platform/setup_error.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

using ringbuf::Sequence;
using ringbuf::SequenceRange;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using Remains = SequenceLeases::Remains;
using Use = SequenceLeases::Use;

constexpr std::uint64_t kBlock = SequenceLeases::kBlock;
constexpr std::int64_t kMade = 1'700'000'000;

class SequenceLeasesTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path folder() const { return directory_ / "state"; }
  [[nodiscard]] SequenceFile on_disk() const {
    const platform::UniqueFd fd(::open(folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return read_sequences(fd.get(), (folder() / "sequences").string()).value_or(SequenceFile{});
  }
  /// A daemon that took a block at `last`, and was killed.
  void live_and_die(std::uint64_t last, std::int64_t made_at = kMade) const {
    SequenceLeases leases(folder(), "demo");
    leases.take({{"ticks", made_at, {last}}});
    leases.announced();
    ASSERT_THAT(leases.problem(), IsEmpty());
  }
  void live_and_stop(std::uint64_t last) const {
    SequenceLeases leases(folder(), "demo");
    leases.take({{"ticks", kMade, {0}}});
    leases.announced();
    leases.end({{"ticks", kMade, {last}}});
  }
  [[nodiscard]] SequenceLeases::Start start(const std::optional<Remains>& remains = {}) const {
    return SequenceLeases(folder(), "demo").start_of("ticks", remains);
  }
  [[nodiscard]] std::string refusal(const std::string& plant = "demo") const {
    try {
      const SequenceLeases leases(folder(), plant);
    } catch (const platform::SetupError& error) {
      return error.what();
    }
    return "";
  }

  tests::TempDirectory directory_;
};

TEST_F(SequenceLeasesTest, TheFirstRingOfAllBeginsAtOne) {
  EXPECT_EQ(start().last, Sequence{0});
  EXPECT_EQ(start().skipped, std::nullopt);
}

TEST_F(SequenceLeasesTest, GoesOnExactlyBehindWhoStoppedInOrder) {
  live_and_stop(5'000);
  EXPECT_EQ(start().last, Sequence{5'000});
  EXPECT_EQ(start().skipped, std::nullopt) << "no number was skipped";
}

TEST_F(SequenceLeasesTest, BeginsBehindTheLimitWhenMemoryIsLost) {
  live_and_die(40);
  EXPECT_EQ(start().last, Sequence{40 + kBlock});
  EXPECT_EQ(start().skipped, (SequenceRange{41, 40 + kBlock}));
}

TEST_F(SequenceLeasesTest, GoesOnExactlyBehindTheVeryFileThatWasWritten) {
  live_and_die(40);
  EXPECT_EQ(start(Remains{kMade, {777}}).last, Sequence{777});
  EXPECT_EQ(start(Remains{kMade, {777}}).skipped, std::nullopt) << "all that was published is in it";
  EXPECT_EQ(start(Remains{kMade, {7}}).last, Sequence{40}) << "never back";
}

TEST_F(SequenceLeasesTest, DoesNotTrustAFileOfAnotherLife) {
  live_and_die(40);
  EXPECT_EQ(start(Remains{kMade + 1, {777}}).last, Sequence{40 + kBlock});
  EXPECT_EQ(start(Remains{kMade + 1, {777}}).skipped, (SequenceRange{41, 40 + kBlock}));
  EXPECT_EQ(start(Remains{kMade + 1, {kBlock * 2}}).last, Sequence{kBlock * 2}) << "somebody wrote without a lease";
}

TEST_F(SequenceLeasesTest, BeginsBehindAFileThatWasWrittenAfterTheEnd) {
  live_and_stop(5'000);
  EXPECT_EQ(start(Remains{kMade + 1, {6'000}}).last, Sequence{6'000});
  EXPECT_EQ(start(Remains{kMade + 1, {6'000}}).skipped, std::nullopt);
}

TEST_F(SequenceLeasesTest, BeginsBehindTheOldFileWhenThereIsNoLease) {
  EXPECT_EQ(start(Remains{kMade, {123}}).last, Sequence{123});
}

TEST_F(SequenceLeasesTest, RefusesToTakeOverAFileWhoseNumbersWentOnElsewhere) {
  live_and_die(40);
  const SequenceLeases leases(folder(), "demo");
  EXPECT_TRUE(leases.may_take_over("ticks", kMade));
  EXPECT_FALSE(leases.may_take_over("ticks", kMade - 1));
  EXPECT_TRUE(leases.may_take_over("other", 1)) << "nothing is known of it";
}

TEST_F(SequenceLeasesTest, IsOnDiskBeforeTakeReturns) {
  SequenceLeases leases(folder(), "demo");
  leases.take({{"ticks", kMade, {10}}, {"other", kMade + 1, {0}}});
  const SequenceFile expected{"demo",
                              {{"ticks", false, 10, 10 + kBlock, kMade}, {"other", false, 0, kBlock, kMade + 1}}};
  EXPECT_EQ(on_disk(), expected);
}

TEST_F(SequenceLeasesTest, GivesBackWhatNobodyWasToldOf) {
  live_and_stop(5'000);
  const SequenceFile before = on_disk();
  {
    SequenceLeases leases(folder(), "demo");
    leases.take({{"ticks", kMade + 9, {5'000}}});
    EXPECT_NE(on_disk(), before);
  }
  EXPECT_EQ(on_disk(), before);
}

TEST_F(SequenceLeasesTest, LeavesNoTraceOfAFirstStartThatFailed) {
  {
    SequenceLeases leases(folder(), "demo");
    leases.take({{"ticks", kMade, {0}}});
  }
  EXPECT_FALSE(std::filesystem::exists(folder()));
}

TEST_F(SequenceLeasesTest, TakesMoreWhenLessThanHalfIsLeft) {
  SequenceLeases leases(folder(), "demo");
  leases.take({{"ticks", kMade, {0}}});
  leases.announced();
  const auto renew_at = [&](std::uint64_t last) {
    leases.renew({{"ticks", kMade, {last}}});  // begins a write
    leases.end({});                            // waits for it
    return on_disk().leases.at(0).limit;
  };
  EXPECT_EQ(renew_at(kBlock / 2), kBlock) << "half is left";
  EXPECT_EQ(renew_at(kBlock / 2 + 1), kBlock + kBlock / 2 + 1);
  EXPECT_EQ(on_disk().leases.at(0).used, kBlock / 2 + 1);
}

TEST_F(SequenceLeasesTest, KeepsTheNumbersOfARingThatConfigHasNoMore) {
  live_and_die(40);
  SequenceLeases leases(folder(), "demo");
  leases.take({{"other", kMade, {0}}});
  leases.announced();
  EXPECT_EQ(leases.start_of("ticks", {}).last, Sequence{40 + kBlock});
  EXPECT_EQ(on_disk().leases.size(), 2u);
}

TEST_F(SequenceLeasesTest, RefusesADamagedFileAndOneOfAnotherPlant) {
  live_and_die(40);
  EXPECT_THAT(refusal("other"), AllOf(HasSubstr("plant 'demo'"), HasSubstr("ours is 'other'"), HasSubstr("remedy")));
  std::filesystem::resize_file(folder() / "sequences", 30);
  EXPECT_THAT(refusal(), AllOf(HasSubstr((folder() / "sequences").string()), HasSubstr("remedy")));
}

TEST_F(SequenceLeasesTest, RefusesAFolderThatAnotherDaemonKeeps) {
  const SequenceLeases first(folder(), "demo");
  EXPECT_THAT(refusal(), HasSubstr("another daemon keeps"));
}

TEST_F(SequenceLeasesTest, GoesOnWithAComplaintWithoutAFolder) {
  SequenceLeases none(std::nullopt, "demo");
  EXPECT_THAT(none.problem(), HasSubstr("plant.state_folder"));
  none.take({{"ticks", kMade, {0}}});
  none.renew({{"ticks", kMade, {1}}});
  none.end({{"ticks", kMade, {1}}});
  EXPECT_THAT(none.problem(), HasSubstr("plant.state_folder"));
  EXPECT_EQ(none.failure_count(), 1u);
  SequenceLeases impossible("/proc/no-such-folder", "demo");
  EXPECT_THAT(impossible.problem(), HasSubstr("/proc/no-such-folder"));
}

TEST_F(SequenceLeasesTest, GoesOnWithAComplaintWhereOthersMayWrite) {
  std::filesystem::create_directories(folder());
  std::filesystem::permissions(folder(), std::filesystem::perms::all);
  EXPECT_THAT(SequenceLeases(folder(), "demo").problem(), HasSubstr("others may write in it"));
}

/// No file may grow: as on a full disk, a write ends half-way.
class FullDisk {
 public:
  FullDisk() {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit none = before_;
    none.rlim_cur = 20;
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_DFL);
  }

 private:
  rlimit before_{};
};

TEST_F(SequenceLeasesTest, KeepsTheOldFileOnAFullDiskAndTriesAgain) {
  SequenceLeases leases(folder(), "demo");
  leases.take({{"ticks", kMade, {0}}});
  leases.announced();
  const SequenceFile before = on_disk();
  const std::vector<Use> far{{"ticks", kMade, {kBlock - 5}}};
  {
    const FullDisk full;
    leases.renew(far);
    leases.end({});
    EXPECT_THAT(leases.problem(), AllOf(HasSubstr("cannot write"), HasSubstr("sequences may come twice")));
    EXPECT_GE(leases.failure_count(), 1u);
    EXPECT_EQ(on_disk(), before);
    EXPECT_FALSE(std::filesystem::exists(folder() / "sequences.new")) << "it would take the room that is left";
  }
  leases.renew(far);
  leases.end({});
  EXPECT_THAT(leases.problem(), IsEmpty());
  EXPECT_EQ(on_disk().leases.at(0).limit, kBlock - 5 + kBlock);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
