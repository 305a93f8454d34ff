// The image of one instrument out of its records, made as the live table is: by its writer.
//
// Threads: one.
#pragma once

#include <array>
#include <cstdint>

#include "ringbuf/image_table.hpp"

namespace tickplant::ringbuf {

class RecordImage {
 public:
  /// What there is to store of it. image.stamp 0: nothing was said about it yet.
  struct State {
    ImageEntry image;
    std::int32_t trading_date = 0;  // of the day that began last
  };

  /// `record` is about the instrument, whatever its number. Types that say nothing of an image are passed over.
  void apply(Record record) noexcept {
    record.header.instrument = kOnly;
    let_follow(record.header.stamp, [&] { writer_.apply(record); });
  }
  /// A trading day of its feed begins.
  void begin_session(const RecordHeader& header, const SessionBody& session) noexcept {
    trading_date_ = session.trading_date;
    writer_.begin_day(session.trading_date);
    let_follow(header.stamp, [&] { writer_.on_session(header, kOnly, session); });
  }

  /// False: nothing was said about it yet.
  [[nodiscard]] bool read(ImageEntry& out) const noexcept {
    return ImageReader(slots_).read(kOnly, out) == TableRead::value;
  }
  [[nodiscard]] State state() const noexcept {
    State out;
    if (!read(out.image)) out.image = {};
    out.trading_date = trading_date_;
    return out;
  }
  /// Goes on from there; nothing was applied yet.
  void restore(const State& state) noexcept {
    trading_date_ = state.trading_date;
    writer_.begin_day(state.trading_date);
    if (state.image.stamp == 0) return;
    ImageSlot& slot = slots_[kOnly.value];
    slot.stamp.store(writing(state.image.stamp), std::memory_order_relaxed);
    slot.store(8, reinterpret_cast<const std::byte*>(&state.image) + 8, sizeof state.image - 8);
    slot.stamp.store(state.image.stamp, std::memory_order_relaxed);
  }

 private:
  static constexpr InstrumentId kOnly{1};

  /// Sequences begin anew where a plant was built anew: to the entry that is as if its writer had died in between.
  template <class Write>
  void let_follow(std::uint64_t sequence, Write&& write) noexcept {
    std::atomic<std::uint64_t>& stamp = slots_[kOnly.value].stamp;
    const std::uint64_t before = stamp.load(std::memory_order_relaxed);
    const bool begins_anew = before != 0 && before >= sequence;
    if (begins_anew) stamp.store(writing(sequence), std::memory_order_relaxed);
    write();
    const bool is_untouched = stamp.load(std::memory_order_relaxed) == writing(sequence);
    if (begins_anew && is_untouched) stamp.store(before, std::memory_order_relaxed);
  }

  std::array<ImageSlot, 2> slots_{};
  ImageWriter writer_{slots_};
  std::int32_t trading_date_ = 0;
};

}  // namespace tickplant::ringbuf
