// Who changed what: a line of JSON for each call that changes something, done or refused, in `audit.jsonl` in the
// plant's state folder. A full file becomes audit.jsonl.1, that one .2, and so on; the oldest of kFiles is removed.
//
//   {"time":"2026-11-23T21:53:06.123456789Z","request":"6742f1a3-17","uid":1000,"pid":4711,"process":"python3",
//    "client":"my-tool","role":"admin","call":"feed","arguments":{"name":"nasdaq","action":"stop"},"outcome":"done"}
//
// Threads: one at a time, which may wait for the disk. Not here: what is worth a line (control_state.hpp).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "platform/unique_fd.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::daemon {

struct AuditEntry {
  platform::UnixNanos time{};
  std::string request;
  uid_t uid = 0;
  pid_t pid = 0;
  std::string process;  // as the kernel calls it
  std::string client;   // as it calls itself
  std::string role;
  std::string call;
  std::vector<std::pair<std::string, std::string>> arguments;
  std::string outcome;  // "done", "refused"
  std::string reason;   // of a refusal
};

/// One line, without its end.
[[nodiscard]] std::string json_of(const AuditEntry& entry);

class AuditFile {
 public:
  static constexpr std::uint64_t kFileBytes = std::uint64_t{16} << 20;
  static constexpr int kFiles = 8;
  static constexpr const char* kName = "audit.jsonl";

  /// Nothing is opened before the first line. An empty folder: nothing is kept.
  explicit AuditFile(std::filesystem::path folder, std::uint64_t file_bytes = kFileBytes)
      : folder_(std::move(folder)), file_bytes_(file_bytes) {}

  /// The line is on disk when it returns. False: it is not, and problem() says why; it is tried anew with the next one.
  [[nodiscard]] bool append(const AuditEntry& entry);
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  [[nodiscard]] bool open();
  void turn_over();
  [[nodiscard]] bool fail(const char* what);
  [[nodiscard]] std::filesystem::path path(int number) const;

  std::filesystem::path folder_;
  std::uint64_t file_bytes_;
  platform::UniqueFd file_;
  std::uint64_t bytes_ = 0;
  std::string problem_;
};

}  // namespace tickplant::daemon
