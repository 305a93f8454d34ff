#include "daemon/journal/journal_opening.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_facts.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/journal_scanner.hpp"

namespace tickplant::daemon {
namespace {

namespace fs = std::filesystem;
using platform::SetupError;
using platform::with_errno;
using ringbuf::JournalEndKind;

constexpr const char* kFolderRemedy = "name a folder that the daemon's user may write, in journal.folder";
constexpr mode_t kFolderMode = 02750;  // files get its group

void share_with(const std::string& group, const fs::path& folder) {
  if (group.empty()) return;
  const struct group* entry = ::getgrnam(group.c_str());  // NOLINT(concurrency-mt-unsafe): set-up, one thread
  if (entry == nullptr) return;                           // plant_segments.cpp has complained
  if (::chown(folder.c_str(), static_cast<uid_t>(-1), entry->gr_gid) != 0) {
    throw SetupError(with_errno("cannot give the folder " + folder.string() + " to group " + group, errno),
                     "the daemon's user has to be in that group");
  }
}

std::uint64_t drawn_id() {
  std::uint64_t id = 0;
  while (id == 0) {
    if (::getrandom(&id, sizeof id, 0) != sizeof id) id = 0;
  }
  return id;
}

std::string place_text(const ringbuf::JournalPlace& place) {
  return ringbuf::segment_file_name(place.segment) + " at " + std::to_string(place.offset);
}

/// Whoever goes on before the end writes over what is there.
void refuse_on(int read_error, const fs::path& folder) {
  if (read_error == 0) return;
  throw SetupError(with_errno("the journal in " + folder.string() + " cannot be read", read_error),
                   "look after the disk, and who may read there: dmesg has the details. A journal whose end is not "
                   "known is not written");
}

/// What was found whole may only be in the kernel's cache: a daemon was killed, not the machine.
void sync_what_is_there(const fs::path& folder, std::uint64_t segment) {
  for (const std::uint64_t number : {segment - 1, segment}) {
    if (number == 0) continue;
    const fs::path path = folder / ringbuf::segment_file_name(number);
    const platform::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno == ENOENT) continue;
    if (!file || ::fsync(file.get()) != 0) {
      throw SetupError(with_errno("cannot sync " + path.string(), errno), "look after the disk: dmesg has the details");
    }
  }
  const platform::UniqueFd names(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!names || ::fsync(names.get()) != 0) {
    throw SetupError(with_errno("cannot sync the folder " + folder.string(), errno),
                     "look after the disk: dmesg has the details");
  }
}

/// The names of rings, as they were told last in this segment and behind.
std::map<std::uint32_t, std::string> ring_names(const fs::path& folder, std::uint64_t segment) {
  std::map<std::uint32_t, std::string> names;
  ringbuf::JournalScanner scanner(folder);
  scanner.begin_at(segment);
  while (const auto block = scanner.next(ringbuf::Payloads::facts)) {
    if (block->header.kind != ringbuf::BlockKind::facts) continue;
    ringbuf::FactsReader facts(block->payload);
    while (const auto fact = facts.next()) {
      if (fact->kind != ringbuf::FactKind::ring) continue;
      const auto ring = fact->as<ringbuf::RingFact>();
      names[ring.ring] = ringbuf::text_of(ring.name);
    }
  }
  refuse_on(scanner.read_error(), folder);
  return names;
}

/// Behind everything that can be read, over all damage.
void go_behind_damage(const fs::path& folder, ringbuf::JournalOpening& found) {
  ringbuf::JournalScanner scanner(folder);
  scanner.begin_at(found.place, found.chain);
  do {
    while (const auto block = scanner.next(ringbuf::Payloads::all)) {
      if (block->header.ring == 0) continue;
      std::uint64_t& next = found.next[block->header.ring];
      next = std::max(next, block->header.first + block->header.count);
    }
  } while (scanner.resume());
  refuse_on(scanner.read_error(), folder);
  found.place = scanner.place();
  found.chain = scanner.chain();
  if (scanner.page()) found.page = *scanner.page();
}

void describe_end(const ringbuf::JournalOpening& found, OpenedJournal& out) {
  const std::string place = place_text(found.end.place);
  if (found.end.kind == JournalEndKind::torn) {
    out.notes.push_back("the journal's end was torn: blocks from " + std::to_string(found.end.number) + " on, " +
                        place +
                        ", were not whole yet when the daemon or the machine stopped; what they held is taken from the "
                        "rings where those have it");
  }
  if (found.end.kind == JournalEndKind::damaged) {
    out.warnings.push_back("the journal is damaged: block " + std::to_string(found.end.number) + ", " + place +
                           ", was on disk and is not whole any more (" + std::string(text_of(found.end.fault)) +
                           "); it is left as it is (tickplant journal verify says what is missing)");
  }
}

/// Segments that were begun, and killed before a byte was in them: readers would begin with them, and find nothing.
/// False: there are others, whose pages do not hold.
bool remove_unwritten(const fs::path& folder) {
  bool are_all = true;
  for (const ringbuf::JournalSegmentFile& file : ringbuf::list_segments(folder)) {
    const auto page = std::as_bytes(std::span(&file.page, 1));
    const bool is_unwritten = !file.is_compressed && file.fault != ringbuf::PageFault::unreadable &&
                              std::ranges::all_of(page, [](std::byte byte) { return byte == std::byte{0}; });
    are_all = are_all && is_unwritten;
    if (is_unwritten) fs::remove(file.path);
  }
  return are_all;
}

}  // namespace

void require_journal_folder(const fs::path& folder) {
  std::error_code ignored;
  fs::path there = fs::absolute(folder);
  while (!fs::exists(there, ignored) && there.has_relative_path()) there = there.parent_path();
  const std::string what = "the journal cannot lie in '" + folder.string() + "': ";
  if (!fs::is_directory(there, ignored)) throw SetupError(what + there.string() + " is no folder", kFolderRemedy);
  if (::access(there.c_str(), W_OK | X_OK) != 0)
    throw SetupError(with_errno(what + there.string(), errno), kFolderRemedy);
}

JournalFolder::JournalFolder(fs::path folder, const std::string& group) : path_(std::move(folder)) {
  std::error_code problem;
  const bool is_new = fs::create_directories(path_, problem);
  if (problem) throw SetupError("cannot make the folder " + path_.string() + ": " + problem.message(), kFolderRemedy);
  if (is_new) {
    share_with(group, path_);
    if (::chmod(path_.c_str(), kFolderMode) != 0) {
      throw SetupError(with_errno("cannot set the mode of the folder " + path_.string(), errno), kFolderRemedy);
    }
  }
  const std::string file = (path_ / kLockName).string();
  lock_.reset(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640));
  if (!lock_) throw SetupError(with_errno("cannot open '" + file + "'", errno), kFolderRemedy);
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      throw SetupError(with_errno("cannot lock '" + file + "'", errno), "check that the file system has locks");
    }
    std::array<char, 32> content{};
    const ssize_t bytes = ::pread(lock_.get(), content.data(), content.size() - 1, 0);
    const std::string holder(content.data(), bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
    throw SetupError(
        "the journal in '" + path_.string() + "' is already written by process " + holder.substr(0, holder.find('\n')),
        "a journal has one daemon: stop that one, or give this one another journal.folder");
  }
  const std::string holder = std::to_string(::getpid()) + '\n';
  if (::ftruncate(lock_.get(), 0) != 0) return;  // only who is refused reads it
  (void)!::pwrite(lock_.get(), holder.data(), holder.size(), 0);
}

OpenedJournal open_journal(const fs::path& folder) {
  OpenedJournal out;
  ringbuf::JournalOpening found = ringbuf::find_end(folder);
  refuse_on(found.read_error, folder);
  if (found.is_empty || found.chain.journal_id() == 0) {
    out.start.chain = ringbuf::JournalChain(drawn_id(), 1);
    if (!found.is_empty && remove_unwritten(folder)) return out;
    out.start.segment = found.last_segment;
    if (!found.is_empty) {
      out.warnings.push_back("no segment of the journal has a page that holds: a new journal is begun behind segment " +
                             std::to_string(found.last_segment));
    }
    return out;
  }
  describe_end(found, out);
  if (found.end.kind == JournalEndKind::damaged) go_behind_damage(folder, found);
  sync_what_is_there(folder, found.place.segment);
  const auto names = ring_names(folder, found.place.segment);
  for (const auto& [ring, next] : found.next) {
    if (const auto name = names.find(ring); name != names.end()) out.next[name->second] = next;
  }
  for (const auto& [ring, time] : found.last_recv) {
    if (const auto name = names.find(ring); name != names.end()) out.last_recv[name->second] = time;
  }
  out.start.chain = found.chain;
  out.start.chain.begin_epoch(found.chain.epoch() + 1);
  out.start.segment = found.place.segment;
  out.start.segment_bytes = found.page.segment_bytes;
  constexpr std::uint64_t kUnit = ringbuf::kJournalUnitBytes;
  out.start.next_unit = std::min((found.place.offset + kUnit - 1) / kUnit * kUnit, found.page.segment_bytes);
  out.notes.push_back("the journal goes on behind block " + std::to_string(found.chain.last_number()) + " in " +
                      place_text({found.place.segment, out.start.next_unit}) + ", epoch " +
                      std::to_string(out.start.chain.epoch()) +
                      (found.is_closed ? "" : "; who wrote it before did not end in order"));
  return out;
}

}  // namespace tickplant::daemon
