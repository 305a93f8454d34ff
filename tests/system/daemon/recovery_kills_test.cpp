// kill -9 at any instant, again and again, also while a successor is still starting: computing goes on over all of it
// to the same bits, and an outside client never sees a number with two contents.
//
// TICKPLANT_KILLS says how often; the nightly run says 5,000.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "clients/cpp/derived_subscriber.hpp"
#include "ringbuf/journal/journal_reader.hpp"
#include "tests/support/random.hpp"
#include "tests/support/sanitizers.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::DerivedRecord;
using tests::LivePlant;

int kills_wanted() {
  const char* const text = std::getenv("TICKPLANT_KILLS");
  if (text != nullptr) return std::atoi(text);
  return tests::kUnderAsan || tests::kUnderTsan ? 20 : 200;
}

bool are_equal(const DerivedRecord& a, const DerivedRecord& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

/// What a client was shown, by number.
struct Shown {
  std::map<std::uint64_t, DerivedRecord> results;
  std::uint64_t twice = 0, contradicted = 0;

  void operator()(const DerivedRecord& record) {
    const auto [at, is_new] = results.try_emplace(record.header.stamp, record);
    twice += is_new ? 0 : 1;
    contradicted += is_new || are_equal(at->second, record) ? 0 : 1;
  }
};

TEST(RecoveryKills, GoOnToTheSameBitsWhateverTheInstant) {
  LivePlant live({.ring_slots = 1 << 18,
                  .instruments = 256,
                  .extra = "analytics: {file: auto}\njournal: {folder: auto, segment: 4MiB, checkpoint: 150ms}\n"});
  const std::filesystem::path folder = std::filesystem::path(live.state_folder()) / "journal";
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  live.start_venue({"--symbols", "20", "--rate", "20000", "--pre-open", "100ms"});
  clients::Plant plant = live.attach();
  clients::DerivedSubscriber client(plant, {.join = clients::DerivedJoin::oldest});
  Shown shown;
  const auto look = [&] { return client.poll(shown); };
  tests::Random random(tests::test_seed());
  const int kills = kills_wanted();
  for (int i = 0; i < kills; ++i) {
    look();
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(60'000)));
    live.daemon().kill();
    if (random.below(4) == 0) {  // and its successor, while it starts
      live.launch_daemon();
      std::this_thread::sleep_for(std::chrono::microseconds(random.below(80'000)));
      live.daemon().kill();
    }
    ASSERT_TRUE(live.start_daemon()) << "kill " << i << '\n' << live.daemon().output();
    ASSERT_TRUE(live.says("analytics goes on behind input")) << "kill " << i << '\n' << live.daemon().output();
    while (look() != 0) continue;
  }
  live.venue().kill();
  ASSERT_TRUE(tests::eventually([&] { return look() == 0 && live.counter(counter::kJournal, counter::kBehind) == 0; }));
  EXPECT_EQ(live.counter(counter::kCheckpoints, counter::kDeterminismAlarms), 0u);
  EXPECT_EQ(live.daemon().stop(), 0);
  while (look() != 0) continue;

  std::string output;
  ASSERT_EQ(live.command({"journal", "audit", folder.string(), "--json"}, &output), 0) << output;
  const nlohmann::json found = nlohmann::json::parse(output);
  ASSERT_EQ(found["lives"].size(), 1u) << found.dump(1);
  EXPECT_GE(found["lives"][0]["restarts"], kills);
  EXPECT_EQ(found["lives"][0]["lost_inputs"], 0) << found.dump(1);
  EXPECT_EQ(found["is_equal"], true) << found.dump(1);
  EXPECT_EQ(found["lives"][0]["unpublished"], 0);

  EXPECT_EQ(client.lost_count(), 0u);
  EXPECT_EQ(shown.contradicted, 0u);
  ringbuf::JournalReader reader(folder, {.rings = {"derived"}});
  std::uint64_t stored = 0, different = 0, next = 1, holes = 0;
  while (const auto item = reader.next()) {
    const auto* const records = std::get_if<ringbuf::JournalRecords>(&*item);
    if (records == nullptr) continue;
    holes += records->first != std::exchange(next, records->first + records->count()) ? 1 : 0;
    for (std::size_t i = 0; i < records->count(); ++i) {
      const auto record = records->as<DerivedRecord>(i);
      const auto at = shown.results.find(record.header.stamp);
      stored += at == shown.results.end() ? 0 : 1;
      different += at == shown.results.end() || are_equal(at->second, record) ? 0 : 1;
    }
  }
  EXPECT_EQ(holes, 0u) << "numbers are dense over all kills";
  EXPECT_EQ(different, 0u);
  EXPECT_EQ(stored, shown.results.size()) << "what a client was shown is in the journal";
  EXPECT_GT(stored, 100u);
}

}  // namespace
}  // namespace tickplant
