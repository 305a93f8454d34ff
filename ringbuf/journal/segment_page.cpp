#include "ringbuf/journal/segment_page.hpp"

#include <unistd.h>

#include <cerrno>

#include "platform/crc32c.hpp"

namespace tickplant::ringbuf {
namespace {

std::uint32_t page_crc(const JournalSegmentPage& page) noexcept {
  return platform::crc32c(std::as_bytes(std::span(&page, 1)).first(offsetof(JournalSegmentPage, crc)));
}

}  // namespace

std::string_view text_of(PageFault fault) noexcept {
  switch (fault) {
    case PageFault::none: return "whole";
    case PageFault::unreadable: return "the file cannot be read";
    case PageFault::too_short: return "the file is too short for a segment";
    case PageFault::not_a_journal: return "the file does not begin like a segment of a journal";
    case PageFault::crc: return "its first page is not what was written";
    case PageFault::endian: return "it comes from a machine of other byte order";
    case PageFault::version: return "it is of a later version";
    case PageFault::sizes: return "its pages or units have other sizes";
    case PageFault::misnamed: return "the file is named as another segment";
    case PageFault::foreign: return "it is of another journal";
  }
  return "unknown";
}

void seal_page(JournalSegmentPage& page) noexcept { page.crc = page_crc(page); }

PageFault check_page(const JournalSegmentPage& page, std::uint64_t segment_number) noexcept {
  if (page.magic != kJournalMagic) return PageFault::not_a_journal;
  if (page.endian_probe != JournalSegmentPage{}.endian_probe) return PageFault::endian;
  if (page.crc != page_crc(page)) return PageFault::crc;
  if (page.major != kJournalMajor) return PageFault::version;
  const bool has_our_sizes = page.page_bytes == kJournalPageBytes && page.unit_bytes == kJournalUnitBytes &&
                             page.segment_bytes % kJournalUnitBytes == 0 && page.segment_bytes != 0 &&
                             page.first_block != 0;
  if (!has_our_sizes) return PageFault::sizes;
  return page.segment_number == segment_number ? PageFault::none : PageFault::misnamed;
}

std::ptrdiff_t read_at(int fd, std::uint64_t offset, std::span<std::byte> out) noexcept {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t count = ::pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (count == 0) break;
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      return -1;
    }
  }
  return static_cast<std::ptrdiff_t>(done);
}

}  // namespace tickplant::ringbuf
