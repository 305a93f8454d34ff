#include "feedhandlers/sources/byte_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#define ZLIB_CONST  // zlib then takes its input as const
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "platform/check.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

using platform::SetupError;

// --- plain ----------------------------------------------------------------------------------------------------------

class FileReader final : public ChunkReader {
 public:
  explicit FileReader(platform::UniqueFd fd) noexcept : fd_(std::move(fd)) {}

  ChunkRead read(std::span<std::byte> into) noexcept override {
    for (;;) {
      const auto count = ::read(fd_.get(), into.data(), into.size());
      if (count > 0) return {.bytes = static_cast<std::size_t>(count)};
      if (count == 0) return {.status = StreamStatus::end};
      if (errno != EINTR) return {.status = StreamStatus::unreadable, .problem = "the file cannot be read any further"};
    }
  }

 private:
  platform::UniqueFd fd_;
};

class MemoryReader final : public ChunkReader {
 public:
  MemoryReader(std::span<const std::byte> memory, std::size_t chunk_bytes) noexcept
      : rest_(memory), chunk_bytes_(std::max<std::size_t>(chunk_bytes, 1)) {}

  ChunkRead read(std::span<std::byte> into) noexcept override {
    if (rest_.empty()) return {.status = StreamStatus::end};
    const auto bytes = std::min({into.size(), rest_.size(), chunk_bytes_});
    std::memcpy(into.data(), rest_.data(), bytes);
    rest_ = rest_.subspan(bytes);
    return {.bytes = bytes};
  }

 private:
  std::span<const std::byte> rest_;
  std::size_t chunk_bytes_;
};

// --- compressed -----------------------------------------------------------------------------------------------------

/// One step of a codec. A unit is a gzip member or a zstd frame; files may hold several, one after the other.
struct Step {
  std::size_t consumed = 0;
  std::size_t produced = 0;
  bool unit_ended = false;
  const char* error = nullptr;
};

/// The loop both codecs share: feeds them input, and tells a file cut in the middle of a unit from one that ended.
template <typename Codec>
class Decompressor final : public ChunkReader {
 public:
  Decompressor(std::unique_ptr<ChunkReader> compressed, std::span<const std::byte> already_read)
      : compressed_(std::move(compressed)), buffer_(std::make_unique_for_overwrite<std::byte[]>(kInputBytes)) {
    std::memcpy(buffer_.get(), already_read.data(), already_read.size());
    input_ = {buffer_.get(), already_read.size()};
  }

  ChunkRead read(std::span<std::byte> into) noexcept override {
    std::size_t produced = 0;
    while (produced < into.size()) {
      if (input_.empty() && !output_pending_ && !fill_input()) {
        if (upstream_.status == StreamStatus::unreadable) return {produced, upstream_.status, upstream_.problem};
        if (inside_unit_) return {produced, StreamStatus::truncated, "the compressed data stops in the middle"};
        return {produced, StreamStatus::end};
      }
      const Step step = codec_.decode(input_, into.subspan(produced));
      const bool stuck = step.consumed == 0 && step.produced == 0 && !input_.empty();
      input_ = input_.subspan(step.consumed);
      produced += step.produced;
      if (step.error != nullptr) return {produced, StreamStatus::corrupt, step.error};
      if (stuck) return {produced, StreamStatus::corrupt, "the compressed data leads nowhere"};
      inside_unit_ = !step.unit_ended;
      output_pending_ = inside_unit_ && produced == into.size();  // the codec may hold more than there was room for
    }
    return {.bytes = produced};
  }

 private:
  static constexpr std::size_t kInputBytes = std::size_t{128} * 1024;

  bool fill_input() noexcept {
    if (upstream_.status != StreamStatus::open) return false;
    upstream_ = compressed_->read({buffer_.get(), kInputBytes});
    input_ = {buffer_.get(), upstream_.bytes};
    return !input_.empty();
  }

  std::unique_ptr<ChunkReader> compressed_;
  std::unique_ptr<std::byte[]> buffer_;
  std::span<const std::byte> input_;  // what of buffer_ is still to be decoded
  ChunkRead upstream_;
  Codec codec_;
  bool inside_unit_ = false;
  bool output_pending_ = false;
};

class GzipCodec {
 public:
  GzipCodec() {
    if (::inflateInit2(&zlib_, MAX_WBITS + 16) != Z_OK) throw std::bad_alloc();  // +16: gzip header and trailer
  }
  GzipCodec(const GzipCodec&) = delete;
  GzipCodec& operator=(const GzipCodec&) = delete;
  ~GzipCodec() { ::inflateEnd(&zlib_); }

  Step decode(std::span<const std::byte> in, std::span<std::byte> out) noexcept {
    zlib_.next_in = reinterpret_cast<const Bytef*>(in.data());
    zlib_.avail_in = static_cast<uInt>(in.size());
    zlib_.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib_.avail_out = static_cast<uInt>(out.size());
    const int result = ::inflate(&zlib_, Z_SYNC_FLUSH);
    Step step{.consumed = in.size() - zlib_.avail_in, .produced = out.size() - zlib_.avail_out};
    if (result == Z_STREAM_END) {
      step.unit_ended = true;
      ::inflateReset(&zlib_);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {  // Z_BUF_ERROR: no progress possible, not an error
      step.error = zlib_.msg != nullptr ? zlib_.msg : "gzip: the data is damaged";
    }
    return step;
  }

 private:
  z_stream zlib_{};
};

class ZstdCodec {
 public:
  ZstdCodec() : zstd_(::ZSTD_createDStream()) {
    if (zstd_ == nullptr) throw std::bad_alloc();
  }
  ZstdCodec(const ZstdCodec&) = delete;
  ZstdCodec& operator=(const ZstdCodec&) = delete;
  ~ZstdCodec() { ::ZSTD_freeDStream(zstd_); }

  Step decode(std::span<const std::byte> in, std::span<std::byte> out) noexcept {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t result = ::ZSTD_decompressStream(zstd_, &output, &input);
    Step step{.consumed = input.pos, .produced = output.pos, .unit_ended = result == 0};
    if (::ZSTD_isError(result) != 0) step.error = ::ZSTD_getErrorName(result);
    return step;
  }

 private:
  ZSTD_DStream* zstd_;
};

// --- which of them --------------------------------------------------------------------------------------------------

constexpr std::size_t kMagicBytes = 4;

Compression compression_of(std::span<const std::byte> start) noexcept {
  const auto at = [&](std::size_t i) { return i < start.size() ? std::to_integer<unsigned>(start[i]) : 256U; };
  if (at(0) == 0x1f && at(1) == 0x8b && at(2) == 0x08) return Compression::gzip;
  if (at(0) == 0x28 && at(1) == 0xb5 && at(2) == 0x2f && at(3) == 0xfd) return Compression::zstd;
  // A skippable frame (RFC 8878, 3.1.2), which parallel compressors put first.
  if ((at(0) & ~0xfU) == 0x50 && at(1) == 0x2a && at(2) == 0x4d && at(3) == 0x18) return Compression::zstd;
  return Compression::none;
}

}  // namespace

ByteStream::ByteStream(std::unique_ptr<ChunkReader> plain)
    : reader_(std::move(plain)), buffer_(std::make_unique_for_overwrite<std::byte[]>(kBufferBytes)) {
  // Only the magic number is read here, so that a decompressor need not take back more than that.
  while (end_ < kMagicBytes && status_ == StreamStatus::open) {
    const ChunkRead chunk = reader_->read({buffer_.get() + end_, kMagicBytes - end_});
    end_ += chunk.bytes;
    status_ = chunk.status;
    problem_ = chunk.problem;
  }
  const std::span<const std::byte> start{buffer_.get(), end_};
  compression_ = compression_of(start);
  if (compression_ == Compression::none) return;
  if (compression_ == Compression::gzip)
    reader_ = std::make_unique<Decompressor<GzipCodec>>(std::move(reader_), start);
  else
    reader_ = std::make_unique<Decompressor<ZstdCodec>>(std::move(reader_), start);
  end_ = 0;
  status_ = StreamStatus::open;  // the decompressor meets the end of its input itself
  problem_ = "";
}

ByteStream ByteStream::open(const std::filesystem::path& file) {
  const std::string name = "'" + file.string() + "'";
  platform::UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd)
    throw SetupError(platform::with_errno("cannot open " + name, errno),
                     "check the path and that this user may read it");
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0)
    throw SetupError(platform::with_errno("cannot examine " + name, errno), "check the file system it is on");
  if (S_ISDIR(facts.st_mode)) throw SetupError(name + " is a directory", "name one file in it");
  (void)::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);  // a hint; pipes refuse it

  ByteStream stream(std::make_unique<FileReader>(std::move(fd)));
  if (stream.status_ == StreamStatus::unreadable)
    throw SetupError("cannot read " + name, "check the disk or the mount it is on");
  if (stream.compression_ == Compression::none && stream.end_ == 0)
    throw SetupError(name + " is empty (0 bytes)", "check that the download or the copy was complete");
  return stream;
}

ByteStream ByteStream::over(std::span<const std::byte> memory, std::size_t chunk_bytes) {
  return ByteStream(std::make_unique<MemoryReader>(memory, chunk_bytes));
}

void ByteStream::refill(std::size_t wanted) noexcept {
  TP_CHECK(wanted <= kMaxPeekBytes);
  if (begin_ != 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  while (end_ < wanted && status_ == StreamStatus::open) {
    const ChunkRead chunk = reader_->read({buffer_.get() + end_, kBufferBytes - end_});
    end_ += chunk.bytes;
    status_ = chunk.status;
    problem_ = chunk.problem;
  }
}

void ByteStream::consume(std::size_t bytes) noexcept {
  TP_DCHECK(bytes <= end_ - begin_);
  begin_ += bytes;
  position_ += bytes;
}

std::uint64_t ByteStream::skip(std::uint64_t bytes) noexcept {
  std::uint64_t left = bytes;
  while (left > 0) {
    const auto at_hand = peek(1).size();
    if (at_hand == 0) break;
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(left, at_hand));
    consume(step);
    left -= step;
  }
  return bytes - left;
}

}  // namespace tickplant::feedhandlers::sources
