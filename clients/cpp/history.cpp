#include "clients/cpp/history.hpp"

#include <algorithm>

#include "clients/cpp/expected_segments.hpp"
#include "clients/cpp/journal_folder.hpp"
#include "platform/calendar_date.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::clients {
namespace {

using platform::SetupError;
using ringbuf::counter::JournalState;

std::filesystem::path journal_of_wish(const Plant& plant, const std::optional<std::filesystem::path>& wished) {
  if (!wished) {
    if (auto linked = linked_journal(plant.folder())) return std::move(*linked);
    return find_journal_of(plant.name()).value_or(std::filesystem::path{});
  }
  if (!ringbuf::list_segments(*wished).empty()) return *wished;
  throw SetupError("there is no journal in '" + wished->string() + "'",
                   "name the folder that holds the files NNNNNNNNNNNNNNNN.journal");
}

template <class Rings, class Count>
std::uint64_t sum_of(const Rings& rings, Count&& count) noexcept {
  std::uint64_t sum = 0;
  for (const auto& ring : rings) sum += count(ring.history);
  return sum;
}

}  // namespace

template <class Record>
BasicHistory<Record>::BasicHistory(Plant& plant, Wish wish)
    : plant_(&plant),
      wish_(std::move(wish)),
      journal_(journal_of_wish(plant, wish_.journal)),
      range_(range_of_wish()),
      tables_(std::in_place, plant, wish_),
      generation_(plant.generation()),
      catalog_version_(plant.catalog_version()) {
  for (const std::string& name : wanted_rings(*tables_)) rings_.push_back(attach(name));
}

template <class Record>
RingHistoryRange BasicHistory<Record>::range_of_wish() const {
  RingHistoryRange range;
  range.until_recv = wish_.until;
  if (const auto* sequence = std::get_if<ringbuf::Sequence>(&wish_.from)) {
    range.sequence = std::max<std::uint64_t>(sequence->value, 1);
  } else if (const auto* time = std::get_if<platform::UnixNanos>(&wish_.from)) {
    range.from_recv = *time;
  } else if (const auto* ago = std::get_if<std::chrono::nanoseconds>(&wish_.from)) {
    range.from_recv = plant_->now() + -ago->count();
  }
  return range;
}

template <class Record>
bool BasicHistory<Record>::is_joined() const noexcept {
  return std::all_of(rings_.begin(), rings_.end(), [](const FollowedRing& ring) { return ring.history.is_live(); });
}

template <class Record>
bool BasicHistory<Record>::is_done() const noexcept {
  if (!wish_.until) return false;
  const bool is_past = last_count_ == 0 && is_joined() && *wish_.until + platform::kNanosPerSecond < plant_->now();
  return is_past ||
         std::all_of(rings_.begin(), rings_.end(), [](const FollowedRing& ring) { return ring.history.is_done(); });
}

template <class Record>
std::uint64_t BasicHistory<Record>::lost_count() const noexcept {
  return sum_of(rings_, [](const RingOf& ring) { return ring.lost_count(); });
}
template <class Record>
std::uint64_t BasicHistory<Record>::unknown_count() const noexcept {
  return sum_of(rings_, [](const RingOf& ring) { return ring.unknown_count(); });
}
template <class Record>
std::uint64_t BasicHistory<Record>::lapped_count() const noexcept {
  return sum_of(rings_, [](const RingOf& ring) { return ring.lapped_count(); });
}

template <class Record>
bool BasicHistory<Record>::is_live() const {
  const PlantState state = plant_->state();
  return state == PlantState::live || state == PlantState::stalled;
}

/// A degraded journal may lack more and more for as long as its disk is full: nobody waits for it.
template <class Record>
bool BasicHistory<Record>::journal_goes_on() const {
  const auto state = plant_->counters().find(ringbuf::counter::kJournal, ringbuf::counter::kJournalState);
  if (!state || !is_live()) return false;
  return *state == static_cast<std::uint64_t>(JournalState::writing) ||
         *state == static_cast<std::uint64_t>(JournalState::preparing);
}

template <class Record>
bool BasicHistory<Record>::has_changed() const noexcept {
  return generation_ != plant_->generation() || catalog_version_ != plant_->catalog_version() ||
         plant_->is_superseded() || tables_->are_replaced() ||
         std::any_of(rings_.begin(), rings_.end(), [](const FollowedRing& ring) { return ring.segment.is_replaced(); });
}

template <class Record>
std::vector<std::string> BasicHistory<Record>::attach_anew() {
  std::vector<std::string> others;
  problem_.clear();
  try {
    if (plant_->is_superseded() && !plant_->reattach()) {
      problem_ = plant_->problem();
      return {};
    }
    const std::uint64_t catalog_version = plant_->catalog_version();
    Tables tables(*plant_, wish_);
    std::vector<FollowedRing> attached;
    for (const std::string& name : wanted_rings(tables)) attached.push_back(attach(name));

    // Nothing throws from here on. What is the same file as before goes on where it was.
    for (FollowedRing& ring : attached) {
      FollowedRing* const before = find(ring.history.name());
      const bool is_same = before != nullptr && before->segment.is_same_file(ring.segment);
      if (is_same) {
        ring = std::move(*before);
        ring.history.forget_names();
        continue;
      }
      others.push_back(ring.history.name());
      if (before == nullptr) continue;
      const std::uint64_t slot_count = ring.segment->header().slot_count;
      const auto reader = RingOf::Reader::over(ring.segment->payload(), slot_count, {1});
      ring.history = std::move(before->history);
      ring.history.forget_names();
      ring.history.use_ring(reader, slot_count);
    }
    sleeper_.on_attached();
    rings_ = std::move(attached);
    tables_.emplace(std::move(tables));
    catalog_version_ = catalog_version;
    generation_ = plant_->generation();
  } catch (const SetupError& error) {
    problem_ = error.what();
  }
  return others;
}

template <class Record>
std::vector<std::string> BasicHistory<Record>::wanted_rings(const Tables& tables) const {
  return wish_.rings.empty() ? tables.rings(*plant_) : wish_.rings;
}

template <class Record>
typename BasicHistory<Record>::FollowedRing BasicHistory<Record>::attach(const std::string& name) const {
  AttachedSegment segment = plant_->open(name, kRingSegment);
  const ringbuf::SegmentHeader& header = segment->header();
  if (header.slot_bytes != (RingOf::kIsOfTicks ? ringbuf::kTickSlotBytes : ringbuf::kDerivedSlotBytes)) {
    throw SetupError(
        "segment '" + name + "' is a ring of " + std::to_string(header.slot_bytes) + "-byte records",
        RingOf::kIsOfTicks ? "name a ring of ticks: tickplant rings" : "name a derived ring: tickplant rings");
  }
  const auto reader = RingOf::Reader::over(segment->payload(), header.slot_count, {1});
  const std::uint64_t slot_count = header.slot_count;
  return {std::move(segment), RingOf(name, journal_, range_, reader, slot_count)};
}

template <class Record>
typename BasicHistory<Record>::FollowedRing* BasicHistory<Record>::find(std::string_view name) noexcept {
  const auto ring =
      std::find_if(rings_.begin(), rings_.end(), [&](const FollowedRing& r) { return r.history.name() == name; });
  return ring == rings_.end() ? nullptr : &*ring;
}

template class BasicHistory<ringbuf::Record>;
template class BasicHistory<ringbuf::DerivedRecord>;

}  // namespace tickplant::clients
