#include <utility>

#include "analytics/engine.hpp"

namespace tickplant::analytics {

using namespace ringbuf;

void Engine::reload(const Program& program) {
  const Program& before = *std::exchange(program_, &program);
  const ProgramChanges changes = changes_between(before, program);
  std::vector<Group> groups = std::exchange(groups_, {});
  // All that has gone or begins anew first says what was due.
  const auto is_kept = [&](std::size_t old_group, std::size_t old_set) {
    const auto has = [](const std::vector<std::uint16_t>& all, std::size_t one) {
      return std::find(all.begin(), all.end(), one) != all.end();
    };
    return changes.keeps_trades && has(changes.group_before, old_group) && has(changes.set_before, old_set);
  };
  for (std::size_t group = 0; group < groups.size(); ++group) {
    for (std::size_t set = 0; set < groups[group].cohorts.size(); ++set) {
      if (!is_kept(group, set)) groups[group].cohorts[set]->sweep_all();
    }
  }
  fully_dropped_.resize(program.functions().size());
  if (!book_) begin_rules();
  groups_.reserve(program.groups().size());  // cohorts look at feeds of their group, which stay where they are
  for (std::size_t i = 0; i < program.groups().size(); ++i) {
    const std::uint16_t old_group = changes.group_before[i];
    const bool is_new = old_group == ProgramChanges::kNew;
    groups_.push_back(is_new ? begin_group(program.groups()[i]) : std::move(groups[old_group]));
    Group& group = groups_.back();
    group.next_boundary = group.next_early = kBeforeAll;
    std::vector<std::unique_ptr<Cohort>> cohorts = std::exchange(group.cohorts, {});
    std::vector<std::unique_ptr<ExtraOutput>> outputs = std::exchange(group.extra_outputs, {});
    std::vector<std::unique_ptr<NbboSymbols>> nbbo = std::exchange(group.nbbo, {});
    std::size_t listener = 0;  // the first of a new group
    if (!is_new) {
      for (InputQuality& feed : group.feeds) listener = feed.add_listener();
    }
    for (std::size_t set = 0; set < program.computed_count(); ++set) {
      const std::uint16_t old_set = changes.set_before[set];
      const bool goes_on = !is_new && old_set != ProgramChanges::kNew && changes.keeps_trades;
      const bool is_extra = set >= program.sets().size();
      if (goes_on && is_extra) group.extra_outputs.push_back(std::move(outputs[old_set - before.sets().size()]));
      group.cohorts.push_back(goes_on ? std::move(cohorts[old_set]) : begin_cohort(i, set, listener));
      if (is_extra) continue;
      group.nbbo.push_back(goes_on ? std::move(nbbo[old_set]) : begin_nbbo(set));
    }
  }
  if (!changes.keeps_trades) log_ = TradeLog(program.config().corrections_trades);
  move_instruments(before, changes);
  reload_rules(changes);
  expected_ = {};
}

/// Who goes on where it was keeps its place; all others are looked up at their next record.
void Engine::move_instruments(const Program& before, const ProgramChanges& changes) {
  const auto place_now = [](const std::vector<std::uint16_t>& before_of, std::size_t old) {
    const auto found = std::find(before_of.begin(), before_of.end(), old);
    return found == before_of.end() ? ProgramChanges::kNew : static_cast<std::uint16_t>(found - before_of.begin());
  };
  std::vector<std::uint16_t> group_now(before.groups().size()), set_now(before.computed_count());
  for (std::size_t i = 0; i < group_now.size(); ++i) group_now[i] = place_now(changes.group_before, i);
  for (std::size_t i = 0; i < set_now.size(); ++i) set_now[i] = place_now(changes.set_before, i);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    Place& place = places_[i];
    if (place.group == kUnknown) continue;
    const std::uint16_t group = group_now[place.group];
    // An instrument of another shard has a place here if it is part of a consolidated quote.
    const bool is_ours = place.cohort != kNowhere;
    const std::uint16_t old_set = is_ours ? place.cohort : place.nbbo_part != 0 ? place.nbbo_set : kNowhere;
    const std::uint16_t set = old_set == kNowhere ? ProgramChanges::kNew : set_now[old_set];
    const bool goes_on = changes.keeps_trades && group != ProgramChanges::kNew && set != ProgramChanges::kNew;
    if (!goes_on) {
      place = {};
      continue;
    }
    bool belongs_here = changes.keeps_membership;
    if (!belongs_here) {
      const std::optional<InstrumentFacts> facts = lookup_.find({static_cast<std::uint32_t>(i)});
      belongs_here = facts && program_->set_of(facts->symbol, facts->venue) == set;
    }
    if (belongs_here) {
      place.group = group;
      if (is_ours) place.cohort = set;
      place.nbbo_set = static_cast<std::uint8_t>(set);
    } else {
      groups_[group].cohorts[set]->drop_instrument(place.slot);
      place = {};
    }
  }
}

}  // namespace tickplant::analytics
