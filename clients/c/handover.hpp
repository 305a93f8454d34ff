// Puts what a stream says into a C program's array: records one behind the other, and what happened between them apart.
//
// A batch never reaches across an event: what came behind it is kept for the next call. Records go straight into the
// array while nothing is kept, so a program that keeps up pays one copy.
//
// Threads: one. Memory grows with what one poll says behind an event, or beyond the array's end, and is used again.
// Not here: where records come from (stream.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clients/c/answer.hpp"
#include "clients/cpp/conflation.hpp"
#include "clients/cpp/overrun_error.hpp"
#include "ringbuf/image_layout.hpp"
#include "ringbuf/unrolled.hpp"

namespace tickplant::clients::c {

template <class Record>
class Handover {
 public:
  /// `raises`: a loss is an error behind its event.
  explicit Handover(bool raises) : raises_(raises) {}

  /// Into this array from here on: what was kept first. Events of before are gone. Throws what was kept.
  void begin(void* out, std::size_t capacity) {
    out_ = static_cast<std::byte*>(out);
    capacity_ = capacity;
    count_ = 0;
    events_.clear();
    tell_kept();
  }
  /// Nothing more goes into the array of this call.
  [[nodiscard]] bool is_closed() const noexcept { return count_ == capacity_ || is_keeping() || has_events(); }
  [[nodiscard]] std::size_t room() const noexcept { return capacity_ - count_; }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] bool has_events() const noexcept { return !events_.empty(); }

  /// Behind the last poll of a call: what nothing stands before. Throws that, if it is an error.
  void end() { tell_kept(); }
  /// What was thrown comes behind all that was said before it.
  void fail_with(std::exception_ptr error) { kept_events_.push_back({kept_.size(), {}, std::move(error)}); }

  /// The next event; false: no more.
  bool next_event(tickplant_event& event) {
    if (events_.empty()) return false;
    event = events_.front();
    events_.pop_front();
    return true;
  }

  // --- what a stream says ---

  void operator()(const Record& record) {
    if (count_ != capacity_ && !is_keeping()) [[likely]] {
      copy(record, count_++);
    } else {
      kept_.push_back(record);
    }
  }
  void on_lost(std::string_view ring, ringbuf::SequenceRange lost) {
    say(TICKPLANT_EVENT_LOST, ring, lost.first, lost.last);
    if (!raises_) return;
    const OverrunError error(std::string(ring), lost);
    kept_events_.back().error = std::make_exception_ptr(
        Failure(TICKPLANT_LAPPED, error.what(),
                "poll more often, or read from a time on: the journal keeps what rings do not"));
  }
  void on_attached(std::string_view ring, ringbuf::Sequence first) {
    say(TICKPLANT_EVENT_ATTACHED, ring, first.value, 0);
  }
  void on_image(ringbuf::InstrumentId id, const ringbuf::ImageEntry& image) {
    say_image(TICKPLANT_EVENT_IMAGE, id, image, {});
  }
  void on_conflated(ringbuf::InstrumentId id, const ringbuf::ImageEntry& image, const Merged& merged) {
    say_image(TICKPLANT_EVENT_CONFLATED, id, image, merged);
  }
  void on_merged(std::string_view ring, ringbuf::SequenceRange range) {
    say(TICKPLANT_EVENT_MERGED, ring, range.first, range.last);
  }

 private:
  struct KeptEvent {
    std::size_t before;     // how many of kept_ come first
    tickplant_event event;  // kind 0: an error alone
    std::exception_ptr error = nullptr;
  };

  [[nodiscard]] bool is_keeping() const noexcept { return kept_begin_ != kept_.size() || !kept_events_.empty(); }

  /// Word by word: one copy of 16 bytes each would wait for the ring reader's 8-byte stores (broadcast_reader.hpp).
  void copy(const Record& record, std::size_t place) noexcept {
    const auto* const from = reinterpret_cast<const std::byte*>(&record);
    std::byte* const to = out_ + place * sizeof(Record);
    ringbuf::unrolled<sizeof(Record) / 8>([&](std::size_t i) {
      std::uint64_t word;
      std::memcpy(&word, from + 8 * i, 8);
      std::memcpy(to + 8 * i, &word, 8);
    });
  }

  /// Kept records up to the next event, and the events there. An error comes alone, with its event.
  void tell_kept() {
    if (!is_keeping() || has_events()) return;
    const std::size_t until = kept_events_.empty() ? kept_.size() : kept_events_.front().before;
    const std::size_t count = std::min(until - kept_begin_, room());
    if (count != 0) std::memcpy(out_ + count_ * sizeof(Record), &kept_[kept_begin_], count * sizeof(Record));
    count_ += count;
    kept_begin_ += count;
    std::exception_ptr error;
    while (!error && !kept_events_.empty() && kept_events_.front().before == kept_begin_) {
      if (kept_events_.front().error && (count_ != 0 || has_events())) return;
      error = std::move(kept_events_.front().error);
      if (kept_events_.front().event.kind != 0) events_.push_back(kept_events_.front().event);
      kept_events_.pop_front();
    }
    if (!is_keeping()) {
      kept_.clear();
      kept_begin_ = 0;
    }
    if (error) std::rethrow_exception(error);
  }

  void say(std::uint32_t kind, std::string_view ring, std::uint64_t first, std::uint64_t last) {
    tickplant_event event{};
    event.kind = kind;
    set_text(event.ring, ring);
    event.first = first;
    event.last = last;
    kept_events_.push_back({kept_.size(), event, nullptr});
  }
  void say_image(std::uint32_t kind, ringbuf::InstrumentId id, const ringbuf::ImageEntry& image, const Merged& merged) {
    tickplant_event event{};
    event.kind = kind;
    event.instrument = id.value;
    event.first = merged.range.first;
    event.last = merged.range.last;
    event.updates = merged.updates;
    event.trades = merged.trades;
    event.volume = merged.volume.value;
    static_assert(sizeof event.image == sizeof image);
    std::memcpy(&event.image, &image, sizeof image);
    kept_events_.push_back({kept_.size(), event, nullptr});
  }

  bool raises_;
  std::byte* out_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t count_ = 0;
  std::vector<Record> kept_;  // those before kept_begin_ were told
  std::size_t kept_begin_ = 0;
  std::deque<KeptEvent> kept_events_;
  std::deque<tickplant_event> events_;  // of this call
};

}  // namespace tickplant::clients::c
