// When the sessions of a feed began, as its session records say: a bar belongs to the newest session that began at or
// before it. Asked by event time, since an instrument may catch up after the next session has begun.
//
// Threads: one, the shard's.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "analytics/state_archive.hpp"
#include "analytics/windows/pane.hpp"

namespace tickplant::analytics {

class FeedSessions {
 public:
  void begin(Time time) noexcept {
    if (time <= starts_.front()) return;
    std::copy_backward(starts_.begin(), starts_.end() - 1, starts_.end());
    starts_.front() = time;
  }
  /// Its start; kBeforeAll: before the sessions we know.
  [[nodiscard]] Time session_of(Time time) const noexcept {
    const auto found = std::find_if(starts_.begin(), starts_.end(), [&](Time start) { return start <= time; });
    return found == starts_.end() ? kBeforeAll : *found;
  }

  void archive(StateArchive& archive) { archive(starts_); }

 private:
  std::array<Time, 8> starts_{kBeforeAll, kBeforeAll, kBeforeAll, kBeforeAll,
                              kBeforeAll, kBeforeAll, kBeforeAll, kBeforeAll};  // newest first
};

}  // namespace tickplant::analytics
