// One daemon per plant: its folder, made when missing, and an exclusive lock on <folder>/plant.lock, held until the
// process ends, however it ends.
//
// The file's content, "PID START_TIME\n" (start time as ringbuf::process_start_time()), names the holder; it means
// nothing without the lock. Threads: set-up. Not here: stopping the holder (`tickplant stop`), which folder it is
// (ringbuf/plant_folder.hpp).
#pragma once

#include <filesystem>

#include "platform/unique_fd.hpp"

namespace tickplant::daemon {

class PlantFolderLock {
 public:
  static constexpr const char* kFileName = "plant.lock";

  /// Throws SetupError: a folder that others may write in, or cannot be made; or the process that has the lock.
  explicit PlantFolderLock(std::filesystem::path folder);
  PlantFolderLock(const PlantFolderLock&) = delete;
  PlantFolderLock& operator=(const PlantFolderLock&) = delete;
  /// A folder in which nothing else is goes, too: a start that failed leaves no trace.
  ~PlantFolderLock();

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  std::filesystem::path folder_;
  platform::UniqueFd fd_;
};

}  // namespace tickplant::daemon
