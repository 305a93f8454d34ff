// The files of a journal: what they are called, which of them a folder and its archive hold, and whether their first
// page can be believed. A segment may be compressed; it is found and read as if it were not.
//
// Threads: any; for set-up and readers. Not here: blocks (journal_scanner.hpp), pages (segment_page.hpp), making and
// filling files (daemon/journal).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ringbuf/journal/journal_layout.hpp"
#include "ringbuf/journal/segment_page.hpp"
#include "ringbuf/journal/segment_source.hpp"

namespace tickplant::ringbuf {

/// "0000000000000007.journal".
[[nodiscard]] std::string segment_file_name(std::uint64_t segment_number);
/// "spare-0.journal".
[[nodiscard]] std::string spare_file_name(std::uint64_t index);
/// The number in a segment's file name; nothing for spares and other files.
[[nodiscard]] std::optional<std::uint64_t> segment_number_of(std::string_view file_name) noexcept;

/// "0000000000000007.columns": the same segment, compressed.
[[nodiscard]] std::string compressed_file_name(std::uint64_t segment_number);
[[nodiscard]] std::optional<std::uint64_t> compressed_number_of(std::string_view file_name) noexcept;

/// In a journal's folder: where its old segments are, a folder or a symbolic link to one.
inline constexpr const char* kArchiveName = "archive";

struct JournalSegmentFile {
  std::uint64_t number = 0;  // by its name
  std::filesystem::path path;
  std::uint64_t bytes = 0;       // of the segment; compressed ones: up to the end of their last block
  std::uint64_t file_bytes = 0;  // of the file
  bool is_compressed = false;
  bool is_results_only = false;  // ticks and runs were dropped
  PageFault fault = PageFault::none;
  int read_error = 0;       // errno, where it is there and the system refuses to read it; 0: it does not
  JournalSegmentPage page;  // as read; to be believed if `fault` is none
};

/// The segment of this number, opened for reading. `source` is empty if `fault` is unreadable.
struct OpenedSegment {
  SegmentSource source;
  JournalSegmentFile file;
};
/// In the folder, as it was written or compressed, or else in its archive; the first one whose page holds.
[[nodiscard]] OpenedSegment open_segment(const std::filesystem::path& folder, std::uint64_t segment_number);
/// This file. `is_compressed`: what it is to be.
[[nodiscard]] OpenedSegment open_segment_file(const std::filesystem::path& path, std::uint64_t segment_number,
                                              bool is_compressed);

/// All segments in the folder and its archive by their numbers, pages read and checked. Throws SetupError: no such
/// folder, not readable.
[[nodiscard]] std::vector<JournalSegmentFile> list_segments(const std::filesystem::path& folder);

/// The journal that most of them are of; nothing if no page holds.
[[nodiscard]] std::optional<std::uint64_t> journal_id_of(const std::vector<JournalSegmentFile>& segments);

}  // namespace tickplant::ringbuf
