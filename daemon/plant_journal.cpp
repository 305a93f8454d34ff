#include "daemon/plant_journal.hpp"

#include <utility>
#include <vector>

#include "analytics/replay/journal_configs.hpp"
#include "config/render_analytics.hpp"
#include "daemon/log.hpp"
#include "daemon/plant_clock.hpp"
#include "daemon/stages/journal_stage.hpp"
#include "daemon/state_folder.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"
#include "ringbuf/plant_folder.hpp"

namespace tickplant::daemon {
namespace {

constexpr const char* kBuild = "tickplant " TICKPLANT_VERSION;

std::vector<platform::MemoryRange> units_of(std::span<std::byte> memory) {
  std::vector<platform::MemoryRange> units;
  for (std::size_t i = 0; i < JournalWriter::kBuffers; ++i) {
    units.push_back(memory.subspan(i * ringbuf::kJournalUnitBytes, ringbuf::kJournalUnitBytes));
  }
  return units;
}

ringbuf::FeedEntry entry_of(const ringbuf::CatalogFeed& feed) {
  ringbuf::FeedEntry entry;
  entry.id = feed.id;
  ringbuf::set_text(entry.venue, feed.venue);
  ringbuf::set_text(entry.name, feed.name);
  ringbuf::set_text(entry.protocol, feed.protocol);
  ringbuf::set_text(entry.time_zone, feed.time_zone);
  ringbuf::set_text(entry.ring, feed.ring);
  ringbuf::set_text(entry.entitlement_folder, feed.entitlement_folder);
  return entry;
}

}  // namespace

std::filesystem::path journal_folder_of(const config::PlantConfig& config) {
  if (config.journal.folder != "auto") return config.journal.folder;
  const auto state = state_folder(config, state_environment_of_this_process());
  if (state) return *state / "journal";
  throw platform::SetupError("journal.folder is auto, and there is no state folder: this user has no home",
                             "name a folder in journal.folder or plant.state_folder");
}

void link_journal(const std::filesystem::path& plant_folder, const PlantJournal* journal) {
  const std::filesystem::path link = plant_folder / ringbuf::kJournalLink;
  std::error_code error;
  if (std::filesystem::is_symlink(link, error)) std::filesystem::remove(link, error);  // a predecessor's
  if (journal == nullptr) return;
  std::filesystem::create_directory_symlink(std::filesystem::absolute(journal->folder()), link, error);
  if (error) log_warning("no link to the journal in '" + plant_folder.string() + "': " + error.message());
}

PlantJournal::PlantJournal(const config::PlantConfig& config)
    : config_(config),
      folder_(journal_folder_of(config), config.plant.readers_group),
      opened_(open_journal(folder_.path())),
      memory_(JournalStage::kMemoryBytes),
      io_(folder_.path(), units_of(memory_.bytes())) {
  log_info("journal in " + folder_.path().string() + ": " + io_.describe());
  ringbuf::CheckpointFiles(folder_.path()).remove_unfinished();
  for (const std::string& note : opened_.notes) log_info(note);
  for (const std::string& warning : opened_.warnings) log_warning(warning);
}

std::unique_ptr<Stage> PlantJournal::make_stage(PlantSegments& segments, const AnalyticsVersion* analytics) {
  std::vector<JournalInput> inputs;
  const auto add = [&](ringbuf::WritableSegment& ring, ringbuf::BlockKind kind, ringbuf::GatingLine<>& gating) {
    const ringbuf::SegmentHeader& header = ring.header();
    const std::string name(ringbuf::text_of(header.segment_name));
    const auto next = opened_.next.find(name);
    inputs.push_back({{name, segments.id_of(ring), kind, header.slot_count},
                      ring.payload(),
                      next == opened_.next.end() ? std::nullopt : std::optional(next->second),
                      &gating});
  };
  for (TickRing& ring : segments.rings()) {
    add(ring.ring, ringbuf::BlockKind::ticks, ring.gating_page().reader[kJournalLine]);
  }
  AnalyticsMemory* const memory = segments.analytics();
  std::optional<ringbuf::FunctionsReader> functions;
  if (memory != nullptr) {
    add(memory->sequencer, ringbuf::BlockKind::runs, memory->gating_page().reader[kJournalLine]);
    for (AnalyticsMemory::DerivedRing& ring : memory->rings) {
      add(ring.ring, ringbuf::BlockKind::derived, *ring.journal);
    }
    add(memory->alerts->ring, ringbuf::BlockKind::alerts, *memory->alerts->journal);
    functions.emplace(std::as_bytes(memory->functions.payload()));
  }
  std::vector<ringbuf::FeedEntry> feeds;
  for (const ringbuf::CatalogFeed& feed : segments.feeds()) feeds.push_back(entry_of(feed));
  supply_.emplace(io_, config_.journal.segment_bytes, config_.journal.keep_bytes);
  auto stage = std::make_unique<JournalStage>(JournalStageSetup{config_.journal,
                                                                config_.plant.name,
                                                                opened_.start,
                                                                std::move(inputs),
                                                                {.build = kBuild,
                                                                 .feeds = std::move(feeds),
                                                                 .instruments = segments.directory().reader(),
                                                                 .functions = functions,
                                                                 .analytics = analytics},
                                                                segments.counters(),
                                                                PlantClock(segments.clock_reader())},
                                              memory_.bytes(), io_, *supply_);
  supply_->start();
  stage_ = stage.get();
  retention_.emplace(Retention::Setup{folder_.path(), config_.journal, config_.plant.name,
                                      opened_.start.chain.journal_id(), segments.counters()});
  retention_->start([clock = PlantClock(segments.clock_reader())]() mutable { return clock.now(); });
  return stage;
}

std::vector<std::string> PlantJournal::computed_configs() const {
  if (opened_.start.segment == 0) return {};
  return analytics::configs_computed_in(folder_.path(), follower_wish(opened_.start.chain.last_number()));
}

analytics::FollowerWish PlantJournal::follower_wish(std::uint64_t last_block) const {
  return {config_.plant.name, kBuild, last_block, savepoint_};
}

platform::UnixNanos PlantJournal::last_recv(const std::string& ring) const {
  const auto found = opened_.last_recv.find(ring);
  return found == opened_.last_recv.end() ? platform::kNoTime : found->second;
}

Recovery PlantJournal::recover(PlantSegments& segments, const AnalyticsPlan& plan,
                               std::span<const analytics::NamedFeed> feeds) {
  const bool has_order = segments.analytics()->sequencer.is_adopted();
  if (opened_.start.segment == 0 && !has_order) return begins_anew("the journal is new");
  if (!stage_->catch_up()) return begins_anew("the journal cannot take what the rings still hold");
  RecoveryWish wish;
  wish.follower = follower_wish(stage_->last_block());
  for (const config::AnalyticsConfig& earlier : plan.earlier) wish.config_hashes.push_back(config::hash_of(earlier));
  wish.config_hashes.push_back(plan.head.config_hash);
  wish.feeds = feeds;
  for (TickRing& ring : segments.rings()) wish.rings[segments.id_of(ring).value] = ring.name;
  AnalyticsMemory& memory = *segments.analytics();
  wish.shards = static_cast<std::uint32_t>(memory.rings.size());
  for (AnalyticsMemory::DerivedRing& ring : memory.rings) {
    if (ring.ring.is_adopted()) wish.derived_next[segments.id_of(ring.ring).value] = ring.last.value + 1;
  }
  wish.next_cause = memory.order.next.value;
  wish.is_order_adopted = memory.sequencer.is_adopted();
  Recovery recovery = recover_analytics(folder_.path(), wish);
  follower_ = std::move(recovery.follower);
  return recovery;
}

void PlantJournal::start_checkpoints(PlantSegments& segments, StateSnapshots& snapshots) {
  auto follower = std::exchange(follower_, nullptr);
  if (config_.journal.checkpoint_ns == 0) return;
  // Where nothing is synced, what is written counts: a loss of power may cost the newest checkpoint, too.
  const char* const safe = config_.journal.sync == config::JournalSync::none ? ringbuf::counter::kNewestBlock.data()
                                                                             : ringbuf::counter::kDurableBlock.data();
  checkpoints_.emplace(
      CheckpointMakerSetup{folder_.path(), follower_wish(stage_->last_block()), config_.journal.checkpoint_ns,
                           [&segments, safe] {
                             return ringbuf::CountersReader(segments.counters_bytes())
                                 .find(ringbuf::counter::kJournal, safe)
                                 .value_or(0);
                           },
                           snapshots, std::move(follower)},
      segments.counters());
  checkpoints_->start();
}

void PlantJournal::stop() noexcept {
  if (checkpoints_) checkpoints_->stop();
  if (retention_) retention_->stop();
  if (supply_) supply_->stop();
}

}  // namespace tickplant::daemon
