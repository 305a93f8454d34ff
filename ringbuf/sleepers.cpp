#include "ringbuf/sleepers.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>

#include "platform/unix_nanos.hpp"

namespace tickplant::ringbuf {
namespace {

platform::UniqueFd open_to_read(const std::filesystem::path& file) noexcept {
  return platform::UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
}

/// Of the whole file.
struct flock lock_of(short type) noexcept {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

void read_all(int fd) noexcept {
  std::array<char, 4096> events;
  while (::read(fd, events.data(), events.size()) > 0) {
  }
}

}  // namespace

SleeperSign::SleeperSign(const std::filesystem::path& catalog) noexcept : file_(open_to_read(catalog)) {
  struct flock lock = lock_of(F_RDLCK);
  if (file_ && ::fcntl(file_.get(), F_OFD_SETLK, &lock) != 0) file_.reset();
  if (file_) open_to_read(catalog);  // the bell
}

SleeperWatch::SleeperWatch(const std::filesystem::path& catalog) noexcept
    : file_(open_to_read(catalog)),
      bell_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      interrupt_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  const bool works = file_ && bell_ && interrupt_ && ::inotify_add_watch(bell_.get(), catalog.c_str(), IN_OPEN) >= 0;
  if (!works) file_.reset();
}

bool SleeperWatch::anybody() const noexcept {
  struct flock lock = lock_of(F_WRLCK);
  return !file_ || ::fcntl(file_.get(), F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

void SleeperWatch::wait(std::int64_t nanos) noexcept {
  std::array<pollfd, 2> rings{pollfd{bell_.get(), POLLIN, 0}, pollfd{interrupt_.get(), POLLIN, 0}};
  const timespec patience{nanos / platform::kNanosPerSecond, nanos % platform::kNanosPerSecond};
  if (::ppoll(rings.data(), rings.size(), &patience, nullptr) <= 0) return;
  for (const pollfd& ring : rings) {
    if (ring.revents != 0) read_all(ring.fd);
  }
}

void SleeperWatch::interrupt() noexcept {
  const std::uint64_t once = 1;
  (void)!::write(interrupt_.get(), &once, sizeof once);
}

}  // namespace tickplant::ringbuf
