// The order store against std::unordered_map, for references as exchanges make them and as an adversary would.
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "feedhandlers/book/order_store.hpp"

namespace tickplant::feedhandlers::this_file {
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
    ASSERT_EQ(store.find({reference}) != nullptr, expected.contains(reference));
    if (!expected.contains(reference)) {
      StoredOrder* const slot = store.free_slot({reference});
      if (slot == nullptr) {
        ++refused;
      } else {
        store.fill(*slot, {reference}, {}, ringbuf::Side::bid, {}, {i + 1}, 0);
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
      store.erase(*order);
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
  std::size_t open_slots = 0;
  for (std::size_t i = 0; i < store.slot_count(); ++i) {
    const StoredOrder& order = store.slot(i);
    if (order.size.value == 0) continue;
    ++open_slots;
    ASSERT_EQ(expected.at(order.reference.value), order.size.value);
  }
  EXPECT_EQ(open_slots, expected.size());
  EXPECT_EQ(refused, 0U) << "at a load of two thirds nothing lies further than kMaxDisplacement from its home";
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
    const std::uint64_t group = mixed * inverse;
    if ((group & 0x3C) == 0) references.push_back(group);  // the bits that choose the place within a group
  }
  return references;
}

TEST(OrderStore, RefusesInsteadOfSearchingForeverWhenAnAdversaryKnowsTheHash) {
  OrderStore store(10'000);
  const std::vector<std::uint64_t> references = references_of_one_home(1'000);
  std::vector<std::uint64_t> open;
  for (const std::uint64_t reference : references) {
    ASSERT_EQ(store.find({reference}), nullptr);
    StoredOrder* const slot = store.free_slot({reference});
    if (slot == nullptr) continue;
    store.fill(*slot, {reference}, {}, ringbuf::Side::bid, {}, {1}, 0);
    open.push_back(reference);
  }
  EXPECT_EQ(open.size(), 2 * (OrderStore::kMaxDisplacement + 1)) << "every slot of the home line and of those allowed";
  for (std::size_t i = 0; i < open.size(); i += 2) store.erase(*store.find({open[i]}));
  for (std::size_t i = 0; i < open.size(); ++i) EXPECT_EQ(store.find({open[i]}) != nullptr, i % 2 == 1);
  for (std::size_t i = 1; i < open.size(); i += 2) store.erase(*store.find({open[i]}));
  for (std::size_t i = 0; i < store.slot_count(); ++i)
    ASSERT_EQ(store.slot(i).went_past, 0) << "nothing is behind an empty line";
}

}  // namespace
}  // namespace tickplant::feedhandlers::this_file
