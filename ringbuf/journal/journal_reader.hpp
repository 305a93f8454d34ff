// The records of a journal, in the order in which they are stored: of some rings or of all, from a sequence or a time
// on.
//
// It may be of a journal that is being written: next() says nothing when there is nothing more yet, and may be called
// again. What came out of the rings and is not in the journal is told, at its place. Records that were dropped because
// they were old are as good as those of segments that are gone: a ring begins behind them; between others they are
// told.
//
// Threads: one; any number of readers. Memory: one unit, and what the facts say.
// Not here: joining the live ring (clients/cpp), printing (clients/cli/journal).
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "ringbuf/journal/journal_continuity.hpp"
#include "ringbuf/journal/journal_knowledge.hpp"
#include "ringbuf/journal/journal_scanner.hpp"
#include "ringbuf/records/derived.hpp"
#include "ringbuf/records/record.hpp"
#include "ringbuf/sequencer_layout.hpp"

namespace tickplant::ringbuf {

/// What a reader is asked for.
struct JournalWish {
  std::vector<std::string> rings;                                  // by name; empty: all
  std::uint64_t from_segment = 0;                                  // by number; 0: the first in which there is some
  std::uint64_t from_sequence = 0;                                 // of each of them
  UnixNanos from_recv = platform::kNoTime;                         // ticks and derived records; runs have no such time
  UnixNanos until_recv{std::numeric_limits<std::int64_t>::max()};  // not included
  // Only instruments that it likes are looked for; none: all. Blocks that an index says are about none of them are
  // passed over; what comes may be about others, too.
  std::function<bool(const InstrumentEntry&)> likes = {};
};

/// Consecutive records of one ring, as they lay in it. Valid until the reader's next call.
struct JournalRecords {
  const RingFact* ring = nullptr;
  BlockKind kind = BlockKind::none;
  std::size_t record_bytes = 0;
  std::uint64_t first = 0;           // sequence of the first
  std::span<const std::byte> bytes;  // a multiple of record_bytes
  JournalPlace place;                // of the block

  [[nodiscard]] std::size_t count() const noexcept { return bytes.size() / record_bytes; }
  /// Record `index` as what `kind` says it is: Record, SequencerRun or DerivedRecord.
  template <class Type>
  [[nodiscard]] Type as(std::size_t index) const noexcept {
    TP_DCHECK(sizeof(Type) == record_bytes && index < count());
    Type out;
    std::memcpy(static_cast<void*>(&out), bytes.data() + index * record_bytes, sizeof out);
    return out;
  }
};

/// Records that were published and are not there.
struct JournalLoss {
  std::uint32_t ring = 0;
  SequenceRange range;
  std::optional<LossReason> reason = std::nullopt;  // nothing: the journal does not say
  std::uint64_t runs = 0;                           // as in LossFact
};

using JournalItem = std::variant<JournalRecords, JournalLoss>;

class JournalReader {
 public:
  /// Goes to where the wish begins, without reading what lies before. Throws SetupError: no journal there, no such
  /// ring or segment.
  JournalReader(std::filesystem::path folder, JournalWish wish);

  /// Nothing: the end, for now. end() says what kind of.
  [[nodiscard]] std::optional<JournalItem> next();
  [[nodiscard]] JournalEnd end() { return scanner_.end(); }
  /// Salvage: goes on behind a damage. Nothing: there is nothing behind.
  [[nodiscard]] std::optional<JournalHole> resume() { return scanner_.resume(); }

  /// What the facts up to here say.
  [[nodiscard]] const JournalKnowledge& knowledge() const noexcept { return knowledge_; }
  [[nodiscard]] const JournalScanner& scanner() const noexcept { return scanner_; }

 private:
  void choose_segment();
  [[nodiscard]] bool may_begin_at(std::uint64_t segment);
  [[nodiscard]] bool is_wished(std::uint32_t ring);
  [[nodiscard]] bool wants(const JournalBlockHeader& header);
  void take_facts(const JournalBlock& block);
  void take_instrument(const InstrumentEntry& entry);
  void tell_lost(const JournalLoss& loss);
  [[nodiscard]] std::optional<JournalRecords> records_of(const JournalBlock& block);

  JournalWish wish_;
  JournalScanner scanner_;
  JournalKnowledge knowledge_;
  JournalContinuity continuity_;
  std::vector<std::uint32_t> instruments_;  // that the wish likes, rising
  std::set<std::uint32_t> begun_;           // rings of which records were there
  std::deque<JournalLoss> losses_;          // not told yet
  std::optional<JournalBlock> held_;        // behind losses
};

}  // namespace tickplant::ringbuf
