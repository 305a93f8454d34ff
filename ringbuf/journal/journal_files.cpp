#include "ringbuf/journal/journal_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <map>

#include "platform/crc32c.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::ringbuf {
namespace {

using platform::SetupError;
using platform::with_errno;

constexpr std::size_t kNumberDigits = 16;

std::uint32_t page_crc(const JournalSegmentPage& page) noexcept {
  return platform::crc32c(std::as_bytes(std::span(&page, 1)).first(offsetof(JournalSegmentPage, crc)));
}

}  // namespace

std::string segment_file_name(std::uint64_t segment_number) {
  std::string digits = std::to_string(segment_number);
  if (digits.size() < kNumberDigits) digits.insert(0, kNumberDigits - digits.size(), '0');
  return digits + kJournalSuffix;
}

std::string spare_file_name(std::uint64_t index) { return "spare-" + std::to_string(index) + kJournalSuffix; }

std::optional<std::uint64_t> segment_number_of(std::string_view file_name) noexcept {
  if (file_name.size() < kNumberDigits || file_name.substr(kNumberDigits) != kJournalSuffix) return std::nullopt;
  const char* end = file_name.data() + kNumberDigits;
  std::uint64_t number = 0;
  const auto [parsed, error] = std::from_chars(file_name.data(), end, number);
  if (error != std::errc{} || parsed != end || number == 0) return std::nullopt;
  return number;
}

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

OpenedSegment open_segment(const std::filesystem::path& folder, std::uint64_t segment_number) {
  OpenedSegment out;
  out.file.number = segment_number;
  out.file.path = folder / segment_file_name(segment_number);
  out.file.fault = PageFault::unreadable;
  platform::UniqueFd fd(::open(out.file.path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return out;
  out.file.bytes = static_cast<std::uint64_t>(status.st_size);
  const std::ptrdiff_t count = read_at(fd.get(), 0, std::as_writable_bytes(std::span(&out.file.page, 1)));
  if (count < 0) return out;
  out.fd = std::move(fd);
  out.file.fault = static_cast<std::size_t>(count) < kJournalPageBytes ? PageFault::too_short
                                                                       : check_page(out.file.page, segment_number);
  return out;
}

std::vector<JournalSegmentFile> list_segments(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator at(folder, error);
  if (error) {
    throw SetupError(with_errno("journal folder '" + folder.string() + "' cannot be read", error.value()),
                     "name the folder that holds the files NNNNNNNNNNNNNNNN.journal, readable to you");
  }
  std::vector<JournalSegmentFile> out;
  for (; at != std::filesystem::directory_iterator(); at.increment(error)) {
    if (error) break;
    const auto number = segment_number_of(at->path().filename().string());
    if (number) out.push_back(open_segment(folder, *number).file);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return out;
}

std::optional<std::uint64_t> journal_id_of(const std::vector<JournalSegmentFile>& segments) {
  std::map<std::uint64_t, std::size_t> counts;
  std::optional<std::uint64_t> best;
  for (const JournalSegmentFile& segment : segments) {
    if (segment.fault != PageFault::none && segment.fault != PageFault::misnamed) continue;
    const std::uint64_t id = segment.page.journal_id;
    const std::size_t count = ++counts[id];
    if (!best || count >= counts[*best]) best = id;
  }
  return best;
}

}  // namespace tickplant::ringbuf
