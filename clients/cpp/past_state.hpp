// Where one instrument was at a time: its image and its book, out of the journal's records of its ring up to there.
//
// The image is what the live table held behind the ring's last record received by then, made by the same writer from
// the same records: all fields are equal, to the bit, but for doubts that no record about the instrument tells (a gap
// of its feed marks the images of all its instruments; here the mark comes with the instrument's next record). The book
// has the levels that the depth table held; its stamp is that of the newest record it is built from.
//
// Threads: plain values.
#pragma once

#include <cstdint>
#include <string>

#include "ringbuf/books/record_book.hpp"
#include "ringbuf/image_layout.hpp"

namespace tickplant::clients {

struct PastState {
  std::string name;  // "AAPL@XNAS"
  std::string ring;
  std::string time_zone = "UTC";  // of its feed
  ringbuf::InstrumentId id{};     // its number then; 0 before its first record, as is the next one
  std::int8_t size_scale = 0;
  bool has_image = false;  // false: nothing was said about it yet, and `image` is empty
  ringbuf::ImageEntry image;
  ringbuf::RecordBook book;
  std::uint64_t records = 0;  // about it, applied
  std::uint64_t first = 0;    // sequence of the first record of the ring that the journal has; 0: none
  std::uint64_t lost = 0;     // of the ring in between, since its last session began
  bool has_session = false;   // the journal has a session of its feed: day values are those of the day
  bool is_damaged = false;    // the journal ended at a damage before the time
};

}  // namespace tickplant::clients
