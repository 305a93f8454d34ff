#include "daemon/sequence_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "platform/crc32c.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::daemon {
namespace {

using platform::SetupError;
using platform::UniqueFd;
using platform::with_errno;

constexpr std::string_view kFirstWord = "tickplant-sequences";
constexpr std::string_view kVersion = "1";
constexpr std::string_view kChecksum = "checksum ";
constexpr const char* kNewFileName = "sequences.new";
constexpr std::size_t kBytesMax = 1 << 20;

/// What to do about a file that says nothing, or nothing for us.
std::string remedy_for(const std::string& path) {
  return "restore it from a backup; or remove it: then sequences may come twice after a reboot, unless all readers "
         "start "
         "anew: rm '" +
         path + "'";
}

std::string checksum_of(std::string_view text) {
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", platform::crc32c(std::as_bytes(std::span(text))));
  return digits.data();
}

[[noreturn]] void refuse(const std::string& what) { throw SetupError(what, ""); }

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

template <class Number>
bool is_number(const std::string& word, Number& out) {
  const auto end = word.data() + word.size();
  return std::from_chars(word.data(), end, out) == std::from_chars_result{end, std::errc{}};
}

SequenceLease lease_in(const std::string& line) {
  const std::vector<std::string> words = words_of(line);
  SequenceLease lease;
  const bool is_lease = words.size() == 6 && words[0] == "ring" && (words[2] == "leased" || words[2] == "ended") &&
                        is_number(words[3], lease.used) && is_number(words[4], lease.limit) &&
                        is_number(words[5], lease.made_at) && lease.used <= lease.limit;
  if (!is_lease) refuse("cannot be read at '" + line + "'");
  lease.ring = words[1];
  lease.is_ended = words[2] == "ended";
  return lease;
}

void write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      throw SetupError(with_errno("cannot write '" + path + "'", errno), "make room on its file system");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string encode(const SequenceFile& file) {
  std::ostringstream out;
  out << kFirstWord << ' ' << kVersion << "\nplant " << file.plant << '\n';
  for (const SequenceLease& lease : file.leases) {
    out << "ring " << lease.ring << (lease.is_ended ? " ended " : " leased ") << lease.used << ' ' << lease.limit << ' '
        << lease.made_at << '\n';
  }
  const std::string text = out.str();
  return text + std::string(kChecksum) + checksum_of(text) + '\n';
}

SequenceFile decode_sequences(std::string_view text) {
  // The version first: another one may have no such checksum.
  const std::string_view first = text.substr(0, text.find('\n'));
  const std::vector<std::string> head = words_of(std::string(first));
  if (head.size() != 2 || head[0] != kFirstWord)
    refuse("is not a file of sequences: it begins '" + std::string(first.substr(0, 40)) + "'");
  if (head[1] != kVersion) refuse("has version " + head[1] + ", this program reads " + std::string(kVersion));
  const std::size_t end = text.rfind(kChecksum);
  if (end == std::string_view::npos) refuse("is cut off");
  const std::string_view body = text.substr(0, end);
  if (text.substr(end) != std::string(kChecksum) + checksum_of(body) + '\n')
    refuse("is damaged: its checksum is wrong");

  std::istringstream lines{std::string(body)};
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);
  const std::vector<std::string> plant = words_of(line);
  if (plant.size() != 2 || plant[0] != "plant") refuse("cannot be read at '" + line + "'");
  SequenceFile file{plant[1], {}};
  while (std::getline(lines, line)) file.leases.push_back(lease_in(line));
  return file;
}

std::optional<SequenceFile> read_sequences(int folder, const std::string& path) {
  const UniqueFd fd(::openat(folder, kSequenceFileName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) throw SetupError(with_errno("cannot open '" + path + "'", errno), "give it to the daemon's user, mode 0600");
  std::string text(kBytesMax, '\0');
  std::size_t size = 0;
  for (ssize_t bytes = 1; bytes > 0 && size < text.size(); size += static_cast<std::size_t>(bytes)) {
    bytes = ::read(fd.get(), text.data() + size, text.size() - size);
    if (bytes < 0) throw SetupError(with_errno("cannot read '" + path + "'", errno), remedy_for(path));
  }
  text.resize(size);
  try {
    return decode_sequences(text);
  } catch (const SetupError& error) {
    throw SetupError("'" + path + "', where the plant keeps which sequences it has used, " + error.problem(),
                     remedy_for(path));
  }
}

void write_sequences(int folder, const std::string& path, const SequenceFile& file) {
  const std::string remedy = "give the folder to the daemon's user, or set plant.state_folder to another one";
  const UniqueFd fd(::openat(folder, kNewFileName, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) throw SetupError(with_errno("cannot write '" + path + "'", errno), remedy);
  try {
    write_all(fd.get(), encode(file), path);
    if (::fsync(fd.get()) != 0) throw SetupError(with_errno("cannot sync '" + path + "'", errno), "check the disk");
    if (::renameat(folder, kNewFileName, folder, kSequenceFileName) != 0) {
      throw SetupError(with_errno("cannot replace '" + path + "'", errno), remedy);
    }
  } catch (const SetupError&) {
    (void)::unlinkat(folder, kNewFileName, 0);
    throw;
  }
  if (::fsync(folder) != 0) {
    throw SetupError(with_errno("cannot sync the folder of '" + path + "'", errno), "check the disk");
  }
}

}  // namespace tickplant::daemon
