// config/demo.yaml as it was when the programs were built, so that a first look needs no file.
//
// Threads: any; a constant.
#pragma once

#include <string_view>

namespace tickplant::config {

[[nodiscard]] std::string_view embedded_demo() noexcept;

}  // namespace tickplant::config
