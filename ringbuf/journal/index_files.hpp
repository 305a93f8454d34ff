// The indexes beside a journal's segments: NNNNNNNNNNNNNNNN.index is that of the segment of this number. In the
// journal's folder, also where the segment is in the archive. One that is not of what the segment holds now counts as
// none.
//
// Threads: any. Not here: making them (journal_indexer.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/segment_index.hpp"

namespace tickplant::ringbuf {

/// "0000000000000007.index".
[[nodiscard]] std::string index_file_name(std::uint64_t segment_number);
/// The number in an index's file name; nothing for other files.
[[nodiscard]] std::optional<std::uint64_t> index_number_of(std::string_view file_name) noexcept;

/// Whether `next` is the segment behind, by name and journal: then `segment` is complete.
[[nodiscard]] bool is_followed(const JournalSegmentFile& segment, const JournalSegmentFile& next) noexcept;

/// That of `segment`, which is followed by `next`. Nothing: `why`.
[[nodiscard]] std::optional<SegmentIndex> open_index(const std::filesystem::path& folder,
                                                     const JournalSegmentFile& segment, const JournalSegmentFile& next,
                                                     std::string& why);

/// Gives the file its name when it is whole. Throws SetupError: the disk refused; nothing is left behind.
void write_index(const std::filesystem::path& folder, std::uint64_t segment_number, std::span<const std::byte> bytes);

}  // namespace tickplant::ringbuf
