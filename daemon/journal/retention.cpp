#include "daemon/journal/retention.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <exception>
#include <limits>
#include <system_error>
#include <vector>

#include "daemon/log.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/segment_compressor.hpp"

namespace tickplant::daemon {
namespace {

namespace fs = std::filesystem;
namespace counter = ringbuf::counter;

constexpr std::chrono::seconds kLookInterval{5};
constexpr int kNice = 10;
constexpr int kOfThisThread = 1, kLowestBestEffort = 2 << 13 | 7;  // linux/ioprio.h, which not every kernel has

std::string hex_of(std::uint64_t value) {
  std::array<char, 17> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, 16);
  return std::string(text.data(), end);
}

/// Of the segment's index; 0: there is none.
std::uint64_t index_bytes(const fs::path& folder, std::uint64_t number) {
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(folder / ringbuf::index_file_name(number), error);
  return error ? 0 : bytes;
}

/// Segments end in their order, whatever a clock said meanwhile: none counts as older than the one before it. One of
/// which no page tells when is not old.
std::vector<RetainedSegment> retained_of(const std::vector<ringbuf::JournalSegmentFile>& files, const fs::path& folder,
                                         std::uint64_t journal_id) {
  std::vector<RetainedSegment> out;
  std::int64_t ended = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const ringbuf::JournalSegmentFile& file = files[i];
    if (file.fault != ringbuf::PageFault::none || file.page.journal_id != journal_id) continue;
    const bool has_next = i + 1 < files.size() && files[i + 1].fault == ringbuf::PageFault::none;
    ended = std::max(ended, (has_next ? files[i + 1] : file).page.created_at);
    out.push_back({file.number,
                   {ended > 0 ? ended : std::numeric_limits<std::int64_t>::max()},
                   file.file_bytes + index_bytes(folder, file.number),
                   file.is_compressed,
                   file.is_results_only,
                   file.path.parent_path() != folder});
  }
  return out;
}

std::string why(const RetentionStep& step) {
  return step.is_for_size ? "the journal is larger than journal.keep allows" : "it is old enough";
}

}  // namespace

Retention::Retention(const Setup& setup)
    : folder_(setup.folder),
      journal_id_(setup.journal_id),
      policy_{setup.config.compress_after_ns, setup.config.delete_after_ns, setup.config.keep_results_ns,
              setup.config.keep_bytes,        setup.config.segment_bytes,   setup.config.has_archive()},
      compressed_(setup.counters.add(counter::kJournal,
                                     {counter::kCompressedSegments, "old files that were compressed", "files"})),
      saved_(setup.counters.add(counter::kJournal, {counter::kSavedBytes, "by compressing old files", "bytes"})),
      dropped_(setup.counters.add(counter::kJournal,
                                  {counter::kDroppedSegments, "old files that lost their ticks, or went", "files"})),
      errors_(setup.counters.add(
          counter::kJournal, {counter::kRetentionErrors, "times that an old file had to stay as it was", "errors"})),
      indexing_(folder_, setup.config.index, errors_, [this] { return is_stopping_.load(std::memory_order_relaxed); }) {
  remove_halves(folder_);
  if (policy_.has_archive) find_archive(setup);
}

Retention::~Retention() { stop(); }

/// The archive is found by a link in the journal's folder: whoever reads the journal finds it, and a copy does, too.
/// Each journal has a folder of its own in there: segments of another one have the same names.
void Retention::find_archive(const Setup& setup) {
  const fs::path link = folder_ / ringbuf::kArchiveName;
  const fs::path wanted = fs::path(setup.config.archive) / (setup.plant + '-' + hex_of(journal_id_));
  std::error_code error, nothing_there;
  fs::create_directories(wanted, error);
  const fs::file_status found = fs::symlink_status(link, nothing_there);
  if (!error && fs::is_symlink(found) && fs::read_symlink(link, nothing_there) != wanted) {
    log_info("the journal's archive was " + fs::read_symlink(link, nothing_there).string() + ", it is " +
             wanted.string() + " now; what is there is not looked for any more");
    fs::remove(link, error);
  }
  if (!error && !fs::exists(fs::symlink_status(link, nothing_there))) fs::create_directory_symlink(wanted, link, error);
  if (error || !fs::equivalent(link, wanted, error)) {
    errors_.add(1);
    policy_.has_archive = false;
    log_warning("the journal's archive " + wanted.string() +
                " cannot be used: " + (error ? error.message() : link.string() + " is something else") +
                "; old segments stay where they are");
    return;
  }
  archive_ = link;
  remove_halves(archive_);
}

void Retention::remove_halves(const fs::path& folder) const {
  std::error_code error;
  std::vector<fs::path> halves;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename().string().ends_with(ringbuf::kHalfCompressedSuffix)) halves.push_back(at->path());
  }
  for (const fs::path& half : halves) fs::remove(half, error);
}

bool Retention::step(platform::UnixNanos now) {
  std::set<std::uint64_t> passed_over;
  for (const auto& [number, again_at] : failed_) {
    if (now < again_at) passed_over.insert(number);
  }
  std::optional<RetentionStep> due;
  try {
    due = next_step(policy_, retained_of(ringbuf::list_segments(folder_), folder_, journal_id_), now, passed_over);
    if (due) do_step(*due, now);
  } catch (const std::exception& problem) {
    if (is_stopping_.load(std::memory_order_relaxed)) return false;
    errors_.add(1);
    if (due) failed_[due->number] = now + kRetryNanos;
    log_warning("an old segment of the journal stays as it is: " + std::string(problem.what()));
  }
  return due.has_value();
}

void Retention::do_step(const RetentionStep& step, platform::UnixNanos now) {
  const std::string name = "segment " + std::to_string(step.number) + " of the journal ";
  if (step.act == RetentionAct::remove) {
    remove(step.number);
    dropped_.add(1);
    log_info(name + "was removed: " + why(step));
  } else {
    compress(step, now);
  }
}

void Retention::compress(const RetentionStep& step, platform::UnixNanos now) {
  const ringbuf::JournalSegmentFile file = ringbuf::open_segment(folder_, step.number).file;
  const bool drops_ticks = step.act == RetentionAct::drop_ticks;
  ringbuf::CompressionWish wish;
  wish.to = policy_.has_archive ? archive_ : drops_ticks ? file.path.parent_path() : folder_;
  wish.results_only = drops_ticks;
  wish.now = now;
  wish.is_unwanted = [this] { return is_stopping_.load(std::memory_order_relaxed); };
  const ringbuf::CompressionResult result = ringbuf::compress_segment(folder_, step.number, wish);
  if (file.path != result.path) fs::remove(file.path);
  if (!file.is_compressed) {
    compressed_.add(1);
    if (result.bytes > result.file_bytes) saved_.add(result.bytes - result.file_bytes);
  }
  if (drops_ticks) {
    dropped_.add(1);
    fs::remove(folder_ / ringbuf::index_file_name(step.number));  // it leads to records that are gone
  }
  log_info("segment " + std::to_string(step.number) + " of the journal is " + result.path.filename().string() +
           (policy_.has_archive ? " in the archive" : "") + (drops_ticks ? " without its ticks" : "") + " now, " +
           std::to_string(result.file_bytes) + " bytes of " + std::to_string(result.bytes) + ": " + why(step));
}

/// All files of that number, wherever they are.
void Retention::remove(std::uint64_t number) const {
  for (const fs::path& where : {folder_ / ringbuf::kArchiveName, folder_}) {
    for (const std::string& name : {ringbuf::compressed_file_name(number), ringbuf::segment_file_name(number)}) {
      fs::remove(where / name);
    }
  }
  fs::remove(folder_ / ringbuf::index_file_name(number));
}

void Retention::start(std::function<platform::UnixNanos()> clock) {
  is_stopping_.store(false, std::memory_order_relaxed);
  thread_ = std::thread([this, clock = std::move(clock)] {
    ::pthread_setname_np(::pthread_self(), "tp-retention");
    // Of this thread, the processor and the disk; refused, it is as the others. Not idle: a machine that is busy all
    // day gives an idle thread nothing, and the disk would fill.
    (void)::setpriority(PRIO_PROCESS, 0, kNice);
    (void)::syscall(SYS_ioprio_set, kOfThisThread, 0, kLowestBestEffort);
    run(clock);
  });
}

void Retention::run(const std::function<platform::UnixNanos()>& clock) {
  while (!is_stopping_.load(std::memory_order_relaxed)) {
    const bool may_be_more = step(clock());
    if (indexing_.step(clock()) || may_be_more) continue;
    std::unique_lock lock(mutex_);
    wanted_.wait_for(lock, kLookInterval, [this] { return is_stopping_.load(std::memory_order_relaxed); });
  }
}

void Retention::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_.store(true, std::memory_order_relaxed);
  }
  wanted_.notify_one();
  if (thread_.joinable()) thread_.join();
}

}  // namespace tickplant::daemon
