#include "daemon/control/audit_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>

#include "platform/setup_error.hpp"

namespace tickplant::daemon {
namespace {

/// Bytes that are no UTF-8 are told as '?': a line is valid JSON whatever a client sends.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80                    ? 1
                               : byte >= 0xc2 && byte <= 0xdf ? 2
                               : (byte & 0xf0) == 0xe0        ? 3
                               : byte >= 0xf0 && byte <= 0xf4 ? 4
                                                              : 0;
    bool is_valid = length != 0 && i + length <= text.size();
    for (std::size_t k = 1; is_valid && k < length; ++k)
      is_valid = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
    if (!is_valid) {
      out += '?';
      ++i;
      continue;
    }
    if (length > 1) {
      out.append(text, i, length);
    } else if (byte == '"' || byte == '\\') {
      out += {'\\', text[i]};
    } else if (byte < 0x20 || byte == 0x7f) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", byte);
      out += escaped.data();
    } else {
      out += text[i];
    }
    i += length;
  }
  return out + '"';
}

std::string time_text(platform::UnixNanos time) {
  const std::time_t seconds = time.value / platform::kNanosPerSecond;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 48> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + length, text.size() - length, ".%09dZ",
                static_cast<int>(time.value % platform::kNanosPerSecond));
  return text.data();
}

}  // namespace

std::string json_of(const AuditEntry& entry) {
  std::string out = "{\"time\":" + quoted(time_text(entry.time)) + ",\"request\":" + quoted(entry.request) +
                    ",\"uid\":" + std::to_string(entry.uid) + ",\"pid\":" + std::to_string(entry.pid) +
                    ",\"process\":" + quoted(entry.process) + ",\"client\":" + quoted(entry.client) +
                    ",\"role\":" + quoted(entry.role) + ",\"call\":" + quoted(entry.call) + ",\"arguments\":{";
  const char* separator = "";
  for (const auto& [name, value] : entry.arguments) {
    out += separator + quoted(name) + ':' + quoted(value);
    separator = ",";
  }
  out += "},\"outcome\":" + quoted(entry.outcome);
  if (!entry.reason.empty()) out += ",\"reason\":" + quoted(entry.reason);
  return out + '}';
}

std::filesystem::path AuditFile::path(int number) const {
  return folder_ / (number == 0 ? kName : kName + ('.' + std::to_string(number)));
}

bool AuditFile::fail(const char* what) {
  problem_ = platform::with_errno(std::string("cannot ") + what + " '" + path(0).string() + "'", errno);
  file_.reset();
  return false;
}

bool AuditFile::open() {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  file_.reset(::open(path(0).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct stat found {};
  if (!file_ || ::fstat(file_.get(), &found) != 0) return fail("open");
  bytes_ = static_cast<std::uint64_t>(found.st_size);
  if (bytes_ == 0) return true;
  // A line that was cut off by a crash stays a line of its own.
  char last = '\n';
  const platform::UniqueFd readable(::open(path(0).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (readable && ::pread(readable.get(), &last, 1, static_cast<off_t>(bytes_ - 1)) == 1 && last != '\n') {
    if (::write(file_.get(), "\n", 1) != 1) return fail("write");
    ++bytes_;
  }
  return true;
}

void AuditFile::turn_over() {
  file_.reset();
  std::error_code ignored;
  for (int number = kFiles - 1; number > 0; --number) std::filesystem::rename(path(number - 1), path(number), ignored);
}

bool AuditFile::append(const AuditEntry& entry) {
  if (folder_.empty()) return true;
  const std::string line = json_of(entry) + '\n';
  if (!file_ && !open()) return false;
  if (bytes_ != 0 && bytes_ + line.size() > file_bytes_) {
    turn_over();
    if (!open()) return false;
  }
  // One write: lines of two never mix.
  if (::write(file_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) return fail("write");
  bytes_ += line.size();
  return ::fdatasync(file_.get()) == 0 || fail("sync");
}

}  // namespace tickplant::daemon
