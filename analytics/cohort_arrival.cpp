#include "analytics/cohort.hpp"

#include <algorithm>

namespace tickplant::analytics {

using namespace ringbuf;

void Cohort::close_arrival_window(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec,
                                  const ArrivalWindow& window) noexcept {
  const Time end = window.newest + 1;
  RowContext context;
  context.instrument = header.id;
  context.function = set_.window_function(spec.index);
  context.start = window.start;
  context.end = end;
  context.cause = step.cause;
  context.received = step.received;
  context.kind = RowKind::on_time;
  context.basis = Basis::final;
  context.quality = feeds_[header.feed].of(window.start, end, step.cause, listener_);
  context.price_unit = header.price_unit;
  context.index = window.index;
  ++counts_.rows_on_time;
  ++counts_.final_windows;
  const DerivedRecord row = make_row(window.content, context);
  output_.publish(row);
  if (output_.wants_finals()) output_.on_final(row);
  close_bar(step, header, slot, spec, window.start, end, window.content);
}

/// A trade was taken back or corrected: the open windows that have it are made anew from the log; full ones are named.
void Cohort::recompute_arrival_windows(const Step& step, const Header& header, std::uint32_t slot, std::uint64_t place,
                                       Time time, CorrectionBody& correction) noexcept {
  const std::span<ArrivalWindow> open = arrivals_.open(slot);
  for (std::size_t i = 0; i < open.size(); ++i) {
    ArrivalWindow& window = open[i];
    if (window.trades == 0 || place < window.first_log) {
      if (correction.window_count < CorrectionBody::kMaxWindows) {
        correction.start[correction.window_count] = {time};
        correction.function[correction.window_count++] = set_.window_function(set_.plan.arrival_specs()[i]);
      }
      continue;
    }
    ArrivalWindow fresh = window;
    ArrivalWindows::clear(fresh);
    std::uint64_t at = header.last_logged;
    while (at >= window.first_log && at != 0) {
      const LoggedTrade* const logged = log_.find(at);
      if (logged == nullptr) break;
      if (!logged->is_cancelled) ArrivalWindows::add(fresh, counted(logged->trade, header));
      at = logged->previous;
    }
    fresh.content.last_cause = std::max(fresh.content.last_cause, step.cause);
    if (at < window.first_log || at == 0) {
      window = fresh;
    } else {  // older trades are not kept any more: it stays as it was, and says that it may be wrong
      window.content.quality |= static_cast<std::uint32_t>(Quality::gap_inside);
    }
  }
}

}  // namespace tickplant::analytics
