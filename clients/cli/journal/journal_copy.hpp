// A new journal out of blocks of another one: the same order, other numbers, its own chain.
//
// Threads: one. Not here: the plant's writer (daemon/journal), which never waits for a disk; this one does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "platform/unique_fd.hpp"
#include "ringbuf/journal/journal_chain.hpp"
#include "ringbuf/journal/journal_continuity.hpp"
#include "ringbuf/journal/journal_facts.hpp"
#include "ringbuf/journal/journal_knowledge.hpp"

namespace tickplant::cli {

class JournalCopy {
 public:
  /// `folder`: empty. `journal_id`: drawn by chance.
  JournalCopy(std::filesystem::path folder, std::uint64_t journal_id)
      : folder_(std::move(folder)), chain_(journal_id, 1) {}

  /// Begins a segment like `page`, what is on its way being synced first. Throws SetupError: the disk refuses.
  void begin_segment(const ringbuf::JournalSegmentPage& page);
  [[nodiscard]] bool has_begun() const noexcept { return segment_ != 0; }
  [[nodiscard]] std::uint64_t segments() const noexcept { return segment_; }

  /// The block behind those before. Begins a segment that says `knowledge` first when the present one is full.
  void append(ringbuf::JournalBlockHeader header, std::span<const std::byte> payload,
              const ringbuf::JournalKnowledge& knowledge, const ringbuf::JournalContinuity& continuity);
  void append_loss(const ringbuf::LossFact& loss, const ringbuf::JournalKnowledge& knowledge,
                   const ringbuf::JournalContinuity& continuity);
  /// Everything that is known, as at the start of a segment.
  void append_knowledge(const ringbuf::JournalKnowledge& knowledge, const ringbuf::JournalContinuity& continuity);

  /// All of it is on disk.
  void sync();

 private:
  void place(ringbuf::JournalBlockHeader header, std::span<const std::byte> payload);
  [[nodiscard]] bool fits(std::size_t bytes) const noexcept;
  void write(std::uint64_t offset, std::span<const std::byte> bytes);
  void append_facts(ringbuf::FactsBuilder& facts, const ringbuf::JournalKnowledge& knowledge,
                    const ringbuf::JournalContinuity& continuity);
  [[noreturn]] void refuse(const char* what, int error) const;

  std::filesystem::path folder_;
  ringbuf::JournalChain chain_;
  ringbuf::JournalSegmentPage page_;  // of the present segment
  std::uint64_t segment_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t durable_ = 0;
  std::int64_t written_at_ = 0;  // of the block taken over last
  platform::UniqueFd fd_;
};

}  // namespace tickplant::cli
