// Writes the ring of alerts: what shards said, once more, with one number over all of them; and how far the ring of
// each shard was looked through for it, so that a successor goes on from there: no alert twice, none left out.
//
// An alert bears that itself (AlertBody::source and taken). Results that are no alerts move it, too, so the ring's
// control page has it as of the end of each batch; `covers` says which alerts were there then. Who is killed leaves
//
//   alerts ...   up to `covers`, perhaps a few behind it: what those bear is newer than the page
//   the page     whole or half of one batch, for its words are stored one by one: each of them is right by itself
//
// Threads: the writer: one. find_alert_remains(): set-up.
// Not here: which alerts there are (daemon/stages/alert_stage.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/records/derived.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::ringbuf {

inline constexpr const char* kAlertsSegmentName = "alerts";

/// By shard: all alerts among its results up to this sequence are in the ring of alerts, or gone for good.
using AlertPlaces = std::array<std::uint64_t, AlertBody::kMaxShards>;

inline constexpr std::size_t kAlertPlacesCover = 15;  // of BroadcastControl::taken; the shards are before it

template <template <class> class Atomic = std::atomic>
class BasicAlertRingWriter {
 public:
  using Ring = BroadcastWriter<kDerivedSlotBytes, Atomic>;

  /// As DerivedWriter::over(). `places`: what was looked through before.
  [[nodiscard]] static BasicAlertRingWriter over(std::span<std::byte> payload, std::uint64_t slot_count, Sequence last,
                                                 const AlertPlaces& places) noexcept {
    return {object_at<BroadcastControl<Atomic>>(payload, 0), Ring::over(payload, slot_count, last), places};
  }

  /// `alert`, which is result `source` of that shard. Returns its number.
  Sequence publish(const DerivedRecord& alert, std::size_t shard, Sequence source) noexcept {
    places_[shard] = source.value;
    DerivedRecord record = alert;
    auto body = record.as<AlertBody>();
    body.source = source.value;
    for (std::size_t i = 0; i < places_.size(); ++i) body.taken[i] = static_cast<std::uint32_t>(places_[i]);
    std::memcpy(record.body.data(), &body, sizeof body);
    return ring_.publish(&record);
  }
  /// There is nothing more to take of that shard up to here.
  void look_past(std::size_t shard, Sequence through) noexcept { places_[shard] = through.value; }

  /// Readers see what was published; a successor finds how far was looked.
  void complete_batch() noexcept {
    ring_.complete_batch();
    tell_places();
  }

  [[nodiscard]] Sequence last() const noexcept { return ring_.last(); }
  [[nodiscard]] const AlertPlaces& places() const noexcept { return places_; }

 private:
  BasicAlertRingWriter(BroadcastControl<Atomic>& control, Ring ring, const AlertPlaces& places) noexcept
      : control_(&control), ring_(ring), places_(places) {
    tell_places();
  }

  void tell_places() noexcept {
    // In this order, and behind the alerts: nobody reads it but who comes when we are dead, and he sees a prefix of our
    // stores. `covers` last: with an older one what the alerts bear is compared with words that are newer, not older.
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (told_[i] == places_[i]) continue;
      told_[i] = places_[i];
      control_->taken[i].store(places_[i], std::memory_order_release);
    }
    control_->taken[kAlertPlacesCover].store(ring_.last().value, std::memory_order_release);
  }

  BroadcastControl<Atomic>* control_;
  Ring ring_;
  AlertPlaces places_;
  AlertPlaces told_{};  // to the page, by us
};

using AlertRingWriter = BasicAlertRingWriter<>;

/// How far a dead writer had looked. `last`: the newest complete alert in the ring.
[[nodiscard]] AlertPlaces find_alert_remains(std::span<const std::byte> payload, std::uint64_t slot_count,
                                             Sequence last);

}  // namespace tickplant::ringbuf
