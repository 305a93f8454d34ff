// The first page of a segment: whether it can be believed, and if not, why.
//
// Threads: any; pure functions. Not here: which files there are (journal_files.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "ringbuf/journal/journal_layout.hpp"

namespace tickplant::ringbuf {

/// Why a segment cannot be believed by its page.
enum class PageFault : std::uint8_t {
  none = 0,
  unreadable,     // no such file, or the disk refused
  too_short,      // no whole page
  not_a_journal,  // no magic
  crc,            // not what was written
  endian,         // of a machine of other byte order
  version,        // of a later major version
  sizes,          // pages or units of other sizes
  misnamed,       // the file is called as if it were another segment
  foreign,        // of another journal; only who knows which one is ours says so
};
[[nodiscard]] std::string_view text_of(PageFault fault) noexcept;

/// Sets `page.crc`.
void seal_page(JournalSegmentPage& page) noexcept;

/// Whether `page` is whole and ours to read. `segment_number`: what the file is called.
[[nodiscard]] PageFault check_page(const JournalSegmentPage& page, std::uint64_t segment_number) noexcept;

/// Reads up to `out.size()` bytes at `offset`, over interruptions and short reads. Returns how many there were; -1:
/// errno.
[[nodiscard]] std::ptrdiff_t read_at(int fd, std::uint64_t offset, std::span<std::byte> out) noexcept;

}  // namespace tickplant::ringbuf
