// A journal gone through from its first block to its last: what is in it, what is lost, what is damaged, how it ends.
//
// Threads: one.
// Not here: how that is shown (survey_text.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ringbuf/journal/checkpoint_layout.hpp"
#include "ringbuf/journal/journal_knowledge.hpp"
#include "ringbuf/journal/journal_reader.hpp"
#include "ringbuf/journal/journal_scanner.hpp"

namespace tickplant::cli {

struct SurveyedSegment {
  ringbuf::JournalSegmentFile file;
  bool is_foreign = false;
  bool is_broken = false;  // compressed, and some byte of it is not what was written
  std::uint64_t blocks = 0;
  std::uint64_t block_bytes = 0;
  [[nodiscard]] bool is_bad() const noexcept {
    return is_foreign || is_broken || file.fault != ringbuf::PageFault::none;
  }
  [[nodiscard]] std::string_view fault_text() const noexcept {
    if (is_broken) return "a piece of it is not what was written";
    return text_of(is_foreign ? ringbuf::PageFault::foreign : file.fault);
  }
};

struct SurveyedRing {
  std::string name;  // "ring 3" where no fact says it
  ringbuf::BlockKind kind = ringbuf::BlockKind::none;
  std::uint64_t blocks = 0;
  std::uint64_t records = 0;
  std::uint64_t lost = 0;     // records called lost, or missing
  std::uint64_t dropped = 0;  // because they were old
  std::uint64_t first = 0, last = 0;
  std::optional<platform::UnixNanos> first_recv, last_recv;  // runs have none
};

struct SurveyedDamage {
  ringbuf::JournalEnd end;
  std::optional<ringbuf::JournalHole> hole;  // nothing: nothing follows
  std::vector<ringbuf::JournalLoss> missing;
};

/// Beside the segments.
struct SurveyedCheckpoint {
  std::filesystem::path file;
  std::optional<std::string> savepoint;  // its name, if it is one
  ringbuf::CheckpointHead head;
  std::uint64_t file_bytes = 0;
  std::string fault;  // why it is none; empty: it is one
};

struct JournalSurvey {
  std::filesystem::path folder;
  std::string plant;
  std::uint64_t journal_id = 0;
  ringbuf::JournalKnowledge knowledge;
  std::vector<SurveyedSegment> segments;
  std::map<std::uint32_t, SurveyedRing> rings;
  std::vector<SurveyedCheckpoint> checkpoints;
  std::vector<ringbuf::JournalLoss> losses;  // with a reason
  std::vector<SurveyedDamage> damages;       // in the middle; how it ends is `end`
  ringbuf::JournalEnd end;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;  // of blocks

  /// What was on disk is not, or something does not belong here. A torn end is none.
  [[nodiscard]] bool is_damaged() const noexcept;
  /// A segment beside the chain that is bad, and not just the one that a writer was about to begin.
  [[nodiscard]] bool is_bad_file(const SurveyedSegment& segment) const noexcept;
  [[nodiscard]] std::string ring_name(std::uint32_t ring) const;
};

enum class SurveyDepth {
  headers,  // and facts
  all,      // every byte
};

/// Called now and then with the bytes gone through.
using SurveyProgress = std::function<void(std::uint64_t bytes)>;

/// Throws SetupError: the folder cannot be read.
[[nodiscard]] JournalSurvey survey_journal(const std::filesystem::path& folder, SurveyDepth depth,
                                           const SurveyProgress& progress = {});

}  // namespace tickplant::cli
