#include "daemon/stages/server_login.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "platform/setup_error.hpp"

namespace tickplant::daemon {
namespace {

constexpr std::size_t kPasswordBytes = 10;
// Above any message of ITCH: a peer that speaks something else is found at once.
constexpr std::size_t kMaxMessageBytes = 1024;

std::string password_in(const std::string& path, const std::string& what) {
  struct stat status {};
  std::ifstream file(path);
  if (!file || ::stat(path.c_str(), &status) != 0) {
    throw platform::SetupError(what + ": cannot read the password file " + path + ": " + std::strerror(errno),
                               "correct password_file, or let the daemon's user read it");
  }
  if ((status.st_mode & 077) != 0) {
    throw platform::SetupError(what + ": others may read the password file " + path, "chmod 600 " + path);
  }
  std::string password;
  std::getline(file, password);
  while (!password.empty() && (password.back() == '\r' || password.back() == ' ')) password.pop_back();
  if (password.size() > kPasswordBytes) {
    throw platform::SetupError(what + ": the first line of " + path + " has " + std::to_string(password.size()) +
                                   " characters, a password has at most " + std::to_string(kPasswordBytes),
                               "put the password alone into its first line");
  }
  return password;
}

}  // namespace

ServerLogin server_login(const config::ServerConfig& server, const std::string& what) {
  ServerLogin login;
  login.endpoint = feedhandlers::sources::resolve_endpoint(server.host, server.port, what);
  login.options.username = {server.username};
  login.options.session = {server.session};
  if (!server.password_file.empty()) login.options.password = {password_in(server.password_file, what)};
  login.options.max_payload_bytes = kMaxMessageBytes;
  return login;
}

}  // namespace tickplant::daemon
