// A file that is written from front to back, in large pieces.
//
// Threads: one. Throws SetupError when the file cannot be made or written: these are tools' files, not a feed's.
// Not here: what is written (day_file_writer.hpp, truth_writer.hpp).
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "platform/unique_fd.hpp"

namespace tickplant::feedhandlers::venue {

class OutputFile {
 public:
  /// Makes the file or empties it.
  explicit OutputFile(std::filesystem::path path);

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span{text})); }

  /// A disk may turn out to be full only now.
  void close();

 private:
  [[noreturn]] void fail(const char* what, int error_number) const;

  std::filesystem::path path_;
  platform::UniqueFd fd_;
};

}  // namespace tickplant::feedhandlers::venue
