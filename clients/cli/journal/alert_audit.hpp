// The ring of alerts in a journal against the results that it repeats: each alert of it is the result that it names,
// but for its number and for where it comes from; none comes twice; and what was passed over is counted.
//
// Threads: one. Memory: alerts among results that the ring of alerts has not repeated yet.
// Not here: whether the results are right (analytics/replay/recomputation.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "ringbuf/records/derived.hpp"

namespace tickplant::cli {

struct AlertDifference {
  std::uint64_t alert_seq = 0;
  std::uint32_t shard = 0;
  std::uint64_t source = 0;
  bool is_twice = false;  // else it is not the result that it names
};

struct AuditedAlerts {
  std::uint64_t equal = 0;
  std::uint64_t uncompared = 0;               // the result that it names is not in what was read
  std::uint64_t missing = 0;                  // results that are alerts, and were passed over: overwritten too soon
  std::uint64_t waiting = 0;                  // at the end: not in that ring yet
  std::optional<AlertDifference> difference;  // the first
};

class AlertAudit {
 public:
  /// A result of a shard, whatever it is.
  void on_result(const ringbuf::DerivedRecord& record);
  /// Of the ring of alerts, behind the result that it repeats.
  void on_alert(const ringbuf::DerivedRecord& record);

  [[nodiscard]] AuditedAlerts result() const;

 private:
  using Place = std::pair<std::uint32_t, std::uint64_t>;  // shard, sequence in its ring

  void pass_over(const ringbuf::AlertBody& alert);

  std::map<Place, ringbuf::DerivedRecord> waiting_;
  std::map<std::uint32_t, std::uint64_t> newest_;  // by shard: result that was repeated last
  AuditedAlerts found_;
};

}  // namespace tickplant::cli
