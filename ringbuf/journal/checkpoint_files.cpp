#include "ringbuf/journal/checkpoint_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "platform/crc32c.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::ringbuf {
namespace {

namespace fs = std::filesystem;
using platform::SetupError;
using platform::UniqueFd;
using platform::with_errno;

constexpr std::string_view kSuffix = ".checkpoint", kNumbered = "checkpoint-", kNamed = "savepoint-",
                           kLive = "snapshot-";
constexpr std::string_view kUnfinished = ".new";

constexpr std::size_t padded(std::size_t bytes) noexcept { return (bytes + 7) / 8 * 8; }

std::uint32_t crc_of(const CheckpointHead& head) noexcept {
  return platform::crc32c(std::as_bytes(std::span(&head, 1)).first(offsetof(CheckpointHead, crc)));
}

[[noreturn]] void refuse(const fs::path& file, const std::string& what) {
  throw SetupError(file.string() + " is no checkpoint that can be read: " + what,
                   "remove it: the one before it, or the journal from its beginning, gives the same");
}

/// Of the section's head, but for this, and of its bytes.
std::uint32_t crc_of(SectionHead head, std::span<const std::byte> bytes) noexcept {
  head.crc = 0;
  return platform::crc32c(bytes, platform::crc32c(std::as_bytes(std::span(&head, 1))));
}

/// Bytes on their way into a file that does not count until it is whole.
class NewFile {
 public:
  explicit NewFile(fs::path path)
      : path_(std::move(path)),
        fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640)) {
    if (!fd_) fail("make");
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (!is_renamed_) ::unlink(path_.c_str());
  }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) fail("write");
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  /// From here on it is called `file`, also after a power cut.
  void rename_to(const fs::path& file) {
    if (::fsync(fd_.get()) != 0) fail("sync");
    if (::rename(path_.c_str(), file.c_str()) != 0) fail("rename");
    is_renamed_ = true;
    const UniqueFd folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0) fail("sync the folder of");
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    const int error = errno;
    throw SetupError(with_errno("cannot " + std::string(what) + " '" + path_.string() + "'", error),
                     error == ENOSPC ? "make room on its file system" : "look at the disk and at who may write there");
  }

  fs::path path_;
  UniqueFd fd_;
  bool is_renamed_ = false;
};

/// The first `limit` of them at most. `file_bytes`: how many it has.
std::vector<std::byte> bytes_of(const fs::path& file, std::size_t limit, std::uint64_t& file_bytes) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (!fd || ::fstat(fd.get(), &facts) != 0) {
    throw SetupError(with_errno("cannot read '" + file.string() + "'", errno),
                     "tickplant journal list says which there are");
  }
  file_bytes = static_cast<std::uint64_t>(facts.st_size);
  std::vector<std::byte> bytes(std::min(limit, static_cast<std::size_t>(file_bytes)));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SetupError(with_errno("cannot read '" + file.string() + "'", errno), "look at the disk");
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

CheckpointHead head_in(const fs::path& file, std::span<const std::byte> bytes, std::uint64_t file_bytes) {
  CheckpointHead head;
  if (bytes.size() < sizeof head) refuse(file, "it is shorter than a head");
  std::memcpy(static_cast<void*>(&head), bytes.data(), sizeof head);
  if (head.magic != kCheckpointMagic) refuse(file, "it does not begin as one");
  if (head.crc != crc_of(head)) refuse(file, "the checksum of its head differs");
  if (head.major != CheckpointHead::kMajor) {
    refuse(file,
           "version " + std::to_string(head.major) + ", this program reads " + std::to_string(CheckpointHead::kMajor));
  }
  if (head.file_bytes != file_bytes) {
    refuse(file, std::to_string(file_bytes) + " bytes, it was made with " + std::to_string(head.file_bytes));
  }
  return head;
}

/// nullopt: the name is not one of ours.
std::optional<std::uint64_t> cause_in(const std::string& name, std::string_view kind) {
  if (name.size() != kind.size() + 20 + kSuffix.size() || !name.starts_with(kind) || !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  const std::string digits = name.substr(kind.size(), 20);
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return std::stoull(digits);
}

}  // namespace

const CheckpointSection* Checkpoint::find(SectionKind kind, std::uint32_t index) const noexcept {
  const auto found = std::find_if(sections.begin(), sections.end(), [&](const CheckpointSection& section) {
    return section.kind == kind && section.index == index;
  });
  return found == sections.end() ? nullptr : &*found;
}

std::vector<RingPosition> Checkpoint::positions() const {
  const CheckpointSection* const section = find(SectionKind::positions);
  if (section == nullptr) return {};
  std::vector<RingPosition> all(section->bytes.size() / sizeof(RingPosition));
  if (!all.empty()) std::memcpy(all.data(), section->bytes.data(), all.size() * sizeof(RingPosition));
  return all;
}

void Checkpoint::set_positions(std::span<const RingPosition> positions) {
  const std::span<const std::byte> bytes = std::as_bytes(positions);
  sections.push_back({SectionKind::positions, 0, {bytes.begin(), bytes.end()}});
}

fs::path CheckpointFiles::put(const fs::path& file, Checkpoint& checkpoint) const {
  CheckpointHead& head = checkpoint.head;
  head.section_count = static_cast<std::uint32_t>(checkpoint.sections.size());
  head.file_bytes = sizeof head;
  for (const CheckpointSection& section : checkpoint.sections) {
    head.file_bytes += sizeof(SectionHead) + padded(section.bytes.size());
  }
  head.crc = crc_of(head);
  NewFile out(file.string() + std::string(kUnfinished));
  out.write(std::as_bytes(std::span(&head, 1)));
  for (const CheckpointSection& section : checkpoint.sections) {
    SectionHead of{section.kind, section.index, section.bytes.size(), 0, 0};
    of.crc = crc_of(of, section.bytes);
    out.write(std::as_bytes(std::span(&of, 1)));
    out.write(section.bytes);
    constexpr std::array<std::byte, 8> kZeros{};
    out.write(std::span(kZeros).first(padded(section.bytes.size()) - section.bytes.size()));
  }
  out.rename_to(file);
  return file;
}

fs::path CheckpointFiles::numbered_path(std::string_view kind, std::uint64_t cause_seq) const {
  std::array<char, 21> digits{};
  std::snprintf(digits.data(), digits.size(), "%020llu", static_cast<unsigned long long>(cause_seq));
  return folder_ / (std::string(kind) + digits.data() + std::string(kSuffix));
}

fs::path CheckpointFiles::put_numbered(std::string_view kind, std::size_t kept, Checkpoint& checkpoint) const {
  const fs::path file = put(numbered_path(kind, checkpoint.head.cause_seq), checkpoint);
  const std::vector<fs::path> all = numbered(kind);
  for (std::size_t i = kept; i < all.size(); ++i) {
    std::error_code ignored;  // an old one that stays does no harm
    fs::remove(all[i], ignored);
  }
  return file;
}

fs::path CheckpointFiles::write(Checkpoint& checkpoint) { return put_numbered(kNumbered, kKept, checkpoint); }

fs::path CheckpointFiles::write_snapshot(Checkpoint& checkpoint) {
  return put_numbered(kLive, kSnapshotsKept, checkpoint);
}

void CheckpointFiles::remove_unfinished() const {
  std::vector<fs::path> left;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    const bool is_ours = name.starts_with(kNumbered) || name.starts_with(kLive);
    if (is_ours && name.ends_with(std::string(kSuffix) + std::string(kUnfinished))) left.push_back(at->path());
  }
  for (const fs::path& file : left) fs::remove(file, error);  // one that stays does no harm
}

std::optional<Checkpoint> CheckpointFiles::snapshot(std::uint64_t cause_seq, std::uint64_t journal_id) const {
  try {
    Checkpoint checkpoint = read(numbered_path(kLive, cause_seq));
    const CheckpointHead& head = checkpoint.head;
    if (head.journal_id == journal_id && head.cause_seq == cause_seq) return checkpoint;
  } catch (const SetupError&) {  // none, or a damaged one
  }
  return std::nullopt;
}

fs::path CheckpointFiles::savepoint_path(const std::string& name) const {
  const auto is_allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           c == '_';
  };
  if (name.empty() || name.size() > 64 || !std::all_of(name.begin(), name.end(), is_allowed)) {
    throw SetupError("'" + name + "' is no name for a savepoint",
                     "1 to 64 letters, digits, dots, dashes and underscores, as in before-upgrade");
  }
  return folder_ / (std::string(kNamed) + name + std::string(kSuffix));
}

bool CheckpointFiles::is_snapshot(const fs::path& file) {
  return cause_in(file.filename().string(), kLive).has_value();
}

std::optional<std::string> CheckpointFiles::savepoint_name(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.size() <= kNamed.size() + kSuffix.size() || !name.starts_with(kNamed) || !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  return name.substr(kNamed.size(), name.size() - kNamed.size() - kSuffix.size());
}

fs::path CheckpointFiles::write_savepoint(const std::string& name, Checkpoint& checkpoint) {
  const fs::path file = savepoint_path(name);
  if (fs::exists(file))
    throw SetupError("there is a savepoint " + name + " already: " + file.string(), "take another name, or remove it");
  return put(file, checkpoint);
}

CheckpointHead CheckpointFiles::read_head(const fs::path& file) {
  CheckpointHead head;
  std::uint64_t file_bytes = 0;
  const std::vector<std::byte> bytes = bytes_of(file, sizeof head, file_bytes);
  return head_in(file, bytes, file_bytes);
}

Checkpoint CheckpointFiles::read(const fs::path& file) {
  std::uint64_t file_bytes = 0;
  const std::vector<std::byte> bytes = bytes_of(file, std::numeric_limits<std::size_t>::max(), file_bytes);
  Checkpoint checkpoint;
  const CheckpointHead& head = checkpoint.head = head_in(file, bytes, file_bytes);
  std::size_t at = sizeof head;
  for (std::uint32_t i = 0; i < head.section_count; ++i) {
    SectionHead of;
    const std::string which = "section " + std::to_string(i + 1) + " of " + std::to_string(head.section_count);
    if (bytes.size() - at < sizeof of) refuse(file, which + " is missing");
    std::memcpy(static_cast<void*>(&of), bytes.data() + at, sizeof of);
    at += sizeof of;
    if (of.bytes > bytes.size() - at) refuse(file, which + " is longer than the file");
    const auto content = std::span(bytes).subspan(at, static_cast<std::size_t>(of.bytes));
    if (crc_of(of, content) != of.crc) refuse(file, "the checksum of " + which + " differs");
    checkpoint.sections.push_back({of.kind, of.index, {content.begin(), content.end()}});
    const auto padding =
        std::span(bytes).subspan(at).first(std::min(padded(content.size()), bytes.size() - at)).subspan(content.size());
    if (std::any_of(padding.begin(), padding.end(), [](std::byte b) { return b != std::byte{0}; })) {
      refuse(file, "something stands behind " + which);
    }
    at += content.size() + padding.size();
  }
  if (at != bytes.size()) refuse(file, "more bytes than its sections have");
  return checkpoint;
}

CheckpointFiles::Found CheckpointFiles::newest(const Wanted& wanted) const {
  Found found;
  const std::vector<fs::path> files =
      wanted.savepoint.empty() ? numbered(kNumbered) : std::vector{savepoint_path(wanted.savepoint)};
  for (const fs::path& file : files) {
    const auto skip = [&](const std::string& why) { found.skipped.push_back(file.filename().string() + ": " + why); };
    try {
      Checkpoint checkpoint = read(file);
      const CheckpointHead& head = checkpoint.head;
      if (head.journal_id != wanted.journal_id) {
        skip("it is of another journal");
      } else if (text_of(head.plant_name) != wanted.plant_name) {
        skip("it is of plant " + std::string(text_of(head.plant_name)));
      } else if (head.cause_seq > wanted.cause_seq_max) {
        skip("it is of place " + std::to_string(head.cause_seq) + ", the journal ends at " +
             std::to_string(wanted.cause_seq_max));
      } else if (!wanted.build.empty() && text_of(head.build) != wanted.build) {
        skip("it was computed by " + std::string(text_of(head.build)));
      } else {
        found.checkpoint = std::move(checkpoint);
        found.path = file;
        return found;
      }
    } catch (const SetupError& error) {
      skip(error.what());
    }
  }
  return found;
}

/// By the place in their names, newest first.
std::vector<fs::path> CheckpointFiles::numbered(std::string_view kind) const {
  std::vector<std::pair<std::uint64_t, fs::path>> files;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    if (const auto cause = cause_in(at->path().filename().string(), kind)) files.emplace_back(*cause, at->path());
  }
  if (error)
    throw SetupError("cannot list '" + folder_.string() + "': " + error.message(), "name the folder of a journal");
  std::sort(files.rbegin(), files.rend());
  std::vector<fs::path> paths;
  for (auto& [cause, path] : files) paths.push_back(std::move(path));
  return paths;
}

std::vector<fs::path> CheckpointFiles::list() const {
  std::vector<fs::path> all = numbered(kNumbered), named;
  const std::vector<fs::path> live = numbered(kLive);
  all.insert(all.end(), live.begin(), live.end());
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    if (savepoint_name(at->path())) named.push_back(at->path());
  }
  std::sort(named.begin(), named.end());
  all.insert(all.end(), named.begin(), named.end());
  return all;
}

}  // namespace tickplant::ringbuf
