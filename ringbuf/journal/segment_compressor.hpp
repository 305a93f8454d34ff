// Makes a compressed segment of one that is complete: read, checked, written beside it, read back, and only then given
// its name. What it was made of stays; whoever wants it gone removes it.
//
// A kill at any instant leaves the segment as it was, and at most a file that ends in .half.
//
// Threads: any, one a folder. Memory: a group of 1 MiB and what it takes to compress it.
// Not here: when that is done (daemon/journal/retention.hpp, tickplant journal compress).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "platform/unix_nanos.hpp"
#include "ringbuf/journal/columns.hpp"

namespace tickplant::ringbuf {

/// What a file is called while it is written. Whoever finds one may remove it.
inline constexpr const char* kHalfCompressedSuffix = ".half";

/// What a writer may have appended and not finished: nobody touches the segments of that.
inline constexpr std::uint64_t kUnfinishedBytes = std::uint64_t{6} << 20;
/// The newest segments, which are left alone.
[[nodiscard]] constexpr std::size_t untouched_segments(std::uint64_t segment_bytes) noexcept {
  return static_cast<std::size_t>(2 + (kUnfinishedBytes + segment_bytes - 1) / segment_bytes);
}

struct CompressionWish {
  std::filesystem::path to;   // the folder it comes into: the journal's, or its archive
  bool results_only = false;  // leaves out the payloads of ticks and runs
  platform::UnixNanos now{};  // compressed_at
  int level = ColumnsCoder::kLevel;
  std::function<bool()> is_unwanted = {};  // asked often; true: stop, and leave nothing behind
};

struct CompressionResult {
  std::filesystem::path path;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;       // of the file it was made of
  std::uint64_t file_bytes = 0;  // of the new one
};

/// Segment `number` of the journal in `folder`. Another one has to follow it: its chain is checked up to there. Throws
/// SetupError: it is damaged, is the last one, or cannot be written; nothing has changed then.
[[nodiscard]] CompressionResult compress_segment(const std::filesystem::path& folder, std::uint64_t number,
                                                 const CompressionWish& wish);

}  // namespace tickplant::ringbuf
