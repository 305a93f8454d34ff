// Where instruments were, at any time that a plant's journal has: thousands of such questions a second.
//
//   PastView past{"/var/lib/tickplant/demo/journal"};
//   PastState state = past.state("AAPL@XNAS", time);      // image and book, and what is missing of them
//
// A question goes to the index of the segment in which the time is: the newest state of the instrument that was put
// down there, then its own records behind that. What has no index yet, up to kTailSegments at the journal's end, is
// indexed in memory, once; so is a short journal without any. Where indexes are missing, damaged or of something else,
// a question is answered by a replay from the journal's beginning, with the same result: notes() says why.
//
// The journal may be being written: what is seen is what it had at the first question that needed its end.
//
// Threads: one. Memory: the tables of kIndexesMax indexes, up to 256 MiB of expanded blocks, and for the journal's end
// image and book of every instrument.
// Not here: what the answer means (past_state.hpp), all records from a time on (history.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/past_names.hpp"
#include "clients/cpp/past_state.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/books/instrument_state.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/segment_index.hpp"
#include "ringbuf/journal/segment_records.hpp"

namespace tickplant::clients {

class PastView {
 public:
  static constexpr std::size_t kTailSegments = 8;   // behind an index
  static constexpr std::size_t kShortSegments = 2;  // without any
  static constexpr std::size_t kIndexesMax = 64;

  /// Throws SetupError: no journal there.
  explicit PastView(std::filesystem::path folder);
  PastView(const PastView&) = delete;
  PastView& operator=(const PastView&) = delete;

  /// The instrument is named like on a live plant ("AAPL@XNAS", or "AAPL" where one venue has it); `at`, a receive
  /// time, is included. Throws UnknownInstrument: the journal knows none, or several; SetupError: it cannot be read.
  [[nodiscard]] PastState state(std::string_view symbol, platform::UnixNanos at);
  /// Nothing: nothing was said about it yet.
  [[nodiscard]] std::optional<ringbuf::ImageEntry> image(std::string_view symbol, platform::UnixNanos at);
  [[nodiscard]] ringbuf::RecordBook book(std::string_view symbol, platform::UnixNanos at);

  /// Questions that were answered by a replay.
  [[nodiscard]] std::uint64_t replays() const noexcept { return replays_; }
  /// Why, each reason once.
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

 private:
  struct Slot {
    ringbuf::JournalSegmentFile file;
    bool may_have_index = false;
    bool is_in_memory = false;  // made here
    std::optional<ringbuf::SegmentIndex> index = {};
    std::vector<ringbuf::IndexRing> rings = {};  // of the index, also while that is not loaded
    std::optional<ringbuf::SegmentRecords> records = {};
    std::uint64_t used = 0;
  };
  struct Question;

  void list();
  [[nodiscard]] bool load(std::size_t slot);
  [[nodiscard]] bool knows_rings(std::size_t slot);
  [[nodiscard]] std::optional<std::size_t> slot_of(const PastInstrument& instrument, platform::UnixNanos at);
  [[nodiscard]] std::optional<std::size_t> last_begun_by(std::string_view ring, platform::UnixNanos at);
  [[nodiscard]] bool index_tail();
  void forget_some();
  [[nodiscard]] std::optional<PastState> look_up(const PastInstrument& instrument, platform::UnixNanos at,
                                                 std::size_t slot);
  [[nodiscard]] bool restore_state(Question& question);
  [[nodiscard]] bool apply_records(Question& question);
  [[nodiscard]] std::optional<ringbuf::Record> record(Slot& slot, const ringbuf::IndexRing& ring,
                                                      std::uint32_t ordinal);
  bool note(std::string why);

  std::filesystem::path folder_;
  std::vector<Slot> slots_;  // segments from the first on that follow each other
  PastNames names_;
  ringbuf::BlockCache cache_;
  bool has_tail_ = false, is_damaged_ = false;  // what the tail said, if it was made
  std::uint64_t questions_ = 0, replays_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace tickplant::clients
