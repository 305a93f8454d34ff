#include "ringbuf/journal/journal_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "platform/setup_error.hpp"

namespace tickplant::ringbuf {
namespace {

using platform::SetupError;
using platform::with_errno;

constexpr std::size_t kNumberDigits = 16;

std::string digits_of(std::uint64_t segment_number) {
  std::string digits = std::to_string(segment_number);
  if (digits.size() < kNumberDigits) digits.insert(0, kNumberDigits - digits.size(), '0');
  return digits;
}

std::optional<std::uint64_t> number_before(const char* suffix, std::string_view file_name) noexcept {
  if (file_name.size() < kNumberDigits || file_name.substr(kNumberDigits) != suffix) return std::nullopt;
  const char* end = file_name.data() + kNumberDigits;
  std::uint64_t number = 0;
  const auto [parsed, error] = std::from_chars(file_name.data(), end, number);
  if (error != std::errc{} || parsed != end || number == 0) return std::nullopt;
  return number;
}

/// Reads the page of a compressed segment, and the one of the segment in it.
void read_compressed(platform::UniqueFd fd, OpenedSegment& out) {
  ColumnsPage page;
  const std::ptrdiff_t count = read_at(fd.get(), 0, std::as_writable_bytes(std::span(&page, 1)));
  if (count < 0) return;
  const bool is_short = static_cast<std::size_t>(count) < kColumnsPageBytes;
  out.file.fault = is_short ? PageFault::too_short : check_columns_page(page, out.file.file_bytes);
  auto expanded = std::make_unique<ExpandedSegment>(std::move(fd), page, out.file.file_bytes);
  out.file.bytes = expanded->expanded_bytes();
  out.file.is_results_only = is_results_only(expanded->page());
  const std::optional<JournalSegmentPage> inner = expanded->segment_page();
  if (inner) out.file.page = *inner;
  if (out.file.fault == PageFault::none) {
    const bool is_same = inner && inner->first_block == page.first_block && inner->journal_id == page.journal_id &&
                         inner->previous_crc == page.previous_crc && inner->segment_number == page.segment_number;
    out.file.fault = is_same ? check_page(*inner, out.file.number) : PageFault::crc;
  }
  out.source = SegmentSource(std::move(expanded));
}

}  // namespace

std::string segment_file_name(std::uint64_t segment_number) { return digits_of(segment_number) + kJournalSuffix; }

std::string compressed_file_name(std::uint64_t segment_number) { return digits_of(segment_number) + kColumnsSuffix; }

std::string spare_file_name(std::uint64_t index) { return "spare-" + std::to_string(index) + kJournalSuffix; }

std::optional<std::uint64_t> segment_number_of(std::string_view file_name) noexcept {
  return number_before(kJournalSuffix, file_name);
}

std::optional<std::uint64_t> compressed_number_of(std::string_view file_name) noexcept {
  return number_before(kColumnsSuffix, file_name);
}

OpenedSegment open_segment_file(const std::filesystem::path& path, std::uint64_t segment_number, bool is_compressed) {
  OpenedSegment out;
  out.file.number = segment_number;
  out.file.path = path;
  out.file.is_compressed = is_compressed;
  out.file.fault = PageFault::unreadable;
  platform::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    if (errno != ENOENT) out.file.read_error = errno;
    return out;
  }
  if (!S_ISREG(status.st_mode)) return out;
  out.file.bytes = out.file.file_bytes = static_cast<std::uint64_t>(status.st_size);
  if (is_compressed) {
    read_compressed(std::move(fd), out);
    return out;
  }
  const std::ptrdiff_t count = read_at(fd.get(), 0, std::as_writable_bytes(std::span(&out.file.page, 1)));
  if (count < 0) {
    out.file.read_error = errno;
    return out;
  }
  out.source = SegmentSource(std::move(fd));
  out.file.fault = static_cast<std::size_t>(count) < kJournalPageBytes ? PageFault::too_short
                                                                       : check_page(out.file.page, segment_number);
  return out;
}

OpenedSegment open_segment(const std::filesystem::path& folder, std::uint64_t segment_number) {
  const std::string plain = segment_file_name(segment_number), compressed = compressed_file_name(segment_number);
  OpenedSegment first = open_segment_file(folder / plain, segment_number, false);
  if (first.file.fault == PageFault::none) return first;
  const std::filesystem::path archive = folder / kArchiveName;
  for (const auto& [path, is_compressed] :
       {std::pair(folder / compressed, true), {archive / compressed, true}, {archive / plain, false}}) {
    OpenedSegment other = open_segment_file(path, segment_number, is_compressed);
    if (first.file.read_error == 0) first.file.read_error = other.file.read_error;
    if (other.file.fault == PageFault::none || !first.source) {
      if (other.source) first = std::move(other);
    }
    if (first.file.fault == PageFault::none) break;
  }
  return first;
}

std::vector<JournalSegmentFile> list_segments(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator at(folder, error);
  const auto refuse_on = [&folder](const std::error_code& problem) {
    if (!problem) return;
    throw SetupError(with_errno("journal folder '" + folder.string() + "' cannot be read", problem.value()),
                     "name the folder that holds the files NNNNNNNNNNNNNNNN.journal, readable to you");
  };
  refuse_on(error);
  std::set<std::uint64_t> numbers;
  const auto take_numbers = [&](std::filesystem::directory_iterator entry) {
    for (std::error_code problem; entry != std::filesystem::directory_iterator(); refuse_on(problem)) {
      const std::string name = entry->path().filename().string();
      if (const auto plain = segment_number_of(name)) numbers.insert(*plain);
      if (const auto compressed = compressed_number_of(name)) numbers.insert(*compressed);
      entry.increment(problem);
    }
  };
  take_numbers(std::move(at));
  std::filesystem::directory_iterator archive(folder / kArchiveName, error);
  if (!error) take_numbers(std::move(archive));
  std::vector<JournalSegmentFile> out;
  for (const std::uint64_t number : numbers) out.push_back(open_segment(folder, number).file);
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
