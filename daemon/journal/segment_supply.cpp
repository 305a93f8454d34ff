#include "daemon/journal/segment_supply.hpp"

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/journal/journal_files.hpp"

namespace tickplant::daemon {
namespace {

constexpr const char* kHalfSuffix = ".part";
constexpr const char* kSparePrefix = "spare-";

}  // namespace

SegmentSupply::SegmentSupply(JournalIo& io, std::uint64_t segment_bytes, std::uint64_t keep_bytes)
    : io_(io), segment_bytes_(segment_bytes), keep_bytes_(keep_bytes) {}

SegmentSupply::~SegmentSupply() { stop(); }

std::optional<SpareSegment> SegmentSupply::take() {
  const std::lock_guard lock(mutex_);
  if (ready_.empty()) {
    wanted_.notify_one();
    return std::nullopt;
  }
  SpareSegment spare = std::move(ready_.front());
  ready_.pop_front();
  wanted_.notify_one();
  return spare;
}

void SegmentSupply::give_back(SpareSegment spare) {
  const std::lock_guard lock(mutex_);
  ready_.push_front(std::move(spare));
}

bool SegmentSupply::step() {
  if (!has_looked_) look_around();
  has_looked_ = true;
  std::optional<SpareSegment> again = one_to_use_again();
  {
    const std::lock_guard lock(mutex_);
    if (!ready_.empty()) {
      if (again) (void)io_.remove(again->name);
      return false;
    }
  }
  if (!again) {
    const std::string name = next_name(), half = name + kHalfSuffix;
    int error = io_.prepare(half, segment_bytes_, is_stopping_);
    if (error == 0) error = io_.rename(half, name);
    if (error != 0) {
      (void)io_.remove(half);
      error_.store(error == ECANCELED ? 0 : error, std::memory_order_relaxed);
      return false;
    }
    again = {name, segment_bytes_};
  }
  error_.store(0, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  ready_.push_back(std::move(*again));
  return true;
}

void SegmentSupply::look_around() {
  for (const JournalIo::Entry& entry : io_.entries()) {
    if (entry.name.ends_with(kHalfSuffix)) {
      (void)io_.remove(entry.name);
    } else if (entry.name.starts_with(kSparePrefix)) {
      found_.insert(entry.name);
      const std::lock_guard lock(mutex_);
      if (entry.bytes == segment_bytes_ && ready_.empty()) {
        ready_.push_back({entry.name, entry.bytes});
      } else {
        (void)io_.remove(entry.name);
      }
    }
  }
}

/// The oldest segment, when there are more than are to be kept; as a spare, if it has their size.
std::optional<SpareSegment> SegmentSupply::one_to_use_again() {
  if (keep_bytes_ == 0) return std::nullopt;
  std::vector<std::pair<std::uint64_t, JournalIo::Entry>> segments;
  std::map<std::uint64_t, JournalIo::Entry> indexes;
  std::uint64_t bytes = 0;
  for (JournalIo::Entry& entry : io_.entries()) {
    if (const auto indexed = ringbuf::index_number_of(entry.name)) {
      bytes += entry.bytes;
      indexes.emplace(*indexed, std::move(entry));
      continue;
    }
    auto number = ringbuf::segment_number_of(entry.name);
    if (!number) number = ringbuf::compressed_number_of(entry.name);
    if (!number) continue;
    bytes += entry.bytes;
    segments.emplace_back(*number, std::move(entry));
  }
  std::sort(segments.begin(), segments.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const std::size_t kept_min = ringbuf::untouched_segments(segment_bytes_);
  std::size_t oldest = 0;
  std::optional<SpareSegment> again;
  while (bytes > keep_bytes_ && segments.size() - oldest > kept_min) {
    const auto& [number, entry] = segments[oldest++];
    bytes -= entry.bytes;
    if (const auto index = indexes.find(number); index != indexes.end() && io_.remove(index->second.name) == 0) {
      bytes -= index->second.bytes;
      indexes.erase(index);
    }
    const std::string name = next_name();
    if (!again && entry.bytes == segment_bytes_ && io_.rename(entry.name, name) == 0) {
      again = {name, entry.bytes};
    } else {
      (void)io_.remove(entry.name);
    }
  }
  return again;
}

std::string SegmentSupply::next_name() {
  const std::lock_guard lock(mutex_);
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(ready_.begin(), ready_.end(), [&](const SpareSegment& spare) { return spare.name == name; });
  };
  std::string name;
  do name = ringbuf::spare_file_name(next_index_++);
  while (is_taken(name) || found_.contains(name));
  return name;
}

void SegmentSupply::start() {
  is_stopping_.store(false, std::memory_order_relaxed);
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "tp-segments");
    run();
  });
}

void SegmentSupply::run() {
  while (!is_stopping_.load(std::memory_order_relaxed)) {
    (void)step();
    std::unique_lock lock(mutex_);
    if (error() != 0) {
      wanted_.wait_for(lock, std::chrono::seconds(1), [this] { return is_stopping_.load(std::memory_order_relaxed); });
    } else {
      wanted_.wait(lock, [this] { return is_stopping_.load(std::memory_order_relaxed) || ready_.empty(); });
    }
  }
}

void SegmentSupply::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_.store(true, std::memory_order_relaxed);
  }
  wanted_.notify_one();
  if (thread_.joinable()) thread_.join();
}

}  // namespace tickplant::daemon
