// The file half of a packet recorder: takes packets out of a capture queue and keeps them as pcapng.
//
//   PacketCaptureFile file(settings, CapturedPackets::over(bytes, ring_bytes));   // set-up: throws SetupError
//   loop:  file.turn(now);                                                        // 0: nothing to do, or refused
//   end:   file.finish(now);                                                      // the feed has stopped before
//
//   FOLDER/NAME.000001.pcapng.part    being written; left by a crash, readable up to its last whole block
//   FOLDER/NAME.000001.pcapng         finished: has statistics at its end, never touched again
//
// Numbers go on behind the largest that is there, of either kind: no file is overwritten or continued.
//
// A disk that refuses costs nothing but time: the file is cut behind its last whole block, packets wait in the queue
// and it is tried again every second. What the queue has no room for meanwhile is counted there, and told in the file.
//
// Threads: set-up by one, then one. Writes and syncs block, so it belongs on a thread that has nothing urgent to do.
// Not here: clocks (times are passed in), the hot path (packet_capture_queue.hpp), blocks (pcapng_writer.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "feedhandlers/packet.hpp"
#include "feedhandlers/sources/packet_capture_queue.hpp"
#include "feedhandlers/sources/pcapng_writer.hpp"
#include "platform/unique_fd.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::sources {

/// What survives a loss of power. A crash of the process alone loses nothing that turn() has written.
enum class CaptureSync : std::uint8_t {
  never,          /// whatever the kernel has written back by then
  when_finished,  /// each finished file
  periodically,   /// these, and of the one being written all but the last `sync_interval_nanos`
};

struct CaptureFileSettings {
  struct Interface {
    std::string name;         /// "nasdaq.a"
    std::string description;  /// "239.192.1.1:26400 on eth1"; may be empty
  };

  std::string folder;                                   /// made when it is not there
  std::string name;                                     /// of the files: NAME.000001.pcapng
  std::array<Interface, kLineCount> interfaces;         /// one for each Line, in its order
  std::string hardware;                                 /// empty: left out
  std::string operating_system;                         /// empty: what uname(2) says
  std::string application;                              /// "tickplant 1.2.3"; empty: left out
  std::uint64_t rotate_bytes = std::uint64_t{1} << 30;  /// a packet that would end behind it starts the next file
  CaptureSync sync = CaptureSync::when_finished;
  std::int64_t sync_interval_nanos = platform::kNanosPerSecond;
};

struct CaptureFileCounters {
  std::uint64_t packets = 0;       /// written
  std::uint64_t bytes = 0;         /// of files, everything in them
  std::uint64_t not_captured = 0;  /// told in files
  std::uint64_t files = 0;         /// finished
  std::uint64_t errors = 0;        /// times that the disk refused something
  int error_number = 0;            /// why it does so now, 0: it does not
};

class PacketCaptureFile {
 public:
  static constexpr std::int64_t kRetryNanos = platform::kNanosPerSecond;

  /// Makes the first file. `packets` is of a queue that no other file has taken from. Throws SetupError.
  PacketCaptureFile(CaptureFileSettings settings, const CapturedPackets& packets);

  /// Writes what waits, at most kBufferBytes of it. How many packets.
  std::size_t turn(platform::UnixNanos now) noexcept;

  /// Writes all that waits, then statistics, and gives the file its final name; at once, whenever the last try was.
  /// False: the disk refuses; the file stays .part, the rest in the queue, and this may be called again. Without it, as
  /// after a crash, the file stays .part and has no statistics.
  [[nodiscard]] bool finish(platform::UnixNanos now) noexcept;

  [[nodiscard]] const CaptureFileCounters& counters() const noexcept { return counters_; }

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
  static constexpr std::size_t kBatchPackets = 4096;
  static_assert(kBufferBytes >= PcapngWriter::kMaxPacketBlockBytes);
  using Path = std::array<char, 256>;

  /// A block of the batch, and what holds once it is on disk.
  struct BlockEnd {
    std::size_t bytes = 0;
    std::uint64_t position = 0;
    std::uint64_t not_captured = 0;
  };

  /// Whether there is a file with a header and room in it.
  bool is_ready(platform::UnixNanos now) noexcept;
  bool open_next(platform::UnixNanos now) noexcept;
  bool write_header(platform::UnixNanos now) noexcept;
  void fill_batch() noexcept;
  std::size_t write_batch(platform::UnixNanos now) noexcept;
  void keep(std::span<const BlockEnd> whole_blocks) noexcept;
  bool complete(platform::UnixNanos now, std::uint64_t not_told) noexcept;
  void sync_when_due(platform::UnixNanos now) noexcept;
  /// The buffer behind the file's whole blocks. How much of it went; less than all: refused.
  std::size_t write_buffer(platform::UnixNanos now) noexcept;
  /// Takes off what a refused write has left behind the last whole block.
  void cut_off_part() noexcept;
  void rename_to_final() noexcept;
  void count_error(int error) noexcept;
  bool refuse(platform::UnixNanos now, int error) noexcept;
  [[nodiscard]] Path file_name(const char* suffix) const noexcept;

  CaptureFileSettings settings_;
  CapturedPackets packets_;
  std::vector<std::byte> buffer_;
  PcapngWriter blocks_;
  std::vector<BlockEnd> batch_;

  platform::UniqueFd folder_;
  platform::UniqueFd file_;
  std::uint64_t number_ = 0;      // of the file
  std::uint64_t file_bytes_ = 0;  // whole blocks; 0: not even the header
  CaptureStatistics file_statistics_;
  std::uint64_t told_ = 0;  // of the queue's not_captured
  bool is_full_ = false;    // the next packet belongs to the next file
  bool is_finished_ = false;

  bool is_refused_ = false;
  platform::UnixNanos next_try_{};
  platform::UnixNanos last_sync_ = platform::kNoTime;
  std::uint64_t synced_bytes_ = 0;  // of the file
  CaptureFileCounters counters_;
};

}  // namespace tickplant::feedhandlers::sources
