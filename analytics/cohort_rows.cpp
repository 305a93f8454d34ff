#include "analytics/cohort.hpp"

#include <algorithm>

namespace tickplant::analytics {

using namespace ringbuf;

PaneContent Cohort::content_of(const Header& header, std::size_t family, Time start, Time end) noexcept {
  PaneContent content;
  PaneIndex index = header.newest[family];
  while (index != 0 && panes_[index].start >= end) index = panes_[index].older;
  for (; index != 0 && panes_[index].start >= start; index = panes_[index].older) {
    if (content.merge(panes_[index])) [[likely]]
      continue;
    ++counts_.overflows;
    content.quality |= static_cast<std::uint32_t>(Quality::gap_inside);
  }
  return content;
}

void Cohort::emit_row(const Step& step, const Header& header, const WindowSpec& spec, Time start, Time end,
                      const PaneContent& content, RowKind kind, std::uint32_t revision, Time watermark) noexcept {
  RowContext context;
  context.instrument = header.id;
  context.function = set_.window_function(spec.index);
  context.start = start;
  context.end = end;
  context.cause = step.cause;
  context.received = step.received;
  context.watermark = watermark;
  context.kind = kind;
  context.basis = kind == RowKind::final ? Basis::final : Basis::first;
  context.revision = revision;
  context.quality = feeds_[header.feed].of(start, end, step.cause, listener_) |
                    (kind == RowKind::provisional ? Quality::provisional : Quality::none) |
                    (revision > 0 ? Quality::late_merged : Quality::none);
  context.price_unit = header.price_unit;
  context.average_5min =
      &spec == set_.average_window ? average_of(content.totals, header.price_unit) : average_at(header, end);
  const DerivedRecord row = make_row(content, context);
  if (kind == RowKind::final) {
    output_.on_final(row);
  } else {
    output_.publish(row);
  }
}

/// Of the average's window that ends there; NaN: none does, or it is empty.
double Cohort::average_at(const Header& header, Time end) noexcept {
  const WindowSpec* const average = set_.average_window;
  if (average == nullptr || floor_mod(end - average->size - average->offset, average->slide) != 0) return kNoValue;
  return average_of(content_of(header, average->family, end - average->size, end).totals, header.price_unit);
}

void Cohort::on_early(const Step& step, Time newest, Time watermark) {
  next_early_ = kAfterAll;
  for (Early& early : early_) {
    if (newest >= early.next) {
      const Time every = set_.plan.specs()[early.spec].early;
      if (early.next != kBeforeAll) {
        Boundary boundary;
        boundary.step = step;
        boundary.from = boundary.to = watermark;
        boundary.swept_before = swept_;
        boundary.is_early = true;
        boundary.shown_before = early.shown_at;
        boundary.shown_spec = early.spec;
        note(std::move(boundary));
        early.shown_at = step.cause;
      }
      early.next = newest - floor_mod(newest, every) + every;
    }
    next_early_ = std::min(next_early_, early.next);
  }
}

void Cohort::show_open(const Header& header, const Boundary& boundary) noexcept {
  for (const Due& due : due_between(header, boundary.to, kAfterAll)) {
    const WindowSpec& spec = set_.plan.specs()[due.spec];
    if (due.spec != boundary.shown_spec) continue;
    const PaneContent content = content_of(header, spec.family, due.start, due.end);
    if (content.is_empty() || content.last_cause <= boundary.shown_before) continue;
    ++counts_.rows_provisional;
    emit_row(boundary.step, header, spec, due.start, due.end, content, RowKind::provisional, 0, boundary.to);
  }
}

DueBar Cohort::due_bar(const Step& step, const Header& header, const WindowSpec& spec, Time start, Time end,
                       const PaneContent& content) noexcept {
  DueBar due;
  due.bar.start = {start};
  due.bar.end = {end};
  due.bar.open = content.open;
  due.bar.high = content.high;
  due.bar.low = content.low;
  due.bar.close = content.has_close() ? content.close : content.open;
  due.bar.volume = content.totals.volume;
  due.bar.notional = content.totals.notional;
  due.bar.count = content.totals.count;
  due.bar.price_unit = header.price_unit;
  due.bar.quality =
      static_cast<std::uint32_t>(feeds_[header.feed].of(start, end, step.cause, listener_)) | content.quality;
  due.step = step;
  due.first_cause = content.first_cause;
  due.last_cause = content.last_cause;
  due.session = sessions_[header.feed].session_of(start);
  if (set_.bars[spec.index]->needs_average) due.average_5min = average_at(header, end);
  return due;
}

/// A window without a trade that moves prices is no bar.
void Cohort::close_bar(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec, Time start,
                       Time end, const PaneContent& content) noexcept {
  if (!content.has_price()) return;
  // Whoever watches an instrument hears what is final before the instrument's next tick.
  const bool is_watched = watches_[slot] != BarWatcher::kNobody;
  const bool is_wanted = wants_bar(slot, spec);
  if (functions_[spec.index] || is_wanted) {
    const DueBar due = due_bar(step, header, spec, start, end, content);
    if (functions_[spec.index]) functions_[spec.index]->on_final(slot, due, at_once_ || is_watched);
    if (is_wanted) {
      watcher_->on_bar(watches_[slot], watched_as_, spec.index,
                       functions_[spec.index] ? functions_[spec.index]->as_it_is(slot, due) : WatchedBar{due});
    }
  }
  if (!set_.quotes.empty()) close_quotes(step, header, slot, spec, start, end, content);
}

/// The bars that are out and not final, up to the one that ends at `end`.
void Cohort::first_bars(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec, Time end,
                        Time watermark) noexcept {
  first_.clear();
  if (spec.size == 0) {
    const std::optional<Slice> slice = set_.plan.families()[spec.family].source->slice_of(end - 1);
    if (!slice) return;
    const PaneContent content = content_of(header, spec.family, slice->start, slice->end);
    if (content.has_price()) first_.push_back(due_bar(step, header, spec, slice->start, slice->end, content));
  } else {
    const Time open = watermark - lateness_;  // windows that end later are not final
    for (Time e = end - (end - open - 1) / spec.slide * spec.slide; e <= end; e += spec.slide) {
      const PaneContent content = content_of(header, spec.family, e - spec.size, e);
      if (content.has_price()) first_.push_back(due_bar(step, header, spec, e - spec.size, e, content));
    }
  }
  if (first_.empty() || first_.back().bar.end.value != end) return;
  const bool is_wanted = wants_bar(slot, spec);
  const auto tell = [&](const WatchedBar& bar) {
    if (is_wanted) watcher_->on_bar(watches_[slot], watched_as_, spec.index, bar);
  };
  if (functions_[spec.index]) {
    functions_[spec.index]->on_first(slot, first_, tell);
  } else {
    tell({first_.back()});
  }
}

void Cohort::tell_mean(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec, Time start,
                       Time end, const PaneContent& content) noexcept {
  if (!watcher_->wants_mean(watched_as_, spec.index)) return;
  const Quality quality = Quality{content.quality} | feeds_[header.feed].of(start, end, step.cause, listener_);
  watcher_->on_mean(watches_[slot], watched_as_, spec.index, step, end, average_of(content.totals, header.price_unit),
                    quality);
}

}  // namespace tickplant::analytics
