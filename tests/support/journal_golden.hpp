// The journal of tests/golden/journal: every kind of block and fact, two units, two segments, two writers.
//
// Threads: one.
#pragma once

#include <filesystem>

#include "ringbuf/records/derived.hpp"
#include "ringbuf/sequencer_layout.hpp"
#include "tests/support/journal_in_folder.hpp"

namespace tickplant::tests {

inline constexpr std::uint32_t kGoldenTicks = 3;
inline constexpr std::uint32_t kGoldenRuns = 4;
inline constexpr std::uint32_t kGoldenDerived = 5;

inline void append_golden_facts(JournalInFolder& journal, std::uint64_t next_tick, std::uint64_t next_other) {
  using namespace ringbuf;
  FactsBuilder facts;
  PlantFact plant;
  plant.config_hash = 0xabcdef;
  set_text(plant.build, "golden 1");
  facts.add(plant);
  facts.add(JournalInFolder::ring_fact(kGoldenTicks, "ticks", BlockKind::ticks, next_tick));
  facts.add(JournalInFolder::ring_fact(kGoldenRuns, "sequencer", BlockKind::runs, next_other));
  facts.add(JournalInFolder::ring_fact(kGoldenDerived, "derived", BlockKind::derived, next_other));
  FeedEntry feed;
  feed.id = {1};
  set_text(feed.name, "nasdaq");
  set_text(feed.venue, "XNAS");
  set_text(feed.protocol, "itch50");
  set_text(feed.ring, "ticks");
  facts.add(feed);
  FunctionEntry function;
  function.id = {1};
  function.kind = FunctionKind::window;
  function.size = 60'000'000'000;
  set_text(function.set, "standard");
  set_text(function.name, "T60");
  facts.add(function);
  facts.add_config(0xabcdef, "sets:\n  - name: standard\n");
  facts.add(JournalInFolder::instrument(1, "AAPL", "XNAS"));
  facts.add(JournalInFolder::instrument(2, "MSFT", "XNAS"));
  journal.append_facts(facts);
}

inline void append_golden_runs(JournalInFolder& journal, std::uint64_t sequence, ringbuf::SequenceRange ticks) {
  using namespace ringbuf;
  std::vector<SequencerRun> runs(1);
  runs[0].stamp = sequence;
  runs[0].watermark = {kTestTime};
  runs[0].cause_seq = {ticks.first};
  runs[0].ring = {kGoldenTicks};
  runs[0].kind = RunKind::records;
  std::memcpy(runs[0].body.data(), &ticks, sizeof ticks);
  journal.append(JournalInFolder::header_of(BlockKind::runs, kGoldenRuns, sequence, runs),
                 std::as_bytes(std::span(runs)));
}

inline void append_golden_derived(JournalInFolder& journal, std::uint64_t sequence, std::uint64_t cause) {
  using namespace ringbuf;
  WindowRowBody row;
  row.start = {kTestTime};
  row.end = {kTestTime + 60'000'000'000};
  row.count = 3;
  row.open = row.high = row.low = row.close = {static_cast<std::int64_t>(cause) * 1'000'000'000};
  row.price_unit = 100'000;
  DerivedHeader header;
  header.stamp = sequence;
  header.ts_event = row.end;
  header.cause_seq = {cause};
  header.instrument = {1};
  header.function = {1};
  header.ts_recv = {kTestTime + 500};
  const std::vector<DerivedRecord> records{make_derived(header, row)};
  journal.append(JournalInFolder::header_of(BlockKind::derived, kGoldenDerived, sequence, records),
                 std::as_bytes(std::span(records)));
}

/// 14 blocks, ticks 1 to 40 without 21 to 24, runs 1 to 3, derived 1 and 2.
inline void write_golden_journal(const std::filesystem::path& folder) {
  using namespace ringbuf;
  {
    JournalInFolder journal(folder, 2 * kJournalUnitBytes);
    append_golden_facts(journal, 1, 1);
    journal.append_ticks(kGoldenTicks, 1, 10);
    append_golden_runs(journal, 1, {1, 10});
    append_golden_derived(journal, 1, 10);
    FactsBuilder facts;
    facts.add(JournalInFolder::instrument(3, "GOOG", "XNAS"));
    facts.add_text(64, 1, "halt lifted");
    journal.append_facts(facts);
    journal.append_ticks(kGoldenTicks, 11, 10);
    facts.add(LossFact{kGoldenTicks, LossReason::disk, 21, 24, 0});
    journal.append_facts(facts);
    journal.append_ticks(kGoldenTicks, 25, 6);
    journal.begin_epoch(2);
    journal.begin_segment();
    append_golden_facts(journal, 31, 2);
    append_golden_runs(journal, 2, {11, 20});
    append_golden_runs(journal, 3, {25, 30});
    append_golden_derived(journal, 2, 30);
    journal.append_ticks(kGoldenTicks, 31, 10);
    facts.add_closed();
    journal.append_facts(facts);
    for (const std::uint64_t segment : {1U, 2U}) {  // without the empty rest
      const JournalPlace last = journal.place_of(segment == 1 ? 8 : 14);
      const std::size_t records = segment == 1 ? 6 : 1;
      std::filesystem::resize_file(journal.path(segment), last.offset + block_bytes(64 * records));
    }
  }
}

}  // namespace tickplant::tests
