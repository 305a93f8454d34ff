#include "feedhandlers/venue/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue {

OutputFile::OutputFile(std::filesystem::path path)
    : path_(std::move(path)), fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (!fd_) fail("cannot be made", errno);
}

void OutputFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot be written", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void OutputFile::close() {
  if (::close(fd_.release()) != 0) fail("cannot be written to its end", errno);
}

void OutputFile::fail(const char* what, int error_number) const {
  throw platform::SetupError{platform::with_errno(path_.string() + " " + what, error_number),
                             "name a file in an existing folder that you may write to, with enough free space"};
}

}  // namespace tickplant::feedhandlers::venue
