// What the journal has been told that is not a record: the plant, its rings, feeds and instruments, what is computed.
// All of it again at the start of each segment; between, what is new, before the first record that refers to it.
//
// Threads: one, the journal's; what it reads is written by others and read as any reader does.
// Not here: losses (journal_stage.hpp), bytes (ringbuf/journal/journal_facts.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/analytics_version.hpp"
#include "daemon/journal/journal_writer.hpp"
#include "ringbuf/catalog_layout.hpp"
#include "ringbuf/functions_table.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/journal/journal_facts.hpp"
#include "ringbuf/sequencer_layout.hpp"

namespace tickplant::daemon {

/// A ring as the journal knows it.
struct JournalledRing {
  std::string name = {};
  ringbuf::RingId id = {};
  ringbuf::BlockKind kind = ringbuf::BlockKind::ticks;
  std::uint64_t slot_count = 0;

  [[nodiscard]] std::uint16_t record_bytes() const noexcept { return ringbuf::has_derived_records(kind) ? 256 : 64; }
};

struct ToldFactsSetup {
  std::string build = {};
  std::vector<JournalledRing> rings = {};
  std::vector<ringbuf::FeedEntry> feeds = {};
  const ringbuf::InstrumentDirectoryReader& instruments;
  std::optional<ringbuf::FunctionsReader> functions = {};  // none: nothing is computed
  const AnalyticsVersion* analytics = nullptr;             // the first
};

class ToldFacts final : public JournalFacts {
 public:
  /// What `setup` refers to outlives it. `next`: by ring, sequence of its next record in the journal.
  ToldFacts(ToldFactsSetup setup, std::vector<std::uint64_t> next);

  void restate(ringbuf::FactsBuilder& facts) override;
  /// What has come since: call when records have been read, before they are appended.
  void add_news(ringbuf::FactsBuilder& facts);
  void set_next(std::size_t ring, std::uint64_t next) noexcept { next_[ring] = next; }

 private:
  static void add_config(ringbuf::FactsBuilder& facts, const AnalyticsVersion& version);
  void add_instruments(ringbuf::FactsBuilder& facts);
  void add_functions(ringbuf::FactsBuilder& facts);

  ToldFactsSetup setup_;
  const AnalyticsVersion* newest_;  // that has been told
  std::vector<std::uint64_t> next_;
  std::uint32_t instruments_ = 0;  // ids up to here have been told,
  std::uint64_t version_ = 0;      // as the directory was then
  std::uint16_t functions_ = 0;
};

}  // namespace tickplant::daemon
