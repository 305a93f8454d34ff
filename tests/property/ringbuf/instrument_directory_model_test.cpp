// The directory against a std::map: random additions and updates over a small alphabet, so that symbols meet at venues
// and the table fills up; the writer is replaced by a successor now and then.
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "ringbuf/fixed_text.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/random.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

struct Known {
  std::uint32_t id = 0;
  std::uint32_t lot = 0;
};
using Model = std::map<std::pair<std::string, std::string>, Known>;

std::vector<InstrumentId> candidates_of(const Model& model, const std::string& symbol) {
  std::vector<InstrumentId> ids;
  for (const auto& [key, known] : model) {
    if (key.first == symbol) ids.push_back({known.id});
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void expect_same(const Model& model, const InstrumentDirectoryReader& directory) {
  ASSERT_EQ(directory.count(), model.size());
  for (const auto& [key, known] : model) {
    const auto& [symbol, venue] = key;
    ASSERT_EQ(directory.find(symbol, venue).value, known.id);
    ASSERT_EQ(directory.symbol_of({known.id}), symbol + "@" + venue);
    InstrumentEntry entry;
    ASSERT_EQ(directory.read({known.id}, entry), TableRead::value);
    ASSERT_EQ(entry.lot, known.lot);
    const auto expected = candidates_of(model, symbol);
    ASSERT_EQ(directory.candidates(symbol), expected);
    const SymbolMatch match = directory.find(symbol);
    ASSERT_EQ(match.kind, expected.size() == 1 ? SymbolMatch::Kind::unique : SymbolMatch::Kind::ambiguous);
    ASSERT_EQ(match.id, expected.front());
  }
}

void run(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  tests::Random random(seed);
  const std::uint32_t capacity = 1 + random.below(60);
  PrivatePayload memory(InstrumentDirectoryWriter::payload_bytes(capacity));
  std::optional<InstrumentDirectoryWriter> writer(std::in_place, memory.bytes(), capacity);
  Model model;
  std::uint64_t refused = 0;
  for (int step = 0; step < 200; ++step) {
    std::string symbol;
    for (std::uint32_t letters = 1 + random.below(2); letters > 0; --letters)
      symbol += static_cast<char>('A' + random.below(6));
    const std::string venue(1, static_cast<char>('X' + random.below(3)));
    InstrumentSpec spec;
    spec.symbol = symbol;
    spec.venue = venue;
    spec.lot = random.below(3);
    const AddResult result = writer->find_or_add(spec);

    const auto known = model.find({symbol, venue});
    if (known != model.end()) {
      ASSERT_EQ(result.id.value, known->second.id);
      ASSERT_EQ(result.outcome, known->second.lot == spec.lot ? AddOutcome::found : AddOutcome::updated);
      known->second.lot = spec.lot;
    } else if (model.size() == capacity) {
      ASSERT_EQ(result.outcome, AddOutcome::full);
      ++refused;
    } else {
      ASSERT_EQ(result.outcome, AddOutcome::added);
      ASSERT_EQ(result.id.value, model.size() + 1);
      model[{symbol, venue}] = {result.id.value, spec.lot};
    }
    if (random.below(20) == 0) writer.emplace(memory.bytes(), capacity);
  }
  ASSERT_EQ(writer->reader().refused(), refused);
  expect_same(model, InstrumentDirectoryReader(std::as_const(memory).bytes()));
}

TEST(InstrumentDirectoryModel, BehavesLikeAMap) {
  for (std::uint64_t seed = tests::test_seed(), runs = 0; runs < 200; ++seed, ++runs) {
    run(seed);
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
