// Where one instrument stands, out of its records: image and book, and how many records that took. As bytes, too.
//
// Threads: one. Not here: which records are about it (journal/index_builder.hpp, clients/cpp/past_replay.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "ringbuf/books/record_book.hpp"
#include "ringbuf/books/record_image.hpp"

namespace tickplant::ringbuf {

class InstrumentState {
 public:
  /// A record about it.
  void apply(const Record& record) {
    ++records_;
    id_ = record.header.instrument;
    image_.apply(record);
    book_.apply(record);
  }
  /// A session of its feed.
  void begin_session(const RecordHeader& header, const SessionBody& session) noexcept {
    image_.begin_session(header, session);
    book_.clear();
  }
  /// A book_clear of no instrument.
  void clear_book() noexcept { book_.clear(); }
  /// Nothing was said about it yet, and this is the day of its feed.
  void begin_day(std::int32_t trading_date) noexcept { image_.restore({{}, trading_date}); }

  [[nodiscard]] const RecordImage& image() const noexcept { return image_; }
  [[nodiscard]] const RecordBook& book() const noexcept { return book_; }
  [[nodiscard]] RecordBook take_book() noexcept { return std::move(book_); }
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
  /// Its number in the newest record.
  [[nodiscard]] InstrumentId id() const noexcept { return id_; }

  /// All of it: typically 100 bytes and those of the book.
  [[nodiscard]] std::vector<std::byte> bytes() const;
  /// About how many that are, without making them.
  [[nodiscard]] std::size_t bytes_about() const noexcept {
    return kImageBytesAbout + kEntryBytesAbout * (book_.open_orders() + book_.told_levels());
  }
  /// Becomes what bytes() was of; nothing was applied yet. False: they are not what bytes() gave, it is undefined.
  [[nodiscard]] bool restore(std::span<const std::byte> bytes);

 private:
  static constexpr std::size_t kImageBytesAbout = 100, kEntryBytesAbout = 8;

  RecordImage image_;
  RecordBook book_;
  std::uint64_t records_ = 0;
  InstrumentId id_{};
};

}  // namespace tickplant::ringbuf
