#include "clients/cpp/derived_view.hpp"

#include <algorithm>
#include <utility>

#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::clients {
namespace {

using platform::SetupError;
using ringbuf::FunctionEntry;
using ringbuf::FunctionId;
using ringbuf::FunctionsReader;
using ringbuf::InstrumentId;
using ringbuf::SegmentKind;

constexpr ringbuf::SegmentExpectation kFunctions{SegmentKind::functions, ringbuf::kFunctionsSchema};

AttachedSegment open_functions(const Plant& plant) {
  if (!computes_anything(plant)) {
    throw SetupError("plant '" + plant.name() + "' computes nothing: no bars, no indicators, no signals",
                     "set analytics.file in its config (auto: the standard ones) and start it anew");
  }
  return plant.open(ringbuf::kFunctionsSegmentName, kFunctions);
}

/// Before the first dot of what a function is on: "T60", "bars.T60", "ticks", "signals".
std::size_t length_of_place(std::string_view name, std::string_view window) noexcept {
  for (const std::string_view prefix : {std::string_view(), std::string_view("bars.")}) {
    if (window.empty() || !name.starts_with(prefix)) continue;
    const std::string_view rest = name.substr(prefix.size());
    if (rest.starts_with(window) && rest.substr(window.size()).starts_with('.')) {
      return prefix.size() + window.size() + 1;
    }
  }
  for (const std::string_view source : {std::string_view("ticks."), std::string_view("signals.")}) {
    if (name.starts_with(source)) return source.size();
  }
  return 0;
}

}  // namespace

bool computes_anything(const Plant& plant) {
  const auto segments = plant.segments();
  const bool is_named = std::any_of(segments.begin(), segments.end(), [](const ringbuf::CatalogSegment& segment) {
    return segment.kind == SegmentKind::functions;
  });
  if (!is_named) return false;
  try {
    // What a predecessor computed and this daemon does not is still in the catalog.
    const AttachedSegment segment = plant.open(ringbuf::kFunctionsSegmentName, kFunctions);
    return segment->header().writer_pid.load(std::memory_order_relaxed) == plant.daemon_pid();
  } catch (const SetupError&) {
    return false;  // being replaced just now
  }
}

AttachedFunctions::AttachedFunctions(const Plant& plant)
    : segment(open_functions(plant)), functions(segment->payload()) {}

std::string derived_ring_name(std::uint32_t shard) {
  return shard == 0 ? "derived" : "derived." + std::to_string(shard);
}

std::string derived_ring_of(InstrumentId id, std::uint32_t shard_count) {
  return derived_ring_name(shard_count == 0 ? 0 : id.value % shard_count);
}

std::string_view own_name_of(const FunctionsReader& functions, FunctionId id) noexcept {
  const FunctionEntry* const function = functions.find(id);
  if (function == nullptr) return {};
  const std::string_view name = ringbuf::text_of(function->name);
  return name.substr(length_of_place(name, functions.name_of(function->window)));
}

std::vector<std::string> names_of(const FunctionsReader& functions, ringbuf::FunctionKind kind) {
  std::vector<std::string> names;
  for (std::uint32_t id = 1; id <= functions.count(); ++id) {
    const FunctionEntry* const function = functions.find(FunctionId{static_cast<std::uint16_t>(id)});
    if (function == nullptr || function->kind != kind) continue;
    std::string name(ringbuf::text_of(function->name));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

DerivedView::Attached::Attached(const Plant& plant)
    : functions(plant), image(plant, ringbuf::kDerivedImageSegmentName, "") {
  const std::uint32_t shards = functions.functions.head().shard_count;
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    AttachedSegment segment = plant.open(derived_ring_name(shard), {SegmentKind::broadcast, ringbuf::kBroadcastSchema});
    auto reader = ringbuf::DerivedReader::over(segment->payload(), segment->header().slot_count, {1});
    rings.push_back({std::move(segment), reader});
  }
}

DerivedView::DerivedView(Plant& plant) : plant_(&plant), generation_(plant.generation()), attached_(plant) {}

ringbuf::TableRead DerivedView::read(InstrumentId id, ringbuf::DerivedImageEntry& out) const noexcept {
  return ringbuf::DerivedImageReader(attached_.image.slots).read(id, out);
}

ringbuf::Sequence DerivedView::complete_through(InstrumentId id) const noexcept {
  return attached_.rings.empty() ? ringbuf::Sequence{0}
                                 : attached_.rings[id.value % attached_.rings.size()].reader.image_complete_through();
}

bool DerivedView::refresh() {
  const bool is_same = generation_ == plant_->generation() && !attached_.functions.segment.is_replaced() &&
                       !attached_.image.segment.is_replaced() &&
                       std::none_of(attached_.rings.begin(), attached_.rings.end(),
                                    [](const Ring& ring) { return ring.segment.is_replaced(); });
  if (is_same) return false;
  const std::uint64_t generation = plant_->generation();
  attached_ = Attached(*plant_);
  generation_ = generation;
  return true;
}

}  // namespace tickplant::clients
