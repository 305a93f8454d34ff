// The files of a journal: what they are called, which of them a folder holds, and whether their first page can be
// believed.
//
// Threads: any; for set-up and readers. Not here: blocks (journal_scanner.hpp), making and filling files
// (daemon/journal).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/unique_fd.hpp"
#include "ringbuf/journal/journal_layout.hpp"

namespace tickplant::ringbuf {

/// "0000000000000007.journal".
[[nodiscard]] std::string segment_file_name(std::uint64_t segment_number);
/// "spare-0.journal".
[[nodiscard]] std::string spare_file_name(std::uint64_t index);
/// The number in a segment's file name; nothing for spares and other files.
[[nodiscard]] std::optional<std::uint64_t> segment_number_of(std::string_view file_name) noexcept;

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

struct JournalSegmentFile {
  std::uint64_t number = 0;  // by its name
  std::filesystem::path path;
  std::uint64_t bytes = 0;  // of the file
  PageFault fault = PageFault::none;
  JournalSegmentPage page;  // as read; to be believed if `fault` is none
};

/// The segment of this number, opened for reading. `fd` is empty if `fault` is unreadable.
struct OpenedSegment {
  platform::UniqueFd fd;
  JournalSegmentFile file;
};
[[nodiscard]] OpenedSegment open_segment(const std::filesystem::path& folder, std::uint64_t segment_number);

/// All segments in the folder by their numbers, pages read and checked. Throws SetupError: no such folder, not
/// readable.
[[nodiscard]] std::vector<JournalSegmentFile> list_segments(const std::filesystem::path& folder);

/// The journal that most of them are of; nothing if no page holds.
[[nodiscard]] std::optional<std::uint64_t> journal_id_of(const std::vector<JournalSegmentFile>& segments);

}  // namespace tickplant::ringbuf
