#include "clients/cli/journal/journal_restore.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "clients/cli/failure.hpp"
#include "clients/cli/journal/new_folder.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/journal/checkpoint_layout.hpp"
#include "ringbuf/sequencer_layout.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;
namespace fs = std::filesystem;

constexpr std::uint64_t kRestoreProgressBytes = std::uint64_t{16} << 20;
constexpr std::size_t kCopyBytes = std::size_t{1} << 20;

/// A file of the new journal.
class NewFile {
 public:
  explicit NewFile(fs::path path) : path_(std::move(path)) {
    fd_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (!fd_) refuse("make");
  }
  void write(std::uint64_t offset, std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) refuse("write");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
  }
  /// On disk, `bytes` long.
  void finish(std::uint64_t bytes) const {
    if (::ftruncate(fd_.get(), static_cast<off_t>(bytes)) != 0) refuse("lengthen");
    if (::fsync(fd_.get()) != 0) refuse("sync");
  }

 private:
  [[noreturn]] void refuse(const char* what) const {
    throw platform::SetupError(platform::with_errno("cannot " + std::string(what) + " '" + path_.string() + "'", errno),
                               "make room, or name another folder; what was written there so far can be removed");
  }
  fs::path path_;
  platform::UniqueFd fd_;
};

/// How far the copy's chain goes.
struct CopiedChain {
  JournalPlace place;
  JournalChain chain;
  JournalEnd end;
  std::uint64_t blocks = 0, bytes = 0;
  std::uint64_t last_cause = 0;  // of the order
  std::set<std::uint64_t> segments;
};

class Restore {
 public:
  Restore(const fs::path& from, const fs::path& to, const SurveyProgress& progress)
      : from_(from), to_(to), progress_(progress) {}

  RestoreResult run() {
    const std::vector<JournalSegmentFile> files = list_segments(from_);
    const CopiedChain copied = follow(from_, files.empty() ? 0 : files.front().number);
    if (copied.blocks == 0) {
      throw platform::SetupError("there is no journal in '" + from_.string() + "', or nothing of it can be read",
                                 "name the folder that holds the copied files NNNNNNNNNNNNNNNN.journal");
    }
    refuse_damage(copied, files);
    make_new_folder(to_, "restoring");
    for (const std::uint64_t segment : copied.segments) copy_segment(segment, copied);
    copy_checkpoints(copied);
    sync_folder();
    check(copied);
    result_.blocks = copied.blocks;
    result_.bytes = copied.bytes;
    result_.end = copied.end;
    return result_;
  }

 private:
  CopiedChain follow(const fs::path& folder, std::uint64_t first) {
    CopiedChain out;
    JournalScanner scanner(folder);
    if (first != 0) scanner.begin_at(first);
    while (const auto block = scanner.next()) {
      ++out.blocks;
      out.bytes += block_bytes(block->header.payload_bytes);
      out.segments.insert(block->place.segment);
      if (block->header.kind == BlockKind::runs && !block->payload.empty()) note_order(*block, out);
      show_progress(out.bytes);
    }
    out.place = scanner.place();
    out.chain = scanner.chain();
    out.end = scanner.end();
    return out;
  }

  static void note_order(const JournalBlock& block, CopiedChain& out) {
    SequencerRun run;
    std::memcpy(static_cast<void*>(&run), block.payload.data() + block.payload.size() - sizeof run, sizeof run);
    out.last_cause = std::max(out.last_cause, run.cause_seq.value + run.count() - 1);
  }

  /// What a copy of a live journal cannot be followed in lies in the newest two segments it has.
  void refuse_damage(const CopiedChain& copied, const std::vector<JournalSegmentFile>& files) const {
    if (copied.end.kind != JournalEndKind::damaged || copied.place.segment + 1 >= files.back().number) return;
    throw Failure(ExitCode::check_failed,
                  "the copy is damaged in " + open_segment(from_, copied.place.segment).file.path.string() +
                      " at offset " + std::to_string(copied.place.offset) + ", before its end",
                  "copy it again, or salvage it: tickplant journal repair '" + from_.string() + "' --out NEWFOLDER");
  }

  void copy_segment(std::uint64_t number, const CopiedChain& copied) {
    OpenedSegment opened = open_segment(from_, number);
    ++result_.segments;
    const bool is_last = number == *copied.segments.rbegin();
    // A writer goes on in the last one: it is as it was written, unless not all of it is there.
    if (opened.file.is_compressed && (!is_last || opened.file.is_results_only)) {
      ++result_.compressed;
      const SegmentSource source(platform::UniqueFd(::open(opened.file.path.c_str(), O_RDONLY | O_CLOEXEC)));
      return copy_bytes(source, to_ / compressed_file_name(number), opened.file.file_bytes, opened.file.file_bytes);
    }
    const bool is_cut = is_last && copied.place.segment == number;
    const std::uint64_t bytes = is_cut ? copied.place.offset : opened.file.bytes;
    copy_bytes(opened.source, to_ / segment_file_name(number), bytes, opened.file.page.segment_bytes);
  }

  static void copy_bytes(const SegmentSource& source, const fs::path& to, std::uint64_t bytes, std::uint64_t size) {
    const NewFile file(to);
    std::vector<std::byte> buffer(kCopyBytes);
    for (std::uint64_t at = 0; at < bytes;) {
      const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), bytes - at));
      const std::ptrdiff_t count = source.read(at, std::span(buffer).first(wanted));
      if (count <= 0) break;  // shorter than its page says: what is missing is empty
      file.write(at, std::span(buffer).first(static_cast<std::size_t>(count)));
      at += static_cast<std::uint64_t>(count);
    }
    file.finish(size);
  }

  /// Those whose state the restored journal leads up to.
  void copy_checkpoints(const CopiedChain& copied) {
    for (const auto& entry : fs::directory_iterator(from_)) {
      if (entry.path().extension() != ".checkpoint" || !entry.is_regular_file()) continue;
      const SegmentSource source(platform::UniqueFd(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC)));
      CheckpointHead head;
      const auto bytes = std::as_writable_bytes(std::span(&head, 1));
      if (!source || source.read(0, bytes) != static_cast<std::ptrdiff_t>(bytes.size())) continue;
      const bool is_of_it = head.magic == kCheckpointMagic && head.journal_id == copied.chain.journal_id() &&
                            head.cause_seq <= copied.last_cause && head.next_block <= copied.chain.next_number();
      if (!is_of_it) continue;
      ++result_.checkpoints;
      copy_bytes(source, to_ / entry.path().filename(), entry.file_size(), entry.file_size());
    }
  }

  void sync_folder() const {
    const platform::UniqueFd names(::open(to_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (names && ::fsync(names.get()) == 0) return;
    throw platform::SetupError(platform::with_errno("cannot sync the folder '" + to_.string() + "'", errno),
                               "look after the disk: dmesg has the details");
  }

  /// Reads all of it again.
  void check(const CopiedChain& copied) {
    const CopiedChain restored = follow(to_, *copied.segments.begin());
    const bool is_same = restored.blocks == copied.blocks && restored.end.kind == JournalEndKind::tail &&
                         restored.chain.last_header_crc() == copied.chain.last_header_crc();
    if (is_same) return;
    throw platform::SetupError("the journal in '" + to_.string() + "' does not read as it was written",
                               "look after the disk, remove it and restore it again");
  }

  void show_progress(std::uint64_t bytes) {
    if (!progress_ || bytes < next_progress_) return;
    progress_(bytes);
    next_progress_ = bytes + kRestoreProgressBytes;
  }

  fs::path from_, to_;
  const SurveyProgress& progress_;
  std::uint64_t next_progress_ = kRestoreProgressBytes;
  RestoreResult result_;
};

}  // namespace

RestoreResult restore_journal(const fs::path& from, const fs::path& to, const SurveyProgress& progress) {
  std::error_code error;
  if (fs::exists(to, error)) make_new_folder(to, "restoring");  // before hours of reading
  return Restore(from, to, progress).run();
}

}  // namespace tickplant::cli
