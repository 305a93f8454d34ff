#include "config/segment_sizes.hpp"

#include <sys/statvfs.h>

#include <cerrno>

namespace tickplant::config {

namespace {

constexpr std::uint64_t round_up(std::uint64_t bytes, std::uint64_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

std::vector<SegmentSize> segment_sizes(const PlantConfig& config) {
  std::vector<SegmentSize> sizes;
  const std::uint64_t instruments = config.instruments.capacity;
  const bool huge = config.memory.huge_pages != HugePages::never;
  const auto table = [&](std::string name, std::uint64_t bytes) {
    sizes.push_back({std::move(name), kSegmentHeaderBytes + round_up(bytes, kSegmentHeaderBytes), false});
  };
  table("instruments", instruments * (kInstrumentBytes + kInstrumentIndexBytes));
  for (const RingConfig& ring : config.rings) {
    const std::uint64_t bytes = kSegmentHeaderBytes + kRingControlBytes + ring.slot_count * slot_bytes(ring.kind);
    sizes.push_back({ring.name, huge ? round_up(bytes, kHugePageBytes) : bytes, huge});
    if (ring.kind != SlotKind::tick) continue;
    table("image." + ring.name, instruments * kImageEntryBytes);
    table("newest." + ring.name, instruments * kNewestEntryBytes);
    table("depth." + ring.name, instruments * kDepthEntryBytes);
  }
  table("text", config.text.size_bytes);
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
