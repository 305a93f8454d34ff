#include "daemon/plant_changes.hpp"

#include <algorithm>
#include <utility>

#include "config/nearest.hpp"
#include "daemon/log.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using What = PlantRequest::What;
using Rest = StageThread::Rest;

constexpr int kQuietTurns = 2;  // in a row, so that what was under way is seen

std::string stage_name(const std::string& feed) { return std::string(counter::kFeedOwnerPrefix) + feed; }

const ringbuf::BroadcastControl<>& control_of(ringbuf::WritableSegment& ring) {
  return ringbuf::object_at<ringbuf::BroadcastControl<>>(std::as_bytes(ring.payload()), 0);
}

}  // namespace

void PlantChanges::begin(PlantRequest request, platform::UnixNanos now) {
  Open change{std::move(request), {}, {}};
  change.answer.id = change.request.id;
  const bool waits_for_disk = !is_of_feeds(change) || change.request.what == What::drain;
  change.until = now + (waits_for_disk ? kDiskNanos : kFeedNanos);
  open_.push_back(std::move(change));
  Open& begun = open_.back();
  if (begin_one(begun)) begun.until = {};  // answered with the next turn
}

std::vector<PlantAnswer> PlantChanges::turn(platform::UnixNanos now) {
  std::vector<PlantAnswer> done;
  for (auto at = open_.begin(); at != open_.end();) {
    const bool is_answered = at->until == platform::UnixNanos{};
    if (!is_answered && !step(*at)) {
      if (now < at->until) {
        ++at;
        continue;
      }
      give_up(*at);
    }
    done.push_back(std::move(at->answer));
    at = open_.erase(at);
  }
  return done;
}

bool PlantChanges::begin_one(Open& change) {
  const bool needs_journal = change.request.what == What::rotate || change.request.what == What::savepoint;
  if (needs_journal && parts_.journal == nullptr) {
    change.answer.refusal = "this plant has no journal; remedy: set journal.folder, and start it again";
    return true;
  }
  // One at a time, or two that want the opposite would wait for each other.
  if (is_of_feeds(change) && std::count_if(open_.begin(), open_.end(), is_of_feeds) > 1) {
    change.answer.refusal = "feeds are being stopped or started already; remedy: try again in a moment";
    return true;
  }
  switch (change.request.what) {
    case What::start_feed: return begin_feed(change, false);
    case What::stop_feed:
    case What::restart_feed: return begin_feed(change, true);
    case What::rotate: parts_.journal->ask_for_rotation(); return false;
    case What::savepoint: {
      CheckpointMaker* const maker = parts_.journal->checkpoints();
      if (maker == nullptr) {
        change.answer.refusal =
            "the daemon computes no checkpoints (journal.checkpoint: 0, or analytics.file: none); remedy: tickplant "
            "journal savepoint NAME computes one by itself";
        return true;
      }
      if (maker->ask_for_savepoint(change.request.name)) return false;
      change.answer.refusal = "another savepoint is being made; remedy: try again when it is there";
      return true;
    }
    case What::drain:
      for (const config::FeedConfig& feed : parts_.config.feeds) {
        if (rest_of(feed.name) == Rest::runs) change.answer.lines.push_back("feed " + feed.name + " is stopped");
        change.feeds.push_back(feed.name);
        (void)thread_of(feed.name).want_rest(stage_name(feed.name), true);
      }
      return false;
    case What::reload:
    case What::stop: break;
  }
  change.answer.refusal = "this daemon cannot do that; remedy: update it";
  return true;
}

bool PlantChanges::is_of_feeds(const Open& change) noexcept {
  const What what = change.request.what;
  return what == What::start_feed || what == What::stop_feed || what == What::restart_feed || what == What::drain;
}

bool PlantChanges::begin_feed(Open& change, bool rests) {
  const std::string& name = change.request.name;
  const config::FeedConfig* const feed = parts_.config.find_feed(name);
  if (feed == nullptr) {
    std::vector<std::string> known;
    for (const config::FeedConfig& each : parts_.config.feeds) known.push_back(each.name);
    const std::string meant = config::nearest(name, known);
    change.answer.refusal =
        "there is no feed '" + name +
        "'; remedy: " + (meant.empty() ? "tickplant feed status lists those there are" : "did you mean " + meant + "?");
    return true;
  }
  if (change.request.what == What::restart_feed && !config::is_live(feed->source.kind)) {
    change.answer.refusal = "feed '" + name + "' reads a file, and would go on where it is; remedy: start the daemon " +
                            "anew with source.restart: beginning, to read it once more";
    return true;
  }
  const Rest now = rest_of(name);
  const bool is_so = rests ? now == Rest::rests : now == Rest::runs;
  if (is_so && change.request.what != What::restart_feed) return true;  // no lines: nothing changes
  change.feeds = {name};
  return false;
}

bool PlantChanges::step(Open& change) {
  switch (change.request.what) {
    case What::stop_feed: return step_feeds(change, true);
    case What::start_feed: return step_feeds(change, false);
    case What::restart_feed:
      if (!change.has_rested) {
        change.has_rested = step_feeds(change, true);
        if (!change.has_rested) return false;
        change.answer.lines.clear();
      }
      return step_feeds(change, false);
    case What::rotate:
      if (parts_.journal->is_rotation_due()) return false;
      change.answer.number = ringbuf::CountersReader(parts_.segments.counters_bytes())
                                 .find(counter::kJournal, counter::kSegment)
                                 .value_or(0);
      return true;
    case What::savepoint: return step_savepoint(change);
    case What::drain: return step_feeds(change, true) && step_drain(change);
    case What::reload:
    case What::stop: break;
  }
  return true;
}

bool PlantChanges::step_feeds(Open& change, bool rests) {
  for (const std::string& feed : change.feeds) {
    const Rest now = rest_of(feed);
    if (now == (rests ? Rest::rests : Rest::runs)) continue;
    if (!rests && now == Rest::refused) {
      (void)thread_of(feed).want_rest(stage_name(feed), true);
      change.answer.refusal = "feed '" + feed +
                              "' cannot join its groups again, and stays stopped; remedy: look at its " +
                              "interfaces (`ip -d link`): they have to be up and to have an IPv4 address";
      return true;
    }
    (void)thread_of(feed).want_rest(stage_name(feed), rests);
    return false;
  }
  if (change.request.what != What::drain) {
    change.answer.lines = {"feed " + change.request.name + (rests ? " is stopped" : " is started")};
  }
  return true;
}

bool PlantChanges::step_savepoint(Open& change) {
  const auto made = parts_.journal->checkpoints()->take_savepoint();
  if (!made) return false;
  change.answer.refusal = made->problem;
  change.answer.lines = {made->file.string()};
  return true;
}

bool PlantChanges::step_drain(Open& change) {
  change.quiet_turns = behind().empty() ? change.quiet_turns + 1 : 0;
  if (change.quiet_turns < kQuietTurns) return false;
  for (TickRing& ring : parts_.segments.rings()) {
    change.answer.lines.push_back(
        "ring " + ring.name + " ends at " +
        std::to_string(control_of(ring.ring).published.load(std::memory_order_acquire)) +
        (parts_.journal != nullptr ? ", all of it on disk" : ", on no disk: there is no journal"));
  }
  return true;
}

std::string PlantChanges::behind() {
  const ringbuf::CountersReader counters(parts_.segments.counters_bytes());
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const ringbuf::CounterReading each = counters.read(i);
    const bool is_of_analytics = each.owner.starts_with(counter::kAnalytics) || each.owner == counter::kSequencer;
    const bool is_behind = each.name == counter::kLag || each.name == counter::kIsSweeping;
    if (is_of_analytics && is_behind && each.value != 0) return "analytics computes";
  }
  if (parts_.journal == nullptr) return "";
  const auto lacks = [](const std::string& name, ringbuf::WritableSegment& ring) -> std::string {
    const std::uint64_t published = control_of(ring).published.load(std::memory_order_acquire);
    const std::uint64_t durable = control_of(ring).durable.load(std::memory_order_acquire);
    if (durable >= published) return "";
    return "the journal lacks " + std::to_string(published - durable) + " records of ring " + name;
  };
  std::string text;
  for (TickRing& ring : parts_.segments.rings()) {
    if (text.empty()) text = lacks(ring.name, ring.ring);
  }
  if (AnalyticsMemory* const memory = parts_.segments.analytics()) {
    if (text.empty()) text = lacks("sequencer", memory->sequencer);
    for (AnalyticsMemory::DerivedRing& ring : memory->rings) {
      if (text.empty()) text = lacks(ring.name, ring.ring);
    }
  }
  return text;
}

void PlantChanges::give_up(Open& change) {
  std::string& refusal = change.answer.refusal;
  switch (change.request.what) {
    case What::rotate:
      refusal =
          "the journal has not begun a new file within 30 s; remedy: tickplant health and the daemon's log say what "
          "its disk does; it begins one as soon as it can";
      return;
    case What::savepoint:
      parts_.journal->checkpoints()->forget_savepoint();
      refusal =
          "what was computed is not all in the journal after 30 s; remedy: tickplant health says why the journal is "
          "behind";
      return;
    case What::drain:
      refusal = (behind().empty() ? std::string("the plant does not come to rest") : behind()) +
                " after 30 s, feeds are stopped; remedy: look at tickplant health, then drain again, or feed start";
      return;
    default:
      refusal = "the thread of feed '" + change.request.name +
                "' has not answered within 5 s; remedy: tickplant health " + "says whether it stands still";
  }
}

StageThread& PlantChanges::thread_of(const std::string& feed) const {
  const auto runs = [&](const auto& thread) { return thread->rest_of(stage_name(feed)).has_value(); };
  const auto found = std::find_if(parts_.threads.begin(), parts_.threads.end(), runs);
  TP_CHECK(found != parts_.threads.end());  // every feed has one
  return **found;
}

StageThread::Rest PlantChanges::rest_of(const std::string& feed) const {
  return *thread_of(feed).rest_of(stage_name(feed));
}

}  // namespace tickplant::daemon
