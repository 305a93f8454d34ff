// Creates, announces and attaches segments: the files on tmpfs or hugetlbfs that processes share.
//
// A segment is built under its final name plus ".building": allocated with posix_fallocate (a full file system says so
// here, not by SIGBUS later), prefaulted, filled in, renamed, and only then marked live. Readers map read-only, always;
// the writer's mapping never leaves the process that made it.
//
// Threads: set-up and tear-down by one thread. What lies behind the header is the business of the type that uses it.
// A successor takes over what a dead or stopped daemon left, in place, when it is exactly what it would build itself:
// readers keep their mappings and see a pause. Otherwise it builds anew and marks the old one closed.
// Not here: what the bytes mean (`*_layout.hpp`), which segments a plant has (catalog.hpp), huge pages and NUMA
// (platform/numa_memory.hpp), making the content whole again (each type's own repair), that there is one successor only
// (the daemon's lock).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "platform/unix_nanos.hpp"
#include "ringbuf/segment_layout.hpp"

namespace tickplant::ringbuf {

/// What to build. `slot_bytes` and `slot_count` are for readers; `segment_bytes` includes the header page and is
/// rounded up to whole pages.
struct SegmentSpec {
  SegmentKind kind = SegmentKind::none;
  std::uint64_t schema_hash = 0;
  std::uint64_t segment_bytes = 0;
  std::uint64_t slot_bytes = 0;
  std::uint64_t slot_count = 0;
  std::string plant_name;    // at most 63 bytes
  std::string segment_name;  // at most 63 bytes; the file is `<segment_name>.seg`
  // On a tmpfs: in transparent huge pages where it gives them. A wish: platform::transparent_huge_bytes() tells.
  bool wants_huge_pages = false;
};

/// The owner's side: mapped read-write. Destroying it unmaps; the file stays (`remove()` takes it away).
class WritableSegment {
 public:
  /// Builds and announces `folder/<segment_name>.seg`, mode 0640, all bytes behind the header zero, state building.
  /// `now` becomes created_at and the first heartbeat. An older file of that name is replaced; processes that still map
  /// it keep the old bytes. Throws SetupError: folder missing or writable by others, not on tmpfs or hugetlbfs (unless
  /// `allow_disk`), no space, name too long.
  static WritableSegment create(const std::filesystem::path& folder, const SegmentSpec& spec, platform::UnixNanos now,
                                bool allow_disk = false);

  /// Takes over the segment of that name where it is what `spec` describes, bit by bit of its header: same layout,
  /// kind, schema, plant, sizes. Its bytes stay, the epoch grows, the owner is this process, the state is left:
  /// announce() when the content is whole. Otherwise, or when `Takeover::never`, create(), after which the old one, if
  /// it was one, says `closed`. For the one successor of a daemon that is gone. Throws SetupError as create() does.
  enum class Takeover { when_equal, never };
  static WritableSegment adopt_or_create(const std::filesystem::path& folder, const SegmentSpec& spec,
                                         platform::UnixNanos now, bool allow_disk = false,
                                         Takeover takeover = Takeover::when_equal);

  WritableSegment(WritableSegment&&) noexcept;
  WritableSegment& operator=(WritableSegment&&) noexcept;
  ~WritableSegment();

  [[nodiscard]] SegmentHeader& header() noexcept;
  /// Everything behind the header page.
  [[nodiscard]] std::span<std::byte> payload() noexcept;
  [[nodiscard]] const std::filesystem::path& path() const noexcept;
  /// Was it taken over from a predecessor?
  [[nodiscard]] bool is_adopted() const noexcept;

  /// building, or closed by a predecessor, -> live. From now on readers may attach. Wakes.
  void announce() noexcept;
  /// live -> closed. Readers notice, and wait for a successor or re-attach by name. Wakes.
  void close() noexcept;
  void beat(platform::UnixNanos now) noexcept;
  /// Wakes the readers that sleep on this segment: there is news. For one thread at a time, and never one that
  /// publishes.
  void wake() noexcept;
  /// Unlinks the file. Mappings stay valid.
  void remove() noexcept;

 private:
  struct Mapping;
  explicit WritableSegment(std::unique_ptr<Mapping> mapping) noexcept;
  std::unique_ptr<Mapping> mapping_;
};

/// What an attaching reader insists on.
struct SegmentExpectation {
  SegmentKind kind = SegmentKind::none;
  std::uint64_t schema_hash = 0;
};

/// The reader's side: mapped read-only by the memory-management unit, so that no bug here can hurt the plant.
class ReadOnlySegment {
 public:
  /// Maps `path` and checks the header. Throws SetupError that names the file and: not found, no permission (with the
  /// group to join), not a segment, another layout version (with both), another kind or schema, half built, truncated.
  static ReadOnlySegment attach(const std::filesystem::path& path, SegmentExpectation expectation);

  ReadOnlySegment(ReadOnlySegment&&) noexcept;
  ReadOnlySegment& operator=(ReadOnlySegment&&) noexcept;
  ~ReadOnlySegment();

  [[nodiscard]] const SegmentHeader& header() const noexcept;
  [[nodiscard]] std::span<const std::byte> payload() const noexcept;
  [[nodiscard]] const std::filesystem::path& path() const noexcept;

  /// closed: re-attach. Any reader thread, at any time.
  [[nodiscard]] SegmentState state() const noexcept;

 private:
  struct Mapping;
  explicit ReadOnlySegment(std::unique_ptr<Mapping> mapping) noexcept;
  std::unique_ptr<Mapping> mapping_;
};

/// Is the process that last wrote this segment still running? Compares pid and start time with /proc.
[[nodiscard]] bool writer_is_alive(const SegmentHeader& header) noexcept;

/// Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat); 0 if it is not running.
[[nodiscard]] std::uint64_t process_start_time(std::uint32_t pid) noexcept;

/// File of a segment in a plant's runtime folder.
[[nodiscard]] std::filesystem::path segment_path(const std::filesystem::path& folder, const std::string& segment_name);

/// "broadcast"; "unknown" for a kind of a newer version.
[[nodiscard]] std::string_view name_of(SegmentKind kind) noexcept;

}  // namespace tickplant::ringbuf
