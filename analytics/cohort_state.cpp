#include "analytics/cohort.hpp"

namespace tickplant::analytics {

void Cohort::archive(StateArchive& archive) {
  archive.expect(set_.plan.specs().size(), "windows");
  archive.expect(pattern_stride_, "words of patterns");
  archive(listener_, headers_, dropped_, watches_, panes_, active_, revised_, carries_, swung_);
  for (const auto& functions : functions_) {
    archive.expect(functions != nullptr ? 1 : 0, "functions on a window");
    if (functions) archive(*functions);
  }
  for (PatternRuns& runs : tick_runs_) archive(runs);
  for (PatternRuns& runs : signal_runs_) archive(runs);
  archive(pattern_words_, signals_seen_, arrivals_, ticks_, quotes_, nbbo_, quote_bars_);
  archive(boundaries_, noted_, next_boundary_, next_early_, early_, sweep_at_, swept_, passed_slot_);
}

}  // namespace tickplant::analytics
