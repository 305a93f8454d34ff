// A plant as a C program holds it.
//
// Streams and connections made from it attach the plant once more for themselves: so each handle can have a thread of
// its own, and outlive the others. Mapping is cheap.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clients/c/answer.hpp"
#include "clients/cpp/image_view.hpp"
#include "clients/cpp/look_timer.hpp"
#include "clients/cpp/plant.hpp"

struct tickplant_plant {
  explicit tickplant_plant(tickplant::clients::Plant found) : plant(std::move(found)), view(plant) {}
  tickplant_plant(const tickplant_plant&) = delete;
  tickplant_plant& operator=(const tickplant_plant&) = delete;
  ~tickplant_plant() = default;

  /// The plant, attached anew when it was rebuilt: looked for about ten times a second.
  tickplant::clients::Plant& now() {
    if (timer.is_due(tickplant::clients::steady_nanos) && plant.is_superseded()) (void)plant.reattach();
    return plant;
  }

  tickplant::clients::Plant plant;
  tickplant::clients::ImageView view;
  tickplant::clients::LookTimer timer;
};

namespace tickplant::clients::c {

/// Texts of an option. Throws Failure: NULL among them.
[[nodiscard]] std::vector<std::string> texts_of(const char* const* texts, std::size_t count, const char* name);

}  // namespace tickplant::clients::c
