#include "daemon/journal/segment_indexing.hpp"

#include <exception>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "daemon/log.hpp"
#include "ringbuf/journal/index_files.hpp"

namespace tickplant::daemon {

namespace fs = std::filesystem;

SegmentIndexing::SegmentIndexing(fs::path folder, bool makes_indexes, ringbuf::Counter errors,
                                 std::function<bool()> is_stopping)
    : folder_(std::move(folder)),
      makes_indexes_(makes_indexes),
      errors_(errors),
      is_stopping_(std::move(is_stopping)),
      indexer_(folder_, ringbuf::IndexCheck::tables, is_stopping_) {}

bool SegmentIndexing::step(platform::UnixNanos now) {
  if (now < again_at_) return false;
  try {
    remove_orphans();
    const auto made = makes_indexes_ ? indexer_.step() : std::nullopt;
    if (!made) return false;
    log_debug("segment " + std::to_string(made->number) + " of the journal is indexed: " +
              std::to_string(made->file_bytes) + " bytes for " + std::to_string(made->records) + " records");
    return true;
  } catch (const std::exception& problem) {
    if (is_stopping_()) return false;
    errors_.add(1);
    again_at_ = now + kRetryNanos;
    log_warning("a segment of the journal has no index: " + std::string(problem.what()));
    return false;
  }
}

void SegmentIndexing::remove_orphans() const {
  std::set<std::uint64_t> indexed, segments;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    if (const auto number = ringbuf::index_number_of(name)) indexed.insert(*number);
    if (const auto number = ringbuf::segment_number_of(name)) segments.insert(*number);
    if (const auto number = ringbuf::compressed_number_of(name)) segments.insert(*number);
  }
  const fs::path archive = folder_ / ringbuf::kArchiveName;
  std::error_code nothing_there;
  const bool is_away = fs::is_symlink(archive, nothing_there) && !fs::exists(archive, nothing_there);
  if (is_away) return;  // what is in it is not gone
  for (const std::uint64_t number : indexed) {
    std::error_code ignored;  // an index that stays does no harm, and is looked for again
    const bool is_there = segments.contains(number) ||
                          fs::exists(archive / ringbuf::compressed_file_name(number), ignored) ||
                          fs::exists(archive / ringbuf::segment_file_name(number), ignored);
    if (!is_there) fs::remove(folder_ / ringbuf::index_file_name(number), ignored);
  }
}

}  // namespace tickplant::daemon
