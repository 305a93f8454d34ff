#include "daemon/stages/recorder_stage.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "platform/setup_error.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/records/source.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using platform::SetupError;
using platform::with_errno;
using ringbuf::CounterKind;

constexpr const char* kRemedy = "name a folder that the daemon's user may write, in recorder.folder";

/// The newest record of a copy; 0 when there is none. A record that is cut short is taken off.
ringbuf::Sequence newest_in(int file, const std::string& path) {
  struct stat status {};
  if (::fstat(file, &status) != 0) throw SetupError(with_errno("cannot look at " + path, errno), kRemedy);
  const off_t whole =
      status.st_size / static_cast<off_t>(ringbuf::kRecordBytes) * static_cast<off_t>(ringbuf::kRecordBytes);
  if (whole != status.st_size && ::ftruncate(file, whole) != 0) {
    throw SetupError(with_errno("cannot cut the unfinished record off " + path, errno), kRemedy);
  }
  ringbuf::Record record;
  if (whole == 0) return {0};
  if (::pread(file, &record, sizeof record, whole - static_cast<off_t>(sizeof record)) != sizeof record) {
    throw SetupError(with_errno("cannot read " + path, errno), kRemedy);
  }
  return record.sequence();
}

/// All of it, or why not; `written` says how far it came.
int write_all(int file, const char* bytes, std::size_t count, std::size_t& written) noexcept {
  for (written = 0; written < count;) {
    const ssize_t done = ::write(file, bytes + written, count - written);
    if (done > 0) {
      written += static_cast<std::size_t>(done);
    } else if (done < 0 && errno != EINTR) {
      return errno;
    } else if (done == 0) {
      return EIO;
    }
  }
  return 0;
}

}  // namespace

RecorderStage::RecorderStage(const std::string& folder, const std::vector<RecordedRing>& rings,
                             ringbuf::CountersWriter& counters, PlantClock clock)
    : clock_(clock),
      batch_(kBatch),
      records_(counters.add(counter::kRecorder, {counter::kRecords, "records copied to disk", "records"})),
      lost_(counters.add(counter::kRecorder,
                         {counter::kLostRecords, "records overwritten before they were copied", "records"})),
      gaps_(counters.add(counter::kRecorder, {counter::kGaps, "gap records in the copy", "gaps"})),
      error_(counters.add(counter::kRecorder, {counter::kErrorNumber, "why the disk refuses, 0: it does not", "errno",
                                               CounterKind::level})) {
  error_.set(0);
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) throw SetupError("cannot make the folder " + folder + ": " + problem.message(), kRemedy);
  for (const RecordedRing& ring : rings) copies_.push_back(open(folder, ring));
}

RecorderStage::Copy RecorderStage::open(const std::string& folder, const RecordedRing& ring) const {
  const std::string path = folder + '/' + ring.name + ".ticks";
  platform::UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (!file) throw SetupError(with_errno("cannot open " + path, errno), kRemedy);
  const ringbuf::Sequence newest = newest_in(file.get(), path);
  Copy copy{ring.reader,
            ringbuf::GatingReader(ring.gating, ring.gating_line, ring.reader.next()),
            std::move(file),
            false,
            {}};
  // Whatever of it the ring holds no more is told as lost by the first poll. A ring whose numbers begin anew is copied
  // from its beginning.
  const ringbuf::Sequence published = copy.reader.published();
  if (newest.value != 0 && newest <= published) copy.reader.seek({newest.value + 1});
  copy.gating.advance(copy.reader.next());
  return copy;
}

std::size_t RecorderStage::do_work() noexcept {
  std::size_t count = 0;
  for (Copy& each : copies_) count += copy(each);
  next_turn_ = clock_.now() + kTurnNanos;
  return count;
}

void RecorderStage::on_stop() noexcept {
  // Feeds of other threads may still be ending: what they publish from here on is copied by the next recorder.
  for (Copy& each : copies_) {
    while (!each.is_refused && copy(each) != 0) continue;
    each.gating.stop();
  }
}

std::size_t RecorderStage::copy(Copy& copy) noexcept {
  if (copy.is_refused && clock_.now() < copy.next_try) return 0;
  const ringbuf::TickReader before = copy.reader;
  std::size_t count = 0;
  std::uint64_t lost = 0, gaps = 0;
  while (count < batch_.size()) {
    const auto read = copy.reader.poll(std::span(batch_).subspan(count));
    count += read.count;
    if (read.status != ringbuf::ReadStatus::overrun) break;
    tell_lost(copy, batch_[count++]);
    lost += copy.reader.lost().count();
    ++gaps;
  }
  if (count == 0) return 0;
  const std::size_t bytes = count * sizeof(ringbuf::Record);
  std::size_t written = 0;
  const int error = write_all(copy.file.get(), reinterpret_cast<const char*>(batch_.data()), bytes, written);
  if (error != 0) {
    // Nothing of this batch counts: it is read again, or has been overwritten by then.
    const off_t end = ::lseek(copy.file.get(), 0, SEEK_END);
    if (end >= 0) (void)!::ftruncate(copy.file.get(), end - static_cast<off_t>(written));
    copy.reader = before;
    on_refusal(copy, error);
    return 0;
  }
  copy.is_refused = false;
  error_.set(0);
  copy.gating.advance(copy.reader.next());
  records_.add(count - gaps);
  lost_.add(lost);
  gaps_.add(gaps);
  return count;
}

/// The gap takes the place of what is missing: its stamp is the newest sequence of that.
void RecorderStage::tell_lost(const Copy& copy, ringbuf::Record& out) noexcept {
  const ringbuf::SequenceRange lost = copy.reader.lost();
  ringbuf::GapBody gap;
  gap.first = lost.first;
  gap.last = lost.last;
  gap.reason = ringbuf::GapReason::internal_reader;
  const platform::UnixNanos now = clock_.now();
  out = ringbuf::make_record(ringbuf::kNoInstrument, now, now, gap, ringbuf::RecordFlags::end_of_event);
  out.header.stamp = lost.last;
}

void RecorderStage::on_refusal(Copy& copy, int error) noexcept {
  copy.is_refused = true;
  copy.next_try = clock_.now() + kRetryNanos;
  copy.gating.stop();
  error_.set(static_cast<std::uint64_t>(error));
}

}  // namespace tickplant::daemon
