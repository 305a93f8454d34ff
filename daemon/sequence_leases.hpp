// Keeps the promise that no sequence of a ring ever gets a second content, also when the memory is gone: after a
// reboot, after `tickplant stop`, with a ring of another size.
//
// While a ring is written, the file `sequences` holds a limit that lies ahead of it, and which segment is meant. A ring
// built anew begins behind the newest record of that very segment when it replaces it, for then all is known; else
// behind the limit, which after a stop in order is the last record. A ring taken over in place just goes on.
//
//   start:   start_of() for rings built anew, then take(): on disk before anything is published
//   running: renew() now and then; it takes more when less than half is left, on a thread of its own, for a slow disk
//            must not stop the signs of life
//   stop:    end(): exactly so far
//
// A block is so large that no stall of the disk or of housekeeping outlives it: 2^35 records, half of one, are 343 s at
// 100 M records/s, more than nine hours at 1 M. It is small enough for 130,000 crashes before sequences reach 2^53,
// where programs that read JSON begin to round.
//
// A folder that cannot be written is no reason not to start, but one to complain: see problem().
//
// Threads: one caller; the write under way is the object's own thread. Not here: the file (sequence_file.hpp), which
// folder (state_folder.hpp), complaining (lease_keeper.hpp).
#pragma once

#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/sequence_file.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::daemon {

class SequenceLeases {
 public:
  static constexpr std::uint64_t kBlock = std::uint64_t{1} << 36;

  /// A ring that is written now.
  struct Use {
    std::string ring;
    std::int64_t made_at = 0;  // created_at of its segment
    ringbuf::Sequence last{};  // its newest record
  };
  /// How a ring built anew begins.
  struct Start {
    ringbuf::Sequence last{};  // its first record is the next one
    std::optional<ringbuf::SequenceRange> skipped;
  };
  /// The file of that name that a new ring replaces.
  struct Remains {
    std::int64_t made_at = 0;
    ringbuf::Sequence last{};
  };

  /// Makes the folder, locks it and reads what is there. Throws SetupError: the file is damaged, of another version or
  /// of another plant; another daemon keeps it. `folder` none: there is none, and problem() says so.
  SequenceLeases(const std::optional<std::filesystem::path>& folder, std::string plant);
  SequenceLeases(const SequenceLeases&) = delete;
  SequenceLeases& operator=(const SequenceLeases&) = delete;
  ~SequenceLeases();

  /// False: this ring's numbers went on in another file since. It must not be taken over.
  [[nodiscard]] bool may_take_over(std::string_view ring, std::int64_t made_at) const;
  [[nodiscard]] Start start_of(std::string_view ring, const std::optional<Remains>& remains) const;

  /// A block for each of these rings. Returns when it is on disk, or problem() says why not. Unless announced()
  /// follows, nobody has seen any of it, and it is given back in the end.
  void take(const std::vector<Use>& uses);
  void announced() noexcept { before_take_.reset(); }
  /// Takes more where less than half is left, or the last write failed. Never waits; call it about once a second.
  void renew(const std::vector<Use>& uses);
  /// These rings end here. Returns when it is on disk, or problem() says why not.
  void end(const std::vector<Use>& uses) noexcept;

  /// Why the numbers taken are not on disk, with a remedy; empty: they are.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] std::uint64_t failure_count() const noexcept { return failure_count_; }
  /// For messages; empty when there is no folder.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  void open_folder(const std::filesystem::path& folder);
  [[nodiscard]] const SequenceLease* find(std::string_view ring) const noexcept;
  [[nodiscard]] static SequenceFile with(SequenceFile file, const std::vector<Use>& uses, bool is_end);
  [[nodiscard]] std::string outcome_of_write(const SequenceFile& file) const noexcept;
  void settle(const SequenceFile& tried, const std::string& outcome);
  void settle_write_under_way();

  std::string path_;
  platform::UniqueFd folder_;
  std::string problem_;
  std::uint64_t failure_count_ = 0;
  SequenceFile on_disk_;
  SequenceFile tried_;  // by the write under way
  std::optional<SequenceFile> before_take_;
  std::future<std::string> write_;
};

}  // namespace tickplant::daemon
