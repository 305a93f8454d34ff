#include "daemon/journal/disk_journal_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "platform/setup_error.hpp"

namespace tickplant::daemon {
namespace {

using platform::SetupError;
using platform::with_errno;

constexpr const char* kJournalRemedy = "name a folder that the daemon's user may write, in journal.folder";
constexpr const char* kTrialName = "trial.part";
constexpr std::size_t kZeroBytes = std::size_t{1} << 20;
constexpr std::size_t kPage = 4096;
constexpr mode_t kMode = 0640;

struct FreePages {
  void operator()(void* memory) const noexcept { std::free(memory); }
};
using Pages = std::unique_ptr<std::byte, FreePages>;

Pages zeroed_pages(std::size_t bytes) noexcept {
  Pages pages(static_cast<std::byte*>(std::aligned_alloc(kPage, bytes)));
  if (pages) std::fill_n(pages.get(), bytes, std::byte{0});
  return pages;
}

/// All of it or why not.
int write_zeros(int file, std::uint64_t bytes, const std::atomic<bool>& is_unwanted) noexcept {
  const Pages zeros = zeroed_pages(kZeroBytes);
  if (!zeros) return ENOMEM;
  for (std::uint64_t offset = 0; offset < bytes;) {
    if (is_unwanted.load(std::memory_order_relaxed)) return ECANCELED;
    const std::size_t count = std::min<std::uint64_t>(kZeroBytes, bytes - offset);
    const ssize_t done = ::pwrite(file, zeros.get(), count, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return errno;
    if (done == 0) return EIO;
    // O_DIRECT goes on at whole pages only.
    offset += static_cast<std::uint64_t>(done) / kPage * kPage;
    if (done < static_cast<ssize_t>(kPage)) return EIO;
  }
  return ::fsync(file) == 0 ? 0 : errno;
}

}  // namespace

DiskJournalIo::DiskJournalIo(const std::filesystem::path& folder, std::span<const platform::MemoryRange> buffers,
                             const DiskJournalOptions& options)
    : path_(folder),
      buffers_(buffers.begin(), buffers.end()),
      folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!folder_) throw SetupError(with_errno("cannot open the folder " + folder.string(), errno), kJournalRemedy);
  if (options.direct) {
    try_direct();
  } else {
    why_not_direct_ = "not wished";
  }
  if (!options.io_uring) {
    why_no_ring_ = "not wished";
  } else {
    try {
      ring_.emplace(platform::IoRingOptions{.entries = kQueued, .one_thread = false});
      const platform::MemoryWish wish = ring_->register_buffers(buffers_);
      is_registered_ = wish.granted;
      why_not_registered_ = wish.reason;
    } catch (const SetupError& error) {
      why_no_ring_ = error.problem();
    }
  }
  done_.reserve(kQueued);
}

/// Some file systems take the flag and then refuse to write, so a page is written.
void DiskJournalIo::try_direct() {
  platform::UniqueFd file(
      ::openat(folder_.get(), kTrialName, O_RDWR | O_CREAT | O_TRUNC | O_DIRECT | O_CLOEXEC | O_NOFOLLOW, kMode));
  if (!file && errno != EINVAL) {
    throw SetupError(with_errno("cannot make a file in " + path_.string(), errno), kJournalRemedy);
  }
  const Pages page = zeroed_pages(kPage);
  const bool is_written = file && page && ::pwrite(file.get(), page.get(), kPage, 0) == static_cast<ssize_t>(kPage);
  const int error = errno;
  ::unlinkat(folder_.get(), kTrialName, 0);
  is_direct_ = is_written || error == ENOSPC;  // full, which is not the flag's fault
  if (!is_direct_) why_not_direct_ = with_errno("the file system refuses O_DIRECT", error);
}

int DiskJournalIo::flags() const noexcept { return O_RDWR | O_CLOEXEC | O_NOFOLLOW | (is_direct_ ? O_DIRECT : 0); }

int DiskJournalIo::prepare(const std::string& name, std::uint64_t bytes,
                           const std::atomic<bool>& is_unwanted) noexcept {
  platform::UniqueFd file(::openat(folder_.get(), name.c_str(), flags() | O_CREAT | O_TRUNC, kMode));
  if (!file) return errno;
  int error = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
  if (error == 0) error = write_zeros(file.get(), bytes, is_unwanted);
  if (error != 0) ::unlinkat(folder_.get(), name.c_str(), 0);
  return error;
}

int DiskJournalIo::rename(const std::string& from, const std::string& to) noexcept {
  return ::renameat(folder_.get(), from.c_str(), folder_.get(), to.c_str()) == 0 ? 0 : errno;
}

int DiskJournalIo::remove(const std::string& name) noexcept {
  return ::unlinkat(folder_.get(), name.c_str(), 0) == 0 ? 0 : errno;
}

std::vector<JournalIo::Entry> DiskJournalIo::entries() {
  std::vector<Entry> all;
  std::error_code ignored;
  for (std::filesystem::directory_iterator each(path_, ignored), end; !ignored && each != end;
       each.increment(ignored)) {
    struct stat status {};
    const std::string name = each->path().filename().string();
    if (::fstatat(folder_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode)) continue;
    all.push_back({name, static_cast<std::uint64_t>(status.st_size)});
  }
  return all;
}

int DiskJournalIo::open(const std::string& name, File& out) noexcept {
  out = ::openat(folder_.get(), name.c_str(), flags());
  return out >= 0 ? 0 : errno;
}

void DiskJournalIo::close(File file) noexcept { ::close(file); }

bool DiskJournalIo::queue_write(File file, const JournalWrite& write, std::uint64_t tag) noexcept {
  const std::span<const std::byte> bytes = buffers_[write.buffer].subspan(write.begin, write.bytes);
  if (ring_) {
    return ring_->queue_write(file, bytes, write.offset, tag,
                              is_registered_ ? static_cast<int>(write.buffer) : platform::IoRing::kUnregistered);
  }
  if (done_.size() == kQueued) return false;
  const ssize_t count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(write.offset));
  done_.push_back({tag, static_cast<std::int32_t>(count >= 0 ? count : -errno)});
  return true;
}

bool DiskJournalIo::queue_sync(File file, std::uint64_t tag) noexcept {
  if (ring_) return ring_->queue_sync(file, platform::SyncKind::data, tag);
  if (done_.size() == kQueued) return false;
  done_.push_back({tag, ::fdatasync(file) == 0 ? 0 : -errno});
  return true;
}

bool DiskJournalIo::queue_folder_sync(std::uint64_t tag) noexcept {
  if (ring_) return ring_->queue_sync(folder_.get(), platform::SyncKind::data_and_metadata, tag);
  if (done_.size() == kQueued) return false;
  done_.push_back({tag, ::fsync(folder_.get()) == 0 ? 0 : -errno});
  return true;
}

std::size_t DiskJournalIo::take(std::span<Done> out, std::int64_t wait_nanos) noexcept {
  if (!ring_) {
    const std::size_t count = std::min(out.size(), done_.size());
    std::copy_n(done_.begin(), count, out.begin());
    done_.erase(done_.begin(), done_.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
  }
  std::array<platform::IoCompletion, kQueued> over;
  const auto room = std::span(over).first(std::min(out.size(), over.size()));
  ring_->submit();
  std::size_t count = ring_->poll(room);
  if (count == 0 && wait_nanos > 0) count = ring_->wait(room, wait_nanos);
  for (std::size_t i = 0; i < count; ++i) out[i] = {over[i].user_data, over[i].result};
  return count;
}

std::string DiskJournalIo::describe() const {
  std::string text = ring_ ? "io_uring" : "a call for each write (" + why_no_ring_ + ")";
  if (ring_) text += is_registered_ ? ", registered buffers" : ", buffers not registered (" + why_not_registered_ + ")";
  return text + (is_direct_ ? ", O_DIRECT" : ", through the page cache (" + why_not_direct_ + ")");
}

}  // namespace tickplant::daemon
