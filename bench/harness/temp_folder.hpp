// A folder of our own under the system's folder for temporary files, gone with the object.
//
// Threads: one.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "platform/setup_error.hpp"

namespace tickplant::bench {

class TempFolder {
 public:
  explicit TempFolder(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string pattern = (parent / "tickplant-bench.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw platform::SetupError{platform::with_errno("cannot make " + pattern, errno), "set TMPDIR"};
    }
    path_ = pattern;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tickplant::bench
