// A directory of its own for each test, gone with everything in it when the test ends.
//
// Threads: any; the directory belongs to the object. Mode 0700, as `mkdtemp` makes it.
// Not here: files that must outlive a test (there are none).
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace tickplant::tests {

class TempDirectory {
 public:
  /// Under $TMPDIR, else /tmp.
  TempDirectory() : TempDirectory(std::filesystem::temp_directory_path()) {}

  /// Under `parent`: "/dev/shm" for what has to lie on tmpfs.
  explicit TempDirectory(const std::filesystem::path& parent) {
    std::string name = (parent / "tickplant-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("cannot create a directory under " + parent.string());
    path_ = name;
  }

  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  /// Writes `content`, byte for byte, into the file `name` and returns its path. Makes the folders on the way.
  std::filesystem::path write(std::string_view name, std::string_view content) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out(file, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
    return file;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace tickplant::tests
