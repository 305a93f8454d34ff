// Journals with rings of every kind, for those who compress segments; and what a walk finds in one.
//
// Threads: one.
#pragma once

#include <filesystem>
#include <vector>

#include "ringbuf/journal/journal_scanner.hpp"
#include "ringbuf/journal/segment_compressor.hpp"
#include "ringbuf/records/derived.hpp"
#include "ringbuf/sequencer_layout.hpp"
#include "tests/support/journal_in_folder.hpp"

namespace tickplant::tests {

inline constexpr std::uint32_t kTicksRing = 3, kRunsRing = 4, kResultsRing = 5;

/// Appends `blocks` rounds of ticks, a run and results; facts at the start of each segment. Ticks are of instrument
/// 1 + round / 4.
inline void fill_journal(JournalInFolder& journal, std::uint64_t rounds, std::uint32_t ticks, std::uint64_t& next) {
  std::uint64_t segment = 0, results = next / 2 + 1, runs = next / 3 + 1;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    if (journal.place().segment != segment) {
      segment = journal.place().segment;
      ringbuf::FactsBuilder facts;
      facts.add(ringbuf::PlantFact{});
      facts.add(JournalInFolder::ring_fact(kTicksRing, "ticks", ringbuf::BlockKind::ticks, next));
      facts.add(JournalInFolder::ring_fact(kRunsRing, "sequencer", ringbuf::BlockKind::runs, runs));
      facts.add(JournalInFolder::ring_fact(kResultsRing, "derived", ringbuf::BlockKind::derived, results));
      for (std::uint32_t id = 1; id <= 20; ++id) {
        facts.add(JournalInFolder::instrument(id, "S" + std::to_string(id), "XNAS"));
      }
      journal.append_facts(facts);
    }
    std::vector<ringbuf::Record> records;
    for (std::uint64_t sequence = next; sequence < next + ticks; ++sequence) {
      records.push_back(JournalInFolder::tick(sequence));
      records.back().header.instrument = {static_cast<std::uint32_t>(1 + round / 4)};
    }
    journal.append(JournalInFolder::header_of(ringbuf::BlockKind::ticks, kTicksRing, next, records),
                   std::as_bytes(std::span(records)));
    next += ticks;
    ringbuf::SequencerRun run{};
    std::memcpy(static_cast<void*>(&run), &runs, sizeof runs);
    journal.append(JournalInFolder::header_of(ringbuf::BlockKind::runs, kRunsRing, runs++, std::vector(1, run)),
                   std::as_bytes(std::span(&run, 1)));
    std::vector<ringbuf::DerivedRecord> derived(2);
    for (ringbuf::DerivedRecord& each : derived) {
      each.header.stamp = results + static_cast<std::uint64_t>(&each - derived.data());
      each.header.instrument = {1};
      each.header.ts_recv = {kTestTime + static_cast<std::int64_t>(next) * 1'000'000};
    }
    journal.append(JournalInFolder::header_of(ringbuf::BlockKind::derived, kResultsRing, results, derived),
                   std::as_bytes(std::span(derived)));
    results += 2;
  }
}

/// Everything that a walk finds: places, headers, payloads.
struct WalkedBlock {
  ringbuf::JournalPlace place;
  std::vector<std::byte> header, payload;
  bool is_dropped = false;
  friend bool operator==(const WalkedBlock&, const WalkedBlock&) = default;
};
inline std::vector<WalkedBlock> walk(const std::filesystem::path& folder) {
  std::vector<WalkedBlock> out;
  ringbuf::JournalScanner scanner(folder);
  while (const auto block = scanner.next()) {
    const auto header = std::as_bytes(std::span(&block->header, 1));
    out.push_back({block->place,
                   {header.begin(), header.end()},
                   {block->payload.begin(), block->payload.end()},
                   block->is_dropped});
  }
  return out;
}

/// Compresses a segment in its folder and removes what it was made of.
inline ringbuf::CompressionResult compress_in_place(const std::filesystem::path& folder, std::uint64_t segment,
                                                    bool results_only = false) {
  ringbuf::CompressionWish wish;
  wish.to = folder;
  wish.results_only = results_only;
  wish.now = {kTestTime};
  const auto result = ringbuf::compress_segment(folder, segment, wish);
  std::filesystem::remove(folder / ringbuf::segment_file_name(segment));
  return result;
}

}  // namespace tickplant::tests
