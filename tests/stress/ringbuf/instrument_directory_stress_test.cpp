// Readers look instruments up while they are being added and updated: whatever a reader sees is whole.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "ringbuf/fixed_text.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/random.hpp"
#include "tests/support/stress_size.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint32_t kVenues = 3;  // instruments 3k+1 to 3k+3 have one symbol at three venues
constexpr std::uint32_t kCapacity = kVenues * static_cast<std::uint32_t>(1000 / tests::kStressDivisor);

std::string symbol_of(std::uint32_t id) { return std::string("SYMBOL") + std::to_string((id - 1) / kVenues); }
std::string venue_of(std::uint32_t id) { return std::string("X") + std::to_string((id - 1) % kVenues); }
std::string name_of_lot(std::uint32_t lot) { return std::string(20 + lot % 40, static_cast<char>('a' + lot % 26)); }

void tell(InstrumentDirectoryWriter& writer, std::uint32_t id, std::uint32_t lot) {
  const std::string symbol = symbol_of(id);
  const std::string venue = venue_of(id);
  const std::string name = name_of_lot(lot);
  InstrumentSpec spec;
  spec.symbol = symbol;
  spec.venue = venue;
  spec.lot = lot;
  spec.name = name;
  ASSERT_EQ(writer.find_or_add(spec).id.value, id);
}

/// One look at a random instrument; "" or what was wrong.
std::string look(const InstrumentDirectoryReader& reader, tests::Random& random) {
  const std::uint32_t count = reader.count();
  if (count == 0) return "";
  const InstrumentId id{1 + random.below(count)};
  const std::string symbol = symbol_of(id.value);
  if (reader.symbol_of(id) != symbol + "@" + venue_of(id.value)) return "symbol of " + std::to_string(id.value);
  InstrumentEntry entry;
  if (reader.read(id, entry) == TableRead::value) {
    if (entry.id != id) return "id of " + std::to_string(id.value);
    if (text_of(entry.name) != name_of_lot(entry.lot)) return "torn entry " + std::to_string(id.value);
  }
  const InstrumentId found = reader.find(symbol, venue_of(id.value));
  // The newest one may be counted and not yet indexed.
  if (found != id && (found != kNoInstrument || id.value < count)) return "cannot find " + std::to_string(id.value);
  for (const InstrumentId candidate : reader.candidates(symbol)) {
    if (symbol_of(candidate.value) != symbol) return "candidate of " + symbol;
  }
  return "";
}

TEST(InstrumentDirectoryStress, ReadersSeeWholeInstrumentsWhileTheyAreAddedAndUpdated) {
  PrivatePayload memory(InstrumentDirectoryWriter::payload_bytes(kCapacity));
  InstrumentDirectoryWriter writer(memory.bytes(), kCapacity);
  std::atomic<bool> is_done{false};
  std::vector<std::string> problems(2);
  std::vector<std::thread> readers;
  for (std::string& problem : problems) {
    readers.emplace_back([&, seed = readers.size() + 1] {
      const InstrumentDirectoryReader reader(std::as_const(memory).bytes());
      tests::Random random(seed);
      while (!is_done.load() && problem.empty()) problem = look(reader, random);
      for (int i = 0; i < 1000 && problem.empty(); ++i) problem = look(reader, random);
    });
  }
  tests::Random random(7);
  for (std::uint32_t id = 1; id <= kCapacity; ++id) {
    tell(writer, id, 0);
    for (int i = 0; i < 20; ++i) {  // few old ones, often: so that readers meet the updates
      tell(writer, 1 + random.below(std::min(id, 8u)), random.below(1000));
    }
  }
  is_done = true;
  for (std::thread& reader : readers) reader.join();
  for (const std::string& problem : problems) EXPECT_EQ(problem, "");
  EXPECT_EQ(writer.reader().count(), kCapacity);
}

TEST(InstrumentDirectoryStress, FeedsOnSeveralThreadsShareOneDirectory) {
  constexpr std::uint32_t kThreads = 4;
  PrivatePayload memory(InstrumentDirectoryWriter::payload_bytes(kCapacity));
  InstrumentDirectoryWriter writer(memory.bytes(), kCapacity);
  std::vector<std::vector<std::uint32_t>> ids(kThreads, std::vector<std::uint32_t>(kCapacity));
  std::vector<std::thread> feeds;
  for (std::uint32_t thread = 0; thread < kThreads; ++thread) {
    feeds.emplace_back([&, thread] {
      for (std::uint32_t i = 0; i < kCapacity; ++i) {
        const std::uint32_t at = (i + thread * 7) % kCapacity;  // the same ones, not in the same order
        const std::string symbol = symbol_of(at + 1), venue = venue_of(at + 1);
        InstrumentSpec spec;
        spec.symbol = symbol;
        spec.venue = venue;
        ids[thread][at] = writer.find_or_add(spec).id.value;
      }
    });
  }
  for (std::thread& feed : feeds) feed.join();
  EXPECT_EQ(writer.reader().count(), kCapacity) << "an instrument was made twice, or not at all";
  std::vector<bool> seen(kCapacity + 1);
  for (std::uint32_t at = 0; at < kCapacity; ++at) {
    for (std::uint32_t thread = 1; thread < kThreads; ++thread) EXPECT_EQ(ids[thread][at], ids[0][at]);
    EXPECT_EQ(writer.reader().symbol_of({ids[0][at]}), symbol_of(at + 1) + "@" + venue_of(at + 1));
    seen[ids[0][at]] = true;
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), kCapacity);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
