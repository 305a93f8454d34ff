#include "daemon/control/plant_views.hpp"

#include "platform/setup_error.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/payload_view.hpp"

namespace tickplant::daemon {

std::vector<PlantViews::Ring> PlantViews::rings() {
  std::vector<Ring> all;
  for (const ringbuf::CatalogSegment& segment : plant_->segments()) {
    if (auto ring = look_at(segment)) all.push_back(std::move(*ring));
  }
  return all;
}

std::optional<PlantViews::Ring> PlantViews::ring(const std::string& name) {
  for (const ringbuf::CatalogSegment& segment : plant_->segments()) {
    if (segment.name == name) return look_at(segment);
  }
  return std::nullopt;
}

std::optional<PlantViews::Ring> PlantViews::look_at(const ringbuf::CatalogSegment& segment) {
  const bool is_order = segment.kind == ringbuf::SegmentKind::sequencer;
  if (!is_order && segment.kind != ringbuf::SegmentKind::broadcast) return std::nullopt;
  auto found = rings_.find(segment.name);
  if (found == rings_.end()) {
    try {
      const std::uint64_t schema = is_order ? ringbuf::kSequencerSchema : ringbuf::kBroadcastSchema;
      found = rings_.emplace(segment.name, plant_->open(segment.name, {segment.kind, schema})).first;
    } catch (const platform::SetupError&) {
      return std::nullopt;
    }
  }
  const auto& control = ringbuf::object_at<ringbuf::BroadcastControl<>>(found->second->payload(), 0);
  return Ring{segment.name, segment.slot_count, segment.slot_bytes, control.published.load(std::memory_order_relaxed),
              control.durable.load(std::memory_order_relaxed)};
}

clients::DerivedView& PlantViews::derived() {
  if (!derived_) derived_.emplace(*plant_);
  return *derived_;
}

}  // namespace tickplant::daemon
