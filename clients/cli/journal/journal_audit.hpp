// A journal computed again: the order that a plant wrote is applied anew, and every result compared with the one that
// the plant published, bit for bit. A plant is deterministic, so they are the same; where they are not, the first place
// at which they part is what to look at.
//
// A daemon that cannot go on with what its predecessor had computed begins anew, and the order says so. What a daemon
// had ordered and not yet published when it was killed its successor publishes, if it goes on; else nobody does. Where
// input is missing from the journal results may differ, and are compared no more until the next start, or until the
// order leads to a snapshot of what the plant held.
//
// Where the journal has checkpoints, savepoints or snapshots of the same build, what has been computed up to there is
// compared with them, too, to the bit: the first that differs, and the last that does not, bound the input that made
// the plant go astray, also where no result shows it yet.
//
// Alerts are results; the ring of alerts is compared with those of the shards.
//
// Threads: one. Memory: an engine for each shard, and results of one shard that the journal has later than others.
// Not here: how that is shown (verbs/journal.cpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "analytics/replay/recomputation.hpp"
#include "clients/cli/journal/alert_audit.hpp"
#include "ringbuf/journal/journal_scanner.hpp"

namespace tickplant::cli {

/// What was computed without a break: by one daemon, and by its successors as long as they went on with its state.
struct AuditedLife {
  std::uint64_t first_cause = 0;
  bool is_from_snapshot = false;  // behind a loss; else computing began there
  std::uint64_t config_hash = 0;
  std::uint32_t shards = 0;
  std::uint64_t restarts = 0;  // that went on with the state of the daemon before
  analytics::Recomputation::Counts counts;
  std::optional<analytics::ResultDifference> difference;  // the first one; nothing behind it was compared
  std::string problem;                                    // why it could not be computed again; empty: it could
};

/// A range of the order: places of inputs.
struct AuditWish {
  std::uint64_t from = 0;  // begins at the newest checkpoint or savepoint before it, else with the journal
  std::uint64_t until = std::numeric_limits<std::uint64_t>::max();  // and what follows from it, as far as shown by then
};

/// Something else was computed up to there than a checkpoint holds.
struct StateDifference {
  std::filesystem::path file;
  std::uint64_t cause = 0;
  std::uint64_t equal_at = 0;  // the last place before at which it was the same; 0: none
};

struct JournalAudit {
  std::filesystem::path checkpoint;  // that it began with; empty: with the journal
  std::vector<AuditedLife> lives;
  std::uint64_t states = 0;                         // checkpoints that hold the same
  std::optional<StateDifference> state_difference;  // the first
  AuditedAlerts alerts;
  std::uint64_t results_before = 0;  // of a daemon whose start is not in the journal any more
  ringbuf::JournalEnd end;

  [[nodiscard]] bool is_equal() const noexcept;
};

/// Throws SetupError: no journal there. `progress`: with the bytes that were read, now and then.
[[nodiscard]] JournalAudit audit_journal(const std::filesystem::path& folder, const AuditWish& wish = {},
                                         const std::function<void(std::uint64_t)>& progress = {});

}  // namespace tickplant::cli
