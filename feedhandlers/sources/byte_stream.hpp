// The bytes of a file from front to back, decompressed on the way: the only door to zlib and zstd.
//
// Compression is told by magic number, not by name: gzip (any number of members), zstd (any number of frames), else
// plain. Memory is one buffer whatever the file unpacks to. Files are read, not mapped: reading into a buffer that
// stays in cache is as fast, works on pipes, and a file that shrinks meanwhile is a short read instead of a SIGBUS.
//
//   file or memory -> ChunkReader (plain, gzip, zstd) -> buffer -> peek / consume
//
// Threads: one. `open` and `over` allocate and may throw; peek, consume and skip neither allocate nor throw, except
// that zstd takes a frame's window (128 MiB at most) when the frame begins. Not here: what the bytes mean
// (pcap_source.hpp, day_file_source.hpp, detect_format.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace tickplant::feedhandlers::sources {

enum class Compression : std::uint8_t { none, gzip, zstd };

enum class StreamStatus : std::uint8_t {
  open,        /// more may come
  end,         /// ended where it should
  truncated,   /// the compressed data stops in the middle
  corrupt,     /// the compressed data is damaged, or followed by something else
  unreadable,  /// the operating system reports an error
};

struct ChunkRead {
  std::size_t bytes = 0;  // may be > 0 beside any status: what was read before it
  StreamStatus status = StreamStatus::open;
  const char* problem = "";  // static text
};

/// A producer of bytes. `read` fills at most `into`; after a status other than open it is not called again.
class ChunkReader {
 public:
  virtual ~ChunkReader() = default;
  [[nodiscard]] virtual ChunkRead read(std::span<std::byte> into) noexcept = 0;
};

class ByteStream {
 public:
  static constexpr std::size_t kBufferBytes = std::size_t{512} * 1024;
  /// The largest number of bytes that can be asked for at once: above any frame, message or block we accept.
  static constexpr std::size_t kMaxPeekBytes = std::size_t{384} * 1024;

  /// Opens `file` read-only. Throws SetupError if it cannot be opened, is a directory or is empty.
  [[nodiscard]] static ByteStream open(const std::filesystem::path& file);

  /// Streams `memory`, which must outlive the stream; at most `chunk_bytes` at a time, so that tests can put a chunk
  /// boundary anywhere.
  [[nodiscard]] static ByteStream over(std::span<const std::byte> memory, std::size_t chunk_bytes = kBufferBytes);

  /// All bytes at hand, at least `wanted` of them unless the stream ends before: then `status()` says how.
  /// Valid until the next peek or skip. `wanted` <= kMaxPeekBytes.
  [[nodiscard]] std::span<const std::byte> peek(std::size_t wanted) noexcept {
    if (end_ - begin_ < wanted) [[unlikely]]
      refill(wanted);
    return {buffer_.get() + begin_, end_ - begin_};
  }

  /// Steps over `bytes` of what peek has shown.
  void consume(std::size_t bytes) noexcept;

  /// Steps over `bytes`, shown or not; returns how many there were.
  std::uint64_t skip(std::uint64_t bytes) noexcept;

  /// Why peek gave fewer bytes than wanted. Before that it says nothing: the buffer may hold more than was looked at.
  [[nodiscard]] StreamStatus status() const noexcept { return status_; }
  /// One line for a person about truncated, corrupt or unreadable; empty otherwise. Static text.
  [[nodiscard]] const char* problem() const noexcept { return problem_; }
  /// Decompressed bytes stepped over so far.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] Compression compression() const noexcept { return compression_; }

 private:
  explicit ByteStream(std::unique_ptr<ChunkReader> plain);
  void refill(std::size_t wanted) noexcept;

  std::unique_ptr<ChunkReader> reader_;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t begin_ = 0;  // bytes at hand: buffer_[begin_, end_)
  std::size_t end_ = 0;
  std::uint64_t position_ = 0;
  StreamStatus status_ = StreamStatus::open;
  Compression compression_ = Compression::none;
  const char* problem_ = "";
};

}  // namespace tickplant::feedhandlers::sources
