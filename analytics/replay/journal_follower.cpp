#include "analytics/replay/journal_follower.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "platform/check.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::analytics {
namespace {

using ringbuf::Checkpoint;
using ringbuf::CheckpointSection;
using ringbuf::SectionKind;

/// How a checkpoint names feeds.
using NumberedFeeds = std::vector<std::pair<std::uint16_t, std::string>>;

ringbuf::ReplayPlace place_of(const Checkpoint& checkpoint) {
  return {checkpoint.head.segment, {checkpoint.head.cause_seq}, checkpoint.positions()};
}

const CheckpointSection& section_of(const Checkpoint& checkpoint, SectionKind kind, std::uint32_t index = 0) {
  const CheckpointSection* const section = checkpoint.find(kind, index);
  if (section == nullptr) throw StateMismatch("there is no section of kind " + std::to_string(static_cast<int>(kind)));
  return *section;
}

template <class... Fields>
CheckpointSection archived(SectionKind kind, std::uint32_t index, Fields&... fields) {
  CheckpointSection section{kind, index, {}};
  StateArchive archive(section.bytes);
  archive(fields...);
  return section;
}

}  // namespace

JournalFollower::JournalFollower(const std::filesystem::path& folder)
    : replay_(folder), handler_(replay_.knowledge()) {}

JournalFollower::JournalFollower(const std::filesystem::path& folder, const Checkpoint& checkpoint)
    : replay_(folder, place_of(checkpoint)), handler_(replay_.knowledge()) {
  take_up(checkpoint);
}

void JournalFollower::Handler::on_command(ringbuf::CauseSequence place, const ringbuf::CommandBody& body) {
  if (body.command == ringbuf::kReloadAnalytics && computed) computed->on_reload(place, body.argument);
  if (body.command != ringbuf::kBeginAnalytics) return;
  computed = std::make_unique<Recomputation>(knowledge, lookup, body.argument, body.count);
  first_cause = place.value;
  build = knowledge.build();
}

void JournalFollower::Handler::on_derived(const ringbuf::RingFact& ring, const ringbuf::DerivedRecord& record) {
  // Results of the daemon before may come behind a begin.
  if (!computed || record.header.cause_seq.value < first_cause) return;
  computed->on_derived(std::string(ringbuf::text_of(ring.name)), record);
}

bool JournalFollower::can_checkpoint() noexcept {
  const Recomputation* const computed = handler_.computed.get();
  return computed != nullptr && !computed->is_over() && !replay_.has_gone_at_end();
}

Checkpoint JournalFollower::checkpoint() {
  TP_CHECK(can_checkpoint());
  Recomputation& computed = *handler_.computed;
  const ringbuf::ReplayPlace place = replay_.replay_place();
  Checkpoint checkpoint;
  checkpoint.head.journal_id = replay_.chain().journal_id();
  checkpoint.head.next_block = replay_.chain().next_number();
  checkpoint.head.cause_seq = place.played.value;
  checkpoint.head.segment = place.segment;
  checkpoint.head.config_hash = computed.config_hashes().back();
  checkpoint.set_positions(place.positions);
  std::vector<std::string> configs = computed.configs();
  NumberedFeeds feeds;
  for (const NamedFeed& feed : computed.feeds()) feeds.emplace_back(feed.id.value, feed.name);
  checkpoint.sections.push_back(archived(SectionKind::config, 0, configs));
  checkpoint.sections.push_back(archived(SectionKind::feeds, 0, feeds, handler_.first_cause));
  for (std::uint32_t shard = 0; shard < computed.shard_count(); ++shard) {
    CheckpointSection section{SectionKind::analytics, shard, {}};
    StateArchive archive(section.bytes);
    computed.archive(shard, archive);
    checkpoint.sections.push_back(std::move(section));
  }
  return checkpoint;
}

void JournalFollower::take_up(const Checkpoint& checkpoint) {
  std::vector<std::string> configs;
  NumberedFeeds numbered;
  const auto read = [](const CheckpointSection& section, auto&... fields) {
    StateArchive archive(std::span<const std::byte>(section.bytes));
    archive(fields...);
    if (!archive.is_at_end()) throw StateMismatch("a section is longer than what it says");
  };
  read(section_of(checkpoint, SectionKind::config), configs);
  read(section_of(checkpoint, SectionKind::feeds), numbered, handler_.first_cause);
  std::vector<NamedFeed> feeds;
  for (const auto& [id, name] : numbered) feeds.push_back({name, {id}});
  const auto is_state = [](const CheckpointSection& section) { return section.kind == SectionKind::analytics; };
  const auto shards = static_cast<std::uint32_t>(std::ranges::count_if(checkpoint.sections, is_state));
  handler_.computed = std::make_unique<Recomputation>(handler_.knowledge, handler_.lookup, configs, shards, feeds);
  Recomputation& computed = *handler_.computed;
  if (computed.is_over()) throw StateMismatch(shards == 0 ? "it has no state" : computed.problem());
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    StateArchive archive(std::span<const std::byte>(section_of(checkpoint, SectionKind::analytics, shard).bytes));
    computed.archive(shard, archive);
    if (!archive.is_at_end()) throw StateMismatch("a state is longer than an engine takes");
  }
  handler_.build = ringbuf::text_of(checkpoint.head.build);
}

FollowerStart follow_journal(const std::filesystem::path& folder, const FollowerWish& wish) {
  FollowerStart start;
  const ringbuf::CheckpointFiles files(folder);
  ringbuf::CheckpointFiles::Wanted wanted;
  wanted.journal_id = ringbuf::journal_id_of(ringbuf::list_segments(folder)).value_or(0);
  wanted.plant_name = wish.plant_name;
  wanted.build = wish.build;
  wanted.savepoint = wish.savepoint;
  for (;;) {
    ringbuf::CheckpointFiles::Found found = files.newest(wanted);
    for (std::string& reason : found.skipped) {
      const std::string file = reason.substr(0, reason.find(':'));
      const auto is_said = [&](const std::string& said) { return said.starts_with(file); };
      if (std::ranges::none_of(start.skipped, is_said)) start.skipped.push_back(std::move(reason));
    }
    if (!found.checkpoint) break;
    const ringbuf::CheckpointHead& head = found.checkpoint->head;
    try {
      if (head.next_block > wish.last_block + 1) throw StateMismatch("the journal was cut: it ends before that place");
      start.follower = std::make_unique<JournalFollower>(folder, *found.checkpoint);
      start.checkpoint = found.path;
      return start;
    } catch (const std::runtime_error& error) {  // StateMismatch, SetupError
      start.skipped.push_back(found.path.filename().string() + ": " + error.what());
    }
    if (head.cause_seq == 0 || !wish.savepoint.empty()) break;
    wanted.cause_seq_max = head.cause_seq - 1;  // older ones
  }
  if (!wish.savepoint.empty()) {
    throw platform::SetupError("savepoint " + wish.savepoint + " cannot be taken up: " + start.skipped.front(),
                               "tickplant journal list shows which there are; a start without one goes on with the "
                               "newest checkpoint");
  }
  start.follower = std::make_unique<JournalFollower>(folder);
  return start;
}

}  // namespace tickplant::analytics
