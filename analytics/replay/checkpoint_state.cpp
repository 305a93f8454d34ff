#include "analytics/replay/checkpoint_state.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "analytics/state_archive.hpp"

namespace tickplant::analytics {
namespace {

using ringbuf::Checkpoint;
using ringbuf::CheckpointSection;
using ringbuf::SectionKind;

/// How a checkpoint names feeds.
using NumberedFeeds = std::vector<std::pair<std::uint16_t, std::string>>;

template <class... Fields>
CheckpointSection section_with(SectionKind kind, Fields&... fields) {
  CheckpointSection section{kind, 0, {}};
  StateArchive archive(section.bytes);
  archive(fields...);
  return section;
}

template <class... Fields>
void read(const Checkpoint& checkpoint, SectionKind kind, Fields&... fields) {
  const CheckpointSection* const section = checkpoint.find(kind);
  if (section == nullptr) throw StateMismatch("there is no section of kind " + std::to_string(static_cast<int>(kind)));
  StateArchive archive(std::span<const std::byte>(section->bytes));
  archive(fields...);
  if (!archive.is_at_end()) throw StateMismatch("a section is longer than what it says");
}

}  // namespace

void put_state(Checkpoint& checkpoint, CheckpointState state) {
  NumberedFeeds feeds;
  for (const NamedFeed& feed : state.feeds) feeds.emplace_back(feed.id.value, feed.name);
  checkpoint.sections.push_back(section_with(SectionKind::config, state.configs));
  checkpoint.sections.push_back(section_with(SectionKind::feeds, feeds, state.first_cause));
  std::uint32_t shard = 0;
  for (std::vector<std::byte>& bytes : state.shards) {
    checkpoint.sections.push_back({SectionKind::analytics, shard++, std::move(bytes)});
  }
}

CheckpointState state_of(const Checkpoint& checkpoint) {
  CheckpointState state;
  NumberedFeeds feeds;
  read(checkpoint, SectionKind::config, state.configs);
  read(checkpoint, SectionKind::feeds, feeds, state.first_cause);
  state.has_input = checkpoint.head.cause_seq != state.first_cause;
  for (const auto& [id, name] : feeds) state.feeds.push_back({name, {id}});
  for (std::uint32_t shard = 0;; ++shard) {
    const CheckpointSection* const section = checkpoint.find(SectionKind::analytics, shard);
    if (section == nullptr) break;
    state.shards.push_back(section->bytes);
  }
  const auto is_state = [](const CheckpointSection& section) { return section.kind == SectionKind::analytics; };
  if (static_cast<std::size_t>(std::ranges::count_if(checkpoint.sections, is_state)) != state.shards.size()) {
    throw StateMismatch("a shard's section is missing");
  }
  if (state.shards.empty()) throw StateMismatch("it has no state");
  return state;
}

ringbuf::ReplayPlace place_of(const Checkpoint& checkpoint) {
  return {checkpoint.head.segment, {checkpoint.head.cause_seq}, checkpoint.positions()};
}

std::unique_ptr<Recomputation> take_up(const CheckpointState& state, const ringbuf::JournalKnowledge& knowledge,
                                       const InstrumentLookup& lookup) {
  const auto shards = static_cast<std::uint32_t>(state.shards.size());
  auto computed =
      std::make_unique<Recomputation>(knowledge, lookup, state.configs, shards, state.feeds, state.has_input);
  if (computed->is_over()) throw StateMismatch(computed->problem());
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    StateArchive archive(std::span<const std::byte>(state.shards[shard]));
    computed->archive(shard, archive);
    if (!archive.is_at_end()) throw StateMismatch("a state is longer than an engine takes");
  }
  return computed;
}

}  // namespace tickplant::analytics
