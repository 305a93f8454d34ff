#include "bench/harness/two_processes.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "platform/cpu_affinity.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::bench {

using platform::SetupError;

SharedBlock::SharedBlock(std::size_t bytes) : bytes_(bytes) {
  const platform::UniqueFd fd(::memfd_create("tickplant-bench", MFD_CLOEXEC));
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) {
    throw SetupError{platform::with_errno("cannot make " + std::to_string(bytes) + " shared bytes", errno),
                     "free memory"};
  }
  void* writable = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd.get(), 0);
  void* read_only = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd.get(), 0);
  if (writable == MAP_FAILED || read_only == MAP_FAILED) {
    throw SetupError{platform::with_errno("cannot map " + std::to_string(bytes) + " shared bytes", errno),
                     "free memory"};
  }
  writable_ = static_cast<std::byte*>(writable);
  read_only_ = static_cast<const std::byte*>(read_only);
}

SharedBlock::~SharedBlock() {
  ::munmap(writable_, bytes_);
  ::munmap(const_cast<std::byte*>(read_only_), bytes_);
}

void SharedBlock::prefault() const {
  if (::madvise(writable_, bytes_, MADV_POPULATE_WRITE) == 0 &&
      ::madvise(const_cast<std::byte*>(read_only_), bytes_, MADV_POPULATE_READ) == 0) {
    return;
  }
  throw SetupError{platform::with_errno("cannot map " + std::to_string(bytes_) + " bytes in advance", errno),
                   "Linux 5.14 or later is needed"};
}

Cores choose_cores() {
  const platform::CpuList allowed = platform::allowed_cpus();
  if (allowed.size() < 2) return {allowed.front(), allowed.front(), false};
  return {allowed[0], allowed[1], true};
}

void run_in_two_processes(const Cores& cores, const std::function<void()>& writer,
                          const std::function<void()>& reader) {
  const platform::CpuList before = platform::affinity_of_this_thread();
  const pid_t child = ::fork();
  if (child < 0) throw SetupError{platform::with_errno("cannot fork", errno), "raise the limit on processes"};
  if (child == 0) {
    int status = 0;
    try {
      if (cores.pinned) platform::pin_this_thread(cores.reader);
      reader();
    } catch (...) {
      status = 1;
    }
    ::_exit(status);
  }
  if (cores.pinned) platform::pin_this_thread(cores.writer);
  writer();
  int status = 0;
  ::waitpid(child, &status, 0);
  platform::set_affinity_of_this_thread(before);
  if (status != 0) throw SetupError{"the reader process of a benchmark failed", "run it again by itself"};
}

}  // namespace tickplant::bench
