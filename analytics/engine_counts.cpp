#include "analytics/engine_counts.hpp"

namespace tickplant::analytics {

EngineCounts& EngineCounts::operator+=(const EngineCounts& other) noexcept {
  trades += other.trades;
  late_trades += other.late_trades;
  late_updates += other.late_updates;
  dropped += other.dropped;
  rows_on_time += other.rows_on_time;
  rows_provisional += other.rows_provisional;
  rows_carried += other.rows_carried;
  final_windows += other.final_windows;
  quarantined += other.quarantined;
  off_unit += other.off_unit;
  overflows += other.overflows;
  cancelled += other.cancelled;
  corrected += other.corrected;
  corrections_late += other.corrections_late;
  corrections_unknown += other.corrections_unknown;
  quotes += other.quotes;
  quotes_dropped += other.quotes_dropped;
  nbbo_changes += other.nbbo_changes;
  nbbo_refused += other.nbbo_refused;
  unknown_instruments += other.unknown_instruments;
  return *this;
}

}  // namespace tickplant::analytics
