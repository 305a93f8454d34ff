#include "analytics/quotes/quote_windows.hpp"

#include <algorithm>

#include "analytics/grow.hpp"

namespace tickplant::analytics {

QuoteWindows::QuoteWindows(const WindowPlan& plan, std::span<const std::uint16_t> specs) : plan_(plan) {
  place_.fill(kNone);
  for (const std::uint16_t index : specs) {
    const std::uint16_t family = plan.specs()[index].family;
    if (place_.at(family) == kNone) {
      place_.at(family) = static_cast<std::uint8_t>(families_.size());
      families_.push_back({&plan.families()[family], family});
    }
    families_[place_.at(family)].specs.push_back(index);
  }
  panes_.resize(1);
}

void QuoteWindows::add_instrument() { extend(chains_, families_.size()); }

bool QuoteWindows::on_quote(std::uint32_t slot, Time time, const StandingQuote& quote, Time watermark, Time lateness) {
  bool in_time = true;
  for (std::size_t f = 0; f < families_.size(); ++f) {
    Chain& chain = chains_[slot * families_.size() + f];
    if (chain.newest != 0) [[likely]] {
      QuotePane& pane = panes_[chain.newest];
      if (time >= pane.start && time < pane.end) [[likely]] {
        pane.window.on_quote(time, quote);
        continue;
      }
    }
    in_time &= add_to_chain(families_[f], chain, time, quote, watermark, lateness);
  }
  return in_time;
}

bool QuoteWindows::add_to_chain(const Family& family, Chain& chain, Time time, const StandingQuote& quote,
                                Time watermark, Time lateness) {
  const std::optional<Slice> slice = slice_of(*family.family, time);
  if (!slice) return true;
  PaneIndex newer = 0, index = chain.newest;
  while (index != 0 && panes_[index].end > slice->end) {
    newer = index;
    index = panes_[index].older;
  }
  if (index != 0 && panes_[index].end == slice->end) {
    panes_[index].window.on_quote(time, quote);
    return true;
  }
  const Time expiry = expiry_of(family, *slice);
  if (expiry + lateness <= watermark) {
    // All panes kept are newer. If nothing newer has been freed it is what stands before them.
    if (time >= chain.before_time) {
      chain.before = quote;
      chain.before_time = time;
    }
    return false;
  }
  const PaneIndex made = take();
  QuotePane& pane = panes_[made];
  pane.start = slice->start;
  pane.end = slice->end;
  pane.expiry = expiry;
  pane.older = index;
  pane.window.on_quote(time, quote);
  (newer == 0 ? chain.newest : panes_[newer].older) = made;
  return true;
}

std::optional<Slice> QuoteWindows::slice_of(const WindowFamily& family, Time time) noexcept {
  if (const std::optional<Slice> slice = family.pane_of(time)) return slice;
  const Time next_end = family.source->next_end_after(time);
  if (next_end >= kAfterAll) return std::nullopt;
  const std::optional<Slice> next = family.source->slice_of(next_end - 1);
  if (!next) return std::nullopt;
  return Slice{time, next->start};
}

Time QuoteWindows::expiry_of(const Family& family, Slice slice) const noexcept {
  Time expiry = slice.end;
  if (family.family->source) return expiry;
  for (const std::uint16_t index : family.specs) {
    const WindowSpec& spec = plan_.specs()[index];
    expiry = std::max(expiry, spec.end_of(spec.last_start(slice), slice));
  }
  return expiry;
}

QuoteWindowValues QuoteWindows::values(std::uint32_t slot, std::size_t family, Time start, Time end) {
  const Chain& chain = chains_[slot * families_.size() + place_.at(family)];
  PaneIndex index = chain.newest;
  while (index != 0 && panes_[index].start >= end) index = panes_[index].older;
  found_.clear();
  for (; index != 0 && panes_[index].start >= start; index = panes_[index].older) found_.push_back(index);
  QuoteWindow whole;
  for (std::size_t i = found_.size(); i > 0; --i) whole.merge(panes_[found_[i - 1]].window);
  return whole.values(start, end, index == 0 ? chain.before : panes_[index].window.close);
}

void QuoteWindows::free(std::uint32_t slot, Time watermark, Time lateness) noexcept {
  for (std::size_t f = 0; f < families_.size(); ++f) {
    Chain& chain = chains_[slot * families_.size() + f];
    PaneIndex newer = 0, index = chain.newest;
    while (index != 0 && panes_[index].expiry + lateness > watermark) {
      newer = index;
      index = panes_[index].older;
    }
    if (index == 0) continue;
    (newer == 0 ? chain.newest : panes_[newer].older) = 0;
    const QuoteWindow& last = panes_[index].window;  // the newest of those that go
    if (last.last_time >= chain.before_time) {
      chain.before = last.close;
      chain.before_time = last.last_time;
    }
    while (index != 0) {
      const PaneIndex older = panes_[index].older;
      panes_[index].older = free_;
      free_ = index;
      --used_;
      index = older;
    }
  }
}

bool QuoteWindows::has_panes(std::uint32_t slot) const noexcept {
  const auto first = chains_.begin() + static_cast<std::ptrdiff_t>(slot * families_.size());
  return std::any_of(first, first + static_cast<std::ptrdiff_t>(families_.size()),
                     [](const Chain& chain) { return chain.newest != 0; });
}

PaneIndex QuoteWindows::take() {
  ++used_;
  if (free_ != 0) {
    const PaneIndex index = free_;
    free_ = panes_[index].older;
    panes_[index] = QuotePane{};
    return index;
  }
  extend(panes_, 1);
  return static_cast<PaneIndex>(panes_.size() - 1);
}

}  // namespace tickplant::analytics
