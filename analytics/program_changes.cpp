#include "analytics/program_changes.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "analytics/alerts/alert_program.hpp"

namespace tickplant::analytics {
namespace {

template <class T, class Same>
std::uint16_t place_in(const std::vector<T>& all, const Same& is_same) {
  const auto found = std::find_if(all.begin(), all.end(), is_same);
  return found == all.end() ? ProgramChanges::kNew : static_cast<std::uint16_t>(found - all.begin());
}

std::string name_of_group(const config::WatermarkConfig& watermark) {
  return watermark.name.empty() || watermark.name == "default" ? "watermarks of feeds without a group"
                                                               : "watermarks." + watermark.name;
}

/// "alerts: 2 rules added, 1 changed, 1 removed"; empty: they are the same.
std::string describe_rules(const Program& before, const Program& after) {
  std::unordered_map<std::uint32_t, const config::AlertRuleConfig*> old;
  for (const config::AlertRuleConfig& rule : before.config().alerts) old.emplace(number_of(rule), &rule);
  std::size_t added = 0, changed = 0;
  for (const config::AlertRuleConfig& rule : after.config().alerts) {
    const auto found = old.find(number_of(rule));
    if (found == old.end()) {
      ++added;
      continue;
    }
    changed += *found->second == rule ? 0 : 1;
    old.erase(found);
  }
  std::string text;
  for (const auto& [count, what] :
       {std::pair(added, "added"), std::pair(changed, "changed"), std::pair(old.size(), "removed")}) {
    if (count == 0) continue;
    const std::string unit = text.empty() ? (count == 1 ? " rule " : " rules ") : " ";
    text += (text.empty() ? "alerts: " : ", ") + std::to_string(count) + unit + what;
  }
  return text;
}

}  // namespace

ProgramChanges changes_between(const Program& before, const Program& after) {
  ProgramChanges changes;
  std::vector<std::shared_ptr<const SetProgram>> sets;
  for (std::size_t i = 0; i < before.computed_count(); ++i) sets.push_back(before.computed(i));
  const std::vector<GroupProgram> groups(before.groups().begin(), before.groups().end());
  for (const GroupProgram& group : after.groups()) {
    changes.group_before.push_back(place_in(groups, [&](const auto& old) { return old == group; }));
  }
  changes.keeps_trades = before.config().corrections_trades == after.config().corrections_trades;
  changes.keeps_membership =
      std::equal(before.sets().begin(), before.sets().end(), after.sets().begin(), after.sets().end(),
                 [](const auto& old, const auto& set) { return old->config.symbols == set->config.symbols; });
  for (std::size_t i = 0; i < after.computed_count(); ++i) {
    const std::shared_ptr<const SetProgram> set = after.computed(i);
    // A consolidated quote cannot tell which part an instrument had that has left the set.
    const bool may_go_on = changes.keeps_membership || !set->config.nbbo.enabled;
    changes.set_before.push_back(may_go_on ? place_in(sets, [&](const auto& old) { return old == set; })
                                           : ProgramChanges::kNew);
  }
  return changes;
}

std::vector<std::string> describe_changes(const Program& before, const Program& after) {
  const ProgramChanges changes = changes_between(before, after);
  std::vector<std::string> lines;
  const auto& sets = after.config().sets;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const bool is_kept = changes.keeps_trades && changes.set_before[i] != ProgramChanges::kNew;
    lines.push_back("set " + sets[i].name + (is_kept ? ": unchanged, state kept" : ": begins anew"));
  }
  for (const config::SetConfig& old : before.config().sets) {
    const bool is_there = std::any_of(sets.begin(), sets.end(), [&](const auto& set) { return set.name == old.name; });
    if (!is_there) lines.push_back("set " + old.name + ": removed");
  }
  if (const std::string rules = describe_rules(before, after); !rules.empty()) lines.push_back(rules);
  if (!changes.keeps_trades) lines.emplace_back("corrections.trades has changed: every set begins anew");
  std::vector<std::string> told;
  for (std::size_t i = 0; i < after.groups().size(); ++i) {
    if (changes.group_before[i] != ProgramChanges::kNew) continue;
    const std::string name = name_of_group(after.groups()[i].watermark);
    if (std::find(told.begin(), told.end(), name) != told.end()) continue;
    told.push_back(name);
    lines.push_back(name + ": changed, every set begins anew for these feeds");
  }
  return lines;
}

}  // namespace tickplant::analytics
