#include "analytics/cohort.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

namespace tickplant::analytics {

using namespace ringbuf;

namespace {

/// A jump over more ends of windows than this is not listed: each instrument looks what it has.
constexpr Time kMaxListed = 64;
/// With more boundaries than this waiting, the sweep goes faster.
constexpr std::size_t kBoundariesAtEase = 8;

}  // namespace

void Cohort::on_boundary(const Step& step, Time from, Time to) {
  Boundary boundary;
  boundary.fires.swap(spare_fires_);
  boundary.finals.swap(spare_finals_);
  boundary.fires.clear();
  boundary.finals.clear();
  boundary.step = step;
  boundary.from = from;
  boundary.to = to;
  boundary.swept_before = swept_;
  boundary.is_listed = true;
  for (const WindowSpec& spec : set_.plan.specs()) {
    if (!spec.has_panes()) continue;
    const WindowFamily& family = set_.plan.families()[spec.family];
    const auto list = [&](Time after, Time until, std::vector<Due>& into) {
      if (spec.size == 0) {
        for (Time end = family.source->next_end_after(after); end <= until; end = family.source->next_end_after(end)) {
          const std::optional<Slice> slice = family.source->slice_of(end - 1);
          if (slice) into.push_back({end, slice->start, spec.index});
          if (into.size() > kMaxListed) break;
        }
        return;
      }
      if ((until - after) / spec.slide > kMaxListed) {
        boundary.is_listed = false;
        return;
      }
      for (Time end = after - floor_mod(after - spec.offset - spec.size, spec.slide) + spec.slide; end <= until;
           end += spec.slide) {
        into.push_back({end, end - spec.size, spec.index});
      }
    };
    list(from, to, boundary.fires);
    list(from - lateness_, to - lateness_, boundary.finals);
  }
  if (boundary.fires.size() > kMaxListed || boundary.finals.size() > kMaxListed) boundary.is_listed = false;
  const auto order = [](const Due& a, const Due& b) {
    return std::tuple(a.end, a.spec, a.start) < std::tuple(b.end, b.spec, b.start);
  };
  std::sort(boundary.fires.begin(), boundary.fires.end(), order);
  std::sort(boundary.finals.begin(), boundary.finals.end(), order);
  note(std::move(boundary));
  next_boundary_ = set_.plan.next_boundary_after(to, lateness_);
  // Instruments that have not caught up yet may still ask for what was late before.
  const Time asked = boundaries_.front().from;
  std::erase_if(revised_, [&](const Revised& r) { return r.end + lateness_ <= asked; });
  std::erase_if(swung_, [&](const Swung& s) { return s.end + lateness_ <= asked; });
}

void Cohort::sweep(std::size_t steps) noexcept {
  if (!is_sweeping()) return;
  steps *= 1 + boundaries_.size() / kBoundariesAtEase;
  for (; steps != 0 && is_sweeping(); --steps) {
    if (!work_on_bars()) sweep_next();
  }
}

bool Cohort::is_waiting() const noexcept {
  return std::any_of(functions_.begin(), functions_.end(),
                     [](const auto& functions) { return functions && functions->is_waiting(); });
}

/// false: none that are the sweep's.
bool Cohort::work_on_bars() noexcept {
  for (const auto& functions : functions_) {
    if (!functions || !functions->is_waiting()) continue;
    // An instrument may have caught up with a tick of its own, behind the sweep's back: in the end, wherever it is.
    if (boundaries_.empty() ? functions->work_anywhere() : functions->work_on(passed_slot_)) return true;
  }
  return false;
}

/// The next instrument that has something to tell catches up.
void Cohort::sweep_next() noexcept {
  const std::size_t slots = headers_.size();
  for (bool is_found = false; !is_found && !boundaries_.empty();) {
    // To the next active slot of this word of the bit map, or to the next word.
    const std::uint64_t word = sweep_at_ < slots ? active_[sweep_at_ / 64] >> sweep_at_ % 64 : 0;
    const std::size_t skip = word == 0 ? 64 - sweep_at_ % 64 : static_cast<std::size_t>(std::countr_zero(word));
    const std::size_t passed = std::min(skip, slots - std::min(sweep_at_, slots));
    sweep_at_ += passed;
    swept_ += passed;
    if (word != 0 && sweep_at_ < slots) {
      const auto slot = static_cast<std::uint32_t>(sweep_at_);
      for (const auto& functions : functions_) {
        if (functions) functions->prefetch(slot);
      }
      catch_up(slot);
      // The last active one of its block: the block is worked on next.
      if ((word >> skip >> 1 & (0xffu >> (slot % kLanes + 1))) == 0) passed_slot_ = slot;
      ++sweep_at_;
      ++swept_;
      is_found = true;
    }
    if (sweep_at_ >= slots) sweep_at_ = 0;
    while (!boundaries_.empty() && swept_ - boundaries_.front().swept_before >= slots) {
      boundaries_.front().fires.swap(spare_fires_);
      boundaries_.front().finals.swap(spare_finals_);
      boundaries_.pop_front();
    }
  }
}

void Cohort::note(Boundary boundary) {
  boundaries_.push_back(std::move(boundary));
  ++noted_;
}

void Cohort::catch_up_now(Header& header, std::uint32_t slot) noexcept {
  if ((active_[slot / 64] >> slot % 64 & 1) != 0) {
    const std::uint64_t first = noted_ - boundaries_.size();
    for (std::uint64_t i = std::max(header.caught_up, first); i < noted_; ++i) {
      fire(header, slot, boundaries_[i - first]);
    }
    const Time watermark = boundaries_.empty() ? kBeforeAll : boundaries_.back().to;
    if (!has_more_to_tell(header, slot, watermark)) active_[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
  }
  header.caught_up = noted_;
}

std::span<const Cohort::Due> Cohort::due_between(const Header& header, Time from, Time to) {
  due_.clear();
  for (std::size_t f = 0; f < set_.plan.families().size(); ++f) {
    chain_.clear();
    for (PaneIndex i = header.newest[f]; i != 0; i = panes_[i].older) chain_.push_back(i);
    std::reverse(chain_.begin(), chain_.end());
    for (const std::uint16_t index : set_.plan.families()[f].specs) {
      const WindowSpec& spec = set_.plan.specs()[index];
      Time next = kBeforeAll;  // windows that begin before it contain an older pane, too
      for (const PaneIndex i : chain_) {
        const Slice pane{panes_[i].start, panes_[i].end};
        const Time last = spec.last_start(pane), step = spec.size == 0 ? 1 : spec.slide;
        for (Time start = std::max(next, spec.first_start(pane)); start <= last; start += step) {
          const Time end = spec.end_of(start, pane);
          if (end > from && end <= to) due_.push_back({end, start, index});
        }
        next = last + step;
      }
    }
  }
  std::sort(due_.begin(), due_.end(), [](const Due& a, const Due& b) {
    return std::tuple(a.end, a.spec, a.start) < std::tuple(b.end, b.spec, b.start);
  });
  return due_;
}

void Cohort::fire(Header& header, std::uint32_t slot, const Boundary& boundary) noexcept {
  if (boundary.is_early) return show_open(header, boundary);
  const auto on_time = [&](const Due& due) {
    const WindowSpec& spec = set_.plan.specs()[due.spec];
    const PaneContent content = content_of(header, spec.family, due.start, due.end);
    if (content.is_empty()) return;
    ++counts_.rows_on_time;
    emit_row(boundary.step, header, spec, due.start, due.end, content, RowKind::on_time, 0, boundary.to);
    if (&spec == set_.average_window) on_new_average(boundary.step, slot, due.end, content);
    if (watches_[slot] != BarWatcher::kNobody) {
      tell_mean(boundary.step, header, slot, spec, due.start, due.end, content);
    }
  };
  const auto final = [&](const Due& due) {
    const WindowSpec& spec = set_.plan.specs()[due.spec];
    const PaneContent content = content_of(header, spec.family, due.start, due.end);
    if (content.is_empty()) return;
    ++counts_.final_windows;
    if (output_.wants_finals()) {
      emit_row(boundary.step, header, spec, due.start, due.end, content, RowKind::final,
               revision_of(slot, spec, due.end), boundary.to);
    }
    close_bar(boundary.step, header, slot, spec, due.start, due.end, content);
  };
  const auto first = [&](const Due& due) {
    const WindowSpec& spec = set_.plan.specs()[due.spec];
    if (due.end + lateness_ <= boundary.to) return;  // final already
    if ((functions_[due.spec] && functions_[due.spec]->has_first_rules()) || wants_bar(slot, spec)) {
      first_bars(boundary.step, header, slot, spec, due.end, boundary.to);
    }
  };
  if (boundary.is_listed) [[likely]] {
    std::for_each(boundary.fires.begin(), boundary.fires.end(), on_time);
    std::for_each(boundary.finals.begin(), boundary.finals.end(), final);
    std::for_each(boundary.fires.begin(), boundary.fires.end(), first);
  } else {
    for (const Due& due : due_between(header, boundary.from, boundary.to)) on_time(due);
    for (const Due& due : due_between(header, boundary.from - lateness_, boundary.to - lateness_)) final(due);
    for (const Due& due : due_between(header, boundary.from, boundary.to)) first(due);
  }
  if (!carrying_.empty()) carry(boundary.step, header, slot, boundary.from, boundary.to);
  free_panes(header, boundary.to);
  quotes_.free(slot, boundary.to, lateness_);
  nbbo_.free(slot, boundary.to, lateness_);
}

bool Cohort::has_more_to_tell(const Header& header, std::uint32_t slot, Time watermark) const noexcept {
  if (std::any_of(header.newest.begin(), header.newest.end(), [](PaneIndex pane) { return pane != 0; })) return true;
  if (quotes_.has_panes(slot) || nbbo_.has_panes(slot)) return true;
  const std::size_t count = carrying_.size();
  const auto first = carries_.begin() + static_cast<std::ptrdiff_t>(slot * count);
  return std::any_of(first, first + static_cast<std::ptrdiff_t>(count),
                     [&](const Carry& carry) { return carry.until > watermark; });
}

void Cohort::free_panes(Header& header, Time watermark) noexcept {
  for (std::size_t f = 0; f < set_.plan.families().size(); ++f) {
    PaneIndex newer = 0, index = header.newest[f];
    while (index != 0 && panes_[index].expiry + lateness_ > watermark) {
      newer = index;
      index = panes_[index].older;
    }
    if (index == 0) continue;
    (newer == 0 ? header.newest[f] : panes_[newer].older) = 0;
    while (index != 0) {
      const PaneIndex older = panes_[index].older;
      panes_.give_back(index);
      index = older;
    }
  }
}

void Cohort::sweep_all() noexcept {
  for (std::uint32_t slot = 0; slot < headers_.size(); ++slot) catch_up(slot);
  for (const auto& functions : functions_) {
    if (functions) functions->flush_all();
  }
  boundaries_.clear();
}

}  // namespace tickplant::analytics
