// Laws of a block: what a lane says depends on its own bars only, to the bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "tests/support/indicator_series.hpp"
#include "tests/support/random.hpp"

namespace tickplant::analytics::this_file {
namespace {

using tests::BlockState;
using tests::Random;

std::vector<std::string> all_functions() {
  std::vector<std::string> functions = tests::golden_functions();
  for (const char* other : {"vwap", "realised_volatility(20)", "avg_volume(20)", "min(5)", "max(60)", "stoch(7,1,6)"}) {
    functions.emplace_back(other);
  }
  return functions;
}

class IndicatorLanes : public testing::Test {
 protected:
  Bar next_bar(std::int64_t& price) {
    Bar bar;
    bar.price_unit = 100'000;
    bar.open = price;
    if (random_.below(4) != 0) price = std::max<std::int64_t>(price + random_.below(2001) - 1000, 100);
    bar.close = price;
    bar.high = std::max(bar.open, price) + random_.below(300);
    bar.low = std::min(bar.open, price) - random_.below(90);
    bar.volume = random_.below(1000);
    bar.notional = Int128{price} * bar.volume;
    return bar;
  }

  /// A bar for each lane of `mask`.
  BarBlock next_block(std::uint32_t mask) {
    BarBlock block;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if ((mask >> lane & 1) != 0) block.set(lane, next_bar(prices_[lane]));
    }
    return block;
  }
  std::uint32_t next_mask() { return random_.below(3) == 0 ? 0xff : random_.below(256); }

  [[nodiscard]] std::vector<std::uint64_t> values_of(const BlockState& state, std::size_t lane) const {
    std::vector<std::uint64_t> bits{static_cast<std::uint64_t>(graph_.bars(state.data(), lane))};
    for (std::size_t i = 0; i < graph_.outputs().size(); ++i) {
      bits.push_back(std::bit_cast<std::uint64_t>(graph_.value(state.data(), lane, i)));
      bits.push_back(graph_.is_ready(state.data(), lane, i) ? 1 : 0);
    }
    return bits;
  }

  /// What is left of a state when these lanes are as before their first bar.
  [[nodiscard]] std::vector<std::byte> without_lanes(const BlockState& state, std::uint32_t mask) const {
    BlockState rest(graph_);
    std::memcpy(rest.data(), state.data(), graph_.state_bytes());
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if ((mask >> lane & 1) != 0) graph_.reset_lane(rest.data(), lane);
    }
    return rest.copy();
  }

  std::uint64_t seed_ = tests::test_seed();
  testing::ScopedTrace trace_{__FILE__, __LINE__, "TICKPLANT_TEST_SEED=" + std::to_string(seed_)};
  Random random_{seed_};
  IndicatorGraph graph_{tests::calls(all_functions()), "test.yaml"};
  std::array<std::int64_t, kLanes> prices_{10'000, 20'000, 30'000, 40'000, 50'000, 60'000, 70'000, 80'000};
};

TEST_F(IndicatorLanes, NeitherNeighboursNorThePlaceInTheBlockChangeAValue) {
  std::vector<BlockState> alone;
  for (std::size_t lane = 0; lane < kLanes; ++lane) alone.emplace_back(graph_);
  std::vector<BlockState> among_others;
  for (std::size_t lane = 0; lane < kLanes; ++lane) among_others.emplace_back(graph_);

  std::int64_t price = 55'555;
  for (int round = 0; round < 300; ++round) {
    const Bar bar = next_bar(price);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      BarBlock single;
      single.set(lane, bar);
      graph_.update(alone[lane].data(), single);
      // Neighbours have bars of their own, sometimes several before this lane has one.
      for (std::uint32_t more = random_.below(3); more > 0; --more) {
        graph_.update(among_others[lane].data(), next_block(random_.below(256) & ~(1u << lane)));
      }
      BarBlock mixed = next_block(next_mask());
      mixed.set(lane, bar);
      graph_.update(among_others[lane].data(), mixed);
    }
    const auto expected = values_of(alone[0], 0);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      ASSERT_EQ(values_of(alone[lane], lane), expected) << "lane " << lane << " alone, bar " << round;
      ASSERT_EQ(values_of(among_others[lane], lane), expected) << "lane " << lane << " among others, bar " << round;
    }
  }
}

TEST_F(IndicatorLanes, ALaneWithoutABarStaysTheSameBits) {
  BlockState state(graph_);
  for (int round = 0; round < 300; ++round) {
    const std::uint32_t mask = next_mask();
    const auto before = without_lanes(state, mask);
    graph_.update(state.data(), next_block(mask));
    ASSERT_EQ(without_lanes(state, mask), before) << "round " << round << ", mask " << mask;
  }
}

TEST_F(IndicatorLanes, NoBarAtAllChangesNothing) {
  BlockState state(graph_);
  for (int round = 0; round < 50; ++round) graph_.update(state.data(), next_block(next_mask()));
  const auto before = state.copy();
  graph_.update(state.data(), BarBlock{});
  EXPECT_EQ(state.copy(), before);
}

TEST_F(IndicatorLanes, ALaneThatIsResetIsAsNewAndTheOthersDoNotNotice) {
  BlockState state(graph_), fresh(graph_);
  for (int round = 0; round < 230; ++round) graph_.update(state.data(), next_block(next_mask()));
  const auto others = without_lanes(state, 1u << 6);
  graph_.reset_lane(state.data(), 6);
  EXPECT_EQ(state.copy(), others);
  for (int round = 0; round < 230; ++round) {
    const BarBlock bars = next_block(0xff);
    graph_.update(state.data(), bars);
    graph_.update(fresh.data(), bars);
    ASSERT_EQ(values_of(state, 6), values_of(fresh, 6)) << "bar " << round << " after the reset";
  }
}

TEST_F(IndicatorLanes, ACopyOfTheBytesContinuesAsTheOriginal) {
  BlockState state(graph_);
  for (int round = 0; round < 100; ++round) graph_.update(state.data(), next_block(next_mask()));
  BlockState copy(graph_);
  std::memcpy(copy.data(), state.data(), graph_.state_bytes());
  // As after a restart: another graph from the same config.
  const IndicatorGraph other(tests::calls(all_functions()), "test.yaml");
  for (int round = 0; round < 200; ++round) {
    const BarBlock bars = next_block(next_mask());
    graph_.update(state.data(), bars);
    for (std::size_t each = 0; each < kLanes; ++each) other.prefetch(copy.data(), each);
    other.update(copy.data(), bars);
    ASSERT_EQ(copy.copy(), state.copy()) << "round " << round;
  }
}

}  // namespace
}  // namespace tickplant::analytics::this_file
