#include "daemon/housekeeping.hpp"

#include <algorithm>
#include <iterator>

#include "daemon/log.hpp"
#include "daemon/plant_journal.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using counter::SourceState;
using ringbuf::CounterKind;

ringbuf::CountersReader reader_of(PlantSegments& segments) {
  return ringbuf::CountersReader(segments.counters_bytes());
}

std::string count_text(std::uint64_t count, const char* thing) {
  return std::to_string(count) + ' ' + thing + (count == 1 ? "" : "s");
}

const char* text_of(SourceState state) noexcept {
  switch (state) {
    case SourceState::waiting: return "waits for its first packet";
    case SourceState::live: return "is live";
    case SourceState::silent: return "is silent: no packet for a second, not even a heartbeat";
    case SourceState::ended: return "has ended";
    case SourceState::failed: return "has failed: its file is cut or damaged (`tickplant inspect` says where)";
    case SourceState::stopped: return "is stopped (`tickplant feed start` lets it go on)";
  }
  return "is in an unknown state";
}

}  // namespace

Housekeeping::Housekeeping(const config::PlantConfig& config, PlantSegments& segments, SequenceLeases& leases)
    : segments_(segments),
      reader_(reader_of(segments)),
      beats_(segments.counters().add(counter::kHousekeeping, {counter::kBeats, "signs of life", "beats"})),
      ready_at_(segments.counters().add(
          counter::kHousekeeping,
          {counter::kReadyAt, "when the plant was ready, 0: not yet", "ns UTC", CounterKind::level})),
      clock_error_(segments.counters().add(
          counter::kHousekeeping,
          {counter::kClockError, "bound on the plant's clock against UTC", "ns", CounterKind::level})),
      clock_steps_(segments.counters().add(
          counter::kHousekeeping,
          {counter::kClockSteps, "times the system's clock left that bound", "steps", CounterKind::level})),
      stalled_(segments.counters().add(
          counter::kHousekeeping,
          {counter::kStalledThreads, "threads without a turn in the last second", "threads", CounterKind::level})),
      own_uid_(segments.counters().add(
          counter::kHousekeeping,
          {counter::kOwnUidClients, "processes of the daemon's own user that map the plant: they could write in it",
           "processes", CounterKind::level})),
      leases_(segments, leases),
      journal_folder_(config.journal.present() ? journal_folder_of(config) : std::filesystem::path()) {
  ready_at_.set(0);
  own_uid_.set(0);
  stalled_.set(0);
  segments_.clock().publish(clock_.parameters());
  if (clock_.parameters().source != platform::ClockSource::tsc) {
    log_warning("the TSC is no good here (" + clock_.verdict().reason + "): time costs a system call");
  }
  for (const config::FeedConfig& feed : config.feeds) {
    feeds_.push_back({std::string(counter::kFeedOwnerPrefix) + feed.name, 0, 0, 0, 0, 0, ServerWatch::of(feed)});
  }
}

void Housekeeping::begin() {
  // What a predecessor counted was told by it.
  if (!journal_folder_.empty()) journal_.emplace(reader_, journal_folder_);
  lost_for_alerts_ = reader_.find(counter::kAlerts, counter::kLostRecords).value_or(0);
  for (FeedWatch& feed : feeds_) {
    feed.gaps = reader_.find(feed.owner, counter::kGaps).value_or(0);
    feed.missed = reader_.find(feed.owner, counter::kMissedMessages).value_or(0);
    feed.drops = reader_.find(feed.owner, counter::kKernelDrops).value_or(0);
    feed.differing = reader_.find(feed.owner, counter::kDifferingPackets).value_or(0);
  }
}

void Housekeeping::watch(const std::vector<std::unique_ptr<StageThread>>& threads) {
  for (const auto& thread : threads) threads_.push_back({thread.get(), 0, false});
  const platform::UnixNanos now = clock_.now();
  next_second_ = now + platform::kNanosPerSecond;
  ready_at_.set(static_cast<std::uint64_t>(now.value));
  segments_.beat(now);
}

void Housekeeping::turn() {
  const platform::UnixNanos now = clock_.now();
  segments_.beat(now);
  beats_.add(1);
  if (now < next_second_) return;
  next_second_ = now + platform::kNanosPerSecond;
  once_a_second();
}

void Housekeeping::once_a_second() {
  (void)clock_.calibrate();
  const platform::ClockParameters& line = clock_.parameters();
  segments_.clock().publish(line);
  clock_error_.set(static_cast<std::uint64_t>(line.error_nanos));
  if (line.step_count > clock_steps_.value()) {
    log_warning("the system's clock was stepped or slewed faster than promised: receive times may jump");
  }
  clock_steps_.set(line.step_count);
  stalled_.set(stalled_threads());
  for (FeedWatch& feed : feeds_) look_at(feed);
  if (journal_) {
    if (const auto news = journal_->look(reader_)) news->is_bad ? log_warning(news->text) : log_info(news->text);
  }
  look_at_alerts();
  leases_.turn();
  if (search_) look_for_own_uid_clients();
}

void Housekeeping::look_at_alerts() {
  const std::uint64_t lost = reader_.find(counter::kAlerts, counter::kLostRecords).value_or(0);
  if (lost <= lost_for_alerts_) return;
  log_error("alerts: " + count_text(lost - lost_for_alerts_, "result") +
            " overwritten before the stage of alerts came to look through them: alerts among them are in the shards' "
            "rings and in the journal only (its thread stood still; give it a core, or raise analytics.ring_slots)");
  lost_for_alerts_ = lost;
}

void Housekeeping::look_for_own_uid_clients() {
  if (--seconds_to_search_ <= 0) {
    search_->start();
    seconds_to_search_ = kSecondsBetweenSearches;
  }
  const auto clients = search_->take_result();
  if (!clients) return;
  own_uid_.set(clients->size());
  std::vector<OwnUidClient> news;
  std::set_difference(clients->begin(), clients->end(), own_uid_told_.begin(), own_uid_told_.end(),
                      std::back_inserter(news));
  std::erase_if(own_uid_told_, [&](const OwnUidClient& told) {
    return !std::binary_search(clients->begin(), clients->end(), told);  // gone: its number may be another's next
  });
  const platform::UnixNanos now = clock_.now();
  if (news.empty() || now < next_complaint_) return;  // those not told of are news the next time, too
  next_complaint_ = now + kNanosBetweenComplaints;
  complain_about(news);
  own_uid_told_ = *clients;
}

void Housekeeping::complain_about(const std::vector<OwnUidClient>& clients) {
  constexpr std::size_t kNamesMax = 4;
  std::string names;
  for (std::size_t i = 0; i < std::min(clients.size(), kNamesMax); ++i) {
    names += (i == 0 ? "" : ", ") + clients[i].name + " (" + std::to_string(clients[i].pid) + ')';
  }
  if (clients.size() > kNamesMax) names += " and " + std::to_string(clients.size() - kNamesMax) + " more";
  log_warning("clients run under the daemon's own user and could write in its memory: " + names +
              "; run them as another user, a member of plant.readers_group");
}

std::uint64_t Housekeeping::stalled_threads() {
  std::uint64_t count = 0;
  for (ThreadWatch& watch : threads_) {
    const std::uint64_t cycles = watch.thread->cycles();
    const bool is_stalled = cycles == watch.cycles;
    if (is_stalled != watch.is_stalled) {
      const std::string who = "thread " + watch.thread->plan().name;
      is_stalled ? log_error(who + " stands still: no turn for a second") : log_info(who + " moves again");
    }
    watch.cycles = cycles;
    watch.is_stalled = is_stalled;
    count += is_stalled ? 1 : 0;
  }
  return count;
}

void Housekeeping::look_at(FeedWatch& feed) {
  const auto value = [&](std::string_view name) { return reader_.find(feed.owner, name).value_or(0); };
  if (const std::uint64_t gaps = value(counter::kGaps); gaps > feed.gaps) {
    const std::uint64_t missed = value(counter::kMissedMessages);
    log_warning(feed.owner + ": " + count_text(gaps - feed.gaps, "gap") + ", " +
                count_text(missed - feed.missed, "message") + " came on no line; its books are in doubt");
    feed.gaps = gaps;
    feed.missed = missed;
  }
  if (const std::uint64_t drops = value(counter::kKernelDrops); drops > feed.drops) {
    log_warning(feed.owner + ": its sockets dropped " + count_text(drops - feed.drops, "datagram") +
                " for want of room (raise source.receive_buffer and net.core.rmem_max, or give its thread a core)");
    feed.drops = drops;
  }
  if (const std::uint64_t differing = value(counter::kDifferingPackets); differing > feed.differing) {
    log_error(feed.owner + ": " + count_text(differing - feed.differing, "packet") +
              " came with different contents on its lines; the books that they are about are in doubt (keep a capture "
              "of both lines and ask the venue)");
    feed.differing = differing;
  }
  if (const std::uint64_t state = value(counter::kSourceState); state != feed.state) {
    const bool is_bad = state == static_cast<std::uint64_t>(SourceState::silent) ||
                        state == static_cast<std::uint64_t>(SourceState::failed);
    const std::string message = feed.owner + ' ' + text_of(static_cast<SourceState>(state));
    is_bad ? log_warning(message) : log_info(message);
    feed.state = state;
  }
  if (!feed.server) return;
  if (const auto news = feed.server->look(reader_)) news->is_bad ? log_warning(news->text) : log_info(news->text);
}

}  // namespace tickplant::daemon
