#include "analytics/replay/recomputation.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "config/load_analytics.hpp"
#include "config/render_analytics.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::analytics {
namespace {

using ringbuf::CauseSequence;
using ringbuf::DerivedRecord;

/// But for the stamp, which is the ring's.
bool are_equal(const DerivedRecord& a, const DerivedRecord& b) noexcept {
  constexpr std::size_t kBehindStamp = sizeof a.header.stamp;
  return std::memcmp(reinterpret_cast<const std::byte*>(&a) + kBehindStamp,
                     reinterpret_cast<const std::byte*>(&b) + kBehindStamp, sizeof a - kBehindStamp) == 0;
}

/// "derived" is of shard 0, "derived.3" of shard 3.
std::uint32_t shard_of(std::string_view ring) {
  const std::size_t dot = ring.rfind('.');
  std::uint32_t shard = 0;
  if (dot != std::string_view::npos) std::from_chars(ring.data() + dot + 1, ring.data() + ring.size(), shard);
  return shard;
}

}  // namespace

std::optional<InstrumentFacts> JournalInstruments::find(ringbuf::InstrumentId id) const {
  const ringbuf::InstrumentEntry* const entry = knowledge_.instrument(id);
  return entry == nullptr ? std::nullopt : std::optional(facts_of(*entry));
}

Recomputation::Recomputation(const ringbuf::JournalKnowledge& knowledge, const InstrumentLookup& lookup,
                             std::uint64_t config_hash, std::uint32_t shards)
    : knowledge_(knowledge) {
  for (const auto& [id, entry] : knowledge.feeds()) {
    feeds_.push_back({std::string(ringbuf::text_of(entry.name)), entry.id});
  }
  if (load(config_hash)) make_shards(lookup, shards);
}

Recomputation::Recomputation(const ringbuf::JournalKnowledge& knowledge, const InstrumentLookup& lookup,
                             std::span<const std::string> configs, std::uint32_t shards,
                             std::span<const NamedFeed> feeds, bool has_input)
    : knowledge_(knowledge), feeds_(feeds.begin(), feeds.end()), has_input_(has_input) {
  for (const std::string& config : configs) {
    if (!compile(config)) return;
  }
  if (!programs_.empty()) make_shards(lookup, shards);
}

void Recomputation::make_shards(const InstrumentLookup& lookup, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    shards_.push_back(std::make_unique<Shard>(*programs_.back(), ringbuf::Shard{i, count}, lookup));
  }
}

// ---- input

void Recomputation::on_record(CauseSequence place, const ringbuf::Record& record) {
  newest_ = place;
  if (is_over()) return;
  count_input();
  for (const auto& shard : shards_) shard->engine.on_record(place, record);
}

void Recomputation::on_pause(CauseSequence place) {
  newest_ = place;
  if (is_over()) return;
  count_input();
  for (const auto& shard : shards_) shard->engine.on_pause(place);
}

void Recomputation::on_reload(CauseSequence place, std::uint64_t config_hash) {
  newest_ = place;
  if (is_over()) return;
  count_input();
  if (!load(config_hash)) return;
  for (const auto& shard : shards_) shard->engine.reload(*programs_.back());
}

void Recomputation::on_skipped(CauseSequence next) {
  if (is_over() || !has_input_) return;
  for (const auto& shard : shards_) shard->engine.on_lost(next);
}

void Recomputation::on_lost_behind(CauseSequence place, std::uint64_t count) {
  if (counts_.lost_inputs == 0) counts_.lost_behind = place.value;
  counts_.lost_inputs += count;
  shards_.clear();
}

// ---- results

void Recomputation::on_derived(const std::string& ring, const DerivedRecord& record) {
  if (is_over()) {
    ++counts_.uncompared;
    return;
  }
  const std::uint32_t index = shard_of(ring);
  if (index >= shards_.size()) return fail("a result in ring " + ring + ", which it did not have");
  Shard& shard = *shards_[index];
  if (record.header.stamp < shard.first_result) {
    ++counts_.uncompared;
    return;
  }
  if (record.header.type == ringbuf::DerivedType::gap) {
    const auto gap = record.as<ringbuf::ResultGapBody>();
    return on_lost_behind({gap.first.value - 1}, gap.count);
  }
  shard.ring = ring;
  shard.recorded.push_back(record);
  compare(shard);
}

bool Recomputation::has_unexplained() {
  for (std::size_t i = 0; i < shards_.size(); ++i) compare(*shards_[i]);  // it may have shown them ahead of their input
  return std::any_of(shards_.begin(), shards_.end(), [](const auto& shard) { return !shard->recorded.empty(); });
}

void Recomputation::expect_all_explained() {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    compare(*shards_[i]);  // it may have shown them before their input had its place
    if (is_over()) return;
    if (!shards_[i]->recorded.empty()) return differ(*shards_[i]);
  }
}

void Recomputation::end() {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    compare(*shards_[i]);  // as above
    if (is_over()) return;
    // The order may have been cut before the pauses in which the last results were made.
    for (Shard& shard = *shards_[i]; !shard.recorded.empty() && shard.engine.is_sweeping();) {
      shard.engine.on_pause(newest_);
      compare(shard);
      if (is_over()) return;
    }
    if (!shards_[i]->recorded.empty()) return differ(*shards_[i]);
    counts_.unpublished += shards_[i]->results.size();
  }
  shards_.clear();
}

void Recomputation::compare(Shard& shard) {
  while (!shard.results.empty() && !shard.recorded.empty()) {
    if (!are_equal(shard.results.front(), shard.recorded.front())) return differ(shard);
    shard.results.pop_front();
    shard.recorded.pop_front();
    ++counts_.results;
  }
}

void Recomputation::differ(const Shard& shard) {
  ResultDifference& difference = difference_.emplace();
  difference.ring = shard.ring;
  difference.recorded = shard.recorded.front();
  difference.cause = shard.recorded.front().header.cause_seq.value;
  if (!shard.results.empty()) {
    difference.computed = shard.results.front();
    difference.cause = std::min(difference.cause, shard.results.front().header.cause_seq.value);
  }
  shards_.clear();
}

// ---- programs and state

/// The program of that config, behind those before it. false: there is none.
bool Recomputation::load(std::uint64_t config_hash) {
  const std::string* const config = knowledge_.config_of(config_hash);
  if (config != nullptr) return compile(*config);
  fail("the journal does not have the analytics file whose hash the order names");
  return false;
}

bool Recomputation::compile(const std::string& config) {
  try {
    programs_.push_back(std::make_unique<Program>(config::load_analytics_text(config, "the journal's analytics file"),
                                                  feeds_, programs_.empty() ? nullptr : programs_.back().get()));
  } catch (const platform::SetupError& error) {
    fail(error.what());
    return false;
  }
  configs_.push_back(config);
  config_hashes_.push_back(config::hash_of(programs_.back()->config()));
  return true;
}

void Recomputation::fail(const std::string& problem) {
  problem_ = problem;
  shards_.clear();
}

void Recomputation::archive(std::uint32_t shard, StateArchive& archive) {
  Shard& it = *shards_[shard];
  it.engine.archive(archive);
  archive(it.results, it.recorded, it.first_result);
}

void archive_live(Engine& engine, std::uint64_t next_result, StateArchive& archive) {
  std::deque<DerivedRecord> none;
  engine.archive(archive);
  archive(none, none, next_result);
}

}  // namespace tickplant::analytics
