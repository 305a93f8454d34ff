// Whatever goes wrong between a venue and its receiver, the receiver does not lie: seeded runs of both in one process.
//
//   lines that lose, repeat, overtake, delay; bursts lost on both       each message once, in order
//   re-request server absent, slow, wrong session, range, framing       what is lost is told, exactly, and flagged
//   snapshot server absent, slow, cut off                               a book that is not flagged is the venue's own
//   session roll, feed restart                                          all clean soon after the faults stop
//
// TICKPLANT_INTEGRITY_SEED runs one seed alone, TICKPLANT_INTEGRITY_MESSAGES sets its size.
// TICKPLANT_STRESS_SEEDS (tests/nightly) runs so many, of a million messages each.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/integrity_run.hpp"
#include "tests/support/stress_request.hpp"

namespace tickplant::tests::this_file {
namespace {

constexpr std::uint64_t kSeedsPerShard = 5;
constexpr std::uint64_t kMessages = 100'000;
constexpr std::uint64_t kNightlyMessages = 1'000'000;

/// The environment's number, or nothing.
std::uint64_t from_environment(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

IntegrityResult run(std::uint64_t seed, std::uint64_t messages) {
  const IntegrityFaults faults = draw_integrity_faults(seed, messages);
  IntegrityResult result = IntegrityRun(faults).run();
  EXPECT_EQ(result.finding, "") << "seed " << seed << " (" << faults.text()
                                << ")\nalone: TICKPLANT_INTEGRITY_SEED=" << seed
                                << " TICKPLANT_INTEGRITY_MESSAGES=" << messages
                                << " tests_feedhandlers --gtest_filter='Integrity.ASeedAlone'";
  if (std::getenv("TICKPLANT_INTEGRITY_VERBOSE") != nullptr)
    std::printf(
        "seed %llu: %s: messages %llu, lost %llu in %llu gaps, re-requested %llu, recoveries %llu of %llu, books %llu, "
        "clean after %lld us\n",
        static_cast<unsigned long long>(seed), faults.text().c_str(), static_cast<unsigned long long>(result.messages),
        static_cast<unsigned long long>(result.lost), static_cast<unsigned long long>(result.gaps),
        static_cast<unsigned long long>(result.recovered), static_cast<unsigned long long>(result.recoveries),
        static_cast<unsigned long long>(result.recoveries + result.void_attempts),
        static_cast<unsigned long long>(result.compared_books),
        static_cast<long long>(result.clean_after_nanos / 1000));
  return result;
}

class IntegritySeeds : public testing::TestWithParam<std::uint64_t> {};

TEST_P(IntegritySeeds, NothingIsLostUntoldAndNoCleanBookIsWrong) {
  // Under sanitizers a twentieth (stress_size.hpp): all seeds, shorter days.
  IntegrityResult sum;
  for (std::uint64_t i = 0; i < kSeedsPerShard && !HasFailure(); ++i)
    sum +=
        run(test_seed() + GetParam() * kSeedsPerShard + i, std::max<std::uint64_t>(kMessages / kStressDivisor, 5000));
  EXPECT_GT(sum.lost_packets, 0u) << "or nothing was tried";
  EXPECT_GT(sum.compared_books, 0u);
}
INSTANTIATE_TEST_SUITE_P(Shards, IntegritySeeds, testing::Range<std::uint64_t>(0, 10),
                         [](const auto& shard) { return "Shard" + std::to_string(shard.param); });

TEST(Integrity, ASeedAlone) {
  if (std::getenv("TICKPLANT_INTEGRITY_SEED") == nullptr) GTEST_SKIP() << "TICKPLANT_INTEGRITY_SEED says which";
  (void)run(from_environment("TICKPLANT_INTEGRITY_SEED", 0),
            from_environment("TICKPLANT_INTEGRITY_MESSAGES", kMessages));
}

TEST(IntegrityNightly, SeedsOfAMillionMessagesLoseNothingUntold) {
  const std::uint64_t seeds = from_environment("TICKPLANT_STRESS_SEEDS", 0);
  if (seeds == 0) GTEST_SKIP() << "TICKPLANT_STRESS_SEEDS says how many";
  const std::uint64_t messages = from_environment("TICKPLANT_INTEGRITY_MESSAGES", kNightlyMessages);
  IntegrityResult sum;
  std::uint64_t done = 0;
  for (; done < seeds && !HasFailure(); ++done) {
    sum += run(test_seed() + done, messages);
    if ((done + 1) % 10 == 0)
      std::fprintf(stderr, "%llu of %llu seeds\n", static_cast<unsigned long long>(done + 1),
                   static_cast<unsigned long long>(seeds));
  }
  record_count("seeds", done);
  record_count("messages", sum.messages);
  record_count("packets_lost", sum.lost_packets);
  record_count("messages_had_again", sum.recovered);
  record_count("gaps_told", sum.gaps);
  record_count("messages_in_gaps", sum.lost);
  record_count("book_recoveries", sum.recoveries);
  record_count("attempts_void", sum.void_attempts);
  record_count("restarts", sum.restarts);
  record_count("sessions", sum.sessions);
  record_count("books_compared", sum.compared_books);
  record_count("clean_after_us_max", static_cast<std::uint64_t>(sum.clean_after_nanos / 1000));
}

}  // namespace
}  // namespace tickplant::tests::this_file
