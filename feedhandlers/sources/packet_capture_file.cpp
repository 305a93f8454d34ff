#include "feedhandlers/sources/packet_capture_file.hpp"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "platform/check.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

using platform::SetupError;
using platform::UnixNanos;
using platform::with_errno;

constexpr const char* kFinished = ".pcapng";
constexpr const char* kUnfinished = ".pcapng.part";
constexpr std::size_t kMaxNameBytes = 200;  // with number and suffix below the 255 that file systems take
constexpr const char* kRemedy = "name a folder that the daemon's user may write";

/// The number in "NAME.NUMBER.pcapng" or "NAME.NUMBER.pcapng.part", 0 for any other file.
std::uint64_t number_of(std::string_view file, std::string_view name) noexcept {
  if (!file.starts_with(name) || !file.substr(name.size()).starts_with('.')) return 0;
  file.remove_prefix(name.size() + 1);
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(file.data(), file.data() + file.size(), number);
  const std::string_view rest = file.substr(static_cast<std::size_t>(end - file.data()));
  return problem == std::errc{} && (rest == kFinished || rest == kUnfinished) ? number : 0;
}

std::uint64_t largest_number(const std::string& folder, const std::string& name) {
  std::uint64_t largest = 0;
  std::error_code problem;
  std::filesystem::directory_iterator entry(folder, problem);
  for (; !problem && entry != std::filesystem::directory_iterator(); entry.increment(problem))
    largest = std::max(largest, number_of(entry->path().filename().string(), name));
  if (problem) throw SetupError("cannot read the folder " + folder + ": " + problem.message(), kRemedy);
  return largest;
}

std::string this_system() {
  utsname names{};
  if (::uname(&names) != 0) return {};
  return std::string(names.sysname) + ' ' + names.release + ' ' + names.machine;
}

}  // namespace

PacketCaptureFile::PacketCaptureFile(CaptureFileSettings settings, const CapturedPackets& packets)
    : settings_(std::move(settings)), packets_(packets), buffer_(kBufferBytes), blocks_(buffer_) {
  if (settings_.name.empty() || settings_.name.size() > kMaxNameBytes ||
      settings_.name.find('/') != std::string::npos) {
    throw SetupError("'" + settings_.name + "' cannot be the name of capture files",
                     "1 to " + std::to_string(kMaxNameBytes) + " bytes without '/'");
  }
  if (settings_.operating_system.empty()) settings_.operating_system = this_system();
  batch_.reserve(kBatchPackets);
  std::error_code problem;
  std::filesystem::create_directories(settings_.folder, problem);
  if (problem) throw SetupError("cannot make the folder " + settings_.folder + ": " + problem.message(), kRemedy);
  folder_.reset(::open(settings_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_) throw SetupError(with_errno("cannot open the folder " + settings_.folder, errno), kRemedy);
  number_ = largest_number(settings_.folder, settings_.name);
  if (!open_next({})) {
    throw SetupError(
        with_errno("cannot make a file " + settings_.name + " in " + settings_.folder, counters_.error_number),
        kRemedy);
  }
}

std::size_t PacketCaptureFile::turn(UnixNanos now) noexcept {
  if (is_finished_ || (is_refused_ && now < next_try_)) return 0;
  for (;;) {
    if (!is_ready(now)) return 0;
    const std::size_t count = write_batch(now);
    // Nothing but a new file was due: there the packet has room, so this goes round once.
    if (count == 0 && is_full_) continue;
    sync_when_due(now);
    return count;
  }
}

bool PacketCaptureFile::finish(UnixNanos now) noexcept {
  if (is_finished_) return true;
  is_refused_ = false;
  while (turn(now) != 0) continue;
  if (is_refused_ || !is_ready(now)) return false;
  is_finished_ = complete(now, packets_.not_captured() - told_);
  return is_finished_;
}

bool PacketCaptureFile::is_ready(UnixNanos now) noexcept {
  if (is_full_ && !complete(now, 0)) return false;
  if (!file_ && !open_next(now)) return false;
  return file_bytes_ != 0 || write_header(now);
}

bool PacketCaptureFile::open_next(UnixNanos now) noexcept {
  ++number_;
  file_.reset(::openat(folder_.get(), file_name(kUnfinished).data(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!file_) {
    const int error = errno;
    if (error != EEXIST) --number_;  // somebody else's: the next try takes the next number
    return refuse(now, error);
  }
  file_bytes_ = synced_bytes_ = 0;
  file_statistics_ = {};
  return true;
}

bool PacketCaptureFile::write_header(UnixNanos now) noexcept {
  blocks_.clear();
  // Texts are cut at kMaxCaptureTextBytes, so that a header always has room.
  TP_CHECK(blocks_.section({.hardware = settings_.hardware,
                            .operating_system = settings_.operating_system,
                            .application = settings_.application}));
  for (const auto& each : settings_.interfaces) TP_CHECK(blocks_.interface(each.name, each.description));
  const std::size_t bytes = blocks_.bytes().size();
  if (write_buffer(now) != bytes) {
    cut_off_part();
    return false;
  }
  file_bytes_ = bytes;
  counters_.bytes += bytes;
  return true;
}

void PacketCaptureFile::fill_batch() noexcept {
  blocks_.clear();
  batch_.clear();
  std::uint64_t told = told_;
  CapturedPacket captured;
  while (batch_.size() < kBatchPackets && packets_.next(captured)) {
    const std::size_t before = blocks_.bytes().size();
    const auto interface_index = static_cast<std::uint32_t>(captured.packet.line);
    if (!blocks_.packet(interface_index, captured.packet, captured.not_captured - told)) break;  // the buffer is full
    const std::size_t after = blocks_.bytes().size();
    const bool is_first = file_statistics_.packets == 0 && batch_.empty();
    if (!is_first && settings_.rotate_bytes != 0 && file_bytes_ + after > settings_.rotate_bytes) {
      blocks_.shorten(before);
      is_full_ = true;
      break;
    }
    told = captured.not_captured;
    batch_.push_back({.bytes = after, .position = captured.end, .not_captured = told});
  }
}

std::size_t PacketCaptureFile::write_batch(UnixNanos now) noexcept {
  fill_batch();
  const std::size_t written = batch_.empty() ? 0 : write_buffer(now);
  const auto is_whole = [written](const BlockEnd& block) { return block.bytes <= written; };
  const auto first_missing = std::partition_point(batch_.begin(), batch_.end(), is_whole);
  const auto count = static_cast<std::size_t>(first_missing - batch_.begin());
  packets_.rewind();
  if (count != 0) keep(std::span(batch_).first(count));
  if (count != batch_.size()) {
    is_full_ = false;  // there is more to go into this file first
    cut_off_part();
  }
  return count;
}

/// They are on their way to the disk: the queue may forget them.
void PacketCaptureFile::keep(std::span<const BlockEnd> whole_blocks) noexcept {
  const BlockEnd& last = whole_blocks.back();
  packets_.release(last.position);
  file_bytes_ += last.bytes;
  file_statistics_.packets += whole_blocks.size();
  file_statistics_.not_captured += last.not_captured - told_;
  counters_.packets += whole_blocks.size();
  counters_.bytes += last.bytes;
  counters_.not_captured += last.not_captured - told_;
  told_ = last.not_captured;
}

/// Again after a refusal it does the same at the same place.
bool PacketCaptureFile::complete(UnixNanos now, std::uint64_t not_told) noexcept {
  CaptureStatistics statistics = file_statistics_;
  statistics.not_captured += not_told;
  statistics.not_told = not_told;
  blocks_.clear();
  TP_CHECK(blocks_.statistics(now, statistics));
  const std::size_t bytes = blocks_.bytes().size();
  if (write_buffer(now) != bytes) {
    cut_off_part();
    return false;
  }
  counters_.bytes += bytes;
  counters_.not_captured += not_told;
  told_ += not_told;
  if (settings_.sync != CaptureSync::never && ::fsync(file_.get()) != 0) count_error(errno);
  rename_to_final();
  if (settings_.sync != CaptureSync::never && ::fsync(folder_.get()) != 0) count_error(errno);
  file_.reset();
  is_full_ = false;
  return true;
}

/// A name that is refused is no reason to stop recording: the file is whole, and stays .part.
void PacketCaptureFile::rename_to_final() noexcept {
  const Path from = file_name(kUnfinished);
  const Path to = file_name(kFinished);
  int result = ::renameat2(folder_.get(), from.data(), folder_.get(), to.data(), RENAME_NOREPLACE);
  // Some file systems cannot tell; the number was free when we took it.
  if (result != 0 && errno == EINVAL) result = ::renameat(folder_.get(), from.data(), folder_.get(), to.data());
  if (result == 0) {
    ++counters_.files;
  } else {
    count_error(errno);
  }
}

void PacketCaptureFile::sync_when_due(UnixNanos now) noexcept {
  if (settings_.sync != CaptureSync::periodically || synced_bytes_ == file_bytes_) return;
  if (last_sync_ != platform::kNoTime && now - last_sync_ < settings_.sync_interval_nanos) return;
  last_sync_ = now;
  // After an error the kernel forgets what it could not write; trying the same again would only look like success.
  if (::fdatasync(file_.get()) != 0) count_error(errno);
  synced_bytes_ = file_bytes_;
}

std::size_t PacketCaptureFile::write_buffer(UnixNanos now) noexcept {
  const auto bytes = blocks_.bytes();
  for (std::size_t written = 0; written < bytes.size();) {
    // At a place, not at the end: half a block that could not be cut off is written over.
    const ssize_t done = ::pwrite(file_.get(), bytes.data() + written, bytes.size() - written,
                                  static_cast<off_t>(file_bytes_ + written));
    if (done > 0) {
      written += static_cast<std::size_t>(done);
    } else if (done == 0 || errno != EINTR) {
      refuse(now, done == 0 ? EIO : errno);
      return written;
    }
  }
  is_refused_ = false;
  counters_.error_number = 0;
  return bytes.size();
}

void PacketCaptureFile::cut_off_part() noexcept {
  // Should it fail, the next write goes over the part all the same, and a reader says that the tail is cut.
  (void)!::ftruncate(file_.get(), static_cast<off_t>(file_bytes_));
}

void PacketCaptureFile::count_error(int error) noexcept {
  ++counters_.errors;
  counters_.error_number = error;
}

bool PacketCaptureFile::refuse(UnixNanos now, int error) noexcept {
  is_refused_ = true;
  next_try_ = now + kRetryNanos;
  count_error(error);
  return false;
}

PacketCaptureFile::Path PacketCaptureFile::file_name(const char* suffix) const noexcept {
  Path path{};
  (void)std::snprintf(path.data(), path.size(), "%s.%06llu%s", settings_.name.c_str(),
                      static_cast<unsigned long long>(number_), suffix);
  return path;
}

}  // namespace tickplant::feedhandlers::sources
