// The index of a segment, read: its tables at once, postings and states when they are asked for. Whatever its bytes
// say, nothing is read beyond them; what does not hold is not there.
//
// Threads: one. Memory: the tables. Not here: making it (index_builder.hpp), which segments have one (index_files.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/unique_fd.hpp"
#include "ringbuf/journal/index_layout.hpp"

namespace tickplant::ringbuf {

[[nodiscard]] constexpr bool has(IndexFlags flags, IndexFlags bit) noexcept {
  return (static_cast<std::uint32_t>(flags) & static_cast<std::uint32_t>(bit)) != 0;
}
[[nodiscard]] constexpr bool has(IndexFeedFlags flags, IndexFeedFlags bit) noexcept {
  return (static_cast<std::uint32_t>(flags) & static_cast<std::uint32_t>(bit)) != 0;
}

[[nodiscard]] constexpr bool has(IndexRingFlags flags, IndexRingFlags bit) noexcept {
  return (static_cast<std::uint32_t>(flags) & static_cast<std::uint32_t>(bit)) != 0;
}

class SegmentIndex {
 public:
  /// Nothing: no file, or `why` says what is wrong with it.
  [[nodiscard]] static std::optional<SegmentIndex> open(const std::filesystem::path& file, std::string& why);
  [[nodiscard]] static std::optional<SegmentIndex> of(std::vector<std::byte> bytes, std::string& why);

  [[nodiscard]] const IndexHead& head() const noexcept { return head_; }
  [[nodiscard]] bool has_beginnings() const noexcept { return has(head_.flags, IndexFlags::beginnings); }
  /// Venue keys and doubts of feeds are in it.
  [[nodiscard]] bool says_of_feeds() const noexcept { return has(head_.flags, IndexFlags::feeds); }
  [[nodiscard]] std::span<const IndexRing> rings() const noexcept { return rings_; }
  [[nodiscard]] std::span<const IndexFeed> feeds() const noexcept { return feeds_; }
  [[nodiscard]] std::span<const IndexInstrument> instruments() const noexcept { return instruments_; }
  [[nodiscard]] std::span<const IndexEvent> events() const noexcept { return events_; }
  [[nodiscard]] std::span<const IndexBlock> blocks(const IndexRing& ring) const noexcept;
  [[nodiscard]] std::span<const IndexState> states(const IndexInstrument& instrument) const noexcept;
  [[nodiscard]] std::string_view name_of(const IndexInstrument& instrument) const noexcept;

  [[nodiscard]] const IndexRing* find_ring(std::string_view name) const noexcept;
  [[nodiscard]] const IndexFeed* find_feed(std::string_view name) const noexcept;
  [[nodiscard]] const IndexInstrument* find(std::string_view name) const noexcept;

  /// Ordinals of its records. Nothing: not what was written.
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> postings(const IndexInstrument& instrument) const;
  [[nodiscard]] std::optional<std::vector<std::byte>> bytes_of(const IndexState& state) const;
  /// Reads and checks every byte.
  [[nodiscard]] bool is_whole() const;

 private:
  SegmentIndex() = default;
  [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> out) const;
  [[nodiscard]] std::string load(std::uint64_t bytes);
  [[nodiscard]] bool is_consistent() const noexcept;

  platform::UniqueFd fd_;         // either
  std::vector<std::byte> bytes_;  // or
  IndexHead head_;
  std::vector<IndexRing> rings_;
  std::vector<IndexFeed> feeds_;
  std::vector<IndexInstrument> instruments_;
  std::vector<IndexBlock> blocks_;
  std::vector<IndexEvent> events_;
  std::vector<IndexState> states_;
  std::vector<char> names_;
  std::unordered_map<std::string_view, std::uint32_t> by_name_;
};

/// Bytes of the tables and names behind the head, zeros included.
[[nodiscard]] std::uint64_t index_table_bytes(const IndexHead& head) noexcept;

}  // namespace tickplant::ringbuf
