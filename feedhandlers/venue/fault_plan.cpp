#include "feedhandlers/venue/fault_plan.hpp"

namespace tickplant::feedhandlers::venue {

Fate FaultPlan::next() noexcept {
  // A fraction is below 1: 0 % never hits, 100 % always does.
  const auto hits = [this](double percent) { return random_.fraction() * 100 < percent; };
  Fate fate;
  fate.lost = hits(options_.loss_percent);
  fate.duplicated = hits(options_.duplicate_percent);
  const bool reordered = hits(options_.reorder_percent);
  const std::uint32_t overtaken_by = 1 + random_.below(options_.reorder_depth);
  if (reordered) fate.overtaken_by = overtaken_by;
  fate.delay_nanos = options_.delay_nanos +
                     static_cast<std::int64_t>(random_.fraction() * static_cast<double>(options_.jitter_nanos + 1));
  return fate;
}

}  // namespace tickplant::feedhandlers::venue
