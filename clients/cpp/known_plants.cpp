#include <algorithm>
#include <system_error>

#include "clients/cpp/plant.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::clients {
namespace {

bool has_catalog(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(ringbuf::segment_path(folder, ringbuf::kCatalogSegmentName), ignored);
}

/// Folders below `parent` that hold a plant. What we may not read does not count.
void add_plants_below(const std::filesystem::path& parent, std::vector<std::string>& names) {
  std::error_code error;
  for (std::filesystem::directory_iterator it(parent, error), end; !error && it != end; it.increment(error)) {
    if (has_catalog(it->path())) names.push_back(it->path().filename().string());
  }
}

/// A folder given as such: only its catalog knows the plant's name.
void add_plant_in(const std::filesystem::path& folder, std::vector<std::string>& names) {
  try {
    const auto catalog = ringbuf::ReadOnlySegment::attach(ringbuf::segment_path(folder, ringbuf::kCatalogSegmentName),
                                                          {ringbuf::SegmentKind::catalog, ringbuf::kCatalogSchema});
    names.emplace_back(ringbuf::text_of(catalog.header().plant_name));
  } catch (const platform::SetupError&) {
    // No plant that we could attach, then.
  }
}

}  // namespace

std::vector<std::string> known_plants(const ringbuf::RuntimeEnvironment& environment) {
  std::vector<std::string> names;
  if (environment.tickplant_runtime) {
    add_plant_in(*environment.tickplant_runtime, names);
    return names;
  }
  // The parents of what plant_folder() would choose for any name.
  add_plants_below(environment.root / "run/tickplant", names);
  if (environment.xdg_runtime_dir) {
    add_plants_below(std::filesystem::path(*environment.xdg_runtime_dir) / "tickplant", names);
  } else {
    add_plants_below(environment.root / "dev/shm" / ("tickplant-" + std::to_string(environment.user)), names);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace tickplant::clients
