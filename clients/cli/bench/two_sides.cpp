#include "clients/cli/bench/two_sides.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>

#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::cli {
namespace {

constexpr std::size_t kPageBytes = 4'096;

std::byte* mapped(int file, std::size_t bytes, int protection) {
  void* const at = ::mmap(nullptr, bytes, protection, MAP_SHARED | MAP_POPULATE, file, 0);
  if (at == MAP_FAILED) {
    throw platform::SetupError(platform::with_errno("cannot map memory for the measurement", errno),
                               "free some memory");
  }
  return static_cast<std::byte*>(at);
}

}  // namespace

SharedPages::SharedPages(std::size_t bytes) : bytes_((bytes + kPageBytes - 1) / kPageBytes * kPageBytes) {
  const platform::UniqueFd file(::memfd_create("tickplant-bench", MFD_CLOEXEC));
  if (file.get() < 0 || ::ftruncate(file.get(), static_cast<off_t>(bytes_)) != 0) {
    throw platform::SetupError(platform::with_errno("cannot make memory for the measurement", errno),
                               "free some memory");
  }
  writable_ = mapped(file.get(), bytes_, PROT_READ | PROT_WRITE);
  read_only_ = mapped(file.get(), bytes_, PROT_READ);
}

SharedPages::~SharedPages() {
  if (writable_ != nullptr) ::munmap(writable_, bytes_);
  if (read_only_ != nullptr) ::munmap(read_only_, bytes_);
}

void SharedPages::touch() const noexcept {
  for (std::size_t at = 0; at < bytes_; at += kPageBytes) {
    (void)*static_cast<const volatile std::byte*>(read_only_ + at);
    (void)*static_cast<const volatile std::byte*>(writable_ + at);
  }
}

SideProcess::SideProcess(const std::function<int()>& work) : pid_(::fork()) {
  if (pid_ < 0) {
    throw platform::SetupError(platform::with_errno("cannot start the reading process", errno), "raise `ulimit -u`");
  }
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  int code = 1;
  try {
    code = work();
  } catch (const std::exception&) {  // the parent says that it failed
  }
  ::_exit(code);
}

SideProcess::~SideProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

int SideProcess::wait(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) != pid_) {
    if (std::chrono::steady_clock::now() > deadline) return -1;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace tickplant::cli
