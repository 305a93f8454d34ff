// Idles in the one way to sleep that cannot miss a wake: the plant is told that somebody sleeps (from the first time
// on, while this object lives), and the word is loaded before the last look.
//
// Threads: one, that of the poll.
// Not here: how a reader idles (idle.hpp), who wakes (ringbuf/sleepers.hpp).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "clients/cpp/idle.hpp"
#include "clients/cpp/plant.hpp"
#include "ringbuf/sleepers.hpp"

namespace tickplant::clients {

class Sleeper {
 public:
  /// `poll()` hands over what there is and returns how much that was; when that is nothing, idles once as `idle` says.
  /// `rings`: those that are polled, each with its `segment`; a poll may exchange them, and says so by on_attached().
  template <class Rings, class Poll>
  std::size_t poll_or_idle(const Plant& plant, const Rings& rings, Idle& idle, Poll&& poll) {
    if (const std::size_t count = poll(); count != 0) return count;
    if (!idle.sleeps()) {
      idle.pass();
      return 0;
    }
    if (!sign_) sign_.emplace(ringbuf::segment_path(plant.folder(), ringbuf::kCatalogSegmentName));
    // Of the one ring, or of all.
    const std::atomic<std::uint32_t>& word =
        rings.size() == 1 ? rings.front().segment->header().wake_word : plant.wake_word();
    const std::uint32_t seen = word.load(std::memory_order_acquire);
    const std::uint64_t attachments = attachments_;
    const std::size_t count = poll();
    if (count == 0 && attachments == attachments_) idle.sleep(word, seen);  // the word may be gone with its segment
    return count;
  }

  /// The plant or its rings were attached anew.
  void on_attached() noexcept {
    ++attachments_;
    sign_.reset();
  }

 private:
  std::optional<ringbuf::SleeperSign> sign_;  // on the catalog we are attached to
  std::uint64_t attachments_ = 0;
};

}  // namespace tickplant::clients
