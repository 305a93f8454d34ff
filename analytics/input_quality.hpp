// When the input of a feed was not what it should be: stretches of event time in which something was lost, or nothing
// came. A window that touches one says so, and no other.
//
// A window is asked about when its instrument catches up, which may be later than the input that made it fire: so each
// stretch knows at which input it began and ended, and the answer is that of the time of firing.
//
// Threads: one, the shard's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "analytics/state_archive.hpp"
#include "analytics/windows/pane.hpp"
#include "ringbuf/records/quality.hpp"

namespace tickplant::analytics {

class InputQuality {
 public:
  /// A tick of the feed at `time`: what was missing before it ended, unless the tick is older than that.
  void on_tick(Time time, std::uint64_t cause) noexcept {
    if (is_awaited_) [[unlikely]] {
      hear(time);
      if (firsts_.front() == kBeforeAll) firsts_.front() = time;
      is_awaited_ = false;
    }
    if (time <= newest_) return;
    newest_ = time;
    if (open_ != 0) [[unlikely]]
      end_open(cause);
  }
  /// A tick at `time` is about to be taken. Who has begun to listen since the last one hears it first; what it may have
  /// missed are ticks up to the newest before.
  void hear(Time time) noexcept {
    if (!is_awaited_) [[likely]]
      return;
    for (Time& first : firsts_) {
      if (first == kAfterAll) first = std::max(time, newest_ + 1);
    }
  }
  /// Somebody listens from here on: windows that began before are partial. Returns what to ask with; who listens from
  /// the start asks with 0.
  std::size_t add_listener() {
    firsts_.push_back(kAfterAll);
    is_awaited_ = true;
    return firsts_.size() - 1;
  }
  /// From the newest tick on until the next one something is wrong.
  void begin(ringbuf::Quality flag, std::uint64_t cause) {
    if ((open_ & static_cast<std::uint32_t>(flag)) != 0) return;
    open_ |= static_cast<std::uint32_t>(flag);
    stretches_.push_back({newest_, kAfterAll, flag, cause, kStillOpen});
  }
  /// Windows that end before `time` are not asked about any more.
  void forget_before(Time time) {
    if (stretches_.empty()) [[likely]]
      return;
    std::erase_if(stretches_, [&](const Stretch& s) { return s.end < time; });
  }

  /// Of a window over this feed, as it was known at the input `cause`.
  [[nodiscard]] ringbuf::Quality of(Time start, Time end, std::uint64_t cause,
                                    std::size_t listener = 0) const noexcept {
    using ringbuf::Quality;
    Quality quality = start < firsts_[listener] ? Quality::partial_window : Quality::none;
    for (const Stretch& s : stretches_) {
      const Time known_end = s.ended <= cause ? s.end : kAfterAll;
      if (s.began <= cause && s.start < end && known_end >= start) quality = quality | s.flag;
    }
    return quality;
  }
  [[nodiscard]] std::size_t stretches() const noexcept { return stretches_.size(); }

  void archive(StateArchive& archive) { archive(firsts_, is_awaited_, newest_, open_, stretches_); }

 private:
  static constexpr std::uint64_t kStillOpen = ~std::uint64_t{0};
  struct Stretch {
    Time start, end;
    ringbuf::Quality flag;
    std::uint64_t began, ended;  // the inputs that said so
    void archive(StateArchive& archive) { archive(start, end, flag, began, ended); }
  };
  void end_open(std::uint64_t cause) noexcept {
    for (Stretch& s : stretches_) {
      if (s.ended != kStillOpen) continue;
      s.end = newest_;
      s.ended = cause;
    }
    open_ = 0;
  }

  std::vector<Time> firsts_{kBeforeAll};  // by listener: its first tick. kBeforeAll, kAfterAll: it waits for that
  bool is_awaited_ = true;
  Time newest_ = kBeforeAll;
  std::uint32_t open_ = 0;  // flags of stretches that have not ended
  std::vector<Stretch> stretches_;
};

}  // namespace tickplant::analytics
