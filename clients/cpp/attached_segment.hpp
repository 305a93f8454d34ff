// A segment as a client holds it: mapped read-only, and remembering which file it is, so that it can tell when another
// one has taken its name.
//
// A successor builds anew what has another shape (ringbuf/segment.hpp): the name then leads to another file, while our
// mapping keeps the old bytes. What it takes over in place stays the same file.
//
// Threads: as the segment: the mapping may be read by any, is_replaced() asked by any.
// Not here: which file a segment's name leads to (plant.hpp), what is in it.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "ringbuf/segment.hpp"

namespace tickplant::clients {

class AttachedSegment {
 public:
  /// As ReadOnlySegment::attach(), and throws as that does.
  static AttachedSegment attach(const std::filesystem::path& path, ringbuf::SegmentExpectation expectation);

  [[nodiscard]] const ringbuf::ReadOnlySegment& operator*() const noexcept { return segment_; }
  [[nodiscard]] const ringbuf::ReadOnlySegment* operator->() const noexcept { return &segment_; }

  /// Has another file our name now? No when there is none: then there is nothing to attach instead. One system call.
  [[nodiscard]] bool is_replaced() const noexcept;
  [[nodiscard]] bool is_same_file(const AttachedSegment& other) const noexcept { return file_ == other.file_; }

 private:
  /// While it is mapped its number is not given to another file.
  struct File {
    dev_t device = 0;
    ino_t number = 0;
    friend bool operator==(const File&, const File&) = default;
  };
  AttachedSegment(ringbuf::ReadOnlySegment segment, File file) noexcept : segment_(std::move(segment)), file_(file) {}
  [[nodiscard]] static File file_at(const std::filesystem::path& path) noexcept;

  ringbuf::ReadOnlySegment segment_;
  File file_;
};

}  // namespace tickplant::clients
