// What a pause is in a model: the others go on. Found before the real one, it takes the place of
// platform/cpu_pause.hpp.
//
// Threads: Relacy's.
#pragma once

#include "tests/model/rings/relacy_atomic.hpp"

namespace tickplant::platform {

inline void cpu_pause() noexcept { rl::yield(1, {"cpu_pause", __FILE__, __LINE__}); }

inline void yield_cpu() noexcept { cpu_pause(); }

}  // namespace tickplant::platform
