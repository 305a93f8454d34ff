// The plant's shared memory as the control thread reads it, attached when first asked for.
//
// Threads: one. Not here: what clients are told of it (plant_answers.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "clients/cpp/derived_view.hpp"
#include "clients/cpp/image_view.hpp"
#include "clients/cpp/plant.hpp"

namespace tickplant::daemon {

class PlantViews {
 public:
  explicit PlantViews(clients::Plant& plant) : plant_(&plant), images_(plant) {}

  struct Ring {
    std::string name;
    std::uint64_t slots = 0, slot_bytes = 0, published = 0, durable = 0;
  };
  /// All of the plant. One that cannot be attached is left out.
  [[nodiscard]] std::vector<Ring> rings();
  [[nodiscard]] std::optional<Ring> ring(const std::string& name);

  [[nodiscard]] clients::ImageView& images() noexcept { return images_; }
  /// Throws SetupError: nothing is computed.
  [[nodiscard]] clients::DerivedView& derived();

 private:
  [[nodiscard]] std::optional<Ring> look_at(const ringbuf::CatalogSegment& segment);

  clients::Plant* plant_;
  clients::ImageView images_;
  std::optional<clients::DerivedView> derived_;
  std::map<std::string, clients::AttachedSegment> rings_;
};

}  // namespace tickplant::daemon
