#include "daemon/plant.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "daemon/group_id.hpp"
#include "daemon/log.hpp"
#include "daemon/memory_wishes.hpp"
#include "daemon/stages/file_feed_stage.hpp"
#include "daemon/stages/multicast_feed_stage.hpp"
#include "daemon/stages/recorder_stage.hpp"
#include "daemon/stages/tcp_feed_stage.hpp"
#include "daemon/state_folder.hpp"
#include "daemon/told_feeds.hpp"
#include "platform/memory_wish.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/plant_folder.hpp"

namespace tickplant::daemon {
namespace {

using platform::SetupError;

bool runs(const ThreadPlan& thread, const config::FeedConfig& feed) {
  return std::find(thread.stages.begin(), thread.stages.end(), "feed." + feed.name) != thread.stages.end();
}

const std::string& zone_of(const config::PlantConfig& plant, const config::FeedConfig& feed) {
  return feed.time_zone == "auto" ? plant.plant.time_zone : feed.time_zone;
}

std::string sum_text(std::size_t count, const char* thing) {
  return std::to_string(count) + ' ' + thing + (count == 1 ? "" : "s");
}

}  // namespace

std::filesystem::path folder_of(const config::PlantConfig& config) {
  if (config.plant.runtime_folder != "auto") return config.plant.runtime_folder;
  return ringbuf::plant_folder(config.plant.name, ringbuf::runtime_environment_of_this_process());
}

Plant::Plant(const config::PlantConfig& config, const std::string& savepoint, PlantHooks hooks)
    : config_(config),
      plans_(plan_threads(config, platform::CpuTopology::of_this_machine())),
      analytics_plan_(plan_analytics(config)),  // before anything else: a mistake in the file refuses the start
      folder_(folder_of(config)),
      leases_(state_folder(config, state_environment_of_this_process()), config.plant.name) {
  const platform::UnixNanos began = platform::system_now();
  if (config_.journal.present()) journal_.emplace(config_);
  plan_on_from_journal(savepoint);
  WriterCounts writers = writer_counts();
  open_sources();
  segments_.emplace(config_, folder_.folder(), began, &leases_, std::move(writers),
                    analytics_plan_ ? &*analytics_plan_ : nullptr);
  leases_.take(segments_->sequence_uses());
  link_journal(folder_.folder(), journal_ ? &*journal_ : nullptr);
  continue_receive_times();
  restore_directory();
  tell_skipped(began);
  for (const std::string& note : segments_->notes()) log_info(note);
  wish_for_memory(config_, plans_, *segments_);
  housekeeping_.emplace(config_, *segments_, leases_);
  make_control(std::move(hooks));
  start_threads();
  changes_.emplace(PlantChanges::Parts{config_, threads_, *segments_, journal_ ? &*journal_ : nullptr});
  if (control_) control_->start();
  tell_ready(began);
}

/// Before the plant is announced: its counters, and whether its socket can be had.
void Plant::make_control(PlantHooks hooks) {
  if (!config_.control.present()) return;
  control_socket_.emplace(folder_.folder() / ringbuf::kControlSocket,
                          group_id(config_.plant.readers_group, "plant.readers_group"));
  ControlServerSetup setup;
  setup.folder = folder_.folder();
  setup.state_folder = state_folder(config_, state_environment_of_this_process()).value_or("");
  setup.check_config = [check = std::move(hooks.check_config),
                        held = segments_->total_bytes()](const std::string& text) { return check(text, held); };
  setup.roles = {::geteuid(), group_id(config_.control.traders_group, "control.traders_group"),
                 group_id(config_.control.admins_group, "control.admins_group")};
  setup.clients_max = config_.control.clients_max;
  setup.client_bytes_max = config_.control.client_bytes;
  setup.handshake_ns = config_.control.handshake_ns;
  setup.wake_plant = std::move(hooks.wake);
  control_.emplace(*control_socket_, std::move(setup), segments_->counters());
}

Plant::~Plant() { stop(); }

void Plant::turn() {
  housekeeping_->turn();
  answer_changes();
}

void Plant::answer_changes() {
  for (PlantAnswer& done : changes_->turn(platform::system_now())) answer(std::move(done));
}

void Plant::stop() noexcept {
  if (threads_.empty()) return;
  if (control_) control_->stop();
  // In the order data flows: who only reads ends last, when nothing comes any more.
  const auto place_of = [this](const StageThread& thread) {
    const auto runs_feed = [&](const config::FeedConfig& feed) { return runs(thread.plan(), feed); };
    if (std::any_of(config_.feeds.begin(), config_.feeds.end(), runs_feed)) return 0;
    const std::vector<std::string>& stages = thread.plan().stages;
    const auto has = [&](const char* stage) { return std::find(stages.begin(), stages.end(), stage) != stages.end(); };
    return has("sequencer") ? 1 : has("journal") ? 4 : has("alerts") ? 3 : 2;
  };
  for (int place = 0; place < 5; ++place) {
    for (const auto& thread : threads_) {
      if (place_of(*thread) == place) thread->request_stop();
    }
    for (const auto& thread : threads_) {
      if (place_of(*thread) == place) thread->join();
    }
  }
  threads_.clear();
  if (journal_) journal_->stop();
  waker_->stop();
  leases_.end(segments_->sequence_uses());
  segments_->close();  // wakes whoever sleeps
}

std::vector<std::string> Plant::reload_analytics() {
  if (!analytics_) {
    const std::string problem = "this plant computes nothing (analytics.file: none), there is nothing to read again";
    log_warning("reload: " + problem);
    throw SetupError(problem, "set analytics.file, and start it again");
  }
  const std::string& file = analytics_plan_->head.file;
  try {
    std::vector<std::string> changes = analytics_->reload(config_);
    for (const std::string& change : changes) log_info("reload: " + change);
    log_info(changes.empty() ? "reload: " + file + " says what it said before, nothing changes"
                             : "reload: analytics computes what " + file + " says now");
    return changes;
  } catch (const SetupError& error) {
    log_error("reload refused, analytics goes on as before: " + std::string(error.what()));
    throw;
  }
}

/// How many threads write each ring. What a table says about an instrument is written by one of them.
WriterCounts Plant::writer_counts() const {
  WriterCounts counts;
  std::map<std::pair<std::string, std::string>, std::pair<const ThreadPlan*, const config::FeedConfig*>> writer_of;
  for (const ThreadPlan& thread : plans_.threads) {
    std::set<std::string> rings;
    for (const config::FeedConfig& feed : config_.feeds) {
      if (!runs(thread, feed)) continue;
      rings.insert(feed.ring);
      const auto [first, is_new] = writer_of.try_emplace({feed.ring, feed.venue}, &thread, &feed);
      const auto [other, its_feed] = first->second;
      if (is_new || other == &thread) continue;
      throw SetupError("feeds " + its_feed->name + " and " + feed.name + " both tell of " + feed.venue + " in ring " +
                           feed.ring + " from two threads, and an instrument has one writer",
                       "give one of them a ring of its own under `rings`, or put both into one thread: "
                       "threads.feeds.stages: [feed." +
                           its_feed->name + ", feed." + feed.name + "]");
    }
    for (const std::string& ring : rings) ++counts[ring];
  }
  return counts;
}

/// Of the thread that runs `feed`, among those that write its ring.
feedhandlers::TickPublisher& Plant::publisher_of(const config::FeedConfig& feed, TickRing& ring) const {
  std::size_t index = 0;
  for (const ThreadPlan& thread : plans_.threads) {
    if (runs(thread, feed)) break;
    const auto writes = [&](const config::FeedConfig& other) { return other.ring == ring.name && runs(thread, other); };
    if (std::any_of(config_.feeds.begin(), config_.feeds.end(), writes)) ++index;
  }
  return ring.publishers[index];
}

void Plant::open_sources() {
  for (const config::FeedConfig& feed : config_.feeds) {
    sources_.push_back(nullptr);
    if (feed.source.kind != config::SourceKind::udp_multicast) continue;
    sources_.back() = std::make_unique<feedhandlers::sources::UdpMulticastSource>(
        feed.source, feedhandlers::sources::ReceiveOptions{.busy_poll_ns = feed.source.busy_poll_ns,
                                                           .card_stamps = feed.source.card_stamps,
                                                           .receive_offload = feed.source.receive_offload});
    log_info("feed " + feed.name + ": " + sources_.back()->describe());
    for (const std::string& note : sources_.back()->notes()) log_warning("feed " + feed.name + ": " + note);
  }
}

ringbuf::FeedId Plant::put_feed(const config::FeedConfig& feed) {
  return segments_->put_feed(feed, zone_of(config_, feed));
}

void Plant::make_analytics(std::vector<std::unique_ptr<Stage>>& stages) {
  std::vector<analytics::NamedFeed> feeds;
  for (const config::FeedConfig& feed : config_.feeds) feeds.push_back({feed.name, put_feed(feed)});
  analytics_.emplace(*analytics_plan_, feeds, *segments_);
  std::optional<RecoveredAnalytics> recovered;
  if (journal_) {
    stages.push_back(journal_->make_stage(*segments_, &analytics_->first_version()));
    recovered = recover_from_journal(feeds);
    journal_->start_checkpoints(*segments_, analytics_->snapshots());
  }
  stages.push_back(analytics_->make_alert_stage(journal_ ? &*journal_ : nullptr, does_alert_thread_park()));
  for (std::unique_ptr<Stage>& stage : analytics_->make_stages(recovered ? &*recovered : nullptr)) {
    stages.push_back(std::move(stage));
  }
  log_info("analytics: " + analytics_plan_->head.file + ", " + sum_text(analytics_plan_->functions.size(), "function") +
           ", " + sum_text(config_.analytics.shards, "shard"));
}

/// And not in the one thread that computes, which comes by itself.
bool Plant::does_alert_thread_park() const {
  for (const ThreadPlan& thread : plans_.threads) {
    const auto runs_stage = [&](const std::string& stage) {
      return std::find(thread.stages.begin(), thread.stages.end(), stage) != thread.stages.end();
    };
    if (!runs_stage(std::string(config::kAlertsStage))) continue;
    const std::vector<std::string> all = config::stages_of(config_.analytics);
    return thread.idle == config::IdleStrategy::park && !std::all_of(all.begin(), all.end(), runs_stage);
  }
  return false;
}

/// Functions that a predecessor computed keep their ids, and its state can be gone on with.
void Plant::plan_on_from_journal(const std::string& savepoint) {
  if (!journal_ || !analytics_plan_) {
    if (savepoint.empty()) return;
    throw SetupError("there is no start from savepoint " + savepoint + ": this plant has no " +
                         (journal_ ? "analytics (analytics.file: none)" : "journal"),
                     "start it without --savepoint");
  }
  journal_->start_from(savepoint);
  try {
    const std::vector<std::string> computed = journal_->computed_configs();
    if (!computed.empty()) analytics_plan_ = plan_analytics(config_, computed);
  } catch (const SetupError& error) {
    log_warning("what was computed before cannot be gone on with: " + std::string(error.what()));
  }
}

std::optional<RecoveredAnalytics> Plant::recover_from_journal(std::span<const analytics::NamedFeed> feeds) {
  Recovery recovery = journal_->recover(*segments_, *analytics_plan_, feeds);
  for (const std::string& reason : recovery.skipped) log_warning("checkpoint passed over: " + reason);
  if (!recovery.analytics && !journal_->savepoint().empty()) {
    throw SetupError(
        "analytics cannot go on from savepoint " + journal_->savepoint() + ": " + recovery.obstacle,
        "start it without --savepoint: it goes on from the newest checkpoint, or begins anew and says why");
  }
  recovery.is_alarm ? log_error(recovery.text) : log_info(recovery.text);
  return std::move(recovery.analytics);
}

/// What the dead daemon had told of this feed.
ToldFeed Plant::told_of(const config::FeedConfig& feed, TickRing& ring, ringbuf::FeedId id) {
  const ringbuf::InstrumentDirectoryReader& directory = segments_->directory().reader();
  const std::filesystem::path journal = journal_ ? journal_->folder() : std::filesystem::path();
  const ToldPlaces places{&ring, &directory, journal, id, feed.name, feed.ring};
  return {told_records(places), history_in(places)};
}

std::unique_ptr<Stage> Plant::make_stage(const config::FeedConfig& feed, std::size_t index) {
  TickRing& ring = segments_->ring(feed.ring);
  const std::string& zone = zone_of(config_, feed);
  const ringbuf::FeedId id = put_feed(feed);
  const FeedSetup setup{feed,
                        config_,
                        ring,
                        publisher_of(feed, ring),
                        segments_->directory(),
                        segments_->counters(),
                        id,
                        PlantClock(segments_->clock_reader()),
                        zone};
  ToldFeed told = told_of(feed, ring, id);
  switch (feed.source.kind) {
    case config::SourceKind::udp_multicast:
      return std::make_unique<MulticastFeedStage>(setup, std::move(sources_[index]), captures_[index].get(),
                                                  std::move(told));
    case config::SourceKind::soupbintcp: return std::make_unique<TcpFeedStage>(setup, std::move(told));
    default:
      if (!told.records.is_empty() && feed.source.restart == config::FileRestart::resume) {
        log_info("feed " + feed.name + ": " + feed.source.path +
                 " is gone on with behind what was read before (source.restart: beginning reads it once more)");
      }
      return std::make_unique<FileFeedStage>(setup, std::move(told.records));
  }
}

/// Shared memory is gone, the journal is there.
void Plant::restore_directory() {
  if (!journal_ || segments_->directory().reader().count() != 0) return;
  try {
    std::map<std::string, ringbuf::FeedId> feeds;
    for (const config::FeedConfig& feed : config_.feeds) feeds[feed.name] = put_feed(feed);
    const std::size_t count = restore_instruments(journal_->folder(), feeds, segments_->directory());
    if (count != 0) log_info("instruments are named as the journal knows them: " + std::to_string(count));
  } catch (const SetupError& error) {
    log_warning("instruments have no names until they are told again: " + std::string(error.what()));
  }
}

/// Within a ring receive times never decrease, also when its memory was lost and the clock was set back meanwhile: who
/// looks for a time in the journal relies on it.
void Plant::continue_receive_times() {
  for (TickRing& ring : segments_->rings()) {
    if (!journal_ || !is_fed_live(ring)) continue;
    const platform::UnixNanos last = journal_->last_recv(ring.name);
    for (feedhandlers::TickPublisher& publisher : ring.publishers) publisher.continue_behind(last);
  }
}

bool Plant::is_fed_live(const TickRing& ring) const {
  return std::any_of(config_.feeds.begin(), config_.feeds.end(), [&](const config::FeedConfig& feed) {
    return feed.ring == ring.name && config::is_live(feed.source.kind);
  });
}

/// The first record of a ring whose numbers go on behind a hole: readers and journals must not take it for a loss.
void Plant::tell_skipped(platform::UnixNanos now) {
  for (TickRing& ring : segments_->rings()) {
    if (!ring.skipped) continue;
    ringbuf::GapBody gap;
    gap.first = ring.skipped->first;
    gap.last = ring.skipped->last;
    gap.reason = ringbuf::GapReason::restart;
    // A feed from a file has the file's times, which are earlier than now.
    const platform::UnixNanos time = is_fed_live(ring) ? now : platform::UnixNanos{0};
    feedhandlers::TickPublisher& publisher = ring.publishers.front();
    publisher.begin_packet(time, 0);
    publisher.publish(ringbuf::kNoInstrument, time, gap, ringbuf::RecordFlags::end_of_event);
    publisher.end_batch();
    log_info("ring " + ring.name + " begins at sequence " + std::to_string(gap.last + 1) +
             ": numbers up to there were taken before the plant ended without notice");
  }
}

std::unique_ptr<Stage> Plant::make_recorder() {
  std::vector<RecordedRing> rings;
  for (TickRing& ring : segments_->rings()) {
    // From the oldest record there is: nobody writes yet.
    const ringbuf::TickReader any = ring.reader({1});
    const std::uint64_t newest = any.published().value;
    const std::uint64_t oldest = newest >= ring.slot_count ? newest - ring.slot_count + 1 : 1;
    rings.push_back(
        {ring.name, ring.reader({std::max(oldest, any.first_sequence().value)}), ring.gating_page(), kRecorderLine});
  }
  return std::make_unique<RecorderStage>(config_.recorder.folder, rings, segments_->counters(),
                                         PlantClock(segments_->clock_reader()));
}

void Plant::start_threads() {
  std::vector<std::unique_ptr<Stage>> stages;
  if (config_.recorder.present()) stages.push_back(make_recorder());
  for (std::size_t i = 0; i < config_.feeds.size(); ++i) {
    const config::FeedConfig& feed = config_.feeds[i];
    captures_.push_back(nullptr);
    if (feed.source.capture.present()) {
      captures_.back() = std::make_unique<CaptureQueue>(feed.source.capture.queue_bytes);
      stages.push_back(std::make_unique<CaptureStage>(feed, *captures_.back(), segments_->counters(),
                                                      PlantClock(segments_->clock_reader())));
    }
    stages.push_back(make_stage(feed, i));
  }
  if (analytics_plan_) {
    make_analytics(stages);
  } else if (journal_) {
    stages.push_back(journal_->make_stage(*segments_, nullptr));
  }
  for (const std::string& note : plans_.notes) log_warning(note);
  std::vector<std::unique_ptr<StageThread>> threads;
  for (const ThreadPlan& plan : plans_.threads) {
    std::vector<std::unique_ptr<Stage>> own;
    for (const std::string& name : plan.stages) {
      const auto found = std::find_if(stages.begin(), stages.end(),
                                      [&](const auto& stage) { return stage != nullptr && stage->name() == name; });
      if (found != stages.end()) own.push_back(std::move(*found));
    }
    threads.push_back(std::make_unique<StageThread>(plan, std::move(own), segments_->counters(),
                                                    PlantClock(segments_->clock_reader())));
  }
  std::vector<ringbuf::WritableSegment*> rings;
  for (TickRing& ring : segments_->rings()) rings.push_back(&ring.ring);
  if (AnalyticsMemory* memory = segments_->analytics()) {
    for (AnalyticsMemory::DerivedRing& ring : memory->rings) rings.push_back(&ring.ring);
    rings.push_back(&memory->alerts->ring);
  }
  waker_.emplace(std::move(rings), segments_->catalog_segment(),
                 ringbuf::segment_path(folder_.folder(), ringbuf::kCatalogSegmentName), config_.plant.wake_interval_ns,
                 segments_->counters());
  segments_->announce();
  leases_.announced();
  housekeeping_->begin();
  for (const auto& thread : threads) thread->start();
  threads_ = std::move(threads);
  platform::CpuList taken;
  for (const auto& thread : threads_) {
    if (thread->plan().cpu) taken.push_back(*thread->plan().cpu);
  }
  waker_->start(taken);
  housekeeping_->watch(threads_);
}

void Plant::tell_ready(platform::UnixNanos began) {
  for (const auto& thread : threads_) {
    std::string stages;
    for (const std::string& stage : thread->plan().stages) stages += (stages.empty() ? "" : ", ") + stage;
    const auto idle = static_cast<std::size_t>(thread->plan().idle);
    log_info("thread " + thread->plan().name + ": " + stages + ", " +
             (thread->plan().cpu ? "on cpu" + std::to_string(*thread->plan().cpu) : std::string("not pinned")) + ", " +
             std::string(config::choice_words(config::IdleStrategy{})[idle]) + " when idle");
  }
  const std::int64_t millis = (platform::system_now() - began) / 1'000'000;
  log_info("plant '" + config_.plant.name + "' is ready after " + std::to_string(millis) +
           " ms: " + sum_text(config_.feeds.size(), "feed") + ", " + sum_text(config_.rings.size(), "ring") + ", " +
           platform::bytes_as_text(segments_->total_bytes()) + " in " + folder_.folder().string() +
           (segments_->is_adopted() ? ", taken over from a predecessor" : ""));
}

}  // namespace tickplant::daemon
