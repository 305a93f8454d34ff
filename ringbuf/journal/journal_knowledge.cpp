#include "ringbuf/journal/journal_knowledge.hpp"

#include <algorithm>
#include <utility>

#include "ringbuf/fixed_text.hpp"

namespace tickplant::ringbuf {

std::string name_of(const InstrumentEntry& entry) {
  return std::string(text_of(entry.symbol)) + '@' + std::string(text_of(entry.venue));
}

void JournalKnowledge::apply(const FactView& fact) {
  is_closed_ = fact.kind == FactKind::closed;
  switch (fact.kind) {
    case FactKind::plant:
      build_ = text_of(fact.as<PlantFact>().build);
      config_hash_ = fact.as<PlantFact>().config_hash;
      break;
    case FactKind::ring: rings_.insert_or_assign(fact.as<RingFact>().ring, fact.as<RingFact>()); break;
    case FactKind::feed: feeds_.insert_or_assign(fact.as<FeedEntry>().id.value, fact.as<FeedEntry>()); break;
    case FactKind::instrument:
      instruments_.insert_or_assign(fact.as<InstrumentEntry>().id.value, fact.as<InstrumentEntry>());
      break;
    case FactKind::function:
      functions_.insert_or_assign(fact.as<FunctionEntry>().id.value, fact.as<FunctionEntry>());
      break;
    case FactKind::config: apply_config(fact); break;
    case FactKind::text: apply_text(fact); break;
    case FactKind::none:
    case FactKind::loss:
    case FactKind::closed: break;
  }
}

void JournalKnowledge::apply_config(const FactView& fact) {
  const auto piece = fact.as<ConfigFact>();
  if (piece.offset == 0) config_pieces_.clear();
  if (piece.offset != config_pieces_.size()) return;  // pieces come in order, or a salvage lost one
  config_pieces_ += fact.text_behind<ConfigFact>();
  if (config_pieces_.size() != piece.total_bytes) return;
  std::erase_if(configs_, [&](const Config& config) { return config.hash == piece.hash; });
  configs_.push_back({piece.hash, std::exchange(config_pieces_, {})});
  config_hash_ = piece.hash;
}

const std::string& JournalKnowledge::config() const noexcept {
  static const std::string kNone;
  return configs_.empty() ? kNone : configs_.back().text;
}

const std::string* JournalKnowledge::config_of(std::uint64_t hash) const noexcept {
  const auto found = std::find_if(configs_.begin(), configs_.end(), [&](const Config& c) { return c.hash == hash; });
  return found == configs_.end() ? nullptr : &found->text;
}

void JournalKnowledge::apply_text(const FactView& fact) {
  const auto piece = fact.as<TextFact>();
  const TextKey key{piece.generation, piece.offset};
  const auto [at, is_new] = texts_.try_emplace(key);
  text_bytes_ -= at->second.size();
  at->second = fact.text_behind<TextFact>();
  text_bytes_ += at->second.size();
  if (is_new) text_order_.push_back(key);
  while (text_bytes_ > kTextBytesMax) {
    const auto oldest = texts_.find(text_order_.front());
    text_bytes_ -= oldest->second.size();
    texts_.erase(oldest);
    text_order_.pop_front();
  }
}

const RingFact* JournalKnowledge::ring(std::uint32_t id) const noexcept {
  const auto found = rings_.find(id);
  return found == rings_.end() ? nullptr : &found->second;
}

const RingFact* JournalKnowledge::find_ring(std::string_view name) const noexcept {
  for (const auto& [id, ring] : rings_) {
    if (text_of(ring.name) == name) return &ring;
  }
  return nullptr;
}

const InstrumentEntry* JournalKnowledge::instrument(InstrumentId id) const noexcept {
  const auto found = instruments_.find(id.value);
  return found == instruments_.end() ? nullptr : &found->second;
}

const FunctionEntry* JournalKnowledge::function(FunctionId id) const noexcept {
  const auto found = functions_.find(id.value);
  return found == functions_.end() ? nullptr : &found->second;
}

std::string JournalKnowledge::symbol_of(InstrumentId id) const {
  const InstrumentEntry* entry = instrument(id);
  if (entry == nullptr) return {};
  std::string out(text_of(entry->symbol));
  if (!text_of(entry->venue).empty()) out.append("@").append(text_of(entry->venue));
  return out;
}

std::optional<std::string> JournalKnowledge::text(const TextReference& reference) const {
  std::string out;
  auto at = texts_.upper_bound({reference.generation, reference.offset});
  if (at == texts_.begin()) return std::nullopt;
  --at;  // the piece in which it begins
  while (out.size() < reference.bytes) {
    if (at == texts_.end() || at->first.first != reference.generation) return std::nullopt;
    const std::uint64_t wanted = reference.offset + out.size();
    if (at->first.second > wanted || wanted - at->first.second >= at->second.size()) return std::nullopt;
    out += at->second.substr(wanted - at->first.second, reference.bytes - out.size());
    ++at;
  }
  return out;
}

}  // namespace tickplant::ringbuf
