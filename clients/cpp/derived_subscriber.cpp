#include "clients/cpp/derived_subscriber.hpp"

#include <algorithm>

#include "clients/cpp/expected_segments.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::clients {
namespace {

using platform::SetupError;
using ringbuf::DerivedReader;
using ringbuf::SegmentKind;

std::uint64_t first_of(const DerivedReader& reader) noexcept {
  return std::max<std::uint64_t>(reader.first_sequence().value, 1);
}

}  // namespace

DerivedSubscriber::Tables::Tables(const Plant& plant, const DerivedSubscription& subscription)
    : functions(plant),
      directory(plant.open("instruments", kInstrumentsSegment)),
      shard_count(functions.functions.head().shard_count),
      filter(ringbuf::InstrumentDirectoryReader(directory->payload()), functions.functions, subscription) {}

DerivedSubscriber::DerivedSubscriber(Plant& plant, DerivedSubscription subscription)
    : plant_(&plant),
      subscription_(std::move(subscription)),
      tables_(std::in_place, plant, subscription_),
      rings_(attach(*tables_)),
      generation_(plant.generation()) {
  for (Ring& ring : rings_) start(ring);
}

void DerivedSubscriber::start(Ring& ring) const noexcept {
  const std::uint64_t published = ring.reader.published().value;
  std::uint64_t next = published + 1;
  // Slots that are about to be overwritten are not begun with.
  if (subscription_.join == DerivedJoin::oldest) next -= std::min(published, ring.slot_count - ring.slot_count / 8);
  ring.reader.seek({std::max(next, first_of(ring.reader))});
}

/// A ring that was built anew begins behind all that its predecessor published, or with a new numbering.
void DerivedSubscriber::follow_on(Ring& ring, const Ring* before) noexcept {
  const std::uint64_t first = first_of(ring.reader);
  ring.reader.seek({first});
  if (before != nullptr && before->reader.next().value < first) ring.missed = {before->reader.next().value, first - 1};
}

std::vector<DerivedSubscriber::Ring> DerivedSubscriber::attach(const Tables& tables) const {
  std::vector<std::string> names = subscription_.rings;
  for (std::uint32_t shard = 0; subscription_.rings.empty() && shard < tables.shard_count; ++shard) {
    names.push_back(derived_ring_name(shard));
  }
  std::vector<Ring> rings;
  for (const std::string& name : names) {
    AttachedSegment segment = plant_->open(name, kRingSegment);
    const ringbuf::SegmentHeader& header = segment->header();
    if (header.slot_bytes != ringbuf::kDerivedSlotBytes) {
      throw SetupError("segment '" + name + "' is a ring of " + std::to_string(header.slot_bytes) + "-byte records",
                       "name a derived ring: tickplant rings");
    }
    const std::uint64_t slot_count = header.slot_count;
    auto reader = DerivedReader::over(segment->payload(), slot_count, {1});
    rings.push_back({name, std::move(segment), reader, slot_count});
  }
  return rings;
}

bool DerivedSubscriber::is_replaced() const noexcept {
  return generation_ != plant_->generation() || plant_->is_superseded() || tables_->functions.segment.is_replaced() ||
         tables_->directory.is_replaced() ||
         std::any_of(rings_.begin(), rings_.end(), [](const Ring& ring) { return ring.segment.is_replaced(); });
}

std::vector<std::string> DerivedSubscriber::attach_anew() {
  std::vector<std::string> followed_anew;
  problem_.clear();
  try {
    if (plant_->is_superseded() && !plant_->reattach()) {
      problem_ = plant_->problem();
      return {};
    }
    Tables tables(*plant_, subscription_);
    std::vector<Ring> attached = attach(tables);

    // Nothing throws from here on but for want of memory. What is the same file as before goes on where it was.
    for (Ring& ring : attached) {
      Ring* const before = find(ring.name);
      if (before != nullptr && before->segment.is_same_file(ring.segment)) {
        ring.segment = std::move(before->segment);  // its reader points into that mapping
        ring.reader = before->reader;
        ring.missed = before->missed;
        continue;
      }
      follow_on(ring, before);
      followed_anew.push_back(ring.name);
    }
    sleeper_.on_attached();
    rings_ = std::move(attached);
    tables_.emplace(std::move(tables));
    generation_ = plant_->generation();
  } catch (const SetupError& error) {
    problem_ = error.what();
  }
  return followed_anew;
}

DerivedSubscriber::Ring* DerivedSubscriber::find(std::string_view name) noexcept {
  const auto ring = std::find_if(rings_.begin(), rings_.end(), [&](const Ring& r) { return r.name == name; });
  return ring == rings_.end() ? nullptr : &*ring;
}

}  // namespace tickplant::clients
