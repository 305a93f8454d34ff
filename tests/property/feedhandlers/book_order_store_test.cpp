// The order store against std::unordered_map, for references as exchanges make them and as an adversary would.
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "feedhandlers/book/order_store.hpp"

namespace tickplant::feedhandlers {
namespace {

struct Pattern {
  const char* name;
  std::function<std::uint64_t(std::uint64_t)> reference;  // of the i-th order
};

void PrintTo(const Pattern& pattern, std::ostream* out) { *out << pattern.name; }

class ReferencePattern : public testing::TestWithParam<Pattern> {};

constexpr std::uint64_t kCapacity = 6'000;

TEST_P(ReferencePattern, FindsExactlyTheOpenOrdersThroughChurn) {
  OrderStore store(kCapacity);
  std::unordered_map<std::uint64_t, std::uint64_t> expected;
  std::vector<std::uint64_t> open;
  std::mt19937_64 random(7);
  std::uint64_t refused = 0;
  for (std::uint64_t i = 0; i < 10 * kCapacity; ++i) {
    const std::uint64_t reference = GetParam().reference(i);
    const OrderStore::Place place = store.place_for({reference});
    ASSERT_EQ(place.found, expected.contains(reference));
    if (!place.found) {
      if (place.slot == nullptr) {
        ++refused;
      } else {
        store.insert(place, {{reference}, {}, {i + 1}, {}, ringbuf::Side::bid, {}});
        expected[reference] = i + 1;
        open.push_back(reference);
      }
    }
    // Holds the store nearly full and takes orders out of the middle of every run.
    while (open.size() >= kCapacity - 10) {
      const std::size_t victim = random() % open.size();
      StoredOrder* const order = store.find({open[victim]});
      ASSERT_NE(order, nullptr) << "seed 7, order " << i;
      ASSERT_EQ(order->size.value, expected.at(open[victim]));
      store.erase(order);
      ASSERT_EQ(store.find({open[victim]}), nullptr);
      expected.erase(open[victim]);
      open[victim] = open.back();
      open.pop_back();
    }
  }
  ASSERT_EQ(store.size(), expected.size());
  for (const auto& [reference, size] : expected) {
    const StoredOrder* const order = store.find({reference});
    ASSERT_NE(order, nullptr);
    ASSERT_EQ(order->size.value, size);
  }
  std::size_t visited = 0;
  store.for_each([&](const StoredOrder& order) { visited += expected.at(order.reference.value) == order.size.value; });
  EXPECT_EQ(visited, expected.size());
  EXPECT_EQ(refused, 0U) << "a load of two thirds needs no run longer than kMaxDisplacement";
}

INSTANTIATE_TEST_SUITE_P(
    Order, ReferencePattern,
    testing::Values(Pattern{"sequential", [](std::uint64_t i) { return i; }},
                    Pattern{"descending", [](std::uint64_t i) { return UINT64_MAX - i; }},
                    Pattern{"every fourth", [](std::uint64_t i) { return 12'345 + 4 * i; }},
                    Pattern{"multiples of the slot count", [](std::uint64_t i) { return i << 14; }},
                    Pattern{"equal low 32 bits", [](std::uint64_t i) { return i << 32 | 7; }},
                    Pattern{"only the top 16 bits differ", [](std::uint64_t i) { return i << 48; }},
                    Pattern{"multiples of a prime", [](std::uint64_t i) { return i * 1'000'003; }},
                    Pattern{"random", [](std::uint64_t i) { return std::mt19937_64(i)(); }}),
    [](const auto& instance) {
      std::string name = instance.param.name;
      std::replace(name.begin(), name.end(), ' ', '_');
      return name;
    });

/// Inverts the hash: `count` references that all have the first slot as their home.
std::vector<std::uint64_t> references_of_one_home(std::size_t count) {
  std::uint64_t inverse = 0x9E3779B97F4A7C15ULL;  // Newton: the inverse mod 2^64 of an odd number
  for (int step = 0; step < 6; ++step) inverse *= 2 - 0x9E3779B97F4A7C15ULL * inverse;
  std::vector<std::uint64_t> references;
  for (std::uint64_t mixed = 0; references.size() < count; ++mixed) {  // small: its top bits are all 0
    std::uint64_t group = mixed * inverse;
    group ^= group >> 32;
    if (group >> 62 == 0) references.push_back(group << 2);
  }
  return references;
}

TEST(OrderStore, RefusesInsteadOfSearchingForeverWhenAnAdversaryKnowsTheHash) {
  OrderStore store(10'000);
  std::vector<std::uint64_t> open;
  for (const std::uint64_t reference : references_of_one_home(5'000)) {
    const OrderStore::Place place = store.place_for({reference});
    ASSERT_FALSE(place.found);
    if (place.slot == nullptr) continue;
    store.insert(place, {{reference}, {}, {1}, {}, ringbuf::Side::bid, {}});
    open.push_back(reference);
  }
  EXPECT_EQ(open.size(), OrderStore::kMaxDisplacement + 1);
  for (std::size_t i = 0; i < open.size(); i += 2) store.erase(store.find({open[i]}));
  for (std::size_t i = 0; i < open.size(); ++i) EXPECT_EQ(store.find({open[i]}) != nullptr, i % 2 == 1);
}

}  // namespace
}  // namespace tickplant::feedhandlers
