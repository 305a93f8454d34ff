// The file `sequences` of a plant's state folder: per ring, a limit that no published sequence exceeds. Text, so that
// an operator can read it:
//
//   tickplant-sequences 1
//   plant demo
//   ring ticks leased 120034 68719596770 1700000000000000000
//   ring derived ended 5000 5000 1700000000000000000
//   checksum 1f2e3d4c
//
// A ring: `leased` while somebody writes it, `ended` when its writer stopped in order; the newest sequence known to be
// used; the limit; created_at of its segment. The checksum is the CRC32C of all bytes before its line.
//
// Replaced as a whole: written beside it, synced, renamed, the folder synced. After a crash at any instant it is the
// old one or the new one. The number in the first line grows when a field moves or changes meaning; others are refused.
//
// Threads: values. Not here: when to take how much (sequence_leases.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickplant::daemon {

struct SequenceLease {
  std::string ring;
  bool is_ended = false;     // nothing between `used` and `limit` was published
  std::uint64_t used = 0;    // the newest sequence known to have been published
  std::uint64_t limit = 0;   // none above it was
  std::int64_t made_at = 0;  // created_at of the ring's segment: which file is meant

  friend bool operator==(const SequenceLease&, const SequenceLease&) = default;
};

struct SequenceFile {
  std::string plant;
  std::vector<SequenceLease> leases;

  friend bool operator==(const SequenceFile&, const SequenceFile&) = default;
};

inline constexpr const char* kSequenceFileName = "sequences";

[[nodiscard]] std::string encode(const SequenceFile& file);

/// Throws SetupError without a remedy of its own that names what is wrong: another version (with both), a line that
/// cannot be, a wrong checksum, cut off.
[[nodiscard]] SequenceFile decode_sequences(std::string_view text);

/// None: there is no file. Throws SetupError that names the file: unreadable, damaged, another version.
[[nodiscard]] std::optional<SequenceFile> read_sequences(int folder, const std::string& path);

/// On the disk when it returns. Throws SetupError: no room, no permission; the old file is then still there.
void write_sequences(int folder, const std::string& path, const SequenceFile& file);

}  // namespace tickplant::daemon
