#include "ringbuf/journal/segment_compressor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/journal/columns_index.hpp"
#include "ringbuf/journal/journal_scanner.hpp"
#include "ringbuf/records/derived.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::ringbuf {
namespace {

namespace fs = std::filesystem;
using platform::SetupError;
using platform::with_errno;

/// A new file, gone again unless it is given its name.
class HalfFile {
 public:
  explicit HalfFile(fs::path name)
      : name_(std::move(name)), half_(name_.string() + '.' + std::to_string(::getpid()) + kHalfCompressedSuffix) {
    fd_.reset(::open(half_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640));
    if (!fd_) refuse("make", errno);
  }
  HalfFile(const HalfFile&) = delete;
  HalfFile& operator=(const HalfFile&) = delete;
  ~HalfFile() {
    if (!is_named_) (void)::unlink(half_.c_str());
  }

  void write(std::uint64_t offset, std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) refuse("write", count == 0 ? ENOSPC : errno);
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
  }
  void sync() const {
    if (::fsync(fd_.get()) != 0) refuse("sync", errno);
  }
  void give_name() {
    if (::rename(half_.c_str(), name_.c_str()) != 0) refuse("rename", errno);
    is_named_ = true;
    const platform::UniqueFd names(::open(name_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!names || ::fsync(names.get()) != 0) refuse("sync the folder of", errno);
  }
  [[nodiscard]] const fs::path& half() const noexcept { return half_; }
  [[nodiscard]] const fs::path& name() const noexcept { return name_; }

 private:
  [[noreturn]] void refuse(const char* what, int error) const {
    throw SetupError(with_errno("cannot " + std::string(what) + " '" + half_.string() + "'", error),
                     "make room, or let the daemon's user write there; the segment stays as it was");
  }

  fs::path name_, half_;
  platform::UniqueFd fd_;
  bool is_named_ = false;
};

/// The instruments that records of a payload are about.
void note_instruments(const JournalBlockHeader& header, std::span<const std::byte> payload,
                      std::set<std::uint32_t>& out) {
  const std::size_t at =
      has_derived_records(header.kind) ? offsetof(DerivedHeader, instrument) : offsetof(RecordHeader, instrument);
  std::uint32_t last = 0;
  for (std::size_t record = 0; record < header.count; ++record) {
    std::uint32_t id = 0;
    std::memcpy(&id, payload.data() + record * header.record_bytes + at, sizeof id);
    if (record == 0 || id != last) out.insert(id);
    last = id;
  }
}

class SegmentCompressor {
 public:
  SegmentCompressor(OpenedSegment& from, const CompressionWish& wish)
      : number_(from.file.number),
        file_(wish.to / compressed_file_name(number_)),
        coder_(wish.level),
        offset_(kColumnsPageBytes) {
    const JournalSegmentPage& page = from.file.page;
    page_.journal_id = page.journal_id;
    page_.segment_number = number_;
    page_.segment_bytes = page.segment_bytes;
    page_.first_block = page.first_block;
    page_.last_block = page.first_block - 1;
    page_.epoch = page.epoch;
    page_.previous_crc = page_.last_header_crc = page.previous_crc;
    page_.expanded_bytes = kJournalPageBytes;
    page_.compressed_at = wish.now.value;
    if (wish.results_only || from.file.is_results_only) page_.flags = ColumnsFlags::results_only;
    (void)append({.kind = PieceKind::page}, std::as_bytes(std::span(&page, 1)));
  }

  void take(const JournalBlock& block) {
    const JournalBlockHeader& header = block.header;
    const std::uint64_t group = block.place.offset / kColumnsGroupBytes;
    if (group != group_) flush();
    group_ = group;
    headers_.push_back({block.place.offset, header});
    page_.last_block = header.number;
    page_.last_header_crc = header.header_crc;
    page_.epoch = header.epoch;
    page_.expanded_bytes = block.place.offset + block_bytes(header.payload_bytes);
    note_ring(header);
    const bool is_left_out =
        is_results_only(page_) && (header.kind == BlockKind::ticks || header.kind == BlockKind::runs);
    if (is_left_out) return;
    RingPayloads& payloads = payloads_[{header.kind, header.ring}];
    payloads.bytes.insert(payloads.bytes.end(), block.payload.begin(), block.payload.end());
    payloads.record_bytes = header.record_bytes;
    if (header.kind == BlockKind::ticks || has_derived_records(header.kind)) {
      note_instruments(header, block.payload, payloads.instruments);
    }
  }

  CompressionResult finish(const fs::path& folder) {
    flush();
    for (const auto& [key, ring] : rings_) index_.rings.push_back(ring);
    page_.index_offset = offset_;
    page_.index_bytes = append({.kind = PieceKind::index}, index_.bytes()).bytes;
    seal_columns_page(page_);
    file_.write(0, std::as_bytes(std::span(&page_, 1)));
    file_.sync();
    read_back(folder);
    file_.give_name();
    return {file_.name(), page_.last_block + 1 - page_.first_block, 0, offset_};
  }

 private:
  using RingKey = std::pair<BlockKind, std::uint32_t>;
  struct RingPayloads {
    std::vector<std::byte> bytes;
    std::size_t record_bytes = 0;
    std::set<std::uint32_t> instruments;
  };

  void note_ring(const JournalBlockHeader& header) {
    if (header.ring == 0) return;
    const auto [found, is_new] = rings_.try_emplace({header.kind, header.ring});
    ColumnsRing& ring = found->second;
    if (is_new) {
      ring.ring = header.ring;
      ring.kind = header.kind;
      ring.first = header.first;
    }
    ring.count += header.count;
    ring.last = header.first + header.count - 1;
    if (header.last_recv == 0) return;
    const bool is_timed = ring.last_recv != 0;
    ring.first_recv = is_timed ? std::min(ring.first_recv, header.first_recv) : header.first_recv;
    ring.last_recv = std::max(ring.last_recv, header.last_recv);
    ring.first_event = is_timed ? std::min(ring.first_event, header.first_event) : header.first_event;
    ring.last_event = std::max(ring.last_event, header.last_event);
  }

  void flush() {
    if (headers_.empty()) return;
    index_.groups.resize(group_ + 1, {static_cast<std::uint32_t>(index_.pieces.size()), 0});
    index_.groups[group_].first_piece = static_cast<std::uint32_t>(index_.pieces.size());
    ColumnsPiece header{.group = static_cast<std::uint32_t>(group_), .kind = PieceKind::headers};
    header.columns = sizeof(ColumnsHeaderRow) / 8;
    index_.pieces.push_back(append(header, std::as_bytes(std::span(headers_))));
    for (const auto& [key, payloads] : payloads_) {
      ColumnsPiece piece{.group = header.group, .ring = key.second, .kind = PieceKind::payloads};
      piece.block_kind = key.first;
      const bool is_records = key.second != 0 && payloads.record_bytes <= kColumnsMax * 8;
      piece.columns = static_cast<std::uint8_t>(is_records ? payloads.record_bytes / 8 : 0);
      ColumnsIndexPiece row = append(piece, payloads.bytes);
      if (!payloads.instruments.empty()) {
        index_.list_instruments(row,
                                std::vector<std::uint32_t>(payloads.instruments.begin(), payloads.instruments.end()));
      }
      index_.pieces.push_back(row);
    }
    index_.groups[group_].piece_count =
        static_cast<std::uint32_t>(index_.pieces.size()) - index_.groups[group_].first_piece;
    headers_.clear();
    payloads_.clear();
  }

  /// Returns where it came to lie.
  ColumnsIndexPiece append(ColumnsPiece piece, std::span<const std::byte> raw) {
    if (raw.size() > raw_bytes_max(piece.kind)) {
      throw SetupError("a piece of segment " + std::to_string(number_) + " takes " + std::to_string(raw.size()) +
                           " bytes, at most " + std::to_string(raw_bytes_max(piece.kind)) + " are foreseen",
                       "leave the segment as it is");
    }
    piece.raw_bytes = static_cast<std::uint32_t>(raw.size());
    stored_.resize(sizeof piece);
    coder_.encode(raw, piece.columns, stored_);
    piece.stored_bytes = static_cast<std::uint32_t>(stored_.size() - sizeof piece);
    std::memcpy(stored_.data(), &piece, sizeof piece);
    stored_.resize(columns_padded(stored_.size()));
    seal_piece(stored_);
    file_.write(offset_, stored_);
    ColumnsIndexPiece row;
    row.offset = offset_;
    row.bytes = static_cast<std::uint32_t>(stored_.size());
    row.ring = piece.ring;
    row.kind = piece.kind;
    row.block_kind = piece.block_kind;
    offset_ += stored_.size();
    return row;
  }

  /// Its chain, from the first block to the segment behind.
  void read_back(const fs::path& folder) {
    OpenedSegment written = open_segment_file(file_.half(), number_, true);
    bool holds = written.file.fault == PageFault::none && written.source.expanded()->is_whole();
    JournalScanner scanner(folder);
    scanner.begin_in(std::move(written));
    while (holds && scanner.chain().last_number() < page_.last_block) {
      const auto block = scanner.next(Payloads::facts);
      holds = block && block->place.segment == number_;
    }
    if (holds && scanner.chain().last_header_crc() == page_.last_header_crc) return;
    throw SetupError("'" + file_.half().string() + "' reads otherwise than it was written",
                     "look after the disk and the memory; the segment stays as it was");
  }

  std::uint64_t number_;
  HalfFile file_;
  ColumnsCoder coder_;
  std::uint64_t offset_;
  ColumnsPage page_;
  ColumnsIndex index_;
  std::map<RingKey, ColumnsRing> rings_;
  std::uint64_t group_ = 0;
  std::vector<ColumnsHeaderRow> headers_;  // of the group
  std::map<RingKey, RingPayloads> payloads_;
  std::vector<std::byte> stored_;
};

}  // namespace

CompressionResult compress_segment(const fs::path& folder, std::uint64_t number, const CompressionWish& wish) {
  OpenedSegment from = open_segment(folder, number);
  const std::string path = from.file.path.string();
  const auto refuse = [&path](const std::string& why) {
    throw SetupError("'" + path + "'" + " cannot be compressed: " + why,
                     "tickplant journal verify says more; it stays as it is");
  };
  if (from.file.fault != PageFault::none) refuse(std::string(text_of(from.file.fault)));
  SegmentCompressor compressor(from, wish);
  const std::uint64_t file_bytes = from.file.file_bytes;
  JournalScanner scanner(folder);
  scanner.begin_in(std::move(from));
  for (;;) {
    if (wish.is_unwanted && wish.is_unwanted()) refuse("it was not wanted any more");
    const auto block = scanner.next();
    if (scanner.place().segment != number) break;
    if (!block) refuse("no segment follows that continues it, or it is damaged");
    compressor.take(*block);
  }
  CompressionResult out = compressor.finish(folder);
  out.bytes = file_bytes;
  return out;
}

}  // namespace tickplant::ringbuf
