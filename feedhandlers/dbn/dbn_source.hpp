// The records of a DBN file, plain or compressed: its header first, then batches of views into the stream's buffer.
//
// What is no DBN file is refused with what it is: the legacy DBZ, a fragment without its header, a later version. A
// file that was cut is no error: all whole records are given, then how many bytes were left over.
//
// Threads: one. `open` and `over` allocate and throw SetupError; `next` does neither.
// Not here: decompression (sources/byte_stream.hpp), what a record means (parser.hpp, normaliser.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "feedhandlers/dbn/metadata.hpp"
#include "feedhandlers/sources/byte_stream.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::dbn {

using RecordBytes = std::span<const std::byte>;

enum class DbnStatus : std::uint8_t {
  records,    /// the batch holds at least one
  end,        /// the file ended behind a whole record
  truncated,  /// the file ended inside a record or inside its compression; all before was delivered
  corrupt,    /// a record cannot be as it says, the compressed data is damaged or the file unreadable
};

struct RecordBatch {
  std::span<const RecordBytes> records;  /// valid until the next call, like the bytes they view
  std::uint64_t first_number = 1;        /// number of records[0]; the others follow
  std::uint64_t end_offset = 0;          /// decompressed bytes of the file up to the end of the last of them
};

class DbnSource {
 public:
  static constexpr std::size_t kMaxBatch = 512;
  /// Above any header that we believe: half a million symbols with their mappings.
  static constexpr std::size_t kMaxHeaderBytes = std::size_t{256} * 1024 * 1024;

  [[nodiscard]] static DbnSource open(const std::filesystem::path& file) {
    refuse_dbz(file);
    return from(sources::ByteStream::open(file), quoted(file));
  }

  /// A stream that stands at the start of its file, which was asked refuse_dbz().
  [[nodiscard]] static DbnSource from(sources::ByteStream stream, const std::string& name) {
    return DbnSource(std::move(stream), name);
  }

  /// Is this DBN, or a part of it, for from() to read or to refuse? Looks at the stream without consuming.
  [[nodiscard]] static bool is_dbn(sources::ByteStream& stream) noexcept {
    const auto start = stream.peek(kHeaderBytes);
    return starts_with_magic(start) || is_fragment(start);
  }

  /// Throws SetupError when the file is of the format before DBN, which only its raw bytes tell.
  static void refuse_dbz(const std::filesystem::path& file) {
    if (!std::filesystem::is_regular_file(file)) return;  // a pipe could not be read twice
    std::array<char, kRawStartBytes> start{};
    std::ifstream raw(file, std::ios::binary);
    raw.read(start.data(), start.size());
    refuse_dbz(std::as_bytes(std::span{start}), quoted(file));
  }

  /// A file that lies in `memory`, which outlives the source. `chunk_bytes`: as of ByteStream::over.
  [[nodiscard]] static DbnSource over(std::span<const std::byte> memory, const std::string& name = "the memory given",
                                      std::size_t chunk_bytes = sources::ByteStream::kBufferBytes) {
    refuse_dbz(memory, name);
    return DbnSource(sources::ByteStream::over(memory, chunk_bytes), name);
  }

  [[nodiscard]] const Metadata& metadata() const noexcept { return metadata_; }

  /// The next records, or why there are none; that answer then stays.
  [[nodiscard]] DbnStatus next(RecordBatch& batch) noexcept {
    batch = {{}, record_count_ + 1, stream_.position()};
    if (status_ != DbnStatus::records) return status_;

    // Take what lies in the buffer; only a batch that would stay empty is worth moving its rest to the front.
    auto rest = stream_.peek(kHeaderBytes);
    std::size_t count = 0;
    std::size_t taken_bytes = 0;
    bool impossible = false;
    while (count < kMaxBatch && rest.size() >= kHeaderBytes) {
      const std::size_t length = length_of(rest.data());
      impossible = length < kHeaderBytes;
      if (impossible) break;
      if (rest.size() < length) {
        if (count > 0) break;
        rest = stream_.peek(length);
        if (rest.size() < length) break;
      }
      views_[count++] = rest.first(length);
      rest = rest.subspan(length);
      taken_bytes += length;
    }
    if (count == 0) return status_ = finish(rest, impossible);
    stream_.consume(taken_bytes);
    record_count_ += count;
    batch.records = {views_.data(), count};
    batch.end_offset = stream_.position();
    return DbnStatus::records;
  }

  /// Records delivered so far.
  [[nodiscard]] std::uint64_t record_count() const noexcept { return record_count_; }
  /// Decompressed bytes of header and whole records so far.
  [[nodiscard]] std::uint64_t position() const noexcept { return stream_.position(); }
  /// With truncated: bytes of the record that was cut.
  [[nodiscard]] std::uint64_t truncated_bytes() const noexcept { return truncated_bytes_; }
  /// One line for a person about truncated or corrupt, empty otherwise; static text.
  [[nodiscard]] const char* problem() const noexcept { return problem_; }

 private:
  static constexpr std::size_t kRawStartBytes = 11;  // a skippable frame's magic and length, then "DBZ"

  DbnSource(sources::ByteStream stream, const std::string& name) : stream_(std::move(stream)) { read_header(name); }

  static std::string quoted(const std::filesystem::path& file) { return "'" + file.string() + "'"; }
  static bool starts_with_magic(std::span<const std::byte> start) noexcept {
    return start.size() >= kMagic.size() && std::equal(kMagic.begin(), kMagic.end(), start.begin());
  }

  /// Seen before decompression: DBZ keeps its header in a frame that decompressors step over.
  static void refuse_dbz(std::span<const std::byte> raw, const std::string& name) {
    const auto is_dbz_at = [&](std::size_t offset) {
      return raw.size() >= offset + 3 && raw[offset] == std::byte{'D'} && raw[offset + 1] == std::byte{'B'} &&
             raw[offset + 2] == std::byte{'Z'};
    };
    if (!is_dbz_at(8) && !is_dbz_at(0)) return;
    throw platform::SetupError(name + " is a DBZ file, the format of Databento before DBN",
                               "convert it to DBN with Databento's `dbn` program, or download it again as DBN");
  }

  void read_header(const std::string& name) {
    const auto start = stream_.peek(std::max(kPreludeBytes, kHeaderBytes));
    if (!starts_with_magic(start)) refuse(start, name);
    if (start.size() < kPreludeBytes) refuse_cut(name, start.size(), kPreludeBytes);
    const auto version = std::to_integer<std::uint8_t>(start[3]);
    if (version < kOldestVersion || version > kNewestVersion)
      throw platform::SetupError(name + " is DBN of version " + std::to_string(version) + "; versions 1 to 3 are read",
                                 "ask Databento for version 3, or convert it with their `dbn` program");
    const std::size_t length = load_little<std::uint32_t>(start.data() + 4);
    if (length > kMaxHeaderBytes)
      throw platform::SetupError(
          name + " claims a header of " + std::to_string(length) + " bytes",
          "check that the copy is undamaged; at most " + std::to_string(kMaxHeaderBytes) + " bytes are read");
    stream_.consume(kPreludeBytes);
    const std::vector<std::byte> header = take(length);
    if (header.size() < length) refuse_cut(name, kPreludeBytes + header.size(), kPreludeBytes + length);
    const MetadataOutcome outcome = MetadataReader(header).read(version, metadata_);
    if (outcome == MetadataOutcome::ok) return;
    throw platform::SetupError(name + " has a damaged header: " + what(outcome),
                               "check that the copy is undamaged, or download it again");
  }

  /// Grows as the bytes come, so that a length that lies takes no memory.
  std::vector<std::byte> take(std::size_t length) {
    std::vector<std::byte> bytes;
    while (bytes.size() < length) {
      const auto at_hand = stream_.peek(1);
      if (at_hand.empty()) break;
      const auto part = at_hand.first(std::min(at_hand.size(), length - bytes.size()));
      bytes.insert(bytes.end(), part.begin(), part.end());
      stream_.consume(part.size());
    }
    return bytes;
  }

  [[noreturn]] static void refuse(std::span<const std::byte> start, const std::string& name) {
    if (is_fragment(start))
      throw platform::SetupError(name + " is a DBN fragment: records without the header that says their version",
                                 "put it behind the header of its file, or ask for the file with its metadata");
    throw platform::SetupError(name + " is no DBN file: it does not start with \"DBN\"",
                               "check the path; DBN of versions 1 to 3 is read, plain, gzip or zstd");
  }

  /// Do these bytes start with a record of any version?
  static bool is_fragment(std::span<const std::byte> start) noexcept {
    if (start.size() < kHeaderBytes) return false;
    // As large as it says, with zeros inside: only type and length are looked at.
    std::array<std::byte, kMaxRecordBytes> record{};
    std::copy_n(start.begin(), kHeaderBytes, record.begin());
    for (std::uint8_t version = kOldestVersion; version <= kNewestVersion; ++version) {
      if (parse({record.data(), length_of(record.data())}, {version, true}, NoHandler{}) == ParseOutcome::ok)
        return true;
    }
    return false;
  }

  [[noreturn]] static void refuse_cut(const std::string& name, std::size_t found, std::size_t wanted) {
    throw platform::SetupError(name + " stops inside its header: " + std::to_string(found) + " of " +
                                   std::to_string(wanted) + " bytes are there",
                               "download or copy it again");
  }

  static const char* what(MetadataOutcome outcome) noexcept {
    static constexpr std::array kWhat{"nothing", "it is shorter than its fixed part", "symbols of an impossible length",
                                      "a list claims more entries than there are"};
    return kWhat[static_cast<std::size_t>(outcome)];
  }

  /// `rest`: all that is left of the file, or as much of it as is at hand where a record is impossible.
  DbnStatus finish(std::span<const std::byte> rest, bool impossible) noexcept {
    if (impossible) {
      problem_ = "a record says that it is shorter than its own header";
      return DbnStatus::corrupt;
    }
    truncated_bytes_ = rest.size();
    problem_ = stream_.problem();
    switch (stream_.status()) {
      case sources::StreamStatus::truncated: return DbnStatus::truncated;
      case sources::StreamStatus::corrupt:
      case sources::StreamStatus::unreadable: return DbnStatus::corrupt;
      case sources::StreamStatus::open:
      case sources::StreamStatus::end: break;
    }
    if (rest.empty()) return DbnStatus::end;
    problem_ = "the file stops inside a record";
    return DbnStatus::truncated;
  }

  sources::ByteStream stream_;
  Metadata metadata_;
  std::array<RecordBytes, kMaxBatch> views_;
  std::uint64_t record_count_ = 0;
  std::uint64_t truncated_bytes_ = 0;
  DbnStatus status_ = DbnStatus::records;  // the final answer, once there is one
  const char* problem_ = "";
};

}  // namespace tickplant::feedhandlers::dbn
