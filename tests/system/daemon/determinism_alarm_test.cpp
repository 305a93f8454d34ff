// The negative control of everything that says "equal to the bit": one bit of one result in a journal is another one,
// and all CRCs fit. The audit finds it, a restart raises the alarm and begins anew, checkpoints that follow, too.
#include <gtest/gtest.h>

#include <cstring>

#include "ringbuf/journal/checkpoint_files.hpp"
#include "tests/support/altered_journal.hpp"
#include "tests/system/daemon/recovering_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::DerivedRecord;

/// In the `nth` result of a journal. The place of the input that caused it.
std::uint64_t alter_result(const std::filesystem::path& folder, std::uint64_t nth) {
  std::uint64_t cause = 0, seen = 0;
  tests::alter_journal(folder, [&](const ringbuf::JournalBlockHeader& header, std::span<std::byte> payload) {
    if (header.kind != ringbuf::BlockKind::derived) return;
    for (std::uint32_t i = 0; i < header.count; ++i) {
      if (++seen != nth) continue;
      DerivedRecord record;
      std::byte* const at = payload.data() + i * sizeof record;
      std::memcpy(static_cast<void*>(&record), at, sizeof record);
      cause = record.header.cause_seq.value;
      record.body[16] ^= std::byte{1};
      std::memcpy(at, &record, sizeof record);
    }
  });
  return cause;
}

TEST(DeterminismAlarm, OneOtherBitInOneResultIsFoundByAuditRestartAndCheckpoints) {
  tests::RecoveringPlant plant;
  ASSERT_NO_FATAL_FAILURE(plant.begin());
  plant.trade_for(20'000);
  EXPECT_EQ(plant.live().daemon().stop(), 0);
  EXPECT_EQ(plant.audit()["is_equal"], true);
  for (const auto& file : ringbuf::CheckpointFiles(plant.journal()).list()) std::filesystem::remove(file);
  const std::uint64_t cause = alter_result(plant.journal(), 60);
  ASSERT_NE(cause, 0u);
  std::string output;
  EXPECT_EQ(plant.live().command({"journal", "verify", plant.journal().string()}, &output), 0) << output;

  const nlohmann::json found = plant.audit(1);
  EXPECT_EQ(found["is_equal"], false);
  EXPECT_EQ(found["lives"][0]["difference"]["ring"], "derived");
  EXPECT_EQ(found["lives"][0]["difference"]["cause"], cause) << found.dump(1);
  EXPECT_EQ(found["lives"][0]["equal"], 59);

  ASSERT_TRUE(plant.live().start_daemon()) << plant.live().daemon().output();
  EXPECT_TRUE(plant.live().says("determinism alarm: computed again, a result in ring derived at input " +
                                std::to_string(cause) + " is another one than was published"))
      << plant.live().daemon().output();
  EXPECT_FALSE(plant.live().daemon().output().find("analytics goes on behind input") != std::string::npos);
  EXPECT_TRUE(
      tests::eventually([&] { return plant.live().counter(counter::kCheckpoints, counter::kDeterminismAlarms) == 1; }));
  plant.trade_for(5'000);
  EXPECT_TRUE(tests::eventually([&] { return plant.live().counter(counter::kCheckpoints, counter::kMade) >= 1; }))
      << "of what was begun anew";
  EXPECT_EQ(plant.live().daemon().stop(), 0);
  const nlohmann::json later = plant.audit(1);
  ASSERT_EQ(later["lives"].size(), 2u);
  EXPECT_FALSE(later["lives"][1].contains("difference")) << later.dump(1);
  EXPECT_GT(later["lives"][1]["equal"], 10);
}

}  // namespace
}  // namespace tickplant::this_file
