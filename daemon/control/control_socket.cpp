#include "daemon/control/control_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include "platform/setup_error.hpp"

namespace tickplant::daemon {
namespace {

using platform::SetupError;
using platform::UniqueFd;

constexpr int kFirstHandedDown = 3;  // sd_listen_fds(3)
constexpr int kBacklog = 4096;       // of a storm of clients

/// Exactly one, for this process: that of the plant's unit.
UniqueFd handed_down() {
  const char* const process = std::getenv("LISTEN_PID");
  const char* const count = std::getenv("LISTEN_FDS");
  if (process == nullptr || count == nullptr || std::strtol(process, nullptr, 10) != ::getpid()) return {};
  if (std::strcmp(count, "1") != 0) {
    throw SetupError("systemd hands down " + std::string(count) + " sockets, one is wanted",
                     "keep one ListenStream= in the .socket unit");
  }
  ::fcntl(kFirstHandedDown, F_SETFD, FD_CLOEXEC);
  ::fcntl(kFirstHandedDown, F_SETFL, ::fcntl(kFirstHandedDown, F_GETFL) | O_NONBLOCK);
  return UniqueFd(kFirstHandedDown);
}

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.size() >= sizeof address.sun_path) {
    throw SetupError("the control socket " + text + " has " + std::to_string(text.size()) + " characters, " +
                         std::to_string(sizeof address.sun_path - 1) + " are the most that a Unix socket can have",
                     "set a shorter plant.runtime_folder, or control.socket");
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  return address;
}

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  throw SetupError(
      "the control socket " + path.string() + " cannot be " + what + ": " + std::generic_category().message(errno),
      "the daemon's user needs to write in its folder; control.socket: none starts without it");
}

UniqueFd new_socket() { return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)); }

/// What a dead daemon left is removed; a live one's is not.
void make_room(const std::filesystem::path& path, const sockaddr_un& address) {
  const UniqueFd trial = new_socket();
  if (::connect(trial.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN) {
    throw SetupError("a process answers at the control socket " + path.string(),
                     "stop the daemon that runs there, or set another control.socket");
  }
  if (errno == ECONNREFUSED) ::unlink(path.c_str());
}

}  // namespace

ControlSocket::ControlSocket(std::filesystem::path path, std::optional<gid_t> group)
    : path_(std::move(path)), fd_(handed_down()) {
  is_handed_down_ = static_cast<bool>(fd_);
  if (is_handed_down_) return;
  const sockaddr_un address = address_of(path_);
  make_room(path_, address);
  fd_ = new_socket();
  // Nobody gets in before its mode is right.
  const mode_t before = ::umask(0177);
  const int bound = ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  ::umask(before);
  errno = error;
  if (!fd_ || bound != 0) fail(path_, "made");
  if (group && ::chown(path_.c_str(), static_cast<uid_t>(-1), *group) != 0) fail(path_, "given to its group");
  if (::chmod(path_.c_str(), 0660) != 0) fail(path_, "opened to its group");
  if (::listen(fd_.get(), kBacklog) != 0) fail(path_, "listened at");
}

ControlSocket::~ControlSocket() {
  if (fd_ && !is_handed_down_) ::unlink(path_.c_str());
}

}  // namespace tickplant::daemon
