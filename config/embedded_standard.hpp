// config/analytics/standard.yaml as it was when the programs were built: what a plant computes that says `auto`.
//
// Threads: any; a constant.
#pragma once

#include <string_view>

namespace tickplant::config {

[[nodiscard]] std::string_view embedded_standard() noexcept;

}  // namespace tickplant::config
