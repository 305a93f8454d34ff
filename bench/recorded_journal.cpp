#include "bench/recorded_journal.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <tuple>

#include "bench/analytics_load.hpp"
#include "bench/journal_path.hpp"
#include "config/render_analytics.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::bench {

void write_journal_of(const std::vector<ringbuf::Record>& records, std::uint32_t instruments,
                      const config::AnalyticsConfig& config, const std::filesystem::path& folder,
                      std::uint64_t segment_bytes) {
  if (segment_bytes == 0) segment_bytes = (records.size() * 80 / (1 << 20) + 16) << 20;
  ringbuf::PrivatePayload memory(daemon::JournalStage::kMemoryBytes);
  daemon::DiskJournalIo io(folder, units_in(memory.bytes()));
  daemon::SegmentSupply supply(io, segment_bytes, 0);
  supply.start();
  struct Facts final : daemon::JournalFacts {
    void restate(ringbuf::FactsBuilder& facts) override { told(facts); }
    std::function<void(ringbuf::FactsBuilder&)> told;
  } facts;
  facts.told = [&](ringbuf::FactsBuilder& out) {
    out.add(ringbuf::PlantFact{});
    for (const auto& [ring, kind, name] :
         {std::tuple{1u, ringbuf::BlockKind::ticks, "ticks"}, std::tuple{2u, ringbuf::BlockKind::runs, "sequencer"}}) {
      ringbuf::RingFact fact;
      fact.ring = ring;
      fact.kind = kind;
      fact.record_bytes = ringbuf::kRecordBytes;
      fact.next = 1;
      ringbuf::set_text(fact.name, name);
      out.add(fact);
    }
    ringbuf::FeedEntry feed;
    feed.id = {1};
    ringbuf::set_text(feed.name, "bench");
    ringbuf::set_text(feed.ring, "ticks");
    out.add(feed);
    out.add_config(config::hash_of(config), config::to_yaml(config));
    for (std::uint32_t id = 1; id <= instruments; ++id) {
      ringbuf::InstrumentEntry entry;
      entry.id = {id};
      entry.feed = {1};
      entry.price_unit = kLoadUnit;
      ringbuf::set_text(entry.symbol, "S" + std::to_string(id));
      ringbuf::set_text(entry.venue, "XBEN");
      out.add(entry);
    }
  };
  daemon::JournalStart start;
  start.chain = ringbuf::JournalChain(1, 1);
  daemon::JournalWriter writer(io, supply, facts, memory.bytes(), start,
                               {"bench", config::JournalSync::none, 10'000'000, 2});
  std::uint64_t next_run = 1, next_cause = 1;
  const auto append = [&](std::uint32_t ring, ringbuf::BlockKind kind, std::uint64_t first,
                          std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const std::size_t room = writer.room(bytes.size(), ringbuf::kRecordBytes);
      if (room != 0) {
        ringbuf::JournalBlockHeader header;
        header.kind = kind;
        header.record_bytes = ringbuf::kRecordBytes;
        header.ring = ring;
        header.first = first;
        header.count = static_cast<std::uint32_t>(room / ringbuf::kRecordBytes);
        writer.append(ring - 1, header, bytes.first(room));
        first += header.count;
        bytes = bytes.subspan(room);
      }
      writer.turn(platform::system_now());
    }
  };
  const auto put = [&](std::vector<ringbuf::SequencerRun>& runs, ringbuf::SequencerRun run) {
    run.stamp = next_run++;
    run.cause_seq = {next_cause};
    next_cause += run.count();
    runs.push_back(run);
  };
  std::vector<ringbuf::SequencerRun> runs;
  ringbuf::CommandBody begin;
  begin.command = ringbuf::kBeginAnalytics;
  begin.count = 1;
  begin.argument = config::hash_of(config);
  ringbuf::SequencerRun command;
  command.kind = ringbuf::RunKind::command;
  std::memcpy(command.body.data(), &begin, sizeof begin);
  put(runs, command);
  std::vector<ringbuf::Record> ticks;
  for (std::uint64_t from = 0; from < records.size(); from += ticks.size()) {
    ticks.assign(records.begin() + static_cast<std::ptrdiff_t>(from),
                 records.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(from + 3'840, records.size())));
    for (std::uint64_t i = 0; i < ticks.size(); ++i) ticks[i].header.stamp = from + i + 1;
    for (std::uint64_t i = 0; i < ticks.size(); i += ringbuf::Sequencer::kRunMax) {
      const ringbuf::SequenceRange range{from + i + 1,
                                         from + std::min<std::uint64_t>(i + ringbuf::Sequencer::kRunMax, ticks.size())};
      ringbuf::SequencerRun run;
      run.kind = ringbuf::RunKind::records;
      run.ring = {1};
      std::memcpy(run.body.data(), &range, sizeof range);
      put(runs, run);
    }
    append(1, ringbuf::BlockKind::ticks, from + 1, std::as_bytes(std::span(ticks)));
    append(2, ringbuf::BlockKind::runs, runs.front().stamp, std::as_bytes(std::span(runs)));
    runs.clear();
  }
  writer.finish([] { return platform::system_now(); }, platform::system_now() + 60 * platform::kNanosPerSecond);
}

}  // namespace tickplant::bench
