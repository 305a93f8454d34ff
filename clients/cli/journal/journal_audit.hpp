// A journal computed again: the order that a plant wrote is applied anew, and every result compared with the one that
// the plant published, bit for bit. A plant is deterministic, so they are the same; where they are not, the first place
// at which they part is what to look at.
//
// Each start of a daemon began anew, and the order says so. What a daemon had ordered and not yet published when it was
// killed was never published: its successor began behind it. Where input is missing from the journal results may
// differ, and are compared no more until the next start.
//
// Threads: one. Memory: an engine for each shard, and results of one shard that the journal has later than others.
// Not here: how that is shown (verbs/journal.cpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ringbuf/journal/journal_scanner.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::cli {

/// Where a result was another one than the journal says.
struct AuditDifference {
  std::string ring;
  std::uint64_t cause = 0;                                   // place of the input that made the earlier of the two
  std::optional<ringbuf::DerivedRecord> recorded, computed;  // nothing: only the other side has one
};

/// What one daemon did, from its start to the next one's.
struct AuditedLife {
  std::uint64_t first_cause = 0;
  std::uint64_t config_hash = 0;
  std::uint32_t shards = 0;
  std::uint64_t inputs = 0;                   // records, pauses and reloads
  std::uint64_t results = 0;                  // compared, and equal
  std::uint64_t unpublished = 0;              // computed again, and never published: it was killed
  std::uint64_t lost_inputs = 0;              // not in the journal: nothing behind them was compared
  std::uint64_t uncompared = 0;               // results behind that
  std::optional<AuditDifference> difference;  // the first one; nothing behind it was compared
  std::string problem;                        // why it could not be computed again; empty: it could
};

struct JournalAudit {
  std::vector<AuditedLife> lives;
  std::uint64_t results_before = 0;  // of a daemon whose start is not in the journal any more
  ringbuf::JournalEnd end;

  [[nodiscard]] bool is_equal() const noexcept;
};

/// Throws SetupError: no journal there. `progress`: with the cause sequence, now and then.
[[nodiscard]] JournalAudit audit_journal(const std::filesystem::path& folder,
                                         const std::function<void(std::uint64_t)>& progress = {});

}  // namespace tickplant::cli
