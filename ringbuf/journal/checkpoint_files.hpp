// The checkpoints of a journal: files beside its segments, written so that a crash leaves the ones before.
//
//   checkpoint-CAUSE.checkpoint   by the place in the order, twenty digits; the newest kKept stay
//   savepoint-NAME.checkpoint     made because somebody asked; stays until somebody removes it
//   snapshot-CAUSE.checkpoint     what live analytics held behind a loss in the journal, where the order says so; the
//                                 newest kSnapshotsKept stay
//
// Threads: one. Writing waits for the disk: not for a thread that computes or publishes.
// Not here: what sections hold (their owners), when one is made (daemon/journal/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ringbuf/journal/checkpoint_layout.hpp"

namespace tickplant::ringbuf {

struct CheckpointSection {
  SectionKind kind = SectionKind::none;
  std::uint32_t index = 0;
  std::vector<std::byte> bytes;
};

struct Checkpoint {
  CheckpointHead head;
  std::vector<CheckpointSection> sections;

  /// nullptr: it has none.
  [[nodiscard]] const CheckpointSection* find(SectionKind kind, std::uint32_t index = 0) const noexcept;
  /// Those of the section of that kind; empty: there is none.
  [[nodiscard]] std::vector<RingPosition> positions() const;
  void set_positions(std::span<const RingPosition> positions);
};

class CheckpointFiles {
 public:
  static constexpr std::size_t kKept = 3;
  static constexpr std::size_t kSnapshotsKept = 16;

  /// `folder`: the journal's.
  explicit CheckpointFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// On disk when it returns, and older ones than the newest kKept are gone. Completes the head. Throws SetupError: the
  /// disk refused; what was there before is there still.
  std::filesystem::path write(Checkpoint& checkpoint);
  /// Likewise under a name of letters, digits, dots, dashes and underscores. Throws SetupError: it is none, or taken.
  std::filesystem::path write_savepoint(const std::string& name, Checkpoint& checkpoint);

  /// Likewise what live analytics held at its place. It leads to no block: who follows the journal comes by.
  std::filesystem::path write_snapshot(Checkpoint& checkpoint);
  /// The one of that place, of that journal. nullopt: there is none, or not one that can be read.
  [[nodiscard]] std::optional<Checkpoint> snapshot(std::uint64_t cause_seq, std::uint64_t journal_id) const;

  /// Removes the checkpoints and snapshots that a death left half written. Nobody writes any just then.
  void remove_unfinished() const;

  /// What may be taken up.
  struct Wanted {
    std::uint64_t journal_id = 0;
    std::string_view plant_name = {};
    std::uint64_t cause_seq_max = std::numeric_limits<std::uint64_t>::max();  // nothing behind it
    std::string_view build = {};                                              // empty: of any
    std::string savepoint = {};                                               // this one and no other
  };
  struct Found {
    std::optional<Checkpoint> checkpoint;  // the newest that holds
    std::filesystem::path path;
    std::vector<std::string> skipped;  // newer ones, each with the reason: for the log
  };
  /// Throws SetupError: the folder cannot be read, or no savepoint has such a name.
  [[nodiscard]] Found newest(const Wanted& wanted) const;

  /// Throws SetupError: no such file, or no checkpoint, and why.
  [[nodiscard]] static Checkpoint read(const std::filesystem::path& file);
  /// Its head alone, likewise.
  [[nodiscard]] static CheckpointHead read_head(const std::filesystem::path& file);
  /// Checkpoints and then snapshots, newest first, then savepoints by name.
  [[nodiscard]] std::vector<std::filesystem::path> list() const;
  /// Throws SetupError: it is no name for one.
  [[nodiscard]] std::filesystem::path savepoint_path(const std::string& name) const;
  [[nodiscard]] static bool is_snapshot(const std::filesystem::path& file);
  /// nullopt: the file is none.
  [[nodiscard]] static std::optional<std::string> savepoint_name(const std::filesystem::path& file);

 private:
  std::filesystem::path put(const std::filesystem::path& file, Checkpoint& checkpoint) const;
  std::filesystem::path put_numbered(std::string_view kind, std::size_t kept, Checkpoint& checkpoint) const;
  [[nodiscard]] std::filesystem::path numbered_path(std::string_view kind, std::uint64_t cause_seq) const;
  [[nodiscard]] std::vector<std::filesystem::path> numbered(std::string_view kind) const;

  std::filesystem::path folder_;
};

}  // namespace tickplant::ringbuf
