#include "clients/cpp/subscriber.hpp"

#include <algorithm>

#include "clients/cpp/expected_segments.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/broadcast_layout.hpp"

namespace tickplant::clients {
namespace {

using platform::SetupError;
using ringbuf::SegmentKind;

}  // namespace

/// A mapping of our own: a ring is read to its end with the directory it was written with.
Subscriber::Directory::Directory(const Plant& plant, const Subscription& subscription)
    : segment(plant.open("instruments", kInstrumentsSegment)),
      filter(ringbuf::InstrumentDirectoryReader(segment->payload()), subscription) {}

Subscriber::Subscriber(Plant& plant, Subscription subscription)
    : plant_(&plant),
      subscription_(std::move(subscription)),
      directory_(std::in_place, plant, subscription_),
      generation_(plant.generation()),
      catalog_version_(plant.catalog_version()) {
  for (const std::string& name : wanted_rings()) {
    rings_.push_back(attach(name));
    start(rings_.back());
  }
}

std::uint64_t Subscriber::lost_count() const noexcept {
  std::uint64_t lost = lost_before_;
  for (const FollowedRing& ring : rings_) lost += ring.stream.lost_count();
  return lost;
}

std::uint64_t Subscriber::merged_count() const noexcept {
  std::uint64_t merged = merged_before_;
  for (const FollowedRing& ring : rings_) merged += ring.stream.merged_count();
  return merged;
}

std::uint64_t Subscriber::lag() const noexcept {
  std::uint64_t lag = 0;
  for (const FollowedRing& ring : rings_) lag = std::max(lag, ring.stream.lag());
  return lag;
}

Subscriber::Change Subscriber::look_for_change() noexcept {
  const bool is_replaced = generation_ != plant_->generation() || plant_->is_superseded() ||
                           directory_->segment.is_replaced() ||
                           std::any_of(rings_.begin(), rings_.end(), [](const FollowedRing& ring) {
                             return ring.segment.is_replaced() || (ring.image && ring.image->segment.is_replaced()) ||
                                    (ring.newest && ring.newest->segment.is_replaced());
                           });
  if (is_replaced) return Change::replaced;
  return catalog_version_ == plant_->catalog_version() ? Change::none : Change::grown;
}

std::vector<std::string> Subscriber::attach_anew() {
  std::vector<std::string> followed_anew;
  problem_.clear();
  try {
    if (plant_->is_superseded() && !plant_->reattach()) {
      problem_ = plant_->problem();
      return {};
    }
    const std::uint64_t catalog_version = plant_->catalog_version();
    Directory directory(*plant_, subscription_);
    std::vector<FollowedRing> attached;
    for (const std::string& name : wanted_rings()) attached.push_back(attach(name));

    // Nothing throws from here on. What is the same file as before goes on where it was.
    std::uint64_t lost = lost_count(), merged = merged_count();
    for (FollowedRing& ring : attached) {
      FollowedRing* const before = find(ring.stream.name());
      if (before != nullptr && before->segment.is_same_file(ring.segment)) {
        go_on(ring, *before);
        lost -= ring.stream.lost_count();
        merged -= ring.stream.merged_count();
        continue;
      }
      if (before != nullptr && !before->stream.has_begun()) {
        start(ring);
      } else {
        ring.stream.follow_on(before == nullptr ? ringbuf::Sequence{0} : before->stream.next());
        use_tables(ring);
      }
      followed_anew.push_back(ring.stream.name());
    }
    lost_before_ = lost;
    merged_before_ = merged;
    sleeper_.on_attached();
    rings_ = std::move(attached);
    *directory_ = std::move(directory);
    catalog_version_ = catalog_version;
    generation_ = plant_->generation();
  } catch (const SetupError& error) {
    problem_ = error.what();
  }
  return followed_anew;
}

std::vector<std::string> Subscriber::wanted_rings() const {
  return subscription_.rings.empty() ? plant_->tick_rings() : subscription_.rings;
}

Subscriber::FollowedRing Subscriber::attach(const std::string& name) const {
  AttachedSegment segment = plant_->open(name, kRingSegment);
  const ringbuf::SegmentHeader& header = segment->header();
  if (header.slot_bytes != ringbuf::kTickSlotBytes) {
    throw SetupError("segment '" + name + "' is a ring of " + std::to_string(header.slot_bytes) + "-byte records",
                     "name a ring of ticks: tickplant rings");
  }
  auto reader = ringbuf::TickReader::over(segment->payload(), header.slot_count, {1});
  const std::uint64_t slot_count = header.slot_count;
  FollowedRing ring{std::move(segment), std::nullopt, std::nullopt,
                    RingStream(name, reader, slot_count, subscription_.on_overrun)};
  if (subscription_.join == Join::image || conflates()) ring.image.emplace(*plant_, "image.", name);
  if (conflates()) ring.newest.emplace(*plant_, "newest.", name);
  return ring;
}

void Subscriber::go_on(FollowedRing& ring, FollowedRing& before) const {
  // Its reader points into the mapping it was made over, and so do its tables.
  ring.segment = std::move(before.segment);
  ring.stream = std::move(before.stream);
  const auto are_same = [](const auto& now, const auto& then) {
    return !now || now->segment.is_same_file(then->segment);
  };
  if (!are_same(ring.image, before.image) || !are_same(ring.newest, before.newest)) return use_tables(ring);
  if (ring.image) ring.image = std::move(before.image);
  if (ring.newest) ring.newest = std::move(before.newest);
}

void Subscriber::start(FollowedRing& ring) const {
  switch (subscription_.join) {
    case Join::image:
      if (conflates()) {
        return ring.stream.start_conflating_with_images(ring.image->slots, ring.newest->slots, subscription_.lag_max);
      }
      return ring.stream.start_with_images(ringbuf::ImageReader(ring.image->slots));
    case Join::newest: ring.stream.start_at_newest(); break;
    case Join::oldest: ring.stream.start_at_oldest(); break;
  }
  if (conflates()) ring.stream.conflate_with(ring.image->slots, ring.newest->slots, subscription_.lag_max, false);
}

void Subscriber::use_tables(FollowedRing& ring) const {
  const bool with_images = subscription_.join == Join::image;
  if (conflates()) {
    ring.stream.conflate_with(ring.image->slots, ring.newest->slots, subscription_.lag_max, with_images);
  } else if (with_images) {
    ring.stream.use_images(ringbuf::ImageReader(ring.image->slots));
  }
}

Subscriber::FollowedRing* Subscriber::find(std::string_view name) noexcept {
  const auto ring =
      std::find_if(rings_.begin(), rings_.end(), [&](const FollowedRing& r) { return r.stream.name() == name; });
  return ring == rings_.end() ? nullptr : &*ring;
}

}  // namespace tickplant::clients
