#include "daemon/own_uid_clients.hpp"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <fstream>
#include <string_view>
#include <thread>
#include <utility>

namespace tickplant::daemon {
namespace {

namespace fs = std::filesystem;

/// The kernel writes the real path, ours may lead through links.
std::string real_path(const fs::path& folder) {
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  return (error ? folder : real).string();
}

bool belongs_to(const fs::path& process, uid_t user) {
  struct stat status {};
  return ::stat(process.c_str(), &status) == 0 && status.st_uid == user;
}

/// "7f0c8c000000-7f0c8c001000 r--s 00000000 00:1a 1234   /run/tickplant/demo/catalog.seg"
bool maps_a_file_under(const fs::path& process, std::string_view prefix) {
  std::ifstream maps(process / "maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t path = line.find('/');
    if (path != std::string::npos && std::string_view(line).substr(path).starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

std::vector<OwnUidClient> find_own_uid_clients(const fs::path& folder, uid_t user, pid_t self, const fs::path& root) {
  const std::string prefix = real_path(folder) + '/';
  std::vector<OwnUidClient> clients;
  std::error_code error;
  for (fs::directory_iterator entry(root / "proc", error), end; !error && entry != end; entry.increment(error)) {
    const std::string number = entry->path().filename().string();
    OwnUidClient client;
    const char* const number_end = number.data() + number.size();
    if (std::from_chars(number.data(), number_end, client.pid).ptr != number_end || client.pid == self) continue;
    if (!belongs_to(entry->path(), user) || !maps_a_file_under(entry->path(), prefix)) continue;
    std::ifstream comm(entry->path() / "comm");
    std::getline(comm, client.name);
    clients.push_back(std::move(client));
  }
  std::sort(clients.begin(), clients.end());
  return clients;
}

struct OwnUidSearch::Result {
  std::atomic<bool> is_there{false};
  std::vector<OwnUidClient> clients;
};

OwnUidSearch::OwnUidSearch(fs::path folder) : folder_(std::move(folder)) {}

void OwnUidSearch::start() {
  if (under_way_ != nullptr) return;
  under_way_ = std::make_shared<Result>();
  // Detached: a stop must not wait for a process that hangs.
  std::thread([result = under_way_, folder = folder_] {
    ::pthread_setname_np(::pthread_self(), "tp-own-uid");
    result->clients = find_own_uid_clients(folder, ::geteuid(), ::getpid());
    result->is_there.store(true, std::memory_order_release);  // -> take_result(): whoever sees it sees the clients
  }).detach();
}

std::optional<std::vector<OwnUidClient>> OwnUidSearch::take_result() {
  if (under_way_ == nullptr || !under_way_->is_there.load(std::memory_order_acquire)) return std::nullopt;
  return std::move(std::exchange(under_way_, nullptr)->clients);
}

}  // namespace tickplant::daemon
