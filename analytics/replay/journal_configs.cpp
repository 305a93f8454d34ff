#include "analytics/replay/journal_configs.hpp"

#include <optional>
#include <variant>

#include "analytics/state_archive.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"
#include "ringbuf/journal/journal_reader.hpp"
#include "ringbuf/records/source.hpp"

namespace tickplant::analytics {
namespace {

/// Takes a command of the order. `configs`: since the newest begin.
void take(const ringbuf::CommandBody& command, const ringbuf::JournalKnowledge& knowledge, std::string_view build,
          std::vector<std::string>& configs) {
  const bool begins = command.command == ringbuf::kBeginAnalytics;
  if (!begins && command.command != ringbuf::kReloadAnalytics) return;
  if (begins) configs.clear();
  if (begins ? knowledge.build() != build : configs.empty()) return;
  const std::string* const config = knowledge.config_of(command.argument);
  configs.push_back(config == nullptr ? "" : *config);
}

/// None: it does not say.
std::vector<std::string> configs_in(const ringbuf::Checkpoint& checkpoint) {
  std::vector<std::string> configs;
  const ringbuf::CheckpointSection* const section = checkpoint.find(ringbuf::SectionKind::config);
  if (section == nullptr) return configs;
  StateArchive archive(std::span<const std::byte>(section->bytes));
  archive(configs);
  return configs;
}

}  // namespace

std::vector<std::string> configs_computed_in(const std::filesystem::path& folder, const FollowerWish& asked) {
  ringbuf::CheckpointFiles::Wanted wanted;
  wanted.journal_id = ringbuf::journal_id_of(ringbuf::list_segments(folder)).value_or(0);
  wanted.plant_name = asked.plant_name;
  wanted.build = asked.build;
  wanted.savepoint = asked.savepoint;
  const ringbuf::CheckpointFiles files(folder);
  const std::optional<ringbuf::Checkpoint> checkpoint = files.newest(wanted).checkpoint;
  std::vector<std::string> configs;
  ringbuf::JournalWish wish;
  ringbuf::CauseSequence played{};
  if (checkpoint && checkpoint->head.next_block <= asked.last_block + 1) {
    configs = configs_in(*checkpoint);
    if (configs.empty()) return {};
    wish.from_segment = checkpoint->head.segment;
    played = {checkpoint->head.cause_seq};
  }
  wish.rings = {"sequencer"};
  ringbuf::JournalReader reader(folder, wish);
  while (const auto item = reader.next()) {
    const auto* const records = std::get_if<ringbuf::JournalRecords>(&*item);
    if (records == nullptr || records->kind != ringbuf::BlockKind::runs) continue;
    for (std::size_t i = 0; i < records->count(); ++i) {
      const auto run = records->as<ringbuf::SequencerRun>(i);
      if (run.kind != ringbuf::RunKind::command || run.cause_seq <= played) continue;
      take(run.command(), reader.knowledge(), asked.build, configs);
      if (run.command().command != ringbuf::kSnapshotAnalytics) continue;
      // The order may have lost a reload before it.
      const auto snapshot = files.snapshot(run.cause_seq.value, wanted.journal_id);
      if (snapshot && ringbuf::text_of(snapshot->head.build) == asked.build) configs = configs_in(*snapshot);
    }
  }
  for (const std::string& config : configs) {
    if (config.empty()) return {};  // the journal does not have it
  }
  return configs;
}

}  // namespace tickplant::analytics
