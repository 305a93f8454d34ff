#include "bench/harness/side_process.hpp"

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <utility>
#include <vector>

#include "bench/harness/interruption.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::bench {
namespace {

using platform::SetupError;
using platform::with_errno;

constexpr std::size_t kLastWordsBytes = 4096;
char* last_words_of_this_side = nullptr;

char* new_last_words() {
  void* page = ::mmap(nullptr, kLastWordsBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw SetupError{with_errno("cannot map a page", errno), "free memory"};
  return static_cast<char*>(page);
}

}  // namespace

SideProcess::SideProcess(const std::function<void()>& work) : last_words_(new_last_words()) {
  const pid_t parent = ::getpid();
  std::fflush(nullptr);  // what stands in a buffer now must not be written twice
  pid_ = ::fork();
  if (pid_ < 0) throw SetupError{with_errno("cannot fork", errno), "raise the limit on processes"};
  if (pid_ == 0) {
    last_words_of_this_side = last_words_;
    Interruption::forget();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);  // gone before the line above
    try {
      work();
    } catch (const std::exception& error) {
      fail(error.what());
    }
    std::exit(0);  // NOLINT(concurrency-mt-unsafe): libraries sign off in destructors of their statics
  }
  ended_ = platform::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
}

SideProcess::~SideProcess() {
  kill();
  ::munmap(last_words_, kLastWordsBytes);
}

void SideProcess::fail(const std::string& why) noexcept {
  std::memcpy(last_words_of_this_side, why.c_str(), std::min(why.size() + 1, kLastWordsBytes - 1));
  ::_exit(1);
}

void SideProcess::kill() noexcept {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void SideProcess::stop() {
  ::kill(pid_, SIGSTOP);
  int status = 0;
  if (::waitpid(pid_, &status, WUNTRACED) == pid_ && WIFSTOPPED(status)) return;
  pid_ = -1;
  throw SetupError{"a process that was to be stopped had ended: " + std::string(last_words_), "run it again by itself"};
}

void SideProcess::reap() {
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  const std::string why =
      WIFSIGNALED(status) ? "ended by signal " + std::to_string(WTERMSIG(status)) : std::string(last_words_);
  throw SetupError{"a side of a benchmark failed: " + why, "run it again by itself"};
}

void SideProcess::join_all(std::initializer_list<SideProcess*> sides, std::chrono::seconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (std::vector<SideProcess*> left(sides); !left.empty();) {
    std::vector<pollfd> ends;
    for (const SideProcess* side : left) ends.push_back({side->ended_.get(), POLLIN, 0});
    // Asleep until one ends: whoever looks now and then takes time from the cores that are being measured.
    const auto rest =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int found = ::poll(ends.data(), ends.size(), static_cast<int>(std::max<std::int64_t>(rest.count(), 0)));
    Interruption::check();
    if (found == 0) {
      throw SetupError{"a benchmark did not end within " + std::to_string(patience.count()) + " s",
                       "see what else runs here"};
    }
    for (std::size_t i = ends.size(); found > 0 && i-- > 0;) {
      if (ends[i].revents == 0) continue;
      left[i]->reap();
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

}  // namespace tickplant::bench
