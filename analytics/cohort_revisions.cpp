#include "analytics/cohort.hpp"

#include <algorithm>
#include <tuple>

namespace tickplant::analytics {

using namespace ringbuf;

namespace {

/// A trade that is to be taken back is looked for among that many of its instrument.
constexpr std::size_t kMaxLookBack = 1u << 16;

}  // namespace

/// Of each window that has fired, is not final and contains `time`, in the order of revise(): was there anything to
/// tell? Asked before a trade changes it.
void Cohort::look_at_fired(const Header& header, Time time, Time watermark) {
  had_content_.clear();
  for (const WindowSpec& spec : set_.plan.specs()) {
    if (!spec.has_panes()) continue;
    const std::optional<Slice> pane = set_.plan.families()[spec.family].pane_of(time);
    if (!pane) continue;
    const Time last = spec.last_start(*pane);
    for (Time start = spec.first_start(*pane); start <= last; start += spec.size == 0 ? 1 : spec.slide) {
      const Time end = spec.end_of(start, *pane);
      if (end > watermark || end + lateness_ <= watermark) continue;
      PaneIndex index = header.newest[spec.family];
      while (index != 0 && (panes_[index].start >= end || (panes_[index].start >= start && panes_[index].is_empty()))) {
        index = panes_[index].older;
      }
      had_content_.push_back(index != 0 && panes_[index].start >= start ? 1 : 0);
    }
  }
}

void Cohort::revise(const Step& step, Header& header, std::uint32_t slot, const WindowTrade& trade, Time watermark,
                    bool is_new, CorrectionBody& correction) noexcept {
  std::size_t looked_at = 0;
  for (const WindowSpec& spec : set_.plan.specs()) {
    if (!spec.has_panes()) continue;
    const std::optional<Slice> pane = set_.plan.families()[spec.family].pane_of(trade.key.time);
    if (!pane) continue;
    LateTick late{step.cause, header.id, trade.key.time, watermark, spec.index, set_.window_function(spec.index), 0,
                  0,          0};
    const Time last = spec.last_start(*pane);
    for (Time start = spec.first_start(*pane); start <= last; start += spec.size == 0 ? 1 : spec.slide) {
      const Time end = spec.end_of(start, *pane);
      if (end + lateness_ <= watermark) {
        ++late.dropped;
        if (correction.window_count < CorrectionBody::kMaxWindows) {
          correction.start[correction.window_count] = {start};
          correction.function[correction.window_count++] = set_.window_function(spec.index);
        }
        continue;
      }
      ++late.accepted;
      if (end > watermark) continue;  // has not fired: it will say so by itself
      ++late.updates;
      const PaneContent content = content_of(header, spec.family, start, end);
      const Carry* const carried = carry_of(slot, spec);
      const bool had_fired =
          had_content_[looked_at++] != 0 || (carried != nullptr && start >= carried->since && end <= carried->told);
      emit_row(step, header, spec, start, end, content, RowKind::late, take_revision(slot, spec, end, had_fired),
               watermark);
      if (&spec == set_.average_window && !ticks_.is_empty() && end >= ticks_.average_end(slot))
        on_new_average(step, slot, end, content);
      if (carried != nullptr) carry_again(step, header, slot, spec, end, content, watermark);
      if (watches_[slot] != BarWatcher::kNobody) tell_mean(step, header, slot, spec, start, end, content);
      if ((functions_[spec.index] && functions_[spec.index]->has_first_rules()) || wants_bar(slot, spec)) {
        first_bars(step, header, slot, spec, end, watermark);
      }
    }
    counts_.late_updates += late.updates;
    if (!is_new) continue;
    counts_.dropped += late.dropped;
    if (late.dropped != 0 && late.accepted == 0) ++fully_dropped_[set_.window_function(spec.index).value];
    if (late.dropped != 0 || late.updates != 0) output_.on_late(late);
  }
  if (correction.window_count == 0) return;
  if (!is_new) ++counts_.corrections_late;
  correction.trade_time = {trade.key.time};
  DerivedHeader derived;
  derived.ts_event = {trade.key.time};
  derived.cause_seq = {step.cause};
  derived.input_first = {trade.cause};
  derived.input_last = {step.cause};
  derived.instrument = header.id;
  derived.basis = Basis::final;
  derived.ts_recv = {step.received};
  output_.publish(make_derived(derived, correction));
}

std::uint32_t Cohort::take_revision(std::uint32_t slot, const WindowSpec& spec, Time end, bool had_fired) noexcept {
  const Revised key{slot, spec.index, end, 0};
  const auto order = [](const Revised& r) { return std::tuple(r.slot, r.spec, r.end); };
  auto found = std::lower_bound(revised_.begin(), revised_.end(), key,
                                [&](const Revised& a, const Revised& b) { return order(a) < order(b); });
  if (found == revised_.end() || order(*found) != order(key)) {
    found = revised_.insert(found, {slot, spec.index, end, had_fired ? 1u : 0u});
  }
  return found->next_revision++;
}

std::uint32_t Cohort::revision_of(std::uint32_t slot, const WindowSpec& spec, Time end) const noexcept {
  const auto order = [](const Revised& r) { return std::tuple(r.slot, r.spec, r.end); };
  const Revised key{slot, spec.index, end, 0};
  const auto found = std::lower_bound(revised_.begin(), revised_.end(), key,
                                      [&](const Revised& a, const Revised& b) { return order(a) < order(b); });
  return found == revised_.end() || order(*found) != order(key) ? 0 : found->next_revision - 1;
}

void Cohort::on_cancel(const Step& step, std::uint32_t slot, std::uint64_t trade_id, bool corrected, std::int64_t price,
                       std::uint64_t size, Time watermark) noexcept {
  Header& header = headers_[slot];
  catch_up(slot);
  LoggedTrade* logged = nullptr;
  std::uint64_t place = header.last_logged;
  for (std::size_t looked = 0; trade_id != 0 && looked < kMaxLookBack; ++looked) {
    LoggedTrade* const trade = log_.find(place);
    if (trade == nullptr) break;
    if (trade->trade_id == trade_id && !trade->is_cancelled) {
      logged = trade;
      break;
    }
    place = trade->previous;
  }
  CorrectionBody correction;
  correction.trade_id = trade_id;
  correction.kind = corrected ? CorrectionKind::corrected : CorrectionKind::cancelled;
  if (corrected) {
    correction.new_price = {price * header.price_unit};
    correction.new_size = {size};
  }
  if (logged == nullptr) {
    ++counts_.corrections_unknown;
    correction.kind = CorrectionKind::unknown;
    DerivedHeader derived;
    derived.cause_seq = {step.cause};
    derived.instrument = header.id;
    derived.basis = Basis::final;
    derived.ts_recv = {step.received};
    output_.publish(make_derived(derived, correction));
    return;
  }
  ++(corrected ? counts_.corrected : counts_.cancelled);
  const WindowTrade before = counted(logged->trade, header);
  correction.old_price = {before.price * header.price_unit};
  correction.old_size = {before.size};
  if (corrected) {
    logged->trade.price = price;
    logged->trade.size = size;
  } else {
    logged->is_cancelled = true;
  }
  look_at_fired(header, before.key.time, watermark);
  for (std::size_t f = 0; f < set_.plan.families().size(); ++f) {
    const std::optional<Slice> slice = set_.plan.families()[f].pane_of(before.key.time);
    const PaneIndex index = slice ? find_pane(header, f, *slice) : 0;
    if (index == 0) continue;
    recompute(header, panes_[index]);
    panes_[index].last_cause = std::max(panes_[index].last_cause, step.cause);
  }
  if (!ticks_.is_empty() && before.moves_last && !logged->was_late) {
    ticks_.on_cancel(tick_context(step, header, slot, before), before, corrected ? &logged->trade : nullptr);
  }
  if (!arrivals_.is_empty()) recompute_arrival_windows(step, header, slot, place, before.key.time, correction);
  revise(step, header, slot, before, watermark, false, correction);
}

/// From the trades that the log has of it.
void Cohort::recompute(const Header& header, Pane& pane) noexcept {
  Pane fresh;
  fresh.start = pane.start;
  fresh.end = pane.end;
  fresh.expiry = pane.expiry;
  fresh.older = pane.older;
  fresh.first_log = pane.first_log;
  std::uint64_t place = header.last_logged;
  for (; place >= pane.first_log && place != 0;) {
    const LoggedTrade* const logged = log_.find(place);
    if (logged == nullptr) {  // overwritten: it stays as it was, and says that it may be wrong
      pane.quality |= static_cast<std::uint32_t>(Quality::gap_inside);
      return;
    }
    const Time time = logged->trade.key.time;
    if (time >= pane.start && time < pane.end && !logged->is_cancelled) {
      static_cast<void>(fresh.add(counted(logged->trade, header)));
    }
    place = logged->previous;
  }
  fresh.first_cause = pane.first_cause;
  fresh.last_cause = std::max(fresh.last_cause, pane.last_cause);
  pane = fresh;
}

}  // namespace tickplant::analytics
