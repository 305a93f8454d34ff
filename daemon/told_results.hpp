// Results that a predecessor had published, out of the journal: what the derived image is filled with where it went
// with the memory.
//
// Threads: set-up.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "ringbuf/records/derived.hpp"

namespace tickplant::daemon {

/// Those of a ring in the newest two files of the journal, in their order. Returns how many. What is older is not
/// looked for: a start is not to wait for it, and results come again with the next window.
std::size_t tell_results(const std::filesystem::path& journal, const std::string& ring,
                         const std::function<void(const ringbuf::DerivedRecord&)>& take);

}  // namespace tickplant::daemon
