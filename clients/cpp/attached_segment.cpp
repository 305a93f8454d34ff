#include "clients/cpp/attached_segment.hpp"

#include <sys/stat.h>

#include "platform/setup_error.hpp"

namespace tickplant::clients {

AttachedSegment AttachedSegment::attach(const std::filesystem::path& path, ringbuf::SegmentExpectation expectation) {
  constexpr int kAttempts = 8;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    // The name may get another file while we attach: then we would not know which of the two we have.
    const File before = file_at(path);
    auto segment = ringbuf::ReadOnlySegment::attach(path, expectation);
    if (file_at(path) == before) return {std::move(segment), before};
  }
  throw platform::SetupError("segment '" + path.string() + "' is being replaced again and again",
                             "look what keeps restarting the plant");
}

bool AttachedSegment::is_replaced() const noexcept {
  const File now = file_at(segment_.path());
  return now != File{} && now != file_;
}

AttachedSegment::File AttachedSegment::file_at(const std::filesystem::path& path) noexcept {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? File{status.st_dev, status.st_ino} : File{};
}

}  // namespace tickplant::clients
