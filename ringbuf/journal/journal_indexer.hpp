// Gives the complete segments of a journal their indexes, one after the other: goes on from the newest index that there
// is, not from the journal's beginning. The journal may be written meanwhile; what is damaged ends it.
//
// Threads: any, one at a time. Memory: image and book of every instrument, and a sixteenth of a segment.
// Not here: what an index says (index_builder.hpp), when this is done (daemon/journal/retention.hpp, tickplant journal
// index).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ringbuf/journal/index_builder.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/segment_index.hpp"

namespace tickplant::ringbuf {

struct IndexedSegment {
  std::uint64_t number = 0;
  std::uint64_t records = 0;     // ticks in it
  std::uint64_t bytes = 0;       // of the segment
  std::uint64_t file_bytes = 0;  // of its index
};

/// What of an index that is there is looked at.
enum class IndexCheck : std::uint8_t {
  tables,  // and that it is of what its segment holds
  all,     // every byte
};

class JournalIndexer {
 public:
  /// `is_unwanted` is asked often; true: step() gives up.
  explicit JournalIndexer(std::filesystem::path folder, IndexCheck check = IndexCheck::tables,
                          std::function<bool()> is_unwanted = {});

  /// Makes the index of the first complete segment that has none. Nothing: all have one, for now. Throws SetupError:
  /// the folder cannot be read, an index cannot be written, a segment is damaged (it is not tried again).
  [[nodiscard]] std::optional<IndexedSegment> step();

  struct Tail {
    std::vector<SegmentIndex> indexes;  // of segments that follow each other; the last one is of what it has now
    bool is_damaged = false;            // and its end is a damage
  };
  /// Of the segments from `number` on, in memory; they need not be complete. Throws SetupError: as step().
  [[nodiscard]] Tail tail_from(std::uint64_t number);

 private:
  enum class Walked : std::uint8_t { complete, ended, damaged };

  [[nodiscard]] std::size_t first_without(const std::vector<JournalSegmentFile>& segments);
  void go_to(const std::vector<JournalSegmentFile>& segments, std::size_t wanted);
  [[nodiscard]] Walked walk(const JournalSegmentFile& segment);

  std::filesystem::path folder_;
  IndexCheck check_;
  std::function<bool()> is_unwanted_;
  IndexBuilder builder_;
  std::uint64_t at_block_ = 0;    // builder_ has everything before this block; 0: nothing yet
  std::set<std::uint64_t> done_;  // first blocks of segments that have an index
  std::uint64_t refused_ = 0;     // first block of a segment that is damaged
};

}  // namespace tickplant::ringbuf
