// Walks the chain of a journal, block by block, through all of its segments, and says how it ends.
//
// It reads with pread, a unit at a time, never maps, and asks nobody: a block that does not hold yet is not there yet,
// and next() may be called again later. So it serves for a journal that is being written, too.
//
// Threads: one; any number of scanners of any process over the same files. Memory: one unit, and a list of segments.
// Not here: what the blocks mean (journal_reader.hpp, journal_facts.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "platform/unix_nanos.hpp"
#include "ringbuf/journal/journal_chain.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/journal_layout.hpp"

namespace tickplant::ringbuf {

struct JournalPlace {
  std::uint64_t segment = 0;  // by the file's name
  std::uint64_t offset = 0;   // in the file
  friend constexpr auto operator<=>(const JournalPlace&, const JournalPlace&) = default;
};

struct JournalBlock {
  JournalBlockHeader header;
  JournalPlace place;
  std::span<const std::byte> payload;  // valid until the scanner's next call; empty if it was not asked for
  bool is_dropped = false;             // its records were too old to be kept: there is no payload any more
};

/// Which payloads are read and checked; headers always are.
enum class Payloads : std::uint8_t { all, facts, none };

/// The same, by the header of each.
using WantsPayload = std::function<bool(const JournalBlockHeader&)>;

enum class JournalEndKind : std::uint8_t {
  tail,     // nothing that belongs to the journal lies behind
  torn,     // something does, or a piece of the next block; nobody said that the next block was on disk
  damaged,  // somebody did: what was durable is missing
};
[[nodiscard]] std::string_view text_of(JournalEndKind kind) noexcept;

struct JournalEnd {
  JournalEndKind kind = JournalEndKind::tail;
  JournalPlace place;                       // where the next block would begin, or where it was sought first
  std::uint64_t number = 0;                 // of the next block
  BlockFault fault = BlockFault::no_block;  // of what lies there
  PageFault page_fault = PageFault::none;   // of the segment behind, or of the one at which to begin
  std::uint64_t last_behind = 0;            // greatest number of a block that lies behind; 0: none seen
  std::uint64_t durable = 0;                // greatest number that a block behind calls durable
};

/// How much of what lies behind the end is looked at.
enum class Search : std::uint8_t {
  quick,     // the unit of the end, and the blocks at the starts of units behind
  thorough,  // every place where a block could begin
};

/// What a salvage passed over.
struct JournalHole {
  JournalPlace from, to;
  std::uint64_t first = 0, last = 0;  // numbers of missing blocks; last == first - 1: none, but they are not in order
};

class JournalScanner {
 public:
  /// Begins at the first segment there is. Opens nothing yet.
  explicit JournalScanner(std::filesystem::path folder);

  /// Begins at a segment's first block.
  void begin_at(std::uint64_t segment_number);
  /// Goes on where another scanner was.
  void begin_at(JournalPlace place, const JournalChain& chain);
  /// Begins at the first block of a file, whatever it is called; behind it the folder's segments follow.
  void begin_in(OpenedSegment segment);

  /// The next block. Nothing: there is none (yet); end() says why, resume() goes on behind.
  [[nodiscard]] std::optional<JournalBlock> next(Payloads payloads = Payloads::all);
  [[nodiscard]] std::optional<JournalBlock> next(const WantsPayload& wants);

  /// How the journal ends here: after next() said nothing. Looks at what lies behind; next() goes on at the same place.
  /// A tail, too, when a writer has gone on since.
  [[nodiscard]] JournalEnd end(Search search = Search::quick);

  /// Salvage: goes on with the next block that is whole by itself. Nothing: there is none behind.
  [[nodiscard]] std::optional<JournalHole> resume();

  /// Where the next block is sought, and what it has to follow.
  [[nodiscard]] JournalPlace place() const noexcept { return place_; }
  [[nodiscard]] const JournalChain& chain() const noexcept { return chain_; }
  /// Whether the block that is asked about by WantsPayload may be about one of these instruments, which rise: where
  /// there is an index, it knows.
  [[nodiscard]] bool may_hold(const JournalBlockHeader& header, std::span<const std::uint32_t> instruments) const {
    return source_.may_hold(header, instruments);
  }
  /// The page of the segment we are in; nothing before the first block, or if it does not hold.
  [[nodiscard]] const std::optional<JournalSegmentPage>& page() const noexcept { return page_; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  /// errno of the first time that the system refused to read what is there; 0: never. Behind it an end says nothing.
  [[nodiscard]] int read_error() const noexcept { return read_error_; }

 private:
  struct Found {
    std::uint64_t offset = 0;
    JournalBlockHeader header;
  };

  [[nodiscard]] bool open_first();
  bool begin(OpenedSegment opened);
  void enter(OpenedSegment opened, std::uint64_t offset);
  [[nodiscard]] bool enter_next_segment();
  [[nodiscard]] bool go_back_to_torn();
  [[nodiscard]] BlockFault try_block(std::uint64_t offset, const WantsPayload& wants, JournalBlock& out);
  [[nodiscard]] BlockFault try_again(std::uint64_t offset, const WantsPayload& wants, JournalBlock& out);
  [[nodiscard]] std::optional<JournalBlock> take(const JournalBlock& block);
  [[nodiscard]] std::optional<JournalBlock> next_found(const WantsPayload& wants);
  [[nodiscard]] bool load(std::uint64_t offset, std::size_t bytes, bool whole_unit);
  [[nodiscard]] std::optional<JournalBlockHeader> header_at(std::uint64_t offset);
  std::ptrdiff_t read(std::uint64_t offset, std::span<std::byte> out);

  [[nodiscard]] bool belongs(const JournalBlockHeader& header) const noexcept;
  [[nodiscard]] bool is_piece_of_next(const JournalBlockHeader& header) const noexcept;
  [[nodiscard]] bool has_grown() const;
  void look_behind(Search search, JournalEnd& end);
  void look_at_unit(std::uint64_t begin, bool every_place, JournalEnd& end);
  [[nodiscard]] bool find_in_unit(std::uint64_t begin);
  [[nodiscard]] bool find_in_segment(std::uint64_t begin);
  [[nodiscard]] JournalHole adopt_found(JournalPlace from);
  [[nodiscard]] std::vector<JournalSegmentFile> segments_in_order() const;

  std::filesystem::path folder_;
  std::uint64_t first_segment_ = 0;  // where to begin; 0: the first there is
  bool is_begun_ = false;
  bool is_salvaging_ = false;  // segments are taken by what their pages say
  SegmentSource source_;
  std::optional<JournalSegmentPage> page_;
  JournalPlace place_;
  JournalChain chain_;
  bool knows_journal_ = false;
  BlockFault fault_ = BlockFault::no_block;
  PageFault page_fault_ = PageFault::none;
  int read_error_ = 0;

  struct Unchecked {
    std::uint64_t offset = 0;  // 0: there is none
    JournalChain chain = {};   // before it
  };
  Unchecked unchecked_;        // the first block of this unit whose payload was passed over
  std::uint64_t suspect_ = 0;  // offset of a block whose payload is to hold, wanted or not

  std::vector<std::byte> window_;  // a unit; bytes [window_begin_, + window_bytes_) of the file
  std::uint64_t window_begin_ = 0;
  std::size_t window_bytes_ = 0;
  bool is_window_fresh_ = false;  // read in this call

  std::vector<Found> found_;  // by a salvage in one unit, by number, the next one last
  std::uint64_t found_end_ = 0;
};

/// What a writer that opens a journal has to know.
struct JournalOpening {
  bool is_empty = true;            // no segment: begin one
  JournalEnd end;                  // what was cut off, if anything
  JournalPlace place;              // where the next block goes: this file, this offset
  JournalChain chain;              // what it follows; its epoch is that of the last writer
  JournalSegmentPage page;         // of that segment
  std::uint64_t last_segment = 0;  // greatest number of a file in the folder
  std::map<std::uint32_t, std::uint64_t>
      next;  // by ring: the sequence behind the last one that is stored or called lost
  std::map<std::uint32_t, platform::UnixNanos>
      last_recv;           // by ring of ticks, as far as was walked: of its newest record
  bool is_closed = false;  // the last fact says that the writer before ended in order
  int read_error = 0;      // errno: the system refused to read some of it, so that the end may be another one
};

/// Finds the end, in bounded time: from the last segment whose blocks are durable on. Payloads are checked where
/// nobody said that they were durable; for the others there is verify. Throws SetupError: the folder cannot be read.
[[nodiscard]] JournalOpening find_end(const std::filesystem::path& folder);

}  // namespace tickplant::ringbuf
