// Merges what a reader was too slow for, or does not want one by one: per changed instrument its image, and how many
// updates, trades and how much volume are in it that were not told. Then the full stream goes on.
//
// Exact, for every instrument: records told + updates merged = all its records; the same for trades and volume; and
// images and stream together are the full history. To that end each record that is told is counted, as the writer does
// in newest, and what is merged is the difference. Image and count must be of the same records:
//   1. C = image_complete_through is loaded (acquire), then the image is copied (stamp S), then its newest entry (stamp
//      n). The image holds every record about the instrument up to C, and behind C those up to S that enter an image.
//      A writer enters a record into newest before the image, so newest counts all of them.
//   2. Newest may count records behind C that the image does not hold. The ring has them: a look ahead from C + 1 to n
//      takes them out of the count again. They will be told.
//   3. The stream goes on behind the C that was loaded first of all. What an image holds is passed over there: all up
//      to its own C, and behind that what enters an image, up to S.
// Instruments are taken in groups, each with a C of its own, so that the look ahead stays short however fast the writer
// is and however many they are. Nothing has to hold still for a moment; only an entry that reads `busy` is waited for.
//
// A session record behind the first C starts the day anew for all: image_join.hpp, point 3. After it is told, all is
// merged once more, images that hold the new day included.
//
// Threads: as Plant: one. Memory is taken when it is made. Not here: when to merge (ring_stream.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "clients/cpp/image_join.hpp"
#include "clients/cpp/record_filter.hpp"
#include "platform/cpu_pause.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/newest_table.hpp"

namespace tickplant::clients {

/// What an image holds that was not told record by record.
struct Merged {
  std::uint64_t updates = 0;       // records about the instrument, of all types
  std::uint64_t trades = 0;        // those of them eligible for volume
  ringbuf::Size volume{};          // the sum of their sizes
  ringbuf::SequenceRange range{};  // of the ring; a few of the records may lie behind it
};

class Conflation {
 public:
  Conflation(std::span<const ringbuf::ImageSlot> images, std::span<const ringbuf::NewestSlot> newest)
      : images_(images),
        newest_slots_(newest),
        newest_(newest),
        told_(newest.size()),
        image_through_(newest.size(), 0),
        group_(kGroup) {}

  /// Everything before `ring.next()` counts as told. False: try again; what lies there may have been overwritten.
  bool begin(const ringbuf::TickReader& ring) noexcept {
    const std::uint64_t next = ring.next().value;
    const std::uint64_t complete = ring.image_complete_through().value;  // R4 <- W4, before newest is read
    std::uint64_t last = next - 1;
    for (std::uint32_t id = 1; id < told_.size(); ++id) {
      ringbuf::NewestEntry newest;
      if (newest_.read({id}, newest) == ringbuf::TableRead::busy) return false;
      told_[id] = {newest.stamp, newest.update_count, newest.trade_count, newest.volume.value};
      last = std::max(last, newest.stamp);
    }
    // Newest counts everything up to `complete`; behind that it may lack what was told, and have what was not.
    const bool is_read = look_ahead(ring, std::min(complete, next - 1), last, [&](const ringbuf::Record& record) {
      const std::uint32_t id = record.header.instrument.value;
      if (id >= told_.size()) return;
      const bool is_counted = record.header.stamp <= told_[id].through;
      const bool is_told = record.header.stamp < next;
      if (is_counted && !is_told) subtract(told_[id], record);
      if (is_told && !is_counted) add(told_[id], record);
    });
    for (Told& told : told_) told.through = 0;
    return is_read;
  }

  /// Is this record to be told? Then it counts as told. False: an image that was handed over holds it.
  bool count(const ringbuf::Record& record) noexcept {
    const std::uint32_t id = record.header.instrument.value;
    if (id == 0 || id >= told_.size()) return true;
    if (record.header.stamp <= window_end_ && is_merged(record)) [[unlikely]]
      return false;
    add(told_[id], record);
    return true;
  }

  /// Some image that was handed over is as new as this.
  [[nodiscard]] bool has_image_from(std::uint64_t sequence) const noexcept { return sequence <= image_end_; }

  /// Merges next: the records of `range`. Images of at least `floor` are handed over although nothing is merged in
  /// them.
  void start(ringbuf::SequenceRange range, std::uint64_t floor) noexcept {
    range_ = range;
    floor_ = floor;
    next_id_ = 1;
  }

  /// Calls `take(InstrumentId, const ImageEntry&, const Merged&)` for what has changed from the floor on. `ring`: any
  /// position. False: something is not readable yet, try again.
  template <class Take>
  bool merge(const ringbuf::TickReader& ring, RecordFilter& filter, Take&& take) {
    const auto end = static_cast<std::uint32_t>(std::min<std::size_t>(told_.size(), filter.instrument_count() + 1u));
    for (; next_id_ < end; next_id_ += kGroup) {
      const std::uint32_t group_end = std::min(end, next_id_ + kGroup);
      if (!copy_group(ring, filter, group_end)) return false;
      for (std::uint32_t id = next_id_; id < group_end; ++id) {
        if (group_[id - next_id_].is_changed) hand_over({id}, group_[id - next_id_], take);
      }
    }
    return true;
  }

  /// Updates merged so far, over all instruments.
  [[nodiscard]] std::uint64_t merged_count() const noexcept { return merged_count_; }

 private:
  static constexpr std::uint32_t kGroup = 64;
  static constexpr int kAttempts = 4;  // per poll; a disturbed group is copied anew

  struct Told {
    std::uint64_t through = 0;  // everything about the instrument up to here was merged
    std::uint64_t updates = 0;
    std::uint64_t trades = 0;
    std::uint64_t volume = 0;
  };
  struct Copy {
    bool is_changed = false;
    ringbuf::ImageEntry image{};
    std::uint64_t newest_stamp = 0;
    Told all{};
  };

  static bool is_for_volume(const ringbuf::Record& record) noexcept {
    return record.header.type == ringbuf::RecordType::trade &&
           has(record.as<ringbuf::TradeBody>().eligibility, ringbuf::TradeEligibility::volume);
  }
  /// As NewestWriter counts.
  static void add(Told& told, const ringbuf::Record& record) noexcept {
    ++told.updates;
    if (!is_for_volume(record)) return;
    ++told.trades;
    told.volume += record.as<ringbuf::TradeBody>().size.value;
  }
  static void subtract(Told& told, const ringbuf::Record& record) noexcept {
    --told.updates;
    if (!is_for_volume(record)) return;
    --told.trades;
    told.volume -= record.as<ringbuf::TradeBody>().size.value;
  }

  [[nodiscard]] bool is_merged(const ringbuf::Record& record) const noexcept {
    const std::uint32_t id = record.header.instrument.value;
    const std::uint64_t sequence = record.header.stamp;
    return sequence <= told_[id].through || (sequence <= image_through_[id] && enters_image(record));
  }

  /// Shows `look` the records behind `after` up to `last`. False when one of them is gone, or not there yet.
  template <class Look>
  static bool look_ahead(ringbuf::TickReader ring, std::uint64_t after, std::uint64_t last, Look&& look) noexcept {
    ringbuf::Record record;
    ring.seek({std::max({after + 1, ring.first_sequence().value, std::uint64_t{1}})});
    while (ring.next().value <= last) {
      if (ring.poll(&record) != ringbuf::ReadStatus::record) return false;
      look(std::as_const(record));
    }
    return true;
  }

  [[nodiscard]] bool is_changed(std::uint32_t id) const noexcept {
    const auto stamp_of = [](const auto& slot) {
      return slot.stamp.load(std::memory_order_relaxed) & ~ringbuf::kWritingBit;
    };
    return stamp_of(newest_slots_[id]) >= floor_ || (id < images_.size() && stamp_of(images_[id]) >= floor_);
  }

  bool copy_group(const ringbuf::TickReader& ring, RecordFilter& filter, std::uint32_t end) noexcept {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      if (try_copy_group(ring, filter, end)) return true;
      platform::cpu_pause();
    }
    return false;
  }

  bool try_copy_group(const ringbuf::TickReader& ring, RecordFilter& filter, std::uint32_t end) noexcept {
    complete_ = ring.image_complete_through().value;  // R4 <- W4, before the images are read
    std::uint64_t last = 0;
    for (std::uint32_t id = next_id_; id < end; ++id) {
      Copy& copy = group_[id - next_id_];
      copy = Copy{};
      if (!filter.chooses({id}) || !is_changed(id)) continue;
      ringbuf::NewestEntry newest;  // behind the image, or it might count less than that holds
      if (ringbuf::ImageReader(images_).read({id}, copy.image) == ringbuf::TableRead::busy ||
          newest_.read({id}, newest) == ringbuf::TableRead::busy) {
        return false;
      }
      copy.is_changed = true;
      copy.newest_stamp = newest.stamp;
      copy.all = {complete_, newest.update_count, newest.trade_count, newest.volume.value};
      last = std::max(last, newest.stamp);
    }
    return look_ahead(ring, complete_, last, [&](const ringbuf::Record& record) {
      const std::uint32_t index = record.header.instrument.value - next_id_;
      if (index >= kGroup || !group_[index].is_changed) return;
      Copy& copy = group_[index];
      const std::uint64_t sequence = record.header.stamp;
      const bool is_held = sequence <= copy.image.stamp && enters_image(record);
      if (sequence <= copy.newest_stamp && !is_held) subtract(copy.all, record);
    });
  }

  template <class Take>
  void hand_over(ringbuf::InstrumentId id, const Copy& copy, Take& take) {
    Told& told = told_[id.value];
    const Merged merged{
        copy.all.updates - told.updates, copy.all.trades - told.trades, {copy.all.volume - told.volume}, range_};
    told = copy.all;
    image_through_[id.value] = copy.image.stamp;
    image_end_ = std::max(image_end_, copy.image.stamp);
    window_end_ = std::max({window_end_, image_end_, complete_});
    merged_count_ += merged.updates;
    const bool is_new_image = copy.image.stamp != 0 && copy.image.stamp >= floor_;
    if (merged.updates != 0 || is_new_image) take(id, copy.image, merged);
  }

  std::span<const ringbuf::ImageSlot> images_;
  std::span<const ringbuf::NewestSlot> newest_slots_;
  ringbuf::NewestReader newest_;
  std::vector<Told> told_;                    // by instrument id
  std::vector<std::uint64_t> image_through_;  // stamp of the image that was handed over, by instrument id
  std::vector<Copy> group_;                   // instruments next_id_ and up
  ringbuf::SequenceRange range_{};
  std::uint64_t floor_ = 0;
  std::uint64_t complete_ = 0;
  std::uint64_t window_end_ = 0;  // nothing behind this was merged: one comparison tells almost every record
  std::uint64_t image_end_ = 0;
  std::uint64_t merged_count_ = 0;
  std::uint32_t next_id_ = 1;
};

}  // namespace tickplant::clients
