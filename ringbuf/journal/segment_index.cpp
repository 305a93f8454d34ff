#include "ringbuf/journal/segment_index.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "platform/crc32c.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/segment_page.hpp"

namespace tickplant::ringbuf {
namespace {

template <class Row>
void take_table(std::span<const std::byte>& bytes, std::size_t count, std::vector<Row>& out) {
  out.resize(count);
  if (count != 0) std::memcpy(static_cast<void*>(out.data()), bytes.data(), count * sizeof(Row));
  bytes = bytes.subspan(count * sizeof(Row));
}

template <class Row>
std::span<const Row> rows(const std::vector<Row>& table, std::uint32_t first, std::uint32_t count) noexcept {
  return std::span(table).subspan(first, count);
}

bool is_within(std::uint64_t first, std::uint64_t count, std::uint64_t size) noexcept {
  return first <= size && count <= size - first;
}

}  // namespace

std::uint64_t index_table_bytes(const IndexHead& head) noexcept {
  const std::uint64_t bytes =
      std::uint64_t{head.ring_count} * sizeof(IndexRing) + std::uint64_t{head.feed_count} * sizeof(IndexFeed) +
      std::uint64_t{head.instrument_count} * sizeof(IndexInstrument) +
      std::uint64_t{head.block_count} * sizeof(IndexBlock) + std::uint64_t{head.event_count} * sizeof(IndexEvent) +
      std::uint64_t{head.state_count} * sizeof(IndexState) + head.name_bytes;
  return (bytes + 7) / 8 * 8;
}

std::optional<SegmentIndex> SegmentIndex::open(const std::filesystem::path& file, std::string& why) {
  SegmentIndex out;
  out.fd_.reset(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!out.fd_ || ::fstat(out.fd_.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    why = !out.fd_ && errno == ENOENT ? "there is none" : "it cannot be read";
    return std::nullopt;
  }
  why = out.load(static_cast<std::uint64_t>(status.st_size));
  if (!why.empty()) return std::nullopt;
  return out;
}

std::optional<SegmentIndex> SegmentIndex::of(std::vector<std::byte> bytes, std::string& why) {
  SegmentIndex out;
  out.bytes_ = std::move(bytes);
  why = out.load(out.bytes_.size());
  if (!why.empty()) return std::nullopt;
  return out;
}

bool SegmentIndex::read(std::uint64_t offset, std::span<std::byte> out) const {
  if (fd_) return read_at(fd_.get(), offset, out) == static_cast<std::ptrdiff_t>(out.size());
  if (!is_within(offset, out.size(), bytes_.size())) return false;
  if (!out.empty()) std::memcpy(out.data(), bytes_.data() + offset, out.size());
  return true;
}

/// Empty: it holds.
std::string SegmentIndex::load(std::uint64_t bytes) {
  const auto head_bytes = std::as_writable_bytes(std::span(&head_, 1));
  if (bytes < sizeof head_ || !read(0, head_bytes)) return "it is shorter than its head";
  if (head_.magic != kIndexMagic) return "it does not begin as one";
  if (head_.crc != platform::crc32c(head_bytes.first(offsetof(IndexHead, crc))))
    return "its head is not what was written";
  if (head_.major != IndexHead::kMajor) {
    return "it is of version " + std::to_string(head_.major) + ", we read " + std::to_string(IndexHead::kMajor);
  }
  const std::uint64_t table_bytes = index_table_bytes(head_);
  if (head_.file_bytes != bytes || table_bytes > bytes - sizeof head_) return "it is not as long as it was written";
  std::vector<std::byte> tables(table_bytes);
  if (!read(sizeof head_, tables) || platform::crc32c(tables) != head_.tables_crc) {
    return "its tables are not what was written";
  }
  std::span<const std::byte> rest = tables;
  take_table(rest, head_.ring_count, rings_);
  take_table(rest, head_.feed_count, feeds_);
  take_table(rest, head_.instrument_count, instruments_);
  take_table(rest, head_.block_count, blocks_);
  take_table(rest, head_.event_count, events_);
  take_table(rest, head_.state_count, states_);
  take_table(rest, head_.name_bytes, names_);
  if (!is_consistent()) return "its tables do not fit together";
  by_name_.reserve(instruments_.size());
  for (const IndexInstrument& each : instruments_) {
    by_name_.try_emplace(name_of(each), static_cast<std::uint32_t>(&each - instruments_.data()));
  }
  return {};
}

/// Every number that leads into another table leads into it.
bool SegmentIndex::is_consistent() const noexcept {
  const auto ring_holds = [&](const IndexRing& ring) {
    return is_within(ring.first_row, ring.row_count, blocks_.size());
  };
  const auto feed_holds = [&](const IndexFeed& feed) { return feed.ring == kNotIndexed || feed.ring < rings_.size(); };
  const auto instrument_holds = [&](const IndexInstrument& each) {
    return is_within(each.name, each.name_bytes, names_.size()) &&
           (each.feed == kNotIndexed || each.feed < feeds_.size()) &&
           is_within(each.first_state, each.state_count, states_.size()) &&
           is_within(each.postings, std::uint64_t{each.posting_count} * sizeof(std::uint32_t), head_.file_bytes);
  };
  const auto event_holds = [&](const IndexEvent& event) {
    return event.ring < rings_.size() && (event.feed == kNotIndexed || event.feed < feeds_.size());
  };
  const auto state_holds = [&](const IndexState& state) {
    return is_within(state.offset, state.bytes, head_.file_bytes);
  };
  return std::ranges::all_of(rings_, ring_holds) && std::ranges::all_of(feeds_, feed_holds) &&
         std::ranges::all_of(instruments_, instrument_holds) && std::ranges::all_of(events_, event_holds) &&
         std::ranges::all_of(states_, state_holds);
}

std::span<const IndexBlock> SegmentIndex::blocks(const IndexRing& ring) const noexcept {
  return rows(blocks_, ring.first_row, ring.row_count);
}

std::span<const IndexState> SegmentIndex::states(const IndexInstrument& instrument) const noexcept {
  return rows(states_, instrument.first_state, instrument.state_count);
}

std::string_view SegmentIndex::name_of(const IndexInstrument& instrument) const noexcept {
  return {names_.data() + instrument.name, instrument.name_bytes};
}

const IndexRing* SegmentIndex::find_ring(std::string_view name) const noexcept {
  const auto found = std::ranges::find_if(rings_, [&](const IndexRing& ring) { return text_of(ring.name) == name; });
  return found == rings_.end() ? nullptr : &*found;
}

const IndexFeed* SegmentIndex::find_feed(std::string_view name) const noexcept {
  const auto found = std::ranges::find_if(feeds_, [&](const IndexFeed& feed) { return text_of(feed.name) == name; });
  return found == feeds_.end() ? nullptr : &*found;
}

const IndexInstrument* SegmentIndex::find(std::string_view name) const noexcept {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &instruments_[found->second];
}

std::optional<std::vector<std::uint32_t>> SegmentIndex::postings(const IndexInstrument& instrument) const {
  std::vector<std::uint32_t> out(instrument.posting_count);
  const auto bytes = std::as_writable_bytes(std::span(out));
  if (!read(instrument.postings, bytes) || platform::crc32c(bytes) != instrument.postings_crc) return std::nullopt;
  return out;
}

std::optional<std::vector<std::byte>> SegmentIndex::bytes_of(const IndexState& state) const {
  std::vector<std::byte> out(state.bytes);
  if (!read(state.offset, out) || platform::crc32c(out) != state.crc) return std::nullopt;
  return out;
}

bool SegmentIndex::is_whole() const {
  return std::ranges::all_of(instruments_, [&](const IndexInstrument& each) { return postings(each).has_value(); }) &&
         std::ranges::all_of(states_, [&](const IndexState& each) { return bytes_of(each).has_value(); });
}

}  // namespace tickplant::ringbuf
