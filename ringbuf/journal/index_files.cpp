#include "ringbuf/journal/index_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "platform/setup_error.hpp"
#include "ringbuf/journal/segment_compressor.hpp"

namespace tickplant::ringbuf {

std::string index_file_name(std::uint64_t segment_number) {
  std::string name = segment_file_name(segment_number);
  name.replace(name.find('.'), std::string::npos, kIndexSuffix);
  return name;
}

std::optional<std::uint64_t> index_number_of(std::string_view file_name) noexcept {
  const std::string_view suffix = kIndexSuffix;
  if (!file_name.ends_with(suffix)) return std::nullopt;
  return segment_number_of(std::string(file_name.substr(0, file_name.size() - suffix.size())) + kJournalSuffix);
}

bool is_followed(const JournalSegmentFile& segment, const JournalSegmentFile& next) noexcept {
  return segment.fault == PageFault::none && next.fault == PageFault::none && next.number == segment.number + 1 &&
         next.page.journal_id == segment.page.journal_id && next.page.first_block >= segment.page.first_block;
}

std::optional<SegmentIndex> open_index(const std::filesystem::path& folder, const JournalSegmentFile& segment,
                                       const JournalSegmentFile& next, std::string& why) {
  if (!is_followed(segment, next)) {
    why = "no segment follows";
    return std::nullopt;
  }
  std::optional<SegmentIndex> index = SegmentIndex::open(folder / index_file_name(segment.number), why);
  if (!index) return std::nullopt;
  const IndexHead& head = index->head();
  const JournalSegmentPage& page = segment.page;
  const bool begins = head.journal_id == page.journal_id && head.segment_number == segment.number &&
                      head.first_block == page.first_block && head.previous_crc == page.previous_crc;
  const bool ends = head.last_block + 1 == next.page.first_block && head.last_header_crc == next.page.previous_crc;
  if (begins && ends) return index;
  why = "it is of another journal, or of what the segment held before";
  return std::nullopt;
}

void write_index(const std::filesystem::path& folder, std::uint64_t segment_number, std::span<const std::byte> bytes) {
  const std::filesystem::path file = folder / index_file_name(segment_number);
  const std::string half = file.string() + '.' + std::to_string(::getpid()) + kHalfCompressedSuffix;
  const auto refuse = [&](const char* what, int error) {
    (void)::unlink(half.c_str());
    throw platform::SetupError(platform::with_errno("cannot " + std::string(what) + " '" + half + "'", error),
                               "make room, or let us write there; questions about the past are slower without it");
  };
  platform::UniqueFd fd(::open(half.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640));
  if (!fd) refuse("make", errno);
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) refuse("write", count == 0 ? ENOSPC : errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  if (::rename(half.c_str(), file.c_str()) != 0) refuse("rename", errno);
}

}  // namespace tickplant::ringbuf
