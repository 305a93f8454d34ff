#include "daemon/journal/told_facts.hpp"

#include <utility>

#include "config/render_analytics.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::daemon {

ToldFacts::ToldFacts(ToldFactsSetup setup, std::vector<std::uint64_t> next)
    : setup_(std::move(setup)), newest_(setup_.analytics), next_(std::move(next)) {}

void ToldFacts::add_config(ringbuf::FactsBuilder& facts, const AnalyticsVersion& version) {
  facts.add_config(version.plan.head.config_hash, config::to_yaml(version.plan.config));
}

void ToldFacts::restate(ringbuf::FactsBuilder& facts) {
  while (newest_ != nullptr && newest_->next() != nullptr) newest_ = newest_->next();
  ringbuf::PlantFact plant;
  plant.config_hash = newest_ != nullptr ? newest_->plan.head.config_hash : 0;
  ringbuf::set_text(plant.build, setup_.build);
  facts.add(plant);
  for (std::size_t i = 0; i < setup_.rings.size(); ++i) {
    const JournalledRing& ring = setup_.rings[i];
    ringbuf::RingFact fact;
    fact.ring = ring.id.value;
    fact.kind = ring.kind;
    fact.record_bytes = ring.record_bytes();
    fact.slot_count = ring.slot_count;
    fact.next = next_[i];
    ringbuf::set_text(fact.name, ring.name);
    facts.add(fact);
  }
  for (const ringbuf::FeedEntry& feed : setup_.feeds) facts.add(feed);
  for (const AnalyticsVersion* version = setup_.analytics; version != nullptr; version = version->next()) {
    add_config(facts, *version);
    if (version == newest_) break;  // one that comes just now is news
  }
  functions_ = 0;
  add_functions(facts);
  instruments_ = 0;
  version_ = 0;
  add_instruments(facts);
}

void ToldFacts::add_news(ringbuf::FactsBuilder& facts) {
  while (newest_ != nullptr && newest_->next() != nullptr) {
    newest_ = newest_->next();
    add_config(facts, *newest_);
  }
  add_functions(facts);
  if (setup_.instruments.version() != version_) add_instruments(facts);
}

void ToldFacts::add_functions(ringbuf::FactsBuilder& facts) {
  if (!setup_.functions) return;
  for (const std::uint16_t count = setup_.functions->count(); functions_ < count;) {
    const ringbuf::FunctionEntry* const entry = setup_.functions->find({++functions_});
    if (entry != nullptr) facts.add(*entry);
  }
}

/// New ones, and those that changed: their stamp is the version of their last change. What is being written just now
/// no record refers to yet: it is looked at again with the next ones.
void ToldFacts::add_instruments(ringbuf::FactsBuilder& facts) {
  const std::uint64_t version = setup_.instruments.version();
  const std::uint32_t count = setup_.instruments.count();
  const bool only_new = version - version_ == count - instruments_;
  std::uint32_t told = instruments_;
  bool is_complete = true;
  for (std::uint32_t id = only_new ? instruments_ + 1 : 1; id <= count; ++id) {
    ringbuf::InstrumentEntry entry;
    if (setup_.instruments.read({id}, entry) != ringbuf::TableRead::value) {
      is_complete = false;
      if (id > instruments_) break;
      continue;
    }
    if (id > instruments_) told = id;
    if (id > instruments_ || entry.stamp > version_) facts.add(entry);
  }
  instruments_ = told;
  if (is_complete) version_ = version;
}

}  // namespace tickplant::daemon
