// What the audit of books finds in real captures: nothing. And in one that was made up with crossed books and orders
// from nowhere: that.
#include <gtest/gtest.h>

#include "tests/support/itch_feed_in_memory.hpp"
#include "tests/support/itch_wire.hpp"
#include "tests/support/shared_data.hpp"

#include <fstream>
#include <iterator>

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::AuditCounters;
using feedhandlers::AuditFinding;
using feedhandlers::OrderBook;

class Itch50AuditCaptures : public testing::Test {
 protected:
  void read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    plant_.feed.begin_day({.midnight = {1'548'824'400'000'000'000}, .date = 20190130});
    plant_.feed.on_messages(itch::unframed(std::as_bytes(std::span{bytes})), 1);
  }
  [[nodiscard]] AuditCounters findings() const { return plant_.feed.normaliser().counters().findings; }
  [[nodiscard]] std::uint64_t found(AuditFinding finding) const {
    return findings()[static_cast<std::size_t>(finding)];
  }

  OrderBook book_{{.instrument_count = itch::FeedInMemory::kInstruments + 1,
                   .order_capacity = 16'384,
                   .level_capacity = 16'384,
                   .max_levels_per_side = 4096}};
  itch::FeedInMemory plant_{book_};
};

TEST_F(Itch50AuditCaptures, FindsNothingInAMorningBeforeTheOpen) {
  TP_SHARED_DATA(path, "itch/runk-locate-13-10k.bin");
  read(path);
  EXPECT_EQ(findings(), AuditCounters{});
  EXPECT_EQ(plant_.feed.normaliser().counters().crossed_after_add, 0u);
  EXPECT_EQ(book_.open_orders(), 215u);
  EXPECT_FALSE(book_.is_maybe_bad({1}));
}

TEST_F(Itch50AuditCaptures, FindsNothingAroundTheOpen) {
  TP_SHARED_DATA(path, "itch/aapl-20190130-open/aapl-20190130-open.rebuilt.itch");
  read(path);
  EXPECT_EQ(findings(), AuditCounters{});
  EXPECT_EQ(plant_.feed.normaliser().counters().crossed_after_add, 0u);
  EXPECT_EQ(book_.open_orders(), 5'815u);
  EXPECT_FALSE(book_.is_maybe_bad({1}));
}

TEST_F(Itch50AuditCaptures, FindsWhatWasMadeUpWithoutAMatchingEngine) {
  TP_SHARED_DATA(path, "itch/ritch-ex20101224.reframed.itch");
  read(path);
  EXPECT_EQ(found(AuditFinding::unknown_reference), 18u + 3 + 94 + 2);
  EXPECT_GT(found(AuditFinding::crossed), 0u);
  EXPECT_EQ(book_.open_orders(), 3'204u) << "kept as it is";
}

}  // namespace
}  // namespace tickplant::tests::this_file
