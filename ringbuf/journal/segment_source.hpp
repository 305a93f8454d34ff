// The bytes of a segment, wherever they are: a file as it was written, or a compressed one, expanded while it is read.
//
// Threads: one. Not here: which file it is (journal_files.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "platform/unique_fd.hpp"
#include "ringbuf/journal/expanded_segment.hpp"
#include "ringbuf/journal/journal_layout.hpp"

namespace tickplant::ringbuf {

class SegmentSource {
 public:
  SegmentSource() = default;
  explicit SegmentSource(platform::UniqueFd fd) noexcept : fd_(std::move(fd)) {}
  explicit SegmentSource(std::unique_ptr<ExpandedSegment> expanded) noexcept : expanded_(std::move(expanded)) {}

  /// Whether there is one.
  explicit operator bool() const noexcept { return fd_ || expanded_; }
  [[nodiscard]] bool is_compressed() const noexcept { return expanded_ != nullptr; }
  /// Nothing: it is not compressed.
  [[nodiscard]] ExpandedSegment* expanded() const noexcept { return expanded_.get(); }

  /// Up to out.size() bytes from `offset` on. Returns how many there were; -1: errno.
  [[nodiscard]] std::ptrdiff_t read(std::uint64_t offset, std::span<std::byte> out) const;

  /// Whether payloads of this kind were kept when the segment grew old.
  [[nodiscard]] bool keeps_payload(BlockKind kind) const noexcept {
    return expanded_ == nullptr || expanded_->keeps_payload(kind);
  }
  /// Whether the block whose header was read last may be about one of these instruments, which rise. Only an index
  /// knows better.
  [[nodiscard]] bool may_hold(const JournalBlockHeader& header, std::span<const std::uint32_t> instruments) const {
    return expanded_ == nullptr || expanded_->may_hold(header, instruments);
  }

 private:
  platform::UniqueFd fd_;
  std::unique_ptr<ExpandedSegment> expanded_;
};

}  // namespace tickplant::ringbuf
