#include "clients/cpp/past_names.hpp"

#include "ringbuf/fixed_text.hpp"

namespace tickplant::clients {

using namespace ringbuf;

void PastNames::apply(const SegmentIndex& index) {
  for (const IndexInstrument& row : index.instruments()) {
    PastInstrument each;
    each.name = index.name_of(row);
    each.is_changed = row.flags == IndexInstrumentFlags::changed;
    size_scales_[each.name] = row.size_scale;
    if (row.feed != kNotIndexed) {
      const IndexFeed& feed = index.feeds()[row.feed];
      each.feed = text_of(feed.name);
      if (!text_of(feed.time_zone).empty()) each.time_zone = text_of(feed.time_zone);
      if (feed.ring != kNotIndexed) each.ring = text_of(index.rings()[feed.ring].name);
      each.is_changed = each.is_changed || has(feed.flags, IndexFeedFlags::changed);
    }
    by_name_.insert_or_assign(each.name, std::move(each));
  }
}

void PastNames::apply(const std::filesystem::path& folder, std::uint64_t from) {
  JournalScanner scanner(folder);
  if (from != 0) scanner.begin_at(from);
  JournalKnowledge knowledge;
  while (const auto block = scanner.next(Payloads::facts)) {
    if (block->header.kind != BlockKind::facts) continue;
    FactsReader facts(block->payload);
    while (const auto fact = facts.next()) {
      knowledge.apply(*fact);
      if (fact->kind == FactKind::instrument) apply(fact->as<InstrumentEntry>(), knowledge);
    }
  }
}

void PastNames::apply(const InstrumentEntry& entry, const JournalKnowledge& knowledge) {
  const std::string name = name_of(entry);
  PastInstrument& out = by_name_[name];
  out.name = name;
  const auto [scale, is_new] = size_scales_.try_emplace(name, entry.size_scale);
  if (scale->second != entry.size_scale) out.is_changed = true;
  const auto feed = knowledge.feeds().find(entry.feed.value);
  if (feed == knowledge.feeds().end()) return;
  const std::string_view now = text_of(feed->second.name), ring = text_of(feed->second.ring);
  if ((!out.feed.empty() && out.feed != now) || (!out.ring.empty() && out.ring != ring)) out.is_changed = true;
  out.feed = now;
  out.ring = ring;
  if (!text_of(feed->second.time_zone).empty()) out.time_zone = text_of(feed->second.time_zone);
}

const PastInstrument& PastNames::find(std::string_view symbol) const {
  const PastInstrument* found = nullptr;
  std::string all;
  if (const auto exact = by_name_.find(symbol); exact != by_name_.end()) {
    found = &exact->second;
  } else {
    const std::string begin = std::string(symbol) + '@';
    for (auto at = by_name_.lower_bound(begin); at != by_name_.end() && at->first.starts_with(begin); ++at) {
      if (at->first.rfind('@') != symbol.size()) continue;
      found = found == nullptr && all.empty() ? &at->second : nullptr;
      all += (all.empty() ? "" : ", ") + at->first;
    }
  }
  if (found != nullptr && !found->ring.empty()) return *found;
  if (found != nullptr) {
    throw UnknownInstrument("the journal does not say which ring '" + found->name + "' is in",
                            "look at it: tickplant journal list");
  }
  throw UnknownInstrument(all.empty() ? "the journal knows no '" + std::string(symbol) + "'"
                                      : "'" + std::string(symbol) + "' may be one of several: " + all,
                          all.empty() ? "look at it: tickplant journal list" : "name one of them");
}

}  // namespace tickplant::clients
