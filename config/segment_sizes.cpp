#include "config/segment_sizes.hpp"

#include <sys/statvfs.h>

#include <cerrno>

namespace tickplant::config {

namespace {

constexpr std::uint64_t round_up(std::uint64_t bytes, std::uint64_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

std::string derived_ring_name(std::size_t shard) { return shard == 0 ? "derived" : "derived." + std::to_string(shard); }

std::vector<SegmentSize> segment_sizes(const PlantConfig& config) {
  std::vector<SegmentSize> sizes;
  const auto add = [&](std::string name, std::uint64_t payload_bytes, bool huge) {
    const std::uint64_t page_bytes = huge ? kHugePageBytes : kSegmentHeaderBytes;
    sizes.push_back({std::move(name), round_up(kSegmentHeaderBytes + payload_bytes, page_bytes), huge});
  };
  const std::uint64_t entries = config.instruments.capacity + 1;
  add("instruments", entries * kInstrumentEntryBytes + config.instruments.capacity * kInstrumentIndexBytes, false);
  for (const RingConfig& ring : config.rings) {
    add(ring.name, kRingControlBytes + ring.slot_count * slot_bytes(ring.kind),
        config.memory.huge_pages != HugePages::never);
    if (ring.kind != SlotKind::tick) continue;
    add("image." + ring.name, entries * kImageEntryBytes, false);
    add("newest." + ring.name, entries * kNewestEntryBytes, false);
    add("depth." + ring.name, entries * kDepthEntryBytes, false);
    add("gating." + ring.name, kGatingBytes, false);
  }
  if (config.analytics.present()) {
    const bool huge = config.memory.huge_pages != HugePages::never;
    add("sequencer", kRingControlBytes + config.analytics.sequencer_slots * kTickSlotBytes, huge);
    add("gating.sequencer", kGatingBytes, false);
    for (std::size_t shard = 0; shard < config.analytics.shards; ++shard) {
      add(derived_ring_name(shard), kRingControlBytes + config.analytics.ring_slots * kDerivedSlotBytes, huge);
    }
    add("alerts", kRingControlBytes + config.analytics.alert_slots * kDerivedSlotBytes, huge);
    add("derived_image", entries * kDerivedImageEntryBytes, false);
  }
  add("text", kTextControlBytes + config.text.size_bytes, false);
  return sizes;
}

std::optional<std::uint64_t> free_bytes(std::string path) {
  for (;;) {
    struct statvfs mount {};
    if (::statvfs(path.c_str(), &mount) == 0) return std::uint64_t{mount.f_bavail} * mount.f_frsize;
    const std::size_t slash = path.rfind('/');
    if (errno != ENOENT || slash == std::string::npos || path == "/") return std::nullopt;
    path.resize(slash == 0 ? 1 : slash);
  }
}

}  // namespace tickplant::config
