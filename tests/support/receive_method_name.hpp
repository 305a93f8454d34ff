// How a receive method is called where a test prints it.
#pragma once

#include <ostream>

#include "config/plant_config.hpp"

namespace tickplant::config {

inline void PrintTo(ReceiveMethod method, std::ostream* out) {
  *out << choice_words(method)[static_cast<std::size_t>(method)];
}

}  // namespace tickplant::config
